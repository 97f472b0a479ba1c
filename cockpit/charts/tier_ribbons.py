"""The ribbons of the tiers: what each is among clients or hours, against what it is of the revenue."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cockpit.charts.geometry import Rect, band_path, length

LEAST_RIBBON = 3.0  # a share too small to see still gets a line


@dataclass(frozen=True)
class Ribbon:
    """One tier, from its share of the clients on the left to its share of the revenue on the right."""

    tier: str
    path: str
    source: Rect
    target: Rect
    source_text_y: str
    target_text_y: str
    clients: Decimal
    revenue: Decimal


@dataclass(frozen=True)
class Ribbons:
    width: int
    height: int
    ribbons: list[Ribbon]
    source_text_x: str
    target_text_x: str


RIBBON_BOX = {"width": 340, "height": 300, "side": 86, "node": 26, "gap": 6, "margin": 8}


def ribbons(shares: Sequence[tuple[str, Decimal, Decimal]]) -> Ribbons:
    """The ribbons of these (letter, share of clients, share of revenue), each pair of shares adding up to 1."""
    box = RIBBON_BOX
    left, right, node = box["side"], box["width"] - box["side"], box["node"]
    room = box["height"] - 2 * box["margin"] - box["gap"] * (len(shares) - 1)
    sources = _stacked([float(clients) for _, clients, _ in shares], room)
    targets = _stacked([float(revenue) for _, _, revenue in shares], room)
    drawn = []
    y_source = y_target = float(box["margin"])
    for (letter, clients, revenue), from_height, to_height in zip(shares, sources, targets, strict=True):
        tone = f"t-{letter.lower()}"
        source = Rect(length(left), length(y_source), length(node), length(from_height), tone)
        target = Rect(length(right - node), length(y_target), length(node), length(to_height), tone)
        path = band_path(left + node, y_source, from_height, right - node, y_target, to_height)
        texts = (length(y_source + from_height / 2 + 6), length(y_target + to_height / 2 + 6))
        drawn.append(Ribbon(letter, path, source, target, *texts, clients, revenue))
        y_source += from_height + box["gap"]
        y_target += to_height + box["gap"]
    return Ribbons(box["width"], box["height"], drawn, length(left - 8), length(right + 8))


def _stacked(shares: list[float], room: float) -> list[float]:
    """Heights that add up to the room, none of a share above zero being too thin to see."""
    total = sum(shares) or 1
    thin = [0 < share / total * room < LEAST_RIBBON for share in shares]
    left = room - LEAST_RIBBON * sum(thin)
    rest = sum(share for share, is_thin in zip(shares, thin, strict=True) if not is_thin) or 1
    return [LEAST_RIBBON if is_thin else left * share / rest for share, is_thin in zip(shares, thin, strict=True)]

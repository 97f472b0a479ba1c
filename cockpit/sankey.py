"""The flows between two dates as a drawing: a column of segments on each side, a strand for each passage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cockpit.charts import Rect, band_path, length


@dataclass(frozen=True)
class Strand:
    """One flow as drawn; whoever stayed is `is_still`."""

    path: str
    tone: str
    is_still: bool


@dataclass(frozen=True)
class Knot:
    """All the flows of one segment on one side: its box, and where its name goes."""

    key: str
    area: Rect
    text_y: str
    weight: Decimal | int


@dataclass(frozen=True)
class Sankey:
    """Flows between two columns; strands in the order of the flows given."""

    width: int
    height: int
    strands: list[Strand]
    sources: list[Knot]
    targets: list[Knot]
    source_text_x: str
    target_text_x: str


BOX = {"width": 760, "height": 460, "side": 190, "node": 16, "gap": 8, "margin": 8}
TONES = {"A": "t-a", "B": "t-b", "C": "t-c", "": "seg-lost", "none": "seg-lost", "gone": "seg-lost"}
ORDER = (
    *("A", "B", "C", "none", "gone"),
    *("", "champions", "loyal", "to-develop", "new", "first-purchases", "watch"),
    *("to-revive", "at-risk", "cannot-lose", "dormant", "lost"),
)


def sankey(flows: Sequence[tuple[str, str, Decimal | int]]) -> Sankey:
    """These (segment or tier before, same now, weight), coloured by where they lead. Weights are zero or more.

    Both columns share one scale, so that a flow is as thick at both ends and heights add up to those of the boxes.
    """
    box = BOX
    left, right, node = box["side"], box["width"] - box["side"], box["node"]
    columns = [
        _weights((former, weight) for former, _now, weight in flows),
        _weights((now, weight) for _former, now, weight in flows),
    ]
    most = max((len(column) for column in columns), default=1)
    total = max((float(sum(column.values())) for column in columns), default=0) or 1.0
    scale = (box["height"] - 2 * box["margin"] - box["gap"] * max(most - 1, 0)) / total
    sources, targets = _knots(columns[0], left, scale), _knots(columns[1], right - node, scale)
    reached = [{knot.key: float(knot.area.y) for knot in column} for column in (sources, targets)]
    paths = {}
    for former, now, weight in sorted(flows, key=lambda flow: (ORDER.index(flow[0]), ORDER.index(flow[1]))):
        height = float(weight) * scale
        starts, ends = reached[0][former], reached[1][now]
        paths[former, now] = band_path(left + node, starts, height, right - node, ends, height)
        reached[0][former], reached[1][now] = starts + height, ends + height
    strands = [Strand(paths[former, now], _tone(now), former == now) for former, now, _weight in flows]
    return Sankey(box["width"], box["height"], strands, sources, targets, length(left - 8), length(right + 8))


def _weights(ends: Iterable[tuple[str, Decimal | int]]) -> dict[str, Decimal | int]:
    """What each segment or tier weighs on one side, in the order of the column."""
    found: dict[str, Decimal | int] = {}
    for key, weight in ends:
        found[key] = found.get(key, 0) + weight
    return {key: found[key] for key in ORDER if key in found}


def _knots(column: dict[str, Decimal | int], x: float, scale: float) -> list[Knot]:
    drawn, y = [], float(BOX["margin"])
    for key, weight in column.items():
        height = float(weight) * scale
        area = Rect(length(x), length(y), length(BOX["node"]), length(max(height, 1)), _tone(key))
        drawn.append(Knot(key, area, length(y + height / 2 + 5), weight))
        y += height + BOX["gap"]
    return drawn


def _tone(key: str) -> str:
    """The class of the stylesheet that colours a segment or a tier."""
    return TONES.get(key, f"seg-{key}")

"""The Pareto curve: bars, the curve above them and the bands of the tiers behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from cockpit.charts.geometry import Rect, Scale, length


@dataclass(frozen=True)
class Tick:
    """A graduation: where its line and its text go, and the share it stands for."""

    x: str
    y: str
    share: Decimal
    anchor: str = "middle"


@dataclass(frozen=True)
class Band:
    """The clients of one tier, as a slice of the width. `share` is theirs among all clients."""

    tier: str
    area: Rect
    middle: str
    share: Decimal
    is_wide: bool


@dataclass(frozen=True)
class Mark:
    """The curve at the end of a tier: the first `clients` of all bring `revenue` of all, both shares."""

    x: str
    y: str
    text_x: str
    text_y: str
    anchor: str
    clients: Decimal
    revenue: Decimal


@dataclass(frozen=True)
class Pareto:
    width: int
    height: int
    bars: list[Rect]
    curve: str
    marks: list[Mark]
    bands: list[Band]
    rows: list[Tick]
    columns: list[Tick]
    left: str
    right: str
    top: str
    base: str
    center: str
    bottom: str


PARETO_BOX = {"width": 680, "height": 392, "left": 50, "right": 12, "top": 26, "bottom": 40}
TALLEST_BAR = 0.78  # of the height: the curve stays readable above the first bars


def pareto(steps: Sequence[tuple[int, Decimal]], tiers: Sequence[tuple[str, int, Decimal]]) -> Pareto:
    """The curve, the bars under it and the bands behind.

    `steps` are (clients so far, share of the revenue so far), the last being everybody; `tiers` the (letter, number of
    clients, share of the revenue) of each tier, in order, empty when there are none. A bar's height is the mean revenue
    of its clients, so that bars of two clients and bars of three compare.
    """
    box = PARETO_BOX
    left, top = box["left"], box["top"]
    plot_width, plot_height = box["width"] - left - box["right"], box["height"] - top - box["bottom"]
    count = steps[-1][0] if steps else 0

    def x(place: float) -> float:
        return left + plot_width * place / count

    def y(share: Decimal | float) -> float:
        return top + plot_height * (1 - float(share))

    ends = _ends(tiers)
    base = y(0)
    points = [(0, Decimal(0)), *steps]
    return Pareto(
        width=box["width"],
        height=box["height"],
        bars=_bars(points, ends, x, base, plot_height * TALLEST_BAR),
        curve="M" + "L".join(f"{length(x(place))} {length(y(share))}" for place, share in points) if count else "",
        marks=[_mark(place, count, share, x, y) for _letter, place, share in ends[:-1] if 0 < place < count],
        bands=_bands(tiers, x, top, plot_height),
        rows=[Tick(length(left - 8), length(y(share)), share, "end") for share in _quarters()],
        columns=[_column(share, left, plot_width, base) for share in _fifths()],
        left=length(left),
        right=length(left + plot_width),
        top=length(top),
        base=length(base),
        center=length(left + plot_width / 2),
        bottom=length(box["height"] - 4),
    )


def _ends(tiers: Sequence[tuple[str, int, Decimal]]) -> list[tuple[str, int, Decimal]]:
    """Each tier with the place of its last client and the share of the revenue down to there."""
    ends, place, share = [], 0, Decimal(0)
    for letter, clients, revenue in tiers:
        place += clients
        share += revenue
        ends.append((letter, place, share))
    return ends


def _bars(
    points: Sequence[tuple[int, Decimal]],
    ends: Sequence[tuple[str, int, Decimal]],
    x: Scale,
    base: float,
    tallest: float,
) -> list[Rect]:
    means = [float(share - former) / (place - before) for (before, former), (place, share) in pairwise(points)]
    top = max(means, default=0) or 1
    bars = []
    for ((before, _), (place, _)), mean in zip(pairwise(points), means, strict=True):
        height = tallest * mean / top
        gap = min(1.0, (x(place) - x(before)) / 6)
        tone = next((f"t-{letter.lower()}" for letter, end, _share in ends if (before + place) / 2 <= end), "t-none")
        bars.append(
            Rect(
                x=length(x(before) + gap),
                y=length(base - height),
                width=length(x(place) - x(before) - 2 * gap),
                height=length(height),
                tone=tone,
            )
        )
    return bars


def _mark(place: int, count: int, share: Decimal, x: Scale, y: Callable[[Decimal], float]) -> Mark:
    is_early = place < count / 2
    return Mark(
        x=length(x(place)),
        y=length(y(share)),
        text_x=length(x(place) + (10 if is_early else -10)),
        text_y=length(y(share) + (24 if is_early else 72)),  # under the curve, which falls to the left
        anchor="start" if is_early else "end",
        clients=Decimal(place) / count,
        revenue=share,
    )


def _bands(tiers: Sequence[tuple[str, int, Decimal]], x: Scale, top: float, height: float) -> list[Band]:
    count = sum(clients for _letter, clients, _share in tiers)
    bands, place = [], 0
    for letter, clients, _share in tiers:
        if clients:
            start, end = x(place), x(place + clients)
            area = Rect(length(start), length(top), length(end - start), length(height), f"t-{letter.lower()}")
            middle = length((start + end) / 2)
            bands.append(Band(letter, area, middle, Decimal(clients) / count, is_wide=end - start > 116))
        place += clients
    return bands


def _column(share: Decimal, left: float, width: float, base: float) -> Tick:
    anchor = "end" if share == 1 else "middle"
    return Tick(length(left + width * float(share)), length(base + 18), share, anchor)


def _quarters() -> list[Decimal]:
    return [Decimal(part) / 4 for part in range(5)]


def _fifths() -> list[Decimal]:
    return [Decimal(part) / 5 for part in range(6)]

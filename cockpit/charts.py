"""Where every bar, ribbon and dot of a graphic goes: pure geometry, in the units of the graphic's viewBox.

Every length comes back as a string with a dot ("12.5"): a template would write a float the French way and break the
drawing. What is read (percentages, euros, names) stays a number, for the template to write with `figures`.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import sqrt

Scale = Callable[[float], float]  # from a number of the data to a place of the drawing

RHYTHM_CAP = 12  # silences beyond twelve times the rhythm all draw the same
LEVELS = 4
LEAST_RIBBON = 3.0  # a share too small to see still gets a line


def length(value: float) -> str:
    """A length as SVG reads it, to a tenth."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True)
class Rect:
    """A rectangle; `tone` is the class that colours it, `label` what it stands for."""

    x: str
    y: str
    width: str
    height: str
    tone: str = ""
    label: str = ""


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


# --- The Pareto curve -----------------------------------------------------------------------------


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


# --- The ribbons of the tiers ---------------------------------------------------------------------


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
        path = _ribbon(left + node, y_source, from_height, right - node, y_target, to_height)
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


def _ribbon(x0: float, y0: float, h0: float, x1: float, y1: float, h1: float) -> str:
    """A band that leaves flat, bends at mid-width and arrives flat."""
    a, b, middle = length(x0), length(x1), length((x0 + x1) / 2)
    over = f"M{a} {length(y0)}C{middle} {length(y0)} {middle} {length(y1)} {b} {length(y1)}"
    under = f"L{b} {length(y1 + h1)}C{middle} {length(y1 + h1)} {middle} {length(y0 + h0)} {a} {length(y0 + h0)}Z"
    return over + under


# --- The RFM map ----------------------------------------------------------------------------------


def levels(values: Sequence[Decimal | int | None]) -> list[int]:
    """The intensity of each cell, 0 (nothing) to 4 (the most), in equal steps of the largest value."""
    largest = max((value for value in values if value), default=0)
    return [0 if not value or value < 0 else min(LEVELS, 1 + int(LEVELS * value / largest)) for value in values]


def bar(value: Decimal, largest: Decimal) -> str:
    """The width of a bar on a scale of 100; 0 for what is not above zero."""
    return length(100 * float(max(value, Decimal(0))) / float(largest)) if largest > 0 else "0"


# --- Small graphics of a row ----------------------------------------------------------------------


@dataclass(frozen=True)
class Rhythm:
    """A silence against a rhythm: both lengths on one square-root scale of multiples of the rhythm."""

    width: int
    silence: str
    tick: str
    tick_end: str


def rhythm(silence_days: float | Decimal, gap_days: float | Decimal, width: int = 150) -> Rhythm:
    """The rhythm bar: the silence in multiples of the usual gap, capped at 12, with a tick at one."""

    def reach(multiple: float) -> float:
        return width * sqrt(min(max(multiple, 0), RHYTHM_CAP) / RHYTHM_CAP)

    tick = reach(1)
    return Rhythm(width, length(reach(float(silence_days) / float(gap_days))), length(tick), length(tick + 2))


@dataclass(frozen=True)
class Months:
    width: int
    height: int
    bars: list[Rect]


def months(amounts: Sequence[Decimal], width: int = 92, height: int = 26) -> Months:
    """Mini-bars of amounts by month, oldest first: a dash for an empty month, another tone below zero."""
    largest = float(max((abs(amount) for amount in amounts), default=0)) or 1
    pitch = width / max(len(amounts), 1)
    bars = []
    for place, amount in enumerate(amounts):
        tall = max(1.5, (height - 2) * abs(float(amount)) / largest)
        tone = "z" if amount == 0 else "neg" if amount < 0 else ""
        bars.append(
            Rect(length(place * pitch + 0.8), length(height - tall), length(pitch - 1.6), length(tall), tone),
        )
    return Months(width, height, bars)


@dataclass(frozen=True)
class Sparkline:
    width: int
    height: int
    line: str
    area: str


def sparkline(values: Sequence[Decimal | int], width: int = 120, height: int = 34) -> Sparkline | None:
    """The course of a figure, between its own least and most; None for fewer than two points."""
    if len(values) < 2:
        return None
    least, most = float(min(values)), float(max(values))
    scale = (height - 8) / ((most - least) or 1)
    pitch = width / (len(values) - 1)
    points = [(place * pitch, height - 4 - (float(value) - least) * scale) for place, value in enumerate(values)]
    line = "M" + "L".join(f"{length(x)} {length(y)}" for x, y in points)
    return Sparkline(width, height, line, f"{line}L{width} {height}L0 {height}Z")


# --- The timeline of a client ---------------------------------------------------------------------


@dataclass(frozen=True)
class Dot:
    x: str
    radius: str
    kind: str
    label: str


@dataclass(frozen=True)
class YearTick:
    x: str
    year: int


@dataclass(frozen=True)
class Timeline:
    width: int
    height: int
    axis: str
    dots: list[Dot]
    years: list[YearTick]
    silence: Rect | None
    expected: list[str]


@dataclass(frozen=True)
class Moment:
    """One dated thing to put on a timeline: `kind` is purchase, credit or contact; `label` says it in words."""

    on: dt.date
    kind: str
    amount: Decimal
    label: str


TIMELINE_BOX = {"width": 680, "height": 96, "margin": 14, "axis": 52}
SMALLEST_DOT, LARGEST_DOT = 3.0, 10.0


def timeline(
    moments: Sequence[Moment],
    *,
    start: dt.date,
    end: dt.date,
    last_purchase: dt.date | None = None,
    gap_days: float | Decimal | None = None,
) -> Timeline:
    """Dots from `start` to `end`, their areas as the amounts; the silence since the last purchase, and the days when
    the usual gap would have brought the next ones."""
    box = TIMELINE_BOX
    room = box["width"] - 2 * box["margin"]
    days = max((end - start).days, 1)

    def x(on: dt.date) -> float:
        return box["margin"] + room * min(max((on - start).days, 0), days) / days

    largest = float(max((abs(moment.amount) for moment in moments), default=0)) or 1
    silence = None
    if last_purchase and last_purchase < end:
        origin = x(last_purchase)
        silence = Rect(length(origin), length(box["axis"] - 16), length(x(end) - origin), "32")
    return Timeline(
        width=box["width"],
        height=box["height"],
        axis=length(box["axis"]),
        dots=[Dot(length(x(m.on)), _radius(m, largest), m.kind, m.label) for m in moments if start <= m.on <= end],
        years=[YearTick(length(x(dt.date(y, 1, 1))), y) for y in range(start.year + 1, end.year + 1)],
        silence=silence,
        expected=[length(x(on)) for on in _expected(last_purchase, end, gap_days)],
    )


def _radius(moment: Moment, largest: float) -> str:
    spread = LARGEST_DOT - SMALLEST_DOT
    return length(SMALLEST_DOT + spread * sqrt(abs(float(moment.amount)) / largest))


def _expected(last: dt.date | None, end: dt.date, gap_days: float | Decimal | None) -> list[dt.date]:
    """The purchases that the rhythm would have brought since the last one, twelve at most."""
    if last is None or not gap_days:
        return []
    days = [last + dt.timedelta(days=round(float(gap_days) * step)) for step in range(1, RHYTHM_CAP + 1)]
    return [on for on in days if on <= end]

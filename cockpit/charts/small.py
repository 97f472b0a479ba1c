"""Small graphics of a row: the rhythm bar, the bars of twelve months, the course of a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from cockpit.charts.geometry import Rect, length

RHYTHM_CAP = 12  # silences beyond twelve times the rhythm all draw the same


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

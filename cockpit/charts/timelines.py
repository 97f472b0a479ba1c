"""The timeline of a client: what happened as dots, against the days when its rhythm would have brought purchases."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

from cockpit.charts.geometry import Rect, length
from cockpit.charts.small import RHYTHM_CAP


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

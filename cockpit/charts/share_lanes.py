"""Shares to compare, as horizontal bars with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cockpit.charts.geometry import Rect, length


@dataclass(frozen=True)
class Lane:
    """One share as a horizontal bar; `reach` is the line of its interval, None where there is none."""

    bar: Rect
    text_y: str
    value_x: str
    share: Decimal
    label: str
    reach: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Lanes:
    width: int
    height: int
    lanes: list[Lane]


LANES_BOX = {"width": 680, "left": 190, "right": 70, "pitch": 44, "bar": 22}


def lanes(
    shares: Sequence[tuple[str, str, Decimal]], intervals: Sequence[tuple[Decimal, Decimal] | None] = ()
) -> Lanes:
    """Bars of these (label, tone, share between 0 and 1), one under the other on a scale of 0 to 1."""
    box = LANES_BOX
    room, drawn = box["width"] - box["left"] - box["right"], []
    for place, (label, tone, share) in enumerate(shares):
        y, end = place * box["pitch"] + (box["pitch"] - box["bar"]) / 2, box["left"] + room * float(share)
        interval = intervals[place] if place < len(intervals) else None
        reach = None
        if interval is not None:
            low, high = (box["left"] + room * float(edge) for edge in interval)
            reach, end = (length(low), length(high), length(y + box["bar"] / 2)), max(end, high)
        bar = Rect(length(box["left"]), length(y), length(room * float(share)), length(box["bar"]), tone)
        text_y = length(y + box["bar"] / 2 + 5)
        drawn.append(Lane(bar, text_y, length(end + 10), share, label, reach))
    return Lanes(box["width"], box["pitch"] * len(shares), drawn)

"""Differences with their intervals, one under the other on a common scale that holds zero."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cockpit.charts.geometry import length

INTERVALS_BOX = {"width": 680, "left": 190, "right": 30, "pitch": 56, "foot": 30}
FEWEST_TICKS = 3


@dataclass(frozen=True)
class Interval:
    """One difference: the line from `low` to `high`, the dot of its value, and where its words go."""

    label: str
    low: str
    high: str
    dot: str
    y: str
    text_y: str
    value: float
    is_clear: bool  # zero is outside


@dataclass(frozen=True)
class Intervals:
    width: int
    height: int
    zero: str
    foot: str
    rows: list[Interval]
    ticks: list[tuple[str, float]]


def intervals(differences: Sequence[tuple[str, float, float, float]]) -> Intervals:
    """Lines of these (label, value, low, high), all in one unit. An interval without end stops at the frame."""
    box = INTERVALS_BOX
    ends = [end for _label, _value, low, high in differences for end in (low, high) if abs(end) != float("inf")]
    least, most = min([0.0, *ends]), max([0.0, *ends])
    least, most = (least, most) if most > least else (-1.0, 1.0)
    room = box["width"] - box["left"] - box["right"]

    def place(value: float) -> float:
        return box["left"] + room * (min(max(value, least), most) - least) / (most - least)

    rows = [_row(index, one, place) for index, one in enumerate(differences)]
    height = box["pitch"] * len(differences) + box["foot"]
    ticks = [(length(place(value)), value) for value in _round_values(least, most)]
    return Intervals(box["width"], height, length(place(0)), length(height - box["foot"]), rows, ticks)


def _row(index: int, difference: tuple[str, float, float, float], place: Callable[[float], float]) -> Interval:
    label, value, low, high = difference
    y = INTERVALS_BOX["pitch"] * (index + 0.5)
    return Interval(
        label, length(place(low)), length(place(high)), length(place(value)), length(y), length(y + 5),
        value, low > 0 or high < 0,
    )  # fmt: skip


def _round_values(least: float, most: float) -> list[float]:
    """A few values that read well between these two, zero among them."""
    sizes = [size * 10.0**power for power in range(6, -5, -1) for size in (5, 2, 1)]
    step = next((size for size in sizes if (most - least) / size >= FEWEST_TICKS), sizes[-1])
    first, last = math.ceil(least / step), math.floor(most / step)
    return [step * n for n in range(first, last + 1)]

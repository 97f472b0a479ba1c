"""What every graphic is made of: lengths as SVG reads them, rectangles, bands, intensities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

Scale = Callable[[float], float]  # from a number of the data to a place of the drawing

LEVELS = 4


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


def band_path(x0: float, y0: float, h0: float, x1: float, y1: float, h1: float) -> str:
    """A band that leaves flat, bends at mid-width and arrives flat."""
    a, b, middle = length(x0), length(x1), length((x0 + x1) / 2)
    over = f"M{a} {length(y0)}C{middle} {length(y0)} {middle} {length(y1)} {b} {length(y1)}"
    under = f"L{b} {length(y1 + h1)}C{middle} {length(y1 + h1)} {middle} {length(y0 + h0)} {a} {length(y0 + h0)}Z"
    return over + under


def levels(values: Sequence[Decimal | int | None]) -> list[int]:
    """The intensity of each cell, 0 (nothing) to 4 (the most), in equal steps of the largest value."""
    largest = max((value for value in values if value), default=0)
    return [0 if not value or value < 0 else min(LEVELS, 1 + int(LEVELS * value / largest)) for value in values]


def bar(value: Decimal, largest: Decimal) -> str:
    """The width of a bar on a scale of 100; 0 for what is not above zero."""
    return length(100 * float(max(value, Decimal(0))) / float(largest)) if largest > 0 else "0"

"""Graphic 8: three thin bars a line (planned, real, recommended), and what the plan takes against what there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cockpit.charts.geometry import Rect, length

BOX = {"width": 440, "right": 64, "group": 78, "title": 22, "bar": 14, "gap": 3, "foot": 62}
TONES = ("seg-loyal", "seg-champions", "seg-lost")  # planned, real, recommended


@dataclass(frozen=True)
class Thin:
    """One bar and the share it stands for; `share` is None where nothing is known."""

    bar: Rect
    text_x: str
    text_y: str
    share: Decimal | None


@dataclass(frozen=True)
class Group:
    """The three bars of one line."""

    label: str
    text_y: str
    bars: list[Thin]


@dataclass(frozen=True)
class Capacity:
    """The hours a plan takes, as a bar, and the mark of what there is."""

    bar: Rect
    mark_x: str
    top: str
    bottom: str
    text_y: str


@dataclass(frozen=True)
class AllocationBars:
    width: int
    height: int
    groups: list[Group]
    capacity: Capacity


def allocation_bars(
    lines: Sequence[tuple[str, Decimal | None, Decimal | None, Decimal | None]], *, needed: Decimal, available: Decimal
) -> AllocationBars:
    """Bars of these (label, planned, real, recommended) shares between 0 and 1, on a scale of 0 to 1; hours below."""
    groups = [_group(place, label, shares) for place, (label, *shares) in enumerate(lines)]
    top = len(lines) * BOX["group"]
    return AllocationBars(BOX["width"], top + BOX["foot"], groups, _capacity(top, needed, available))


def _group(place: int, label: str, shares: Sequence[Decimal | None]) -> Group:
    top, room = place * BOX["group"], BOX["width"] - BOX["right"]
    bars = []
    for rank, (tone, share) in enumerate(zip(TONES, shares, strict=True)):
        y = top + BOX["title"] + rank * (BOX["bar"] + BOX["gap"])
        wide = room * float(share or 0)
        rect = Rect(length(0), length(y), length(wide), length(BOX["bar"]), tone)
        bars.append(Thin(rect, length(wide + 8), length(y + BOX["bar"] - 1), share))
    return Group(label, length(top + 16), bars)


def _capacity(top: int, needed: Decimal, available: Decimal) -> Capacity:
    room, whole = BOX["width"] - BOX["right"], max(needed, available, Decimal(1))
    tone = "seg-at-risk" if needed > available else "seg-loyal"
    wide = room * float(needed / whole)
    mark = room * float(available / whole)
    y = top + BOX["title"]
    return Capacity(
        Rect(length(0), length(y), length(wide), "18", tone),
        length(mark),
        length(y - 5),
        length(y + 24),
        length(top + 16),
    )

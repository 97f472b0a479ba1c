"""Where a table starts, what its columns are called, and which field each of them is."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clients.imports.headings import find_header, recognised
from clients.imports.plan import TablePlan
from clients.imports.shapes import is_given_back, shape_of
from clients.imports.values import cents, day

TablePlanOf = Callable[[str, list[str]], TablePlan | None]  # of a shape and its headings; None when nobody decided


@dataclass(frozen=True)
class Layout:
    """A table as its first rows show it. `start` counts the rows above the data; `places` maps fields to columns.

    `header` is the row of headings, from 1; 0 when there is none and columns are called by their number. `is_sure` is
    false when no row looks like headings and nobody said which it is.
    """

    start: int
    header: int
    headings: list[str]
    shape: str
    places: dict[str, int]
    table: TablePlan
    is_decided: bool
    is_sure: bool

    @property
    def is_given_back(self) -> bool:
        return is_given_back(self.headings)


def layout_of(first: list[list[str]], decided: TablePlanOf) -> Layout | None:
    """The layout of the table that starts with these rows; None when they hold nothing."""
    found = find_header(first)
    start, headings = found or _without_header(first)
    if not headings:
        return None
    shape = shape_of(headings)
    table = decided(shape, headings)
    header = start if found or start else 0
    is_sure = found is not None
    if table and table.header is not None and table.header <= len(first):
        start = header = table.header
        headings, is_sure = first[header - 1] if header else _numbered(first), True
    places = table.places(headings) if table else None
    is_decided = places is not None
    return Layout(
        start, header, headings, shape, recognised(headings) if places is None else places, table or TablePlan(),
        is_decided, is_sure or is_decided,
    )  # fmt: skip


def _without_header(first: list[list[str]]) -> tuple[int, list[str]]:
    """The first row that holds anything, as headings; numbers as headings when that row already holds values."""
    number, row = next(((number, row) for number, row in enumerate(first, 1) if any(row)), (0, []))
    return (0, _numbered(first)) if any(_is_value(text) for text in row) else (number, row)


def _numbered(first: list[list[str]]) -> list[str]:
    return [_("Colonne %(number)s") % {"number": place + 1} for place in range(max(map(len, first), default=0))]


def _is_value(text: str) -> bool:
    """Whether this is an amount or a date rather than a title."""
    for read in (cents, day):
        try:
            if read(text) is not None:
                return True
        except (ValueError, OverflowError):
            continue
    return False

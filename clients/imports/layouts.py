"""Where a table starts, what its columns are called, and which field each of them is."""

from collections.abc import Callable
from dataclasses import dataclass

from clients.imports.headings import find_header, recognised
from clients.imports.plan import TablePlan
from clients.imports.shapes import is_given_back, shape_of

TablePlanOf = Callable[[str, list[str]], TablePlan | None]  # of a shape and its headings; None when nobody decided


@dataclass(frozen=True)
class Layout:
    """A table as its first rows show it. `start` counts the rows above the data; `places` maps fields to columns.

    `is_sure` is false when no row looks like headings: the first row that holds anything stands for them.
    """

    start: int
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
    start, headings = found or next(((number, row) for number, row in enumerate(first, 1) if any(row)), (0, []))
    if not headings:
        return None
    shape = shape_of(headings)
    table = decided(shape, headings)
    is_sure = found is not None
    if table and table.header and table.header <= len(first):
        start, headings, is_sure = table.header, first[table.header - 1], True
    places = table.places(headings) if table else None
    is_decided = places is not None
    return Layout(
        start, headings, shape, recognised(headings) if places is None else places, table or TablePlan(), is_decided,
        is_sure or is_decided,
    )  # fmt: skip

"""Where a table has its clients and their yearly amounts, told from its headings.

A column a period (`CA 2024`, `CA 2025`), one of amounts beside one of years, or one of amounts alone when a title, the
name of the file or somebody says of which year.
"""

import datetime as dt
import re
from dataclasses import dataclass
from itertools import islice

from django.utils import timezone

from clients.folding import fold
from clients.imports.cells import as_text, rows_of
from clients.imports.headings import FIRST_ROWS, find_header, folded_heading, recognised, stacked
from clients.imports.periods import ONE_YEAR, SOME_YEAR, Period, period_of
from clients.imports.sniff import Source

IDENTITIES = {"client", "client_code", "account", "siret", "vat_number", "email"}
YEAR_HEADINGS = {
    "annee",
    "annee civile",
    "an",
    "exercice",
    "exercice comptable",
    "exercice fiscal",
    "millesime",
    "periode",
    "year",
    "fiscal year",
    "fy",
}
MOST_COLUMNS = 1_000  # beyond, a table is anything but clients and years, and looking at it would take long
AMOUNT_FIELDS = ("amount", "amount_any", "amount_with_vat")  # as likely to be without VAT as they come first
THOUSANDS = re.compile(r"\(?\b(?:en )?(?:k ?€|k ?eur(?:os?)?|ke|milliers(?: d.euros)?)(?!\w)\)?")
WITH_VAT = re.compile(r"\bttc\b|toutes taxes|incl\w* (?:tax|vat)|\bgross\b")
WITHOUT_VAT = re.compile(r"\bht\b|\bh\.t\.?|hors taxe|excl\w* (?:tax|vat)|\bnet\b")
TOLD_BY = re.compile(r"\b(?:ca|chiffre|ventes|honoraires|facturation|exercice|annee|clients?|palmares|sales)\b")


@dataclass(frozen=True)
class Column:
    """A column of amounts: where it is, of which period, how many euros one is worth."""

    place: int
    heading: str
    period: Period | None  # None: the year is in a column of its own
    has_vat: bool | None  # None: it does not say
    factor: int = 1


@dataclass(frozen=True)
class Layout:
    """Where a table has its clients and amounts: a column a period, or one of amounts beside one of years."""

    start: int
    headings: list[str]
    places: dict[str, int]
    columns: list[Column]
    year_place: int | None = None
    told_by: str = ""  # the title or file name that says the year, when no column does


def holds(source: Source, *, year: int | None = None) -> bool:
    """Whether this table gives amounts by client and year, and no date of invoice. `year`: somebody said which."""
    return layout_of(source, timezone.localdate(), year) is not None


def layout_of(source: Source, today: dt.date, year: int | None = None) -> Layout | None:
    """Where the clients and the yearly amounts of this table are; None when it is not such a table."""
    first = [[as_text(cell) for cell in cells] for _line, cells in islice(rows_of(source), FIRST_ROWS + 1)]
    if max(map(len, first), default=0) > MOST_COLUMNS:
        return None
    header = find_header(first)
    if header and "date" in recognised(header[1]):
        return None
    best: tuple[tuple[int, int, int], Layout] | None = None
    for index, row in enumerate(first[:FIRST_ROWS]):
        candidates = [(index + 1, row, 1)]
        if index + 1 < len(first):
            candidates.append((index + 2, stacked(row, first[index + 1]), 0))
        for start, cells, single in candidates:
            layout = _of_headings(start, cells, today)
            if layout:
                promise = (len(layout.columns) + len(layout.places), single, -start)
                best = max([found for found in (best, (promise, layout)) if found], key=lambda found: found[0])
    return best[1] if best else _of_one_amount(source, header, first, today, year)


def _of_headings(start: int, headings: list[str], today: dt.date) -> Layout | None:
    """The layout under these headings, when they name clients and at least one period or a column of years."""
    places = recognised(headings)
    if not IDENTITIES & set(places):
        return None
    taken = {place for field, place in places.items() if field not in AMOUNT_FIELDS}
    named = [_column(place, text, today) for place, text in enumerate(headings) if text and place not in taken]
    columns = [column for column in named if column]
    if columns:
        return Layout(start, headings, places, columns)
    year_place = next((at for at, text in enumerate(headings) if folded_heading(text) in YEAR_HEADINGS), None)
    amounts = [_amount_column(places[field], headings, field) for field in AMOUNT_FIELDS if field in places]
    return Layout(start, headings, places, amounts[:1], year_place) if amounts and year_place is not None else None


def _column(place: int, heading: str, today: dt.date) -> Column | None:
    if not SOME_YEAR.search(heading):
        return None
    text, factor = _in_euros(heading)
    period = period_of(text, today)
    return Column(place, heading, period, _has_vat(text), factor) if period else None


def _amount_column(place: int, headings: list[str], field: str) -> Column:
    _text, factor = _in_euros(headings[place])
    has_vat = {"amount": False, "amount_any": None, "amount_with_vat": True}[field]
    return Column(place, headings[place], None, has_vat, factor)


def _in_euros(heading: str) -> tuple[str, int]:
    """The heading without its unit, and how many euros that unit is worth."""
    text = fold(heading)
    return (THOUSANDS.sub(" ", text), 1000) if THOUSANDS.search(text) else (text, 1)


def _has_vat(text: str) -> bool | None:
    if WITH_VAT.search(fold(text)):
        return True
    return False if WITHOUT_VAT.search(fold(text)) else None


def _of_one_amount(
    source: Source, header: tuple[int, list[str]] | None, first: list[list[str]], today: dt.date, year: int | None
) -> Layout | None:
    """`Client, CA` without a year: of the year that somebody said, else that a title or the name of the file says."""
    if header is None:
        return None
    start, headings = header
    places = recognised(headings)
    amounts = [_amount_column(places[field], headings, field) for field in AMOUNT_FIELDS if field in places]
    if not amounts or "number" in places or not IDENTITIES & set(places):
        return None
    titles = [" ".join(row) for row in first[: start - 1] if TOLD_BY.search(fold(" ".join(row)))]
    tellers = [str(year)] if year else [*titles, source.name.rpartition(".")[0] or source.name]
    for text in tellers:
        years = set(ONE_YEAR.findall(text))
        period = period_of(years.pop(), today) if len(years) == 1 else None
        if period:
            amount = amounts[0]
            column = Column(amount.place, amount.heading, period, amount.has_vat, amount.factor)
            return Layout(start, headings, places, [column], told_by="" if year else text)
    return None

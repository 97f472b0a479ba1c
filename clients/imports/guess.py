"""What a table looks like before anybody confirms it: its columns, examples, and what cannot be told from its values.

A guess is shown as a guess: each column says whether its heading was recognised, and a question is only asked where the
whole column leaves a doubt.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from clients.imports.cells import as_text, rows_of
from clients.imports.headings import FIRST_ROWS, field_of, folded_heading, preset
from clients.imports.layouts import Layout, TablePlanOf, layout_of
from clients.imports.shapes import REASON_HEADING
from clients.imports.sniff import Source
from clients.imports.values import cents, day, decimal_mark, month_first

SAMPLES = 3
MOST_DISTINCT = 5_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
TOP_ROWS = 8
MOSTLY = 0.9
ESSENTIAL = ("client", "date", "amount", "line_amount")
AMOUNTS = ("line_amount", "amount", "amount_any", "amount_with_vat", "unit_price")
RECOGNISED, TO_CONFIRM, IGNORED = "recognised", "to-confirm", "ignored"


@dataclass
class Column:
    """One column of a file: `field` is what it is thought to be, empty when it would be left out.

    `dates` and `amounts` say what its values are: "" when they are something else, "?" when nothing in the column
    settles the order of day and month or the decimal mark, else "day" or "month", "," or ".".
    """

    heading: str
    samples: list[str] = field(default_factory=list)
    field: str = ""
    state: str = IGNORED
    dates: str = ""
    dates_example: str = ""
    amounts: str = ""
    amounts_example: str = ""


@dataclass
class TableGuess:
    """The tables of one shape. `preset` names the software that exports such tables, when it is known; `contested` are
    fields that several columns could be. `top` holds the first rows, for choosing the row of headings."""

    shape: str
    files: list[str]
    header: int
    rows: int
    is_sure: bool
    is_remembered: bool
    preset: str
    encoding: str
    columns: list[Column]
    contested: dict[str, list[int]]
    options: dict[str, Any]  # how values were read the last time, when the shape is remembered
    top: list[list[str]]

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "TableGuess":
        """A guess as an import keeps it."""
        return cls(**{**stored, "columns": [Column(**column) for column in stored["columns"]]})

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def guesses(sources: list[Source], decided: TablePlanOf) -> list[TableGuess]:
    """One guess for each shape among these tables, in the order of the files; tables that hold nothing are left out."""
    found: dict[str, TableGuess] = {}
    for source in sources:
        first = [[as_text(cell) for cell in cells] for _line, cells in islice(rows_of(source), FIRST_ROWS + 1)]
        layout = layout_of(first, decided)
        if layout is None:
            continue
        if layout.shape in found:
            found[layout.shape].files.append(source.name)
        else:
            found[layout.shape] = _guess(source, layout, first)
    return list(found.values())


def _guess(source: Source, layout: Layout, first: list[list[str]]) -> TableGuess:
    columns = [Column(heading=text[:120]) for text in layout.headings[:MOST_COLUMNS]]
    values, rows = _distinct(source, layout.start, len(columns))
    for column, texts in zip(columns, values, strict=True):
        _describe(column, texts)
    known = preset(layout.headings)
    contested = {} if layout.is_decided or known else _contested(columns)
    _name_fields(columns, layout)
    return TableGuess(
        shape=layout.shape,
        files=[source.name],
        header=layout.header,
        rows=rows,
        is_sure=layout.is_sure,
        is_remembered=layout.is_decided,
        preset=known.name if known else "",
        encoding=", ".join(filter(None, [source.encoding_name, source.separator_name])),
        columns=columns,
        contested=contested,
        options=layout.table.options,
        top=[[text[:40] for text in row[:12]] for row in first[:TOP_ROWS]],
    )


def _distinct(source: Source, start: int, width: int) -> tuple[list[dict[Any, None]], int]:
    """The different values of each column in the order they come, at most some thousands, and how many rows."""
    values: list[dict[Any, None]] = [{} for _ in range(width)]
    rows = 0
    for _line, cells in islice(rows_of(source), start, start + MOST_ROWS):
        if not any(cells):
            continue
        rows += 1
        for found, cell in zip(values, cells, strict=False):
            if cell != "" and cell is not None and len(found) < MOST_DISTINCT:
                found[cell] = None
    return values, rows


def _describe(column: Column, values: dict[Any, None]) -> None:
    """Its first values, and whether they are dates or amounts, written how."""
    texts = [as_text(value) for value in values]
    column.samples = [text[:60] for text in texts[:SAMPLES]]
    typed = [value for value in values if not isinstance(value, str)]
    written = sorted(text for text in values if isinstance(text, str))
    if values and _share(values, _is_day) >= MOSTLY and _share(typed, _is_number) < MOSTLY:
        is_month_first, example = month_first(written)
        column.dates = "?" if example else "month" if is_month_first else "day"
        column.dates_example = example
    elif values and _share(values, _is_amount) >= MOSTLY:
        mark, example = decimal_mark(written)
        column.amounts, column.amounts_example = ("?" if example else mark), example


def _share(values: Any, test: Any) -> float:
    values = list(islice(values, 200))
    return sum(map(test, values)) / len(values) if values else 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_day(value: Any) -> bool:
    for is_month_first in (False, True):
        try:
            return day(value, is_month_first) is not None
        except (ValueError, OverflowError):
            continue
    return False


def _is_amount(value: Any) -> bool:
    for mark, thousands in ((",", "."), (".", ",")):
        try:
            return cents(value, mark, thousands) is not None
        except (ValueError, OverflowError):
            continue
    return False


def _contested(columns: list[Column]) -> dict[str, list[int]]:
    """Fields that matter and that several columns could be, where their values are not the same."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        name = field_of(column.heading)[0]
        if name in ESSENTIAL and column.samples:
            places[name].append(place)
    return {
        name: found
        for name, found in places.items()
        if len(found) > 1 and len({tuple(columns[place].samples) for place in found}) > 1
    }


def _name_fields(columns: list[Column], layout: Layout) -> None:
    """What each column is: as decided or by its heading; the date and the amount by their values as a last resort."""
    for name, place in layout.places.items():
        if place < len(columns):
            columns[place].field = name
            doubtful = name in ("amount_any", "amount_with_vat") and not layout.is_decided
            columns[place].state = TO_CONFIRM if doubtful else RECOGNISED
    if layout.is_decided:
        return
    taken = set(layout.places)
    if "date" not in taken:
        _only(columns, "date", (column for column in columns if column.dates and not column.field))
    if not taken & set(AMOUNTS):
        _only(columns, "amount_any", (column for column in columns if column.amounts and not column.field))


def _only(columns: list[Column], name: str, candidates: Iterator[Column]) -> None:
    found = [column for column in candidates if folded_heading(column.heading) != folded_heading(REASON_HEADING)]
    if len(found) == 1:
        found[0].field, found[0].state = name, TO_CONFIRM

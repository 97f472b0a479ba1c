"""The one writer of every table that leaves the product, as CSV or XLSX: no cell of it is a formula.

A row is a sequence of cells. Numbers, dates and truths stay what they are; None is an empty cell; everything else is
text. Rows may be a generator of any length: CSV comes out in pieces, XLSX goes to a file on disk row by row.
"""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO

import xlsxwriter
from django.utils import timezone

Cell = object
Row = Sequence[Cell]

# What a spreadsheet takes for the start of a formula, in either width; tabs and line ends hide what follows them.
FORMULA_STARTS = frozenset("=+-@\t\r\n\0＝＋－＠")
INVISIBLE = (
    " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\ufeff"
)
PIECE = 64 * 1024
XLSX_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "dd/mm/yyyy",
}


def inert(text: str) -> str:
    """The text, behind an apostrophe when a spreadsheet opening a CSV could run it."""
    start = text.lstrip(INVISIBLE)[:1]
    return f"'{text}" if start in FORMULA_STARTS and start else text


def csv_pieces(
    headings: Row, rows: Iterable[Row], *, delimiter: str = ",", decimal: str = ".", line_end: str = "\r\n"
) -> Iterator[str]:
    """The table as CSV, in pieces of some 64 kB. Dates are ISO; truths are `true` and `false`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=line_end)
    writer.writerow([inert(str(heading)) for heading in headings])
    for row in rows:
        writer.writerow([_as_csv(cell, decimal) for cell in row])
        if buffer.tell() > PIECE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def xlsx_file(headings: Row, rows: Iterable[Row], *, title: str = "") -> IO[bytes]:
    """The table as an XLSX file, open at its start; closing it deletes it. Memory does not grow with the rows."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - handed over open: the caller closes it
    with xlsxwriter.Workbook(file, XLSX_OPTIONS) as workbook:
        sheet = workbook.add_worksheet(title[:31] or None)
        bold = workbook.add_format({"bold": True})
        money = workbook.add_format({"num_format": "#,##0.00"})
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, str(heading), bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write_xlsx(sheet, number, column, cell, money)
        sheet.freeze_panes(1, 0)
    file.seek(0)
    return file


def _as_csv(cell: Cell, decimal: str) -> Cell:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int():
            return cell
        case Decimal():
            return format(cell, "f").replace(".", decimal)
        case float():
            return repr(cell).replace(".", decimal)
        case dt.datetime():
            return local(cell).isoformat(sep=" ", timespec="minutes")
        case dt.date():
            return cell.isoformat()
        case _:
            return inert(str(cell))


def _write_xlsx(sheet, row: int, column: int, cell: Cell, money) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, cell)
        case Decimal():
            sheet.write_number(row, column, float(cell), money if cell.as_tuple().exponent == -2 else None)
        case int() | float():
            sheet.write_number(row, column, cell)
        case dt.datetime():
            sheet.write_datetime(row, column, local(cell))
        case dt.date():
            sheet.write_datetime(row, column, cell)
        case _:
            sheet.write_string(row, column, str(cell))


def local(moment: dt.datetime) -> dt.datetime:
    """The moment as read on a clock of the firm, without zone: spreadsheets know none."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment

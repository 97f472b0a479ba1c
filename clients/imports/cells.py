"""The rows of a table, whatever holds it: a text cut by a separator, or the sheet of a workbook."""

import csv
import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from clients.imports.findings import RefusedError
from clients.imports.sheets import sheet_rows
from clients.imports.sniff import MOST_COLUMNS, Source, dialect_of, too_wide

LONGEST_CELL = 1024 * 1024


def rows_of(source: Source) -> Iterator[tuple[int, list]]:
    """(line number, cells) of each row. Cells of a text are text; those of a sheet are as the sheet types them."""
    return _text_rows(source) if source.kind == "text" else sheet_rows(source)


def as_text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without decimals, days as ISO, nothing as an empty text."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def _text_rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    separator = source.separator or dialect_of(source.path, source.encoding)
    csv.field_size_limit(LONGEST_CELL)
    begun = 1
    with source.path.open(encoding=source.encoding, errors="replace", newline="") as content:
        lines = (line.replace("\0", "") for line in content) if source.holds_nul else content
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=separator == " ")
        try:
            for row in reader:
                if begun == 1 and row:
                    row[0] = row[0].lstrip("\ufeff")
                if len(row) > MOST_COLUMNS:
                    raise too_wide(source.name, len(row), begun)
                yield reader.line_num, row
                last, begun = begun, reader.line_num + 1
        except csv.Error:
            raise _open_quote(source, begun) from None
    if begun > 1 and begun - last > 1 and _quotes_from(source, last) % 2:
        raise _open_quote(source, last)


def _quotes_from(source: Source, first: int) -> int:
    """How many quotation marks there are from this line on."""
    with source.path.open(encoding=source.encoding, errors="replace", newline="") as content:
        return sum(line.count('"') for line in islice(content, first - 1, None))


def _open_quote(source: Source, line: int) -> RefusedError:
    message = _(
        "Le fichier « %(file)s » ne se lit plus à partir de la ligne %(line)s : des guillemets y sont ouverts et "
        "jamais fermés. Le fichier est peut-être coupé. Exportez-le à nouveau depuis votre logiciel."
    )
    return RefusedError("truncated", message % {"file": source.name, "line": line}, file=source.name, line=line)

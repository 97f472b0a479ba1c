"""The rows of a table, whatever holds it: a text cut by a separator, or the sheet of a workbook."""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from clients.imports.findings import RefusedError
from clients.imports.headings import FIRST_ROWS, find_header, recognised, score_of
from clients.imports.sniff import Source, dialect_of

LONGEST_CELL = 1024 * 1024


def rows_of(source: Source) -> Iterator[tuple[int, list]]:
    """(line number, cells) of each row. Cells of a text are text; those of a sheet are as the sheet types them."""
    return _text_rows(source) if source.kind == "text" else _sheet_rows(source)


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
    separator = dialect_of(source.path, source.encoding)
    csv.field_size_limit(LONGEST_CELL)
    with source.path.open(encoding=source.encoding, errors="replace", newline="") as content:
        lines = (line.replace("\0", "") for line in content) if _holds_nul(source.path) else content
        reader = csv.reader(lines, delimiter=separator)
        try:
            for row in reader:
                if reader.line_num == 1 and row:
                    row[0] = row[0].lstrip("\ufeff")
                yield reader.line_num, row
        except csv.Error:
            message = _(
                "Le fichier « %(file)s » ne se lit plus à partir de la ligne %(line)s : des guillemets y sont ouverts "
                "et jamais fermés. Le fichier est peut-être coupé. Exportez-le à nouveau depuis votre logiciel."
            )
            raise RefusedError(
                "truncated",
                message % {"file": source.name, "line": reader.line_num},
                file=source.name,
                line=reader.line_num,
            ) from None


def _holds_nul(path: Path) -> bool:
    with path.open("rb") as content:
        return any(b"\0" in block for block in iter(lambda: content.read(1024 * 1024), b""))


def _sheet_rows(source: Source) -> Iterator[tuple[int, list]]:
    try:
        with source.path.open("rb") as content:
            workbook = python_calamine.load_workbook(content)
        sheets = [workbook.get_sheet_by_index(index) for index in range(len(workbook.sheet_names))]
        rows = max((sheet.to_python(skip_empty_area=False) for sheet in sheets), key=_promise, default=[])
    except python_calamine.PasswordError:
        raise RefusedError(
            "password",
            _(
                "Le classeur « %(file)s » est protégé par un mot de passe. Retirez-le, enregistrez, puis importez la "
                "copie."
            )
            % {"file": source.name},
            file=source.name,
        ) from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise RefusedError(
            "truncated",
            _(
                "Le classeur « %(file)s » est abîmé ou d’un genre inconnu. Ouvrez-le dans votre tableur, "
                "enregistrez-le au format XLSX ou CSV, puis importez la copie."
            )
            % {"file": source.name},
            file=source.name,
        ) from None
    yield from enumerate(rows, start=1)


def _promise(rows: list[list]) -> tuple[int, int]:
    """How likely a sheet is the one of the invoices: its headings, then its length."""
    header = find_header([[as_text(cell) for cell in row] for row in rows[:FIRST_ROWS]])
    return (score_of(recognised(header[1])) if header else 0), len(rows)

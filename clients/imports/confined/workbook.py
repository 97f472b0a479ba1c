"""The sheets of one workbook (XLSX, XLS, XLSB, ODS): first how each begins, then the rows of those that are wanted.

Requests: {"open": path, "first": rows} gives {"sheets": [{"name", "is_visible", "first"}]};
{"write": number of a sheet, "to": path} writes its rows and gives {"rows": how many}.

A row is written as a line of JSON: [line number, cells] or [line number, cells, places of the cells that are days].
Empty rows are not written, nor the empty cells at the end of a row.
"""

import datetime as dt
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from clients.imports.confined.limits import RefusalError, converse

MOST_ENTRIES, MOST_BYTES, MOST_RATIO = 200, 200 * 2**20, 100
MOST_ROWS = 300_000 + 1_000  # with titles, headings and totals
MOST_COLUMNS = 2_000
LONGEST_CELL, LONGEST_SHOWN = 100_000, 500
PIECE = 1024 * 1024
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)

sheets: list[python_calamine.CalamineSheet] = []


def answer(request: dict) -> dict:
    if "open" in request:
        return {"sheets": list(_open(Path(request["open"]), request["first"]))}
    return {"rows": _write(sheets[request["write"]], Path(request["to"]))}


def _open(path: Path, first: int) -> Iterator[dict]:
    if path.open("rb").read(2) == b"PK":
        check(path)
    try:
        workbook = python_calamine.load_workbook(str(path))
        metadata = workbook.sheets_metadata
        sheets[:] = [workbook.get_sheet_by_index(number) for number in range(len(metadata))]
    except python_calamine.PasswordError:
        raise RefusalError("password") from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise RefusalError("truncated") from None
    for sheet, told in zip(sheets, metadata, strict=True):
        rows = []
        for line, cells in _rows(sheet):
            if line > first:
                break
            rows.append([line, [_shown(cell) for cell in cells]])
        yield {
            "name": told.name[:100],
            "is_visible": told.visible == python_calamine.SheetVisibleEnum.Visible,
            "first": rows,
            "height": sheet.height,
        }


def check(path: Path) -> None:
    """Refuse a workbook that would not hold once opened. Its entries are inflated and counted: sizes may lie."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
            if len(entries) > MOST_ENTRIES or total > MOST_BYTES or total / packed > MOST_RATIO:
                raise RefusalError("too-big")
            if any(entry.flag_bits & 1 for entry in entries):
                raise RefusalError("password")
            for entry in entries:
                with archive.open(entry) as content:
                    while content.read(PIECE):
                        pass  # to its end, where a wrong size or sum shows
    except BROKEN_ZIP:
        raise RefusalError("truncated") from None


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[tuple[int, list]]:
    """(line number, cells) of each row that is not empty."""
    start = sheet.start
    if start is None:
        return
    margin = [""] * start[1]
    wide = len(margin) + sheet.width > 64
    for line, cells in enumerate(sheet.iter_rows(), start[0] + 1):
        if not any(cells) and all(cell == "" for cell in cells):
            continue
        row = margin + cells
        if wide:
            used = next(place for place in range(len(row), 0, -1) if row[place - 1] != "")
            row = row[:used]
            if used > MOST_COLUMNS:
                raise RefusalError("too-wide", line=line, columns=used)
        yield line, row


def _write(sheet: python_calamine.CalamineSheet, path: Path) -> int:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    count = 0
    with path.open("w", encoding="utf-8", errors="replace") as out:
        for line, cells in _rows(sheet):
            days = None
            for place, cell in enumerate(cells):
                kind = type(cell)
                if kind is str:
                    if len(cell) > LONGEST_CELL:
                        raise RefusalError("long-cell", line=line, column=place + 1)
                    if "\0" in cell:
                        cells[place] = cell.replace("\0", "")
                elif kind is not float and kind is not bool and kind is not int:
                    cells[place] = _text(cell)
                    if kind is dt.date or kind is dt.datetime:
                        days = [*(days or ()), place]
            out.write(encode([line, cells, days] if days else [line, cells]) + "\n")
            count += 1
            if count > MOST_ROWS:
                raise RefusalError("too-many-rows")
    return count


def _shown(cell: Any) -> Any:
    """A cell as it is shown: a text may be cut."""
    return cell[:LONGEST_SHOWN].replace("\0", "") if isinstance(cell, str) else _text(cell)


def _text(cell: Any) -> Any:
    """A cell that JSON can write: days as ISO, times and durations as text."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, dt.timedelta) else cell


if __name__ == "__main__":
    converse(answer)

"""Rows that were not imported, given back as they came with the reason in a column: repaired, they import again."""

import tempfile
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePath
from typing import IO, Any

from django.utils.translation import gettext as _

from clients.exporting import xlsx_file
from clients.imports import fec
from clients.imports.book import Book
from clients.imports.cells import as_text, rows_of
from clients.imports.findings import label_of
from clients.imports.headings import FIRST_ROWS
from clients.imports.layouts import layout_of
from clients.imports.merge import Steps
from clients.imports.shapes import REASON_HEADING
from clients.imports.sniff import Source
from clients.models import Import, RejectedRow

MOST_KEPT = 20_000
HEADINGS = 0  # the line under which the headings of a table are kept, with its name for reason


def reasons(steps: Steps, book: Book, names: list[str]) -> dict[tuple[int, int], str]:
    """Why each line, as (file, line), is rejected: its own errors in words, or those of its document's others."""
    numbers = {name: number for number, name in enumerate(names)}
    found: dict[tuple[int, int], list[str]] = {}
    for error in book.errors:
        if error.line and error.file in numbers:
            where = " ".join(part for part in (error.column, f"« {error.value} »" if error.value else "") if part)
            said = f"{label_of(error.reason)} ({where}). {error.repair}" if where else error.repair
            found.setdefault((numbers[error.file], error.line), []).append(said)
    aside = _("Une autre ligne de la même facture est en erreur : elle attend avec elle.")
    for file, line, _fate in steps.rows("set_aside_rows", most=MOST_KEPT):
        found.setdefault((file, line), [aside])
    return {place: " ".join(texts)[:255] for place, texts in islice(found.items(), MOST_KEPT)}


def keep(batch: Import, sources: list[Source], book: Book) -> None:
    """Read the rejected lines of a Book again from their files and keep them instead of those kept before."""
    batch.rejected_rows.all().delete()
    rows: list[RejectedRow] = []
    for number, source in enumerate(sources):
        wanted = {line: reason for (file, line), reason in book.rejected.items() if file == number}
        if source.kind == "fec":
            rows += _of_fec(batch, number, source, book, wanted)
        elif wanted and source.kind in ("text", "workbook"):
            rows += _of_table(batch, number, source, book, wanted)
    RejectedRow.objects.bulk_create(rows[:MOST_KEPT], batch_size=1000, ignore_conflicts=True)


def _of_table(batch: Import, number: int, source: Source, book: Book, wanted: dict[int, str]) -> Iterator[RejectedRow]:
    first = [[as_text(cell) for cell in cells] for _line, cells in islice(rows_of(source), FIRST_ROWS + 1)]
    layout = layout_of(first, book.table_plan)
    if layout is None:
        return
    yield RejectedRow(batch=batch, file=number, line=HEADINGS, reason=source.name[:255], cells=layout.headings)
    last = max(wanted)
    for line, cells in islice(rows_of(source), layout.start, None):
        if line in wanted:
            yield RejectedRow(batch=batch, file=number, line=line, reason=wanted[line], cells=list(map(_plain, cells)))
        if line >= last:
            return


def _of_fec(batch: Import, number: int, source: Source, book: Book, wanted: dict[int, str]) -> Iterator[RejectedRow]:
    """The wrong lines of a FEC with all the lines of their entries, which only stand together."""
    if not wanted and not book.set_aside_entries:
        return
    aside = _("Une autre ligne de la même écriture est en erreur : elle attend avec elle.")
    reader = fec.FecReader(source.path, name=source.name, encoding=source.encoding, file=number)
    headings: list[str] = []
    for line, cells in reader.raw_rows():
        if not headings:
            headings = cells
            yield RejectedRow(batch=batch, file=number, line=HEADINGS, reason=source.name[:255], cells=headings)
        elif line in wanted or reader.entry_of(cells) in book.set_aside_entries:
            yield RejectedRow(batch=batch, file=number, line=line, reason=wanted.get(line, aside), cells=cells)


def _plain(cell: Any) -> Any:
    """A cell as JSON keeps it: numbers stay numbers."""
    return cell if isinstance(cell, int | float | str) else as_text(cell)


def workbooks(batch: Import) -> list[tuple[str, IO[bytes]]]:
    """(name, XLSX file) of the rejected rows, one for each table that has some."""
    made = []
    numbers = batch.rejected_rows.exclude(line=HEADINGS).order_by("file").values_list("file", flat=True).distinct()
    for number in numbers:
        rows = batch.rejected_rows.filter(file=number)
        head = rows.filter(line=HEADINGS).first()
        kept = [text for text in (head.cells if head else []) if text != REASON_HEADING]
        width = len(kept)
        body = ([*(row.cells + [""] * width)[:width], row.reason] for row in rows.exclude(line=HEADINGS).iterator())
        stem = PurePath(head.reason if head else f"fichier-{number + 1}").stem.replace("/", "-")[:80]
        made.append((f"{stem}-rejets.xlsx", xlsx_file([*kept, REASON_HEADING], body, title=_("Rejets"))))
    return made


def count(batch: Import) -> int:
    """How many rows of the files were rejected, headings apart."""
    return batch.rejected_rows.exclude(line=HEADINGS).count()


def zipped(files: list[tuple[str, IO[bytes]]]) -> IO[bytes]:
    """These files in one archive, open at its start; closing it deletes it."""
    archive = tempfile.TemporaryFile(suffix=".zip")  # noqa: SIM115 - handed over open: the caller closes it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, file in files:
            packed.writestr(name, file.read())
            file.close()
    archive.seek(0)
    return archive

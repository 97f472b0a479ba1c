"""A file sent to the administration, read into the rows of one list. Nothing here touches the database."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import tablib
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.exporting import FORMULA_STARTS, INVISIBLE
from clients.imports.cells import as_text, rows_of
from clients.imports.findings import RefusedError
from clients.imports.headings import FIRST_ROWS
from clients.imports.sheets import opened
from clients.imports.sniff import Source, sniff
from clients.master_data.cells import LONGEST_TEXT
from clients.master_data.columns import Column, find_header, recognised

MOST_BYTES = 10 * 2**20
MOST_ROWS = 20_000
LINE = "line"  # the heading under which each row keeps its line number
CONTROLS = {code: " " for code in range(32) if chr(code) not in "\n"} | {127: " ", 0xFEFF: None}


@dataclass
class Table:
    """What a file holds: rows under the names of our fields, the headings used and those that serve nothing."""

    name: str
    dataset: tablib.Dataset
    used: list[tuple[str, Column]]
    ignored: list[str]

    @property
    def fields(self) -> set[str]:
        return {column.field for _heading, column in self.used}


def read(content: bytes, name: str, columns: Sequence[Column]) -> Table:
    """The table in this file. Raises RefusedError when it is none, too big, or without any heading that we know."""
    name = Path(name).name[-120:]
    with tempfile.TemporaryDirectory() as folder:  # private to this account, gone with the block
        path = Path(folder) / "table"
        path.write_bytes(content)
        return _table(_source(sniff(path, name), columns), columns)


def _source(source: Source, columns: Sequence[Column]) -> Source:
    """A text as it is; of a workbook, which a confined program opens, the sheet that looks most like this list."""

    def judge(first: list[list[str]]) -> tuple[int, list[str]]:
        header = find_header(first, columns)
        headings = header[1] if header else []
        return len(recognised(headings, columns)), headings

    if source.kind in ("archive", "office"):
        sheets, _left = opened(source, judge=judge)
        if not sheets:
            raise RefusedError("no-row", _empty(source))
        source = sheets[0]
    if source.kind not in ("text", "workbook"):
        raise RefusedError(
            "wrong-format",
            _(
                "« %(file)s » est une comptabilité (FEC) ou une facture, pas une liste. Importez-le depuis la page "
                "Importer : ses clients et ses services viendront avec ses factures."
            )
            % {"file": source.name},
        )
    return source


def _table(source: Source, columns: Sequence[Column]) -> Table:
    rows = rows_of(source)
    first = [(line, [_text(cell) for cell in cells]) for line, cells in islice(rows, FIRST_ROWS + 1)]
    header = find_header([cells for _line, cells in first], columns)
    if header is None:
        raise RefusedError("wrong-format", _no_header(source, [cells for _line, cells in first], columns))
    start, headings = header
    places = recognised(headings, columns)
    dataset = tablib.Dataset(headers=[LINE, *places])
    for line, cells in chain(first[start:], rows):
        texts = [_text(cell) for cell in cells]
        if any(texts) and texts != headings:
            if len(dataset) >= MOST_ROWS:
                raise RefusedError("too-big", _too_long(source))
            dataset.append([str(line), *(texts[place] if place < len(texts) else "" for place in places.values())])
    if not len(dataset):
        raise RefusedError("no-row", _empty(source))
    known = {column.field: column for column in columns}
    used = [(headings[place], known[field]) for field, place in sorted(places.items(), key=lambda pair: pair[1])]
    ignored = [text for place, text in enumerate(headings) if text and place not in places.values()]
    return Table(source.name, dataset, used, ignored)


def _text(cell: object) -> str:
    """A cell as a person reads it, without control characters, nor the apostrophe that our exports put before them."""
    text = as_text(cell)[: LONGEST_TEXT + 2]  # enough to be told that it is too long
    if text[:1] == "'" and text[1:].lstrip(INVISIBLE)[:1] in FORMULA_STARTS and len(text) > 1:
        text = text[1:]
    return text.translate(CONTROLS).strip()


def _empty(source: Source) -> str:
    return _("« %(file)s » a peut-être des en-têtes, et aucune ligne en dessous. Choisissez le fichier rempli.") % {
        "file": source.name
    }


def _too_long(source: Source) -> str:
    return ngettext(
        "« %(file)s » a plus de %(most)s ligne. Découpez-le en plusieurs fichiers et importez-les l’un après l’autre.",
        "« %(file)s » a plus de %(most)s lignes. Découpez-le en plusieurs fichiers et importez-les l’un après l’autre.",
        MOST_ROWS,
    ) % {"file": source.name, "most": MOST_ROWS}


def _no_header(source: Source, first: list[list[str]], columns: Sequence[Column]) -> str:
    start = " ; ".join(cell for cell in next((row for row in first if any(row)), [])[:6] if cell)[:200]
    return _(
        "Aucun en-tête reconnu dans « %(file)s », qui commence par « %(start)s ». Écrivez en première ligne les noms "
        "des colonnes, par exemple : %(examples)s."
    ) % {
        "file": source.name,
        "start": start,
        "examples": ", ".join(str(column.label) for column in columns[:4]),
    }

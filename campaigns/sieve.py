"""A long extract of the Sirene register: read row by row, and only what may become a prospect goes on to the preview.

Who is closed, objects to disclosure, or is outside the areas asked for leaves here, counted by reason. The rows that
stay keep their line numbers: those that went are empty lines.
"""

import csv
import io
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from django.utils.translation import gettext as _

from campaigns.prospects import ProspectResource, out_of_reach
from clients.areas import area_of
from clients.imports.cells import rows_of
from clients.imports.findings import RefusedError
from clients.imports.headings import FIRST_ROWS
from clients.imports.sniff import sniff
from clients.master_data.columns import find_header, recognised
from clients.master_data.reading import MOST_ROWS

MOST_BYTES = 100 * 2**20
NEEDED = ("disclosed", "opened", "postcode")


@dataclass(frozen=True)
class Sieved:
    """What is left of a file, as a CSV, and how many rows went, by reason."""

    content: bytes
    left: Counter[str]


def sieve(path: Path, name: str, *, areas: Collection[str] = ()) -> Sieved | None:
    """What may become a prospect in this file, in these areas when any is named; None when it is no text with headings,
    which the preview will say better. Memory holds the rows that stay. Raises RefusedError when they are too many.
    """
    source = sniff(path, name)
    if source.kind != "text":
        return None
    rows = rows_of(source)
    first = list(islice(rows, FIRST_ROWS + 1))
    header = find_header([cells for _line, cells in first], ProspectResource.columns)
    if header is None:
        return None
    start, headings = header
    places = {
        field: place for field, place in recognised(headings, ProspectResource.columns).items() if field in NEEDED
    }
    kept, left = Kept(), Counter[str]()
    for line, cells in first[:start]:
        kept.write(line, cells)
    for line, cells in chain(first[start:], rows):
        row = {field: cells[place].strip() if place < len(cells) else "" for field, place in places.items()}
        if reason := out_of_reach(row) or _elsewhere(row, areas):
            left[reason] += 1
        else:
            kept.write(line, cells)
        if kept.count > MOST_ROWS + start:
            raise RefusedError("too-big", _too_many(name), file=name)
    return Sieved(kept.content, left)


class Kept:
    """Rows written one by one, each at the line where it was."""

    def __init__(self) -> None:
        self.count = 0
        self._text = io.StringIO()
        self._writer = csv.writer(self._text, delimiter=";", lineterminator="\n")
        self._line = 0

    def write(self, line: int, cells: list[str]) -> None:
        if not any(cells):
            return
        height = 1 + sum(cell.count("\n") for cell in cells)
        self._text.write("\n" * max(0, line - height - self._line))
        self._writer.writerow(cells)
        self._line = max(line, self._line + height)
        self.count += 1

    @property
    def content(self) -> bytes:
        return self._text.getvalue().encode()


def _elsewhere(row: dict[str, str], areas: Collection[str]) -> str:
    """Why a row is outside the areas asked for; empty when it is inside, or none was named."""
    if not areas or area_of(row.get("postcode", "").zfill(5)) in areas:
        return ""
    return _("Hors des départements demandés")


def _too_many(name: str) -> str:
    return _(
        "« %(file)s » laisse plus de 20 000 prospects, une fois ôtés ceux qui sont hors d’atteinte. Demandez moins de "
        "départements, ou découpez le fichier."
    ) % {"file": name}

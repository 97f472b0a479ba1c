"""The columns of one list, told from their headings in French and English, whatever their order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import override

from clients.imports.headings import FIRST_ROWS, folded_heading, stacked
from clients.master_data.cells import Cell, Text


@dataclass(frozen=True)
class Column:
    """One column: its heading in files that we write, what other files call it, and how its cells are read.

    `attribute` is the attribute that it fills; None for a column that only helps to find who is meant. One that
    `keeps` is never emptied by an empty cell, whatever was asked. One that is not `is_written` is only read.
    """

    field: str
    label: str
    synonyms: str = ""
    cell: Cell = field(default_factory=Text)
    attribute: str | None = ""
    keeps: bool = False
    is_written: bool = True

    @property
    def target(self) -> str | None:
        return self.field if self.attribute == "" else self.attribute

    def headings(self) -> list[str]:
        """What this column is called, the likeliest first: our own heading in each language, then the synonyms."""
        ours = []
        for language, _name in settings.LANGUAGES:
            with override(language):
                ours.append(folded_heading(str(self.label)))
        return [*ours, folded_heading(self.field), *words(self.synonyms)]


def words(text: str, *, but: Iterable[str] = ()) -> list[str]:
    """The synonyms in such a text: parts between bars, on several lines."""
    found = [part.strip() for line in text.strip().splitlines() for part in line.split("|")]
    return [word for word in found if word and word not in set(but)]


def recognised(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """The place of each column among these headings; of several that could be it, the likeliest.

    A word that two columns know means the first of them in the list's own order.
    """
    meanings: dict[str, tuple[str, int]] = {}
    for column in columns:
        for rank, heading in enumerate(column.headings()):
            meanings.setdefault(heading, (column.field, rank))
    found: dict[str, tuple[int, int]] = {}
    for place, text in enumerate(headings):
        heading = folded_heading(text)
        name, rank = meanings.get(heading) or meanings.get(heading.replace(" ", "")) or ("", 0)
        if name and (name not in found or rank < found[name][0]):
            found[name] = (rank, place)
    return {name: place for name, (_rank, place) in found.items()}


def find_header(rows: Sequence[list[str]], columns: Sequence[Column]) -> tuple[int, list[str]] | None:
    """The number of the first row of data and the headings above it; None when no row has headings.

    Titles may come first, and headings may be stacked on two rows.
    """
    best: tuple[tuple[int, int, int], int, list[str]] | None = None
    for index, row in enumerate(rows[:FIRST_ROWS]):
        candidates = [(index + 1, row, 1)]
        if index + 1 < len(rows):
            candidates.append((index + 2, stacked(row, rows[index + 1]), 0))
        for start, cells, single in candidates:
            score = (len(recognised(cells, columns)), single, -start)
            if score[0] and (best is None or score > best[0]):
                best = (score, start, cells)
    return (best[1], best[2]) if best else None


def labels_of(columns: Sequence[Column]) -> Mapping[str, str]:
    return {column.field: str(column.label) for column in columns}

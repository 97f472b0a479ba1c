"""The shape of a table: its headings, whatever their order. Files of one shape are read the same way."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from clients.imports.headings import folded_heading

REASON_HEADING = "Motif du rejet"  # the column that rejected rows are given back with; never part of a shape


def named_headings(headings: Iterable[str]) -> list[str]:
    """A name for each column that no other bears: its heading as compared, numbered when it comes again or is blank."""
    seen: Counter[str] = Counter()
    names = []
    for place, text in enumerate(headings):
        name = folded_heading(text) or f"colonne {place + 1}"
        seen[name] += 1
        names.append(f"{name} {seen[name]}" if seen[name] > 1 else name)
    return names


def shape_of(headings: Iterable[str]) -> str:
    """The same text for the same headings in any order; the column of reasons that we added does not count."""
    names = sorted(set(named_headings(headings)) - {folded_heading(REASON_HEADING)})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def is_given_back(headings: Iterable[str]) -> bool:
    """Whether a table holds rejected rows that we gave back, perhaps repaired."""
    return folded_heading(REASON_HEADING) in named_headings(headings)

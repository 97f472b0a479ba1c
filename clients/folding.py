"""Names as they are compared, sorted and searched: without case, without accents.

The folding is a function of the database, so that a name written by anybody, in bulk or by hand, is always found.
PostgreSQL's own `unaccent` is an extension that the embedded server does not ship.
"""

import unicodedata

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, Concat


class Fold(Func):
    """The text in lower case without accents; œ and æ become oe and ae, runs of spaces one space."""

    function = "clients_fold"
    output_field = TextField()


def folded(*fields: str) -> Fold:
    """These columns, one space between them, folded."""
    parts: list = []
    for field in fields:
        parts += [Coalesce(F(field), Value("")), Value(" ")]
    return Fold(Concat(*parts, output_field=TextField()) if len(fields) > 1 else F(fields[0]))


LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o", "Ø": "o"})


def fold(words: str) -> str:
    """These words as the database folds them, for what is compared before it gets there: headings, labels, statuses."""
    if words.isascii():  # most words by far, and nothing of them to take apart
        return " ".join(words.lower().split())
    decomposed = unicodedata.normalize("NFKD", words.translate(LIGATURES))
    return " ".join("".join(c for c in decomposed if not "\u0300" <= c <= "\u036f").lower().split())

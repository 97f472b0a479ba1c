"""What changed the past: imports undone, clients merged or parted. Judgements made before each of them may be wrong."""

import datetime as dt
from typing import NamedTuple

from clients.models import ClientMerge, Import


class Rewrite(NamedTuple):
    """One change of the past: either two clients, or the days of the documents that an import had brought."""

    at: dt.datetime
    clients: tuple[int, ...] = ()
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    @property
    def is_undone_import(self) -> bool:
        return not self.clients


def rewrites() -> list[Rewrite]:
    """Every change of the past, in the order in which they were committed.

    All of them hold the lock of the imports until they commit: whoever sees one sees those before it, so that a count
    says which ones somebody saw.
    """
    found = []
    for kept, merged, merged_at, undone_at in ClientMerge.objects.order_by().values_list(
        "kept_id", "merged_id", "merged_at", "undone_at"
    ):
        found += [Rewrite(at, (kept, merged)) for at in (merged_at, undone_at) if at]
    undone = Import.objects.filter(status=Import.Status.UNDONE).order_by()
    found += [
        Rewrite(at, first_day=first, last_day=last)
        for at, first, last in undone.values_list("undone_at", "first_day", "last_day")
        if at
    ]
    return sorted(found, key=lambda rewrite: (rewrite.at, rewrite.clients))

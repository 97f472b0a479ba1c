"""What the pages show of undoing an import: whether it can be, until when, and what became of each row."""

import datetime as dt
from functools import cached_property

from django.db.models import Count, QuerySet

from accounts.journal import noun_of
from clients.imports import undo
from clients.models import Import, UndoneRow

Fate = UndoneRow.Fate
MOST_SHOWN = 50


class TakenBack:
    """The undoing of one import, done or possible. Each part asks the database when it is shown."""

    def __init__(self, batch: Import):
        self.batch = batch

    @property
    def until(self) -> dt.datetime | None:
        """When the import can be undone no more; None when it cannot be at all."""
        return undo.until(self.batch)

    @property
    def is_done(self) -> bool:
        return self.batch.status == Import.Status.UNDONE

    @cached_property
    def counts(self) -> list[dict]:
        """How many rows of each kind had each fate: what stays first, then the most numerous."""
        rows = self.batch.undone_rows.order_by().values("fate", "table").annotate(rows=Count("id"))
        order = [Fate.ERROR, Fate.KEPT, Fate.UNDONE]
        return [
            {**row, "fate": Fate(row["fate"]), "what": noun_of(row["table"])}
            for row in sorted(rows, key=lambda row: (order.index(Fate(row["fate"])), -row["rows"]))
        ]

    def count(self, fate: str) -> int:
        return sum(row["rows"] for row in self.counts if row["fate"] == fate)

    @property
    def undone(self) -> int:
        return self.count(Fate.UNDONE)

    @property
    def kept(self) -> int:
        return self.count(Fate.KEPT)

    @property
    def errors(self) -> int:
        return self.count(Fate.ERROR)

    @cached_property
    def staying(self) -> list[UndoneRow]:
        """The first rows that were not taken back, errors first."""
        return list(self.rows().exclude(fate=Fate.UNDONE)[:MOST_SHOWN])

    def rows(self, fate: str = "") -> QuerySet[UndoneRow]:
        """Every row of this fate, or of all: errors, then what is kept, then what was taken back."""
        rows = self.batch.undone_rows.order_by("fate", "id")  # error, kept, undone
        return rows.filter(fate=fate) if fate in Fate.values else rows

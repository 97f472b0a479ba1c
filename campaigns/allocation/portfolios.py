"""Whom a plan is about: the clients of each tier and each portfolio that its maker sees, and the prospects."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.hierarchy import portfolios_of
from accounts.models import User
from campaigns.models import Prospect, Target
from segmentation.models import ScoringRun

SQL = Path(__file__).parent.parent / "sql"
Key = tuple[int | None, str]  # who follows them, and the target


@dataclass(frozen=True)
class Held:
    """Clients of one tier, or prospects: how many, what they brought over the tier window, those at risk. Euros HT."""

    clients: int = 0
    revenue: Decimal = Decimal(0)
    at_risk: int = 0
    stake: Decimal = Decimal(0)

    def __add__(self, other: "Held") -> "Held":
        return Held(
            self.clients + other.clients,
            self.revenue + other.revenue,
            self.at_risk + other.at_risk,
            self.stake + other.stake,
        )


@dataclass(frozen=True)
class Portfolios:
    """What each person holds of each target in one run; `None` follows nobody's clients."""

    run: ScoringRun | None
    held: dict[Key, Held] = field(default_factory=dict)

    def of(self, target: str) -> Held:
        return sum((held for (_owner, one), held in self.held.items() if one == target), Held())

    def of_person(self, owner: int | None, target: str) -> Held:
        return self.held.get((owner, target), Held())

    @property
    def owners(self) -> set[int | None]:
        return {owner for owner, _target in self.held}

    @property
    def revenue(self) -> Decimal:
        return sum((held.revenue for held in self.held.values()), Decimal(0))


def portfolios(user: User) -> Portfolios:
    """What the people whose clients this person sees hold, in the run on show; prospects alone before the first run."""
    run, owners = ScoringRun.objects.latest_at(), portfolios_of(user)
    held: dict[Key, Held] = {}
    if run:
        for owner, target, *figures in rows("portfolios", owners, run=run.pk, today=timezone.localdate()):
            held[(owner, target)] = Held(*figures)
    waiting = Prospect.objects.visible_to(user).open().filter(objected_at=None)
    for row in waiting.order_by().values("owner").annotate(n=Count("id")):
        held[(row["owner"], Target.PROSPECTS)] = Held(clients=row["n"])
    return Portfolios(run, held)


def rows(name: str, owners: set[int | None] | None, **parameters: int | dt.date) -> Iterable[tuple]:
    """What this statement answers, a portfolio first in each row, of these portfolios alone when they are given."""
    with connection.cursor() as cursor:
        cursor.execute((SQL / f"{name}.sql").read_text(), parameters)
        return [row for row in cursor.fetchall() if owners is None or row[0] in owners]

"""Did calling pay? Clients once shown as at risk, those somebody called and the others, and what they bought then.

Whoever was called is compared with whoever was not: an association, never a proof, for nobody calls at random. Both
are watched over the same time, which begins when the days to call are over (`sql/returns.sql`).
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.db import connection

from segmentation.models import RiskReason, ScoringRun

SQL = Path(__file__).parent / "sql"
DAYS_TO_CALL = 30
EVERY_REASON = ""


@dataclass(frozen=True)
class Group:
    """Clients once at risk: how many, how many bought again, the net amount they made and the euros then at stake."""

    clients: int = 0
    came_back: int = 0
    amount: Decimal = Decimal(0)
    stake: Decimal = Decimal(0)

    def __add__(self, other: "Group") -> "Group":
        return Group(
            self.clients + other.clients,
            self.came_back + other.came_back,
            self.amount + other.amount,
            self.stake + other.stake,
        )

    @property
    def share(self) -> Decimal | None:
        """The part that bought again; None of nobody."""
        return Decimal(self.came_back) / self.clients if self.clients else None


@dataclass(frozen=True)
class Pair:
    """The clients that were called and those that were not."""

    called: Group = Group()
    others: Group = Group()


@dataclass(frozen=True)
class Returns:
    """What became of the clients at risk in one run: all of them, by reason of their risk, and by who follows them.

    A client with several reasons counts under each. `people` is by the id of the owner, None for nobody.
    """

    run: ScoringRun
    called_until: dt.date
    until: dt.date
    total: Pair
    reasons: dict[str, Pair]
    people: dict[int | None, Pair]


def window(run: ScoringRun, months: int) -> tuple[dt.date, dt.date]:
    """The last day on which a call counts, and the last day on which what is bought does."""
    called_until = run.as_of + dt.timedelta(days=DAYS_TO_CALL)
    return called_until, called_until + relativedelta(months=months)


def runs_to_judge(months: int) -> list[ScoringRun]:
    """The standing runs, one a month and the newest first, since which these months of facts have come."""
    standing = list(ScoringRun.objects.standing().order_by("-as_of"))
    if not standing:
        return []
    newest, found = standing[0].as_of, {}
    for run in standing:
        if window(run, months)[1] <= newest:
            found.setdefault((run.as_of.year, run.as_of.month), run)
    return list(found.values())


def returns(run: ScoringRun, months: int, *, owners: Collection[int | None] | None = None) -> Returns:
    """What the clients at risk in this run became, of these owners alone when they are given (None: of nobody)."""
    called_until, until = window(run, months)
    with connection.cursor() as cursor:
        cursor.execute((SQL / "returns.sql").read_text(), {"run": run.pk, "called_until": called_until, "until": until})
        rows = [row for row in cursor.fetchall() if owners is None or row[0] in owners]
    whole = [row for row in rows if row[1] == EVERY_REASON]
    return Returns(
        run=run,
        called_until=called_until,
        until=until,
        total=_pair(whole),
        reasons={slug: _pair(row for row in rows if row[1] == slug) for slug in _known(rows)},
        people={
            owner: _pair(row for row in whole if row[0] == owner) for owner in dict.fromkeys(row[0] for row in whole)
        },
    )


def _known(rows: Iterable[tuple]) -> list[str]:
    """The reasons that somebody was at risk for, in the order of the product."""
    found = {row[1] for row in rows}
    return [slug for slug in RiskReason.values if slug in found]


def _pair(rows: Iterable[tuple]) -> Pair:
    groups = {True: Group(), False: Group()}
    for _owner, _reason, is_called, *figures in rows:
        groups[is_called] += Group(*figures)
    return Pair(groups[True], groups[False])

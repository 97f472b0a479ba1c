"""The hours of a run: filled with it, and written anew when an hour or a cost changes since.

A run's hours are those of its tier window, so that revenue per hour divides what the same twelve months brought by what
they took; where groups are scored, those on any of their companies are the head's. Only the run on show follows later
changes: those before it keep what was known then.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from clients.models import TimeEntry
from segmentation.groups import whole_groups
from segmentation.locks import FAMILY, Lock
from segmentation.models import ClientTime, PersonTime, ScoringRun, Unscored
from segmentation.statements import execute, prepare_page

STATEMENTS = ["person_time", "client_time"]


@transaction.atomic
def fill(run: ScoringRun, client_ids: Iterable[int] | None = None) -> None:
    """Writes the hours of this run anew, those of these clients and of their groups alone when some are named.

    Two fillings of one run wait for each other; where nobody notes hours, nobody waits.
    """
    if not TimeEntry.objects.exists() and not PersonTime.objects.filter(run=run).exists():
        return
    ids = None if client_ids is None else whole_groups(run, client_ids)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FAMILY, Lock.HOURS])
    for model in (ClientTime, PersonTime):
        former = model.objects.filter(run=run)
        (former if ids is None else former.filter(client__in=ids)).delete()
    for name in STATEMENTS:
        execute(name, run=run.pk, clients=ids)


@transaction.atomic
def follow(client_ids: Iterable[int] | None = None) -> None:
    """Writes anew the hours of the run on show, after entries or costs changed; nothing before the first run."""
    if run := ScoringRun.objects.latest_at():
        prepare_page()
        fill(run, client_ids)


def is_behind(run: ScoringRun) -> bool:
    """Whether the hours of this run no longer add up to those of its window."""
    left_out = Unscored.objects.of(run).excluded()
    entries = TimeEntry.objects.in_window(run.tier_from, run.as_of).exclude(client__in=left_out.values("client"))
    return _hours(entries) != _hours(PersonTime.objects.of(run))


def _hours(rows: QuerySet) -> Decimal:
    return rows.aggregate(hours=Sum("hours"))["hours"] or Decimal(0)

"""History from day one: past month-ends scored from the invoices that were imported.

A month-end is due when no official run stands at its date, or when the one that does was made after the fact and
invoices up to its date came since: then it was no judgement of that time, only a reconstruction, and is made again.
A date before any purchase is left alone. Each date is a job of the ledger; oldest first, so that each run finds the one
before it.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import Min, Q
from django.utils import timezone

from clients.models import ChangedClient, Invoice, YearlyTotal
from segmentation import movements
from segmentation.locks import Lock, held
from segmentation.models import LedgerEntry, ScoringRun
from segmentation.scoring import AlreadyRunning, NoFacts, default_as_of, facts_version, score

log = logging.getLogger(__name__)
JOB = "backfill"
MONTHS = 24
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Plan:
    """The month-ends looked at, oldest first, each in one of three: to score, scored already, before any purchase."""

    due: list[dt.date]
    standing: list[dt.date]
    without_facts: list[dt.date]


def plan(months: int = MONTHS) -> Plan:
    """What the last `months` month-ends before the date of the facts call for. Raises NoFacts."""
    first_on, dates = _first_purchase_on(), month_ends(default_as_of(), months)
    with_facts = [day for day in dates if first_on is not None and day >= first_on]
    runs = {run.as_of: run for run in ScoringRun.objects.standing().filter(as_of__in=with_facts)}
    due = [day for day in with_facts if day not in runs or _is_outdated(runs[day])]
    return Plan(
        due=due,
        standing=[day for day in with_facts if day not in due],
        without_facts=[day for day in dates if day not in with_facts],
    )


def backfill(months: int = MONTHS) -> list[ScoringRun]:
    """The runs made of the month-ends that were due, oldest first; then every run is compared with those around it.

    Raises NoFacts without any invoice, AlreadyRunning when somebody else scores.
    """
    try:
        return [score(as_of=day, trigger=ScoringRun.Trigger.PAST) for day in plan(months).due]
    finally:
        movements.catch_up()


def backfill_when_due() -> int:
    """How many month-ends were scored in the background. One process at a time; it yields to new facts, and leaves
    alone a date that failed three times with these facts. The next ring goes on."""
    with held(Lock.BACKFILL) as is_ours:
        done = 0
        try:
            while is_ours and _is_up_to_date() and (day := _next_day()):
                done += _score_one(day)
        except (AlreadyRunning, NoFacts):
            pass
        if done:
            movements.catch_up()
        return done


def month_ends(before: dt.date, months: int) -> list[dt.date]:
    """The last days of the `months` months that ended before this day, oldest first."""
    first = before.replace(day=1)
    return [first - relativedelta(months=n) - dt.timedelta(days=1) for n in reversed(range(months))]


def _first_purchase_on() -> dt.date | None:
    """The day of the oldest purchase, or of the oldest yearly total."""
    bought = Invoice.objects.counted().filter(amount_ht__gt=0).aggregate(day=Min("issued_on"))["day"]
    totalled = YearlyTotal.objects.filter(amount_ht__gt=0).aggregate(day=Min("first_day"))["day"]
    return min((day for day in (bought, totalled) if day is not None), default=None)


def _is_outdated(run: ScoringRun) -> bool:
    """Whether this run was made after the fact, and facts up to its date changed since."""
    if run.trigger != ScoringRun.Trigger.PAST:
        return False
    unseen = Q(seen_by__gt=run.pk) | Q(seen_by=None)
    return ChangedClient.objects.filter(unseen, first_day__lte=run.as_of).exists()


def _is_up_to_date() -> bool:
    """Whether the run on show knows the facts of today: it comes before any past date."""
    shown = ScoringRun.objects.latest_at()
    return shown is not None and shown.facts_version == facts_version()


def _next_day() -> dt.date | None:
    failed = LedgerEntry.objects.filter(
        job=JOB, outcome=LedgerEntry.Outcome.FAILED, attempts__gte=MOST_ATTEMPTS, detail=str(facts_version())
    )
    given_up = set(failed.values_list("business_date", flat=True))
    return next((day for day in plan().due if day not in given_up), None)


def _score_one(day: dt.date) -> bool:
    """Whether this date was scored; the ledger says what became of it, and with which facts."""
    entry, is_new = LedgerEntry.objects.get_or_create(job=JOB, business_date=day)
    version = str(facts_version())
    entry.attempts = 1 if is_new or entry.detail != version else entry.attempts + 1
    entry.outcome, entry.detail, entry.started_at = LedgerEntry.Outcome.STARTED, version, timezone.now()
    entry.save()
    try:
        entry.run = score(as_of=day, trigger=ScoringRun.Trigger.PAST)
        entry.outcome = LedgerEntry.Outcome.DONE
    except (AlreadyRunning, NoFacts):
        entry.outcome, entry.attempts = LedgerEntry.Outcome.FAILED, entry.attempts - 1  # nothing was tried
        raise
    except Exception:
        entry.outcome = LedgerEntry.Outcome.FAILED
        log.exception("the month-end of %s could not be scored", day)
    finally:
        entry.finished_at = timezone.now()
        entry.save()
    return entry.outcome == LedgerEntry.Outcome.DONE

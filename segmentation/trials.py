"""Backtests asked for, made and kept: each is a row of the database that one worker at a time works off.

A person asks from the page, the ledger once a month, and the command makes its own at once. Anybody may ring, as often
as they like: who asks twice for the same gets the one that is there.
"""

import datetime as dt
import logging

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Invoice
from clients.rewrites import rewrites
from segmentation.backtest import MONTHS, OutcomeUnknown, measured, resolved
from segmentation.locks import Lock, held
from segmentation.models import Backtest, LedgerEntry, Rules, ScoringRun
from segmentation.scoring import AlreadyRunning, NoFacts, default_as_of, facts_version

log = logging.getLogger(__name__)
JOB = "backtest"
MOST_ATTEMPTS = 3
HISTORY_MONTHS = 12  # of facts before the date that is tried of its own accord


def ask(*, as_of: dt.date | None, months: int, by: User) -> Backtest:
    """The backtest that answers: one under way, one made of the facts and rules of today, or a new one, queued.

    Raises PermissionDenied, and what `backtest.resolved` raises.
    """
    if not by.may(Right.MANAGE_RULES):
        raise PermissionDenied
    as_of, until = resolved(as_of=as_of, months=months)
    return _current(as_of, months) or _queued(as_of=as_of, until=until, months=months, by=by)


def run_now(*, as_of: dt.date | None, months: int, by: User | None = None) -> Backtest:
    """A backtest made at once, in place of the former one of this date and duration.

    Raises AlreadyRunning while another is being made, NoFacts and OutcomeUnknown. Outside any transaction.
    """
    as_of, until = resolved(as_of=as_of, months=months)
    with held(Lock.BACKTESTS) as is_ours:
        if not is_ours:
            raise AlreadyRunning(_("Un essai est déjà en cours : attendez qu’il se termine, puis recommencez."))
        trial = _queued(as_of=as_of, until=until, months=months, by=by)
        _make(trial, most_attempts=1)
        return trial


def work_off() -> int:
    """How many backtests asked for are made now. None while another worker is at it.

    One that a killed worker left running is made again: that worker's lock went with it.
    """
    with held(Lock.BACKTESTS) as is_ours:
        if not is_ours:
            return 0
        _ask_again_without_undone_facts()
        made = 0
        for trial in Backtest.objects.under_way().order_by("id"):
            try:
                _make(trial)
                made += 1
            except AlreadyRunning:
                break
            except (NoFacts, OutcomeUnknown):
                continue
            except Exception:
                log.exception("the backtest of %s over %s months failed", trial.as_of, trial.months)
        return made


def ask_monthly() -> Backtest | None:
    """The backtest of the newest month-end with a year of facts before it and six months after, asked for once."""
    as_of = newest_month_end()
    if as_of is None:
        return None
    with transaction.atomic():
        entry, is_new = LedgerEntry.objects.get_or_create(job=JOB, business_date=as_of)
        if not is_new:
            return None
        trial = _current(as_of, MONTHS)
        if trial is None:
            return _queued(as_of=as_of, until=as_of + relativedelta(months=MONTHS), months=MONTHS, by=None)
        if trial.status == Backtest.Status.DONE:
            _close(entry, LedgerEntry.Outcome.NOTHING_NEW, trial)
        return trial


def month_ends() -> list[dt.date]:
    """Every month-end with a year of facts before it and at least a month after, newest first."""
    bounds = _bounds()
    if bounds is None:
        return []
    first, last = bounds
    found, day = [], _month_end(last - relativedelta(months=1))
    while day >= first + relativedelta(months=HISTORY_MONTHS):
        found.append(day)
        day = day.replace(day=1) - dt.timedelta(days=1)
    return found


def newest_month_end() -> dt.date | None:
    bounds = _bounds()
    if bounds is None:
        return None
    return next((day for day in month_ends() if day + relativedelta(months=MONTHS) <= bounds[1]), None)


def _bounds() -> tuple[dt.date, dt.date] | None:
    """The days of the oldest and of the newest known purchase; None without any."""
    oldest = Invoice.objects.counted().filter(amount_ht__gt=0).aggregate(day=Min("issued_on"))["day"]
    return (oldest, default_as_of()) if oldest else None


def _month_end(day: dt.date) -> dt.date:
    """The last month-end at or before this day."""
    return (day + dt.timedelta(days=1)).replace(day=1) - dt.timedelta(days=1)


def _current(as_of: dt.date, months: int) -> Backtest | None:
    """The one of this date and duration that a new one would only repeat."""
    same = Backtest.objects.filter(as_of=as_of, months=months)
    fresh = same.filter(
        status=Backtest.Status.DONE, facts_version=facts_version(), rules__status=Rules.Status.PUBLISHED
    )
    return same.under_way().first() or fresh.first()


def _queued(*, as_of: dt.date, until: dt.date, months: int, by: User | None) -> Backtest:
    """A new one, or the one that somebody else queued in the same instant."""
    try:
        with transaction.atomic():
            return Backtest.objects.create(as_of=as_of, until=until, months=months, launched_by=by)
    except IntegrityError:
        return Backtest.objects.under_way().get(as_of=as_of, months=months)


def _make(trial: Backtest, most_attempts: int = MOST_ATTEMPTS) -> None:
    """Makes it, or notes why it could not be made and raises that; after so many failures it is given up."""
    trial.status, trial.attempts = Backtest.Status.RUNNING, trial.attempts + 1
    trial.save(update_fields=["status", "attempts"])
    by_itself = trial.launched_by_id is None
    trigger = ScoringRun.Trigger.NIGHT if by_itself else ScoringRun.Trigger.HAND
    try:
        found = measured(as_of=trial.as_of, months=trial.months, by=trial.launched_by, trigger=trigger)
    except BaseException as error:
        is_final = isinstance(error, NoFacts | OutcomeUnknown) or trial.attempts >= most_attempts
        trial.status = Backtest.Status.FAILED if is_final else Backtest.Status.QUEUED
        trial.error = str(error) or type(error).__name__
        _end(trial)
        raise
    trial.status, trial.error = Backtest.Status.DONE, ""
    trial.figures, trial.rules = found.figures, found.rules
    trial.facts_version, trial.rewrites_seen = found.facts_version, found.rewrites_seen
    _end(trial)


@transaction.atomic
def _end(trial: Backtest) -> None:
    """Writes how it ended, here and in the ledger; the former one of the same date and duration makes room."""
    if trial.status == Backtest.Status.DONE:
        former = Backtest.objects.filter(as_of=trial.as_of, months=trial.months).exclude(status__in=Backtest.UNDER_WAY)
        former.exclude(pk=trial.pk).delete()
    trial.finished_at = None if trial.status == Backtest.Status.QUEUED else timezone.now()
    trial.save()
    entry = LedgerEntry.objects.filter(job=JOB, business_date=trial.as_of, outcome=LedgerEntry.Outcome.STARTED).first()
    if entry and trial.months == MONTHS and trial.finished_at:
        is_done = trial.status == Backtest.Status.DONE
        _close(entry, LedgerEntry.Outcome.DONE if is_done else LedgerEntry.Outcome.FAILED, trial)


def _close(entry: LedgerEntry, outcome: str, trial: Backtest) -> None:
    entry.outcome, entry.detail, entry.finished_at = outcome, trial.error, timezone.now()
    entry.save(update_fields=["outcome", "detail", "finished_at"])


def _ask_again_without_undone_facts() -> None:
    """Queues again the trials that knew documents of an import undone since; those it leaves without facts go."""
    every = rewrites()
    for trial in Backtest.objects.told().filter(rewrites_seen__lt=len(every)):
        unseen = every[trial.rewrites_seen :]
        if not any(one.is_undone_import and (one.first_day or trial.until) <= trial.until for one in unseen):
            Backtest.objects.filter(pk=trial.pk).update(rewrites_seen=len(every))
            continue
        with transaction.atomic():
            trial.delete()
            try:
                resolved(as_of=trial.as_of, months=trial.months)
            except (NoFacts, OutcomeUnknown):
                continue
            _queued(as_of=trial.as_of, until=trial.until, months=trial.months, by=trial.launched_by)

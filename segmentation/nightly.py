"""When a run is due: every night at 02:30 in Paris, and whenever facts changed.

Anybody may ring, as often as they like: beat at 02:30, beat every hour in case that was missed, a second beat, a worker
after an import, beat every minute in case that was lost. The ledger and one lock make each night happen once.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from segmentation import movements
from segmentation.locks import Lock, held
from segmentation.models import LedgerEntry, Rules, ScoringRun
from segmentation.scoring import AlreadyRunning, NoFacts, default_as_of, facts_version, score

JOB = "scoring"
DUE_AT = dt.time(2, 30)
MOST_ATTEMPTS = 3
CAUGHT_UP_OVER = dt.timedelta(days=92)
KEPT_FOR = dt.timedelta(days=35)
TRIALS_KEPT_FOR = dt.timedelta(days=7)


def run_night() -> LedgerEntry | None:
    """The ledger entry of the night that is due, settled now; None when it already was, or somebody else is at it.

    A night that fails is left as failed and tried again at the next ring. Nights missed before it are caught up by it:
    facts are scored as they are today, so one run serves them all.
    """
    with held(Lock.SCHEDULE) as is_ours:
        if not is_ours:
            return None
        entry = _opened(business_date())
        if entry is None:
            return None
        try:
            run, outcome = _score_if_anything_is_new()
        except BaseException as error:
            _close(entry, LedgerEntry.Outcome.FAILED, detail=str(error) or type(error).__name__)
            if isinstance(error, AlreadyRunning):
                return entry
            raise
        _settle(entry, outcome, run)
        forget_old_runs()
        return entry


def score_new_facts() -> ScoringRun | None:
    """The run made because facts or rules changed since the one on show; None when neither did, or when nobody can
    score now.

    What failed to be scored three times is left to the night: a minute tick must not try for ever.
    """
    with held(Lock.SCHEDULE) as is_ours:
        try:
            if is_ours and (as_of := _waits()):
                return score(as_of=as_of, trigger=ScoringRun.Trigger.IMPORT)
        except (AlreadyRunning, NoFacts):
            return None
    return None


def business_date() -> dt.date:
    """The date of the last night that was due: today in Paris from 02:30 on, yesterday before."""
    now = timezone.localtime(timezone=timezone.get_default_timezone())
    return now.date() if now.time() >= DUE_AT else now.date() - dt.timedelta(days=1)


@transaction.atomic
def forget_old_runs() -> None:
    """Deletes runs made by themselves more than 35 days ago, but the last of each month and the one on show; and trials
    of drafts, with their previews, after 7 days.
    """
    trials = ScoringRun.objects.filter(kind=ScoringRun.Kind.DRAFT, started_at__lt=timezone.now() - TRIALS_KEPT_FOR)
    trials.exclude(status=ScoringRun.Status.RUNNING).delete()
    runs = ScoringRun.objects.official()
    month_ends = (
        runs.standing().order_by("as_of__year", "as_of__month", "-as_of").distinct("as_of__year", "as_of__month")
    )
    kept = list(month_ends.values_list("pk", flat=True))
    old = runs.filter(started_at__lt=timezone.now() - KEPT_FOR).exclude(trigger=ScoringRun.Trigger.HAND)
    gone = old.exclude(status=ScoringRun.Status.RUNNING).exclude(pk__in=kept)
    movements.forget(list(gone.values_list("pk", flat=True)))


def _opened(date: dt.date) -> LedgerEntry | None:
    """The entry of this date, begun once more; None when it is settled."""
    entry, is_new = LedgerEntry.objects.get_or_create(job=JOB, business_date=date)
    if entry.outcome in LedgerEntry.SETTLED:
        return None
    if not is_new:
        entry.attempts += 1
        entry.started_at = timezone.now()
        entry.outcome = LedgerEntry.Outcome.STARTED
        entry.save(update_fields=["attempts", "started_at", "outcome"])
    return entry


def _score_if_anything_is_new() -> tuple[ScoringRun | None, str]:
    try:
        standing = _standing_run(default_as_of())
        if standing:
            return standing, LedgerEntry.Outcome.NOTHING_NEW
        return score(trigger=ScoringRun.Trigger.NIGHT), LedgerEntry.Outcome.DONE
    except NoFacts:
        return None, LedgerEntry.Outcome.NO_FACTS


def _standing_run(as_of: dt.date) -> ScoringRun | None:
    """The standing run that a new one would only repeat: same date, same rules, same facts."""
    same = ScoringRun.objects.standing().filter(as_of=as_of, facts_version=facts_version())
    return same.filter(rules__status=Rules.Status.PUBLISHED).first()


def _waits() -> dt.date | None:
    """The date at which facts or rules differ from those on show; None when neither does.

    That a day went by without facts is the business of the night. Of the same facts under other rules, the date on
    show is scored again, so that no page is left to the former rules.
    """
    version, as_of = facts_version(), default_as_of()
    published = Rules.objects.published().get()
    shown = ScoringRun.objects.latest_at()
    if shown and shown.facts_version == version:
        if shown.rules_id == published.pk and shown.as_of >= as_of - dt.timedelta(days=1):
            return None
        as_of = max(as_of, shown.as_of)
    tries = ScoringRun.objects.official().filter(as_of=as_of, facts_version=version, rules=published)
    failures = tries.filter(status=ScoringRun.Status.FAILED).count()
    return as_of if failures < MOST_ATTEMPTS and not tries.done().exists() else None


@transaction.atomic
def _settle(entry: LedgerEntry, outcome: str, run: ScoringRun | None) -> None:
    """Closes the entry, and those of the nights before it that nobody settled since the ledger began."""
    _close(entry, outcome, run=run)
    former = LedgerEntry.objects.filter(job=JOB, business_date__lt=entry.business_date)
    first = former.order_by("business_date").values_list("business_date", flat=True).first()
    if first is None:
        return
    first = max(first, entry.business_date - CAUGHT_UP_OVER)
    dates = [first + dt.timedelta(days=n) for n in range((entry.business_date - first).days)]
    settled = former.filter(outcome__in=LedgerEntry.SETTLED, business_date__gte=first)
    for date in sorted(set(dates) - set(settled.values_list("business_date", flat=True))):
        missed, _is_new = LedgerEntry.objects.get_or_create(job=JOB, business_date=date)
        detail = _("Rattrapée par la nuit du %(day)s.") % {"day": entry.business_date.strftime("%d/%m/%Y")}
        _close(missed, LedgerEntry.Outcome.CAUGHT_UP, run=run, detail=detail)


def _close(entry: LedgerEntry, outcome: str, *, run: ScoringRun | None = None, detail: str = "") -> None:
    entry.outcome, entry.run, entry.detail = outcome, run, detail
    entry.finished_at = timezone.now()
    entry.save(update_fields=["outcome", "run", "detail", "finished_at"])

"""Scoring past dates again when the past changed: an import was undone, clients were merged or parted.

Each standing official run that this may have made wrong is made again, at its date and under its own rules, and
superseded; a date at which nothing is left to score loses its run. Newest dates first: they are the ones on show.
Anybody may ring, as often as they like: a run made again knows what it was made again for.
"""

import logging

from clients.rewrites import Rewrite, rewrites
from segmentation import movements
from segmentation.locks import Lock, held
from segmentation.models import Score, ScoringRun
from segmentation.scoring import AlreadyRunning, NoFacts, default_as_of, score

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3


def rescore_history() -> int:
    """How many dates were settled: scored again, or left without a run. None while somebody else is at it."""
    with held(Lock.HISTORY) as is_ours:
        if not is_ours:
            return 0
        settled = 0
        for run, unseen in _wrong_runs():
            try:
                settled += _settle(run, unseen)
            except AlreadyRunning:
                break
            except Exception:
                log.exception("the run of %s could not be made again", run.as_of)
        movements.catch_up()
        return settled


def _wrong_runs() -> list[tuple[ScoringRun, list[Rewrite]]]:
    """The standing runs that do not know changes of the past that touch them, newest date first, with those changes."""
    every = rewrites()
    found = []
    for run in ScoringRun.objects.standing().filter(rewrites_seen__lt=len(every)).order_by("-as_of"):
        unseen = every[run.rewrites_seen :]
        if any(_touches(run, one) for one in unseen):
            found.append((run, unseen))
        else:
            ScoringRun.objects.filter(pk=run.pk).update(rewrites_seen=len(every))
    return found


def _touches(run: ScoringRun, rewrite: Rewrite) -> bool:
    if rewrite.is_undone_import:
        return rewrite.first_day is None or rewrite.first_day <= run.as_of
    return Score.objects.of(run).filter(client__in=rewrite.clients).exists()


def _settle(run: ScoringRun, unseen: list[Rewrite]) -> bool:
    """Whether this date was settled. One that failed three times since is left until the past changes again."""
    failures = ScoringRun.objects.official().filter(
        as_of=run.as_of, status=ScoringRun.Status.FAILED, started_at__gt=unseen[-1].at
    )
    if failures.count() >= MOST_ATTEMPTS:
        return False
    try:
        if _lost_its_facts(run, unseen):
            run.delete()
        else:
            score(as_of=run.as_of, rules=run.rules, trigger=run.trigger, by=run.launched_by)
    except NoFacts:
        run.delete()
    return True


def _lost_its_facts(run: ScoringRun, unseen: list[Rewrite]) -> bool:
    """Whether this date was scored because of invoices that are no longer there: silence must not be counted to it."""
    brought = any(one.is_undone_import and one.last_day and one.last_day >= run.as_of for one in unseen)
    return brought and default_as_of() < run.as_of

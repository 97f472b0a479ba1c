"""Trying a draft of the rules: a job that is a row, claimed by whoever holds the lock, then two runs.

The draft is scored on the facts, and at the date, of the official run on show, so that nothing but the rules differs.
When facts changed since, that run is no fair comparison: the published rules are then tried too, beside the draft.
A bell may be lost and a worker may die: a tick of every minute asks again, and a job left running by a dead worker is
taken up again by the next one, who proves by holding the lock that nobody is at it.
"""

import datetime as dt
import logging
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from segmentation.drafting import DraftChanged, NoDraft, Seen
from segmentation.locks import Lock, held
from segmentation.models import Preview, Rules, ScoringRun
from segmentation.scoring import WINDOWS, AlreadyRunning, NoFacts, default_as_of, facts_version, score

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
# What part of a run each statement is, in hundredths, as measured on 100,000 clients and 1.55 million invoices; the
# others take no time.
SHARES = {"client_facts": 23, "run_cuts": 3, "habits": 50, "habit_gaps": 2, "scores": 20}
TELL = "UPDATE segmentation_preview SET percent_done = %s WHERE id = %s AND status = 'running'"


@transaction.atomic
def ask(*, seen: Seen, by: User) -> Preview:
    """The preview of the draft that was seen: one that waits, works or is done, else a new one.

    Raises NoDraft and DraftChanged.
    """
    if not by.may(Right.MANAGE_RULES):
        raise PermissionDenied
    draft = Rules.objects.drafts().select_for_update().first()
    if draft is None:
        raise NoDraft
    if Seen.of(draft) != seen:
        raise DraftChanged
    known = draft.previews.filter(revision=draft.revision).exclude(status=Preview.Status.FAILED).first()
    if known and known.status == Preview.Status.DONE and not is_fresh(known):
        known.delete()
        known = None
    return known or Preview.objects.create(rules=draft, revision=draft.revision, asked_by=by)


def is_fresh(preview: Preview) -> bool:
    """Whether a finished preview still compares with what is in force, on the facts that are there."""
    baseline = preview.baseline
    if baseline is None or preview.run is None:
        return False
    return baseline.rules.status == Rules.Status.PUBLISHED and preview.run.facts_version == facts_version()


def work() -> int:
    """How many previews were settled, oldest first; none while another worker is at it."""
    settled = 0
    with held(Lock.PREVIEW) as is_ours:
        if not is_ours:
            return settled
        while preview := _next():
            try:
                _settle(preview)
            except AlreadyRunning:
                _requeue(preview)
                break
            settled += 1
    return settled


def waiting() -> bool:
    """Whether a preview waits for a worker, or was left by one."""
    return Preview.objects.filter(status__in=[Preview.Status.QUEUED, Preview.Status.RUNNING]).exists()


def _next() -> Preview | None:
    """The next preview, claimed; those of a revision that is no more are failed on the way, saying so."""
    todo = Preview.objects.filter(status__in=[Preview.Status.QUEUED, Preview.Status.RUNNING]).order_by("id")
    for preview in todo.select_related("rules"):
        if preview.rules.status != Rules.Status.DRAFT or preview.rules.revision != preview.revision:
            _fail(preview, _("Le brouillon a changé avant que son aperçu soit prêt : demandez-en un autre."))
        elif preview.attempts >= MOST_ATTEMPTS:
            _fail(preview, _("L’aperçu s’est arrêté trois fois de suite. Réessayez, ou prévenez votre administrateur."))
        else:
            preview.attempts += 1
            preview.status, preview.percent_done = Preview.Status.RUNNING, 0
            preview.save(update_fields=["attempts", "status", "percent_done"])
            return preview
    return None


def _settle(preview: Preview) -> None:
    """Runs one preview to its end, good or bad."""
    progress = Progress(preview)
    try:
        run, baseline = _tried(preview, progress)
    except AlreadyRunning:
        raise
    except NoFacts as error:
        _fail(preview, str(error))
    except Exception:
        log.exception("preview %s failed", preview.pk)
        _fail(preview, _("L’aperçu n’a pas abouti. Réessayez ; si cela recommence, prévenez votre administrateur."))
    else:
        Preview.objects.filter(pk=preview.pk).update(
            status=Preview.Status.DONE,
            percent_done=100,
            run=run,
            baseline=baseline,
            finished_at=timezone.now(),
        )
    finally:
        progress.close()


def _tried(preview: Preview, progress: "Progress") -> tuple[ScoringRun, ScoringRun]:
    """The draft's run, and the one to compare it with: same date, same facts, published rules."""
    official = ScoringRun.objects.latest_at()
    as_of = official.as_of if official else default_as_of()
    run = _trial(preview, preview.rules, as_of, progress.after)
    if official and official.rules.status == Rules.Status.PUBLISHED and official.facts_version == run.facts_version:
        return run, official
    return run, _trial(preview, Rules.objects.published().get(), as_of, progress.again)


def _trial(preview: Preview, rules: Rules, as_of: dt.date, after: Callable[[str], None]) -> ScoringRun:
    return score(as_of=as_of, rules=rules, kind=ScoringRun.Kind.DRAFT, by=preview.asked_by, after=after)


def _requeue(preview: Preview) -> None:
    """Back in the queue, as if it had not been tried."""
    preview.attempts -= 1
    preview.status = Preview.Status.QUEUED
    preview.save(update_fields=["attempts", "status"])


def _fail(preview: Preview, error: str) -> None:
    Preview.objects.filter(pk=preview.pk).update(status=Preview.Status.FAILED, error=error, finished_at=timezone.now())


class Progress:
    """Tells the page how far a preview is, on a connection of its own. A courtesy: when it cannot, it is silent."""

    def __init__(self, preview: Preview):
        self.preview = preview
        self.percent = 0
        self.side = connection.copy()

    def after(self, statement: str) -> None:
        """Note that a statement of the run is done."""
        if statement not in SHARES:
            return
        self.percent = min(99, self.percent + SHARES[statement])
        try:
            with self.side.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
                cursor.execute(TELL, [self.percent, self.preview.pk])
        except DatabaseError as error:
            log.info("could not tell how far preview %s is (%r)", self.preview.pk, error)

    def again(self, statement: str) -> None:
        """The same of a second run, which begins the count anew."""
        if statement == WINDOWS[0]:
            self.percent = 0
        self.after(statement)

    def close(self) -> None:
        self.side.close()

"""Stopping an import that waits or runs: nothing of it stays. Once it has committed, only undoing takes it back."""

from enum import StrEnum

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.imports import claim, report
from clients.imports.findings import RefusedError
from clients.models import Import


class Answer(StrEnum):
    """What asking that an import stop came to."""

    STOPPED = "stopped"  # nobody was at it
    ASKED = "asked"  # its worker stops at its next beat
    TOO_LATE = "too-late"  # it is over


@transaction.atomic
def ask(batch: Import) -> Answer:
    """What became of asking that this import stop. A second click changes nothing."""
    # Its key is not locked: a worker that has written rows naming the import holds that until it commits.
    row = Import.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if row.status == Import.Status.RUNNING:
        if row.cancel_asked_at is None:
            row.cancel_asked_at = timezone.now()
            row.save(update_fields=["cancel_asked_at"])
        if _is_at_work(row):
            return Answer.ASKED
    elif row.status not in (Import.Status.QUEUED, *Import.WAITING):
        return Answer.TOO_LATE
    abandon(row)
    return Answer.STOPPED


@transaction.atomic
def abandon(batch: Import) -> None:
    """Close an import that was stopped; one that was being undone is again what it was."""
    batch.refresh_from_db()
    if batch.step == Import.Step.UNDO:
        Import.objects.filter(pk=batch.pk).update(
            status=Import.Status.COMMITTED, step=Import.Step.WRITE, undone_by=None, cancel_asked_at=None
        )
        batch.refresh_from_db()
        return
    message = _("L’import a été arrêté à la demande de quelqu’un. Relancez-le quand vous voulez.")
    report.close(batch, Import.Status.ABANDONED, refusal=RefusedError("stopped", message))


def _is_at_work(batch: Import) -> bool:
    """Whether a living worker has it. Until this transaction ends, none can take it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_try_advisory_xact_lock(%s, %s)", [claim.LOCK_SPACE, batch.pk])
        return cursor.fetchone()[0]

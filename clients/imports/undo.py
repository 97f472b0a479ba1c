"""Taking an import back, for thirty days: what it created goes, what it changed gets its former values back.

One transaction under the lock of the imports. Each row that the import touched first stands as undone; steps then keep
those that somebody edited, that a later import changed or that something else holds, each with its reason; only what
is left is taken back. Every statement is in `sql/undo/` and handles all rows at once.
"""

import datetime as dt
import logging

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from psycopg import sql

from accounts.audit import acting_as
from accounts.journal import noun_of
from accounts.models import User
from accounts.roles import Right
from clients import bells
from clients.imports import claim
from clients.imports.findings import label_of
from clients.imports.merge import Steps, hold_the_lock, unattended
from clients.imports.retention import KEPT
from clients.models import Import, ImportFinding, Source
from clients.references import holders, is_used

log = logging.getLogger(__name__)
FAILED = "undo-failed"

HELD = """
    UPDATE clients_undonerow AS mine
    SET fate = 'kept', reason = %(reason)s
    WHERE mine.batch_id = %(batch)s
        AND mine.fate = 'undone'
        AND mine."table" = %(table)s
        AND NOT EXISTS (
            SELECT
            FROM clients_importchange AS change
            WHERE change.batch_id = %(batch)s
                AND change."table" = %(table)s
                AND change.row_id = mine.row_id
                AND change.action <> 'created'
        )
        AND EXISTS (SELECT FROM {holder} AS holder WHERE holder.{column} = mine.row_id)
"""
# What goes with a row, or is looked at in a step of its own: it does not hold the row by itself.
OWN_PARTS = {
    "clients_invoice": ("clients_invoiceline", "clients_invoicelink"),
    "clients_client": ("clients_clientkey",),
}


def until(batch: Import) -> dt.datetime | None:
    """When the import can be undone no more; None when it cannot be at all."""
    if batch.status != Import.Status.COMMITTED or batch.finished_at is None:
        return None
    last = batch.finished_at + KEPT
    return last if last > timezone.now() else None


def ask(batch: Import, *, by: User) -> bool:
    """Whether a worker will now undo this import. A second click changes nothing.

    Raises PermissionDenied without the right to import.
    """
    if not by.may(Right.IMPORT):
        raise PermissionDenied
    committed = Import.objects.filter(
        pk=batch.pk, status=Import.Status.COMMITTED, finished_at__gt=timezone.now() - KEPT
    )
    return bool(
        committed.update(
            status=Import.Status.QUEUED,
            step=Import.Step.UNDO,
            phase=Import.Phase.UNDOING,
            attempts=0,
            undone_by=by,
            cancel_asked_at=None,
        )
    )


def run(batch: Import) -> None:
    """Undo an import that a worker has claimed; one that cannot be undone stays as it was, and says why."""
    person = batch.undone_by
    with acting_as(person), translation.override(person.language if person else settings.LANGUAGE_CODE):
        if batch.attempts > claim.MOST_ATTEMPTS:
            _give_up(batch)
            return
        try:
            claim.beat(batch, phase=Import.Phase.UNDOING)
            with transaction.atomic():
                _take_back(batch)
        except (claim.StoppedError, OperationalError, InterfaceError):
            raise  # stopped; or the database went away, and the next minute takes it up again
        except Exception:
            log.exception("import %s could not be undone", batch.pk)
            _give_up(batch)


def _take_back(batch: Import) -> None:
    hold_the_lock()
    steps = Steps(batch)
    steps.parameters |= {"finished_at": batch.finished_at, **_words()}
    with unattended():
        steps.run("undo/touched_rows")
        steps.run("undo/lost_rows")
        _analyse()
        steps.rows("undo/locked_clients")
        steps.rows("undo/locked_contacts")
        _keep(steps)
        _undo_invoices(steps)
        _undo_people_and_totals(steps)
        _undo_clients(steps)
        _undo_services(steps)
    batch.changes.all().delete()
    batch.source = _source_left(batch)
    batch.status, batch.undone_at = Import.Status.UNDONE, timezone.now()
    batch.rows_done = batch.rows_total or 0
    claim.end(batch, "status", "undone_at", "source", "rows_done")
    transaction.on_commit(lambda: bells.ring(*settings.AFTER_IMPORT, *settings.AFTER_MERGE))


def _analyse() -> None:
    """Have the planner know the rows just noted: planned for none, comparing those of a big import takes minutes."""
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE clients_undonerow, clients_importchange (batch_id, "table", row_id, action)')


def _words() -> dict[str, str]:
    """What is said of a row, by the name that the statements give it."""
    return {
        "removed": _("Retiré"),
        "restored": _("Remis comme avant l’import"),
        "counted_again": _("Compte de nouveau"),
        "brought_back": _("Remis, comme avant l’import"),
        "gone": _("N’existe plus : il n’y a rien à remettre"),
        "incomplete": _("Son état d’avant nomme un client ou un service qui n’existe plus"),
        "changed": _("Ce que l’import y avait mis a changé depuis"),
        "changed_later": _("Un import plus récent s’en sert"),
        "edited": _("Quelqu’un l’a modifié depuis"),
        "objects": _("Cette personne s’oppose aux messages : son refus reste"),
        "linked": _("Un autre document le cite, ou quelqu’un l’a lié"),
        "replaced": _("Un autre total de la période l’a remplacé, ou son client n’existe plus"),
    }


def _keep(steps: Steps) -> None:
    """Rows that stay, each with its reason; the first that applies is told."""
    steps.run("undo/kept_changed")
    steps.run("undo/kept_objections")
    steps.run("undo/kept_edited")
    steps.run("undo/kept_invoices_changed_later")
    steps.run("undo/kept_rows_changed_later")
    steps.run("undo/broken_invoices")
    for table in ("clients_invoice", "clients_contact", "clients_yearlytotal", "clients_timeentry"):
        _keep_held(steps, table)
    while steps.run("undo/kept_linked"):
        pass


def _undo_invoices(steps: Steps) -> None:
    """Nothing is run when nothing changes: a trigger notes each statement, and a night without news makes no run."""
    if not steps.rows("undo/has_documents")[0][0]:
        return
    steps.run("undo/removed_links")
    steps.run("undo/removed_lines")
    steps.run("undo/removed_invoices")
    steps.run("undo/restored_invoices")
    steps.run("undo/restored_lines")
    wrong = steps.rows("undo/wrong_sums")[0][0]
    if wrong:
        raise RuntimeError(f"{wrong} invoices differ from their former lines")


def _undo_people_and_totals(steps: Steps) -> None:
    steps.run("undo/removed_contacts")
    steps.run("undo/restored_contacts")
    steps.run("undo/removed_entries")
    steps.run("undo/replaced_totals")
    if steps.rows("undo/has_totals")[0][0]:
        steps.run("undo/removed_totals")
        steps.run("undo/restored_totals")
        steps.run("undo/brought_back_totals")


def _undo_clients(steps: Steps) -> None:
    """Clients that nothing is left of go: an invoice, a contact, an action or anything else holds them."""
    steps.run("undo/kept_awaited")
    steps.run("undo/kept_known")
    _keep_held(steps, "clients_client")
    steps.run("undo/removed_keys")
    steps.run("undo/removed_clients")
    steps.run("undo/restored_clients")


def _undo_services(steps: Steps) -> None:
    steps.run("undo/kept_services")
    _keep_held(steps, "clients_service")
    steps.run("undo/removed_services")


def _keep_held(steps: Steps, table: str) -> None:
    """Keep the rows of this table that the import created and that any other row names, whatever its table."""
    for reference in holders(table, but=OWN_PARTS.get(table, ())):
        reason = _("Quelque chose y est rattaché : %(what)s") % {"what": noun_of(reference.table)}
        statement = sql.SQL(HELD).format(
            holder=sql.Identifier(reference.table), column=sql.Identifier(reference.column)
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, steps.parameters | {"table": table, "reason": reason})


def _source_left(batch: Import) -> Source | None:
    """The source of the import; None when the import had made it and nothing is left of it."""
    source = batch.source
    if source is None or source.imports.exclude(pk=batch.pk).exclude(status=Import.Status.UNDONE).exists():
        return source
    if is_used("clients_source", source.pk, but=["clients_import", "clients_nameddocument"]):
        return source
    source.imports.update(source=None)
    source.delete()
    return None


@transaction.atomic
def _give_up(batch: Import) -> None:
    """The import is what it was before somebody asked to undo it, with a word on why it still is."""
    Import.objects.filter(pk=batch.pk).update(
        status=Import.Status.COMMITTED, step=Import.Step.WRITE, undone_by=None, cancel_asked_at=None
    )
    batch.refresh_from_db()
    batch.findings.filter(reason=FAILED).delete()
    ImportFinding.objects.create(
        batch=batch,
        severity=ImportFinding.Severity.WARNING,
        reason=FAILED,
        label=label_of(FAILED),
        repair=_(
            "Une erreur inattendue a arrêté l’annulation : rien n’a changé. Réessayez ; si elle se répète, donnez le "
            "numéro %(number)s à votre administrateur, qui trouvera le détail dans le journal technique."
        )
        % {"number": batch.pk},
    )

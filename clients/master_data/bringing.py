"""Bringing a list in: a preview that writes nothing, then, once confirmed, all of it or nothing."""

import logging
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.imports.claim import LOCK_SPACE
from clients.imports.findings import RefusedError
from clients.imports.retention import PREVIEW_KEPT, forget_previews
from clients.master_data.forms import options_of
from clients.master_data.reading import Table, read
from clients.master_data.resource import TableResource
from clients.models import TableImport

log = logging.getLogger(__name__)


class NothingWrittenError(Exception):
    """A confirmed import that could not be written; the sentence says why."""


def preview(
    resource_class: type[TableResource],
    *,
    name: str,
    file_name: str,
    content: bytes,
    options: dict,
    by: User,
    right: Right,
) -> tuple[TableImport, Table, TableResource]:
    """What importing this file would do; the file waits for an hour. Raises RefusedError, PermissionDenied."""
    _check(by, right)
    forget_previews()
    table = _read(resource_class, content, file_name)
    resource = resource_class(by=by, options=options_of(options))
    result = resource.import_data(table.dataset, dry_run=True)
    _raise_unforeseen(result)
    waiting = TableImport.objects.waiting().filter(launched_by=by, name=name)
    with transaction.atomic():
        waiting.delete()
        kept = TableImport.objects.create(
            name=name, file_name=table.name, launched_by=by, content=content, options=options
        )
    return kept, table, resource


def bring(
    resource_class: type[TableResource], *, name: str, token: UUID, confirmed: dict[str, str], by: User, right: Right
) -> TableResource:
    """The list of that preview, written. A second call finds nothing to confirm.

    Raises NothingWrittenError, PermissionDenied; lets database errors through, nothing being written then.
    """
    _check(by, right)
    with transaction.atomic():
        _take_turn()
        kept = TableImport.objects.waiting().filter(launched_by=by, name=name, token=token).select_for_update().first()
        if kept is None or kept.previewed_at < timezone.now() - PREVIEW_KEPT:
            raise NothingWrittenError(
                _(
                    "Cet aperçu n’est plus valable : il a été confirmé, remplacé, ou date de plus d’une heure. "
                    "Choisissez à nouveau le fichier."
                )
            )
        table = _read(resource_class, bytes(kept.content), kept.file_name)
        resource = resource_class(by=by, options=options_of(kept.options, confirmed))
        _raise_unforeseen(resource.import_data(table.dataset, dry_run=False))
        if resource.report.is_refused:
            raise NothingWrittenError(
                _(
                    "Plus d’une ligne sur cinq est maintenant en erreur : rien n’a été importé. Choisissez à nouveau "
                    "le fichier."
                )
            )
        _note(kept, resource)
    return resource


def _check(by: User, right: Right) -> None:
    if not by.may(right):
        raise PermissionDenied


def _read(resource_class: type[TableResource], content: bytes, file_name: str) -> Table:
    table = read(content, file_name, resource_class.columns)
    if missing := resource_class.missing(table):
        raise RefusedError("missing-column", missing, file=table.name)
    return table


def _take_turn() -> None:
    """One import of facts writes at a time, whatever its door; the wait is that of a page (`lock_timeout`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])


def _raise_unforeseen(result) -> None:
    """What the library swallowed comes out as it was: nothing half done is called an import."""
    if result.has_errors():
        errors = [*result.base_errors, *(error for _row, found in result.row_errors() for error in found)]
        raise errors[0].error


def _note(kept: TableImport, resource: TableResource) -> None:
    """Who brought what: the file goes, the counts stay, and a trigger journals them."""
    report = resource.report
    TableImport.objects.filter(pk=kept.pk).update(content=None)
    TableImport.objects.filter(pk=kept.pk).update(
        imported_at=timezone.now(),
        created=report.created,
        updated=report.updated,
        unchanged=report.unchanged,
        left_out=report.left_out + report.errors,
    )

"""What happens to clients, typed by a person or brought in by a file, and taken back. Found in invoices: not here."""

import datetime as dt
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.imports.claim import LOCK_SPACE
from clients.master_data.bringing import bring
from clients.master_data.events import EventResource
from clients.models import Client, Event, TableImport

LIST = "evenements"
MOST_YEARS_AHEAD = 2
HAND = (  # what a person may type
    Event.Kind.FUNDRAISING, Event.Kind.HIRING, Event.Kind.NEW_SITE, Event.Kind.MOVE, Event.Kind.SALE,
    Event.Kind.INSOLVENCY, Event.Kind.ANNIVERSARY, Event.Kind.NOTE,
)  # fmt: skip


@transaction.atomic
def record(*, client: Client, kind: str, happened_on: dt.date, label: str = "", by: User) -> Event:
    """The event, there once whoever told it first.

    Raises PermissionDenied without the right to record actions, Client.DoesNotExist for somebody else's client,
    ValidationError for a kind that nobody types or a day too far.
    """
    _check_right(by)
    Client.objects.visible_to(by).select_for_update().get(pk=client.pk)
    if kind not in HAND:
        raise ValidationError({"kind": _("Choisissez un événement de la liste.")})
    if happened_on > timezone.localdate() + relativedelta(years=MOST_YEARS_AHEAD):
        raise ValidationError({"happened_on": _("Cette date est trop lointaine : vérifiez l’année.")})
    if kind == Event.Kind.NOTE and not label.strip():
        raise ValidationError({"label": _("Écrivez la note.")})
    values = {"client": client, "kind": kind, "happened_on": happened_on}
    if kind == Event.Kind.NOTE:
        return Event.objects.create(**values, label=label.strip(), recorded_by=by)
    event, _is_new = Event.objects.get_or_create(
        **values, service=None, defaults={"label": label.strip(), "recorded_by": by}
    )
    return event


@transaction.atomic
def remove(*, event: Event, by: User) -> bool:
    """Whether this event, typed by hand, was there to be removed. Raises PermissionDenied."""
    _check_right(by)
    found = Event.objects.visible_to(by).filter(pk=event.pk, origin=Event.Origin.HAND)
    return bool(found.delete()[0])


@transaction.atomic
def bring_file(*, token: UUID, confirmed: dict[str, str], by: User) -> EventResource:
    """The events of the file of that preview, written. Raises NothingWrittenError and PermissionDenied."""
    resource = bring(EventResource, name=LIST, token=token, confirmed=confirmed, by=by, right=Right.IMPORT)
    kept = TableImport.objects.get(name=LIST, launched_by=by, token=token)
    Event.objects.filter(pk__in=resource.created).update(brought_by=kept)
    return resource


@transaction.atomic
def undo_file(*, table: TableImport, by: User) -> int:
    """How many events the undoing of this import removed; none the second time. Raises PermissionDenied."""
    if not by.may(Right.IMPORT):
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])
    imported = TableImport.objects.filter(pk=table.pk, name=LIST, imported_at__isnull=False, undone_at=None)
    if not imported.update(undone_at=timezone.now()):
        return 0
    brought = Event.objects.filter(brought_by=table.pk)
    count = brought.count()
    brought.delete()
    return count


def _check_right(by: User) -> None:
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied

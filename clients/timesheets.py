"""Time spent on clients: noted by hand, taken from an action, brought in by a file and taken back. Hours.

Each origin is a source of its own, in which an entry has one identity: noting twice, or importing twice, changes
nothing. What follows from hours (revenue per hour, margins) is the business of whoever judges.
"""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.hierarchy import led_by
from accounts.models import User
from accounts.roles import Right
from clients.imports.claim import LOCK_SPACE
from clients.master_data.bringing import bring
from clients.master_data.time import TimeResource
from clients.models import Client, Service, Source, TableImport, TimeEntry

NOTED, OF_ACTIONS = "Saisie", "Actions"  # names of sources, beside that of the files
LIST = "temps"
MOST_HOURS_A_DAY = Decimal(24)


@transaction.atomic
def note(
    *,
    client: Client,
    person: User,
    spent_on: dt.date,
    hours: Decimal,
    label: str = "",
    service: Service | None = None,
    token: UUID,
    by: User,
) -> TimeEntry:
    """The entry noted by hand; the same token notes once.

    Raises PermissionDenied without the right to record actions or for somebody whom `by` does not lead,
    Client.DoesNotExist for somebody else's client, ValidationError with the field at fault.
    """
    _check_right(by)
    Client.objects.visible_to(by).get(pk=client.pk)
    if person != by and not led_by(by).filter(pk=person.pk).exists():
        raise PermissionDenied
    if spent_on > timezone.localdate():
        raise ValidationError({"spent_on": _("Cette date est à venir : notez le temps une fois passé.")})
    if not 0 < hours <= MOST_HOURS_A_DAY:
        raise ValidationError({"hours": _("Une journée a 24 heures au plus. Notez chaque jour à part.")})
    values = {"client": client, "person": person, "spent_on": spent_on, "hours": hours}
    entry, _is_new = TimeEntry.objects.get_or_create(
        source=_source(NOTED), external_id=str(token), defaults={**values, "label": label, "service": service}
    )
    return entry


@transaction.atomic
def remove(*, entry: TimeEntry, by: User) -> bool:
    """Whether this entry, noted by hand, was there to be removed. Raises PermissionDenied for who may not."""
    _check_right(by)
    found = TimeEntry.objects.visible_to(by).filter(pk=entry.pk, source=_source(NOTED)).select_for_update().first()
    if found is None:
        return False
    if not may_remove(found, by):
        raise PermissionDenied
    found.delete()
    return True


def may_remove(entry: TimeEntry, by: User) -> bool:
    """Whether this person may take back an entry noted by hand: their own, or one of somebody they lead."""
    return by.may(Right.RECORD_ACTIONS) and (entry.person_id == by.pk or led_by(by).filter(pk=entry.person_id).exists())


def noted_by_hand(entry: TimeEntry) -> bool:
    """Whether somebody typed this entry; `entry.source` has been read."""
    return entry.source is not None and (entry.source.kind, entry.source.name) == (Source.Kind.HOURS, NOTED)


def take_from_action(
    *, identity: int, client: Client, person: User, spent_on: dt.date, minutes: int, label: str
) -> None:
    """Counts the minutes of an action that is done, once."""
    hours = max(Decimal(minutes) / 60, Decimal("0.01")).quantize(Decimal("0.01"))
    TimeEntry.objects.update_or_create(
        source=_source(OF_ACTIONS),
        external_id=str(identity),
        defaults={"client": client, "person": person, "spent_on": spent_on, "hours": hours, "label": label},
    )


def forget_action(identity: int) -> None:
    """No longer counts the minutes of this action."""
    TimeEntry.objects.filter(source=_source(OF_ACTIONS), external_id=str(identity)).delete()


@transaction.atomic
def bring_file(*, token: UUID, confirmed: dict[str, str], by: User) -> TimeResource:
    """The hours of the file of that preview, written; who names were said to be is remembered for the next one.

    Raises NothingWrittenError and PermissionDenied.
    """
    resource = bring(TimeResource, name=LIST, token=token, confirmed=confirmed, by=by, right=Right.IMPORT)
    kept = TableImport.objects.get(name=LIST, launched_by=by, token=token)
    TableImport.objects.filter(pk=kept.pk).update(
        options=kept.options | {"confirmed": resource.options.confirmed}, rewritten=resource.rewritten
    )
    TimeEntry.objects.filter(pk__in=resource.created).update(brought_by=kept)
    return resource


def remembered() -> dict[str, str]:
    """Who the names of the files imported before were said to be."""
    said = TableImport.objects.filter(name=LIST, imported_at__isnull=False).order_by("imported_at")
    found: dict[str, str] = {}
    for options in said.values_list("options", flat=True):
        found |= options.get("confirmed", {})
    return found


@transaction.atomic
def undo_file(*, table: TableImport, by: User) -> int:
    """How many entries the undoing of this import removed or put back; none the second time.

    What was changed since stays as it is now. Raises PermissionDenied.
    """
    if not by.may(Right.IMPORT):
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])
    found = TableImport.objects.filter(pk=table.pk, name=LIST, imported_at__isnull=False, undone_at=None).first()
    if found is None:
        return 0
    removed, _by_model = TimeEntry.objects.filter(brought_by=found).delete()
    restored = 0
    for pk, (former, written) in found.rewritten.items():
        restored += TimeEntry.objects.filter(pk=pk, **written).update(**former)
    TableImport.objects.filter(pk=found.pk).update(undone_at=timezone.now())
    return removed + restored


def _source(name: str) -> Source:
    return Source.objects.get_or_create(kind=Source.Kind.HOURS, name=name)[0]


def _check_right(by: User) -> None:
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied

"""Two clients found to be one: the kept one takes over what the other had, and gives each thing back when it is undone.

What names a client is read from the database's catalog, so that what higher layers hang on one moves without being
known here. Snapshots, such as scores, are foreign keys without a constraint: they are not in the catalog, and stay.
Each moved row is journaled. A row that both have (an open call on the same day) stays, out of sight, with the merged
client; yearly totals of one period are added up. An objection to messages is never lost, not even by the undoing.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from accounts.models import User
from accounts.roles import Right
from clients import bells
from clients.imports.claim import LOCK_SPACE
from clients.imports.merge import unattended
from clients.models import Client, ClientMerge, Contact, YearlyTotal
from clients.references import Reference, references_to

# What says that clients were merged does not move with them.
STAYING = {
    Reference("clients_client", "merged_into_id"),
    Reference("clients_clientmerge", "kept_id"),
    Reference("clients_clientmerge", "merged_id"),
}
FILLED_TOGETHER = (
    ("code",), ("siren",), ("siret",), ("vat_number",), ("email",), ("phone",), ("owner_id",),
    ("naf_code", "naf_nomenclature"), ("workforce",), ("address", "postcode", "city"),
)  # fmt: skip
LEFT = "left"  # in `MergedRow.before`, beside former values: those that the merge put there

NAMING = "SELECT id FROM {table} WHERE {column} = %(client)s ORDER BY id"
MOVING = "UPDATE {table} SET {column} = %(to)s WHERE id = ANY(%(ids)s) AND {column} = %(away)s RETURNING id"
JOURNALING = """
    INSERT INTO clients_mergedrow (merge_id, "table", row_id, before)
    SELECT %(merge)s, %(table)s, moved.id, %(before)s::jsonb
    FROM unnest(%(ids)s::bigint[]) AS moved (id)
    ON CONFLICT (merge_id, "table", row_id) DO UPDATE SET before = clients_mergedrow.before || excluded.before
"""

SPLITTING = """
    INSERT INTO clients_yearlytotal
    SELECT total.*
    FROM clients_mergedrow AS moved
    CROSS JOIN LATERAL jsonb_populate_record(NULL::clients_yearlytotal, moved.before -> 'row') AS total
    WHERE moved.id = %(row)s
    ON CONFLICT DO NOTHING
"""


class BusyError(Exception):
    """An import is writing at this moment. Its text is for people."""


@transaction.atomic
def merge(*, kept: Client, merged: Client, by: User) -> ClientMerge:
    """The merge, journaled: from now on `kept` has everything that `merged` had.

    Raises PermissionDenied without the right to assign clients, Client.DoesNotExist for a client out of sight or
    merged already, ValidationError for a client and itself, BusyError while an import writes.
    """
    _check_right(by)
    if kept.pk == merged.pk:
        raise ValidationError(_("C’est le même client : choisissez-en un autre."))
    wait_for_one_s_turn()
    locked = Client.objects.visible_to(by).select_for_update().order_by("pk").in_bulk([kept.pk, merged.pk])
    if len(locked) < 2:
        raise Client.DoesNotExist
    if any(client.erased_at for client in locked.values()):
        raise ValidationError(_("Un client effacé ne se fusionne avec personne : choisissez-en un autre."))
    kept, merged = locked[kept.pk], locked[merged.pk]
    record = ClientMerge.objects.create(kept=kept, merged=merged, merged_by=by)
    with unattended():
        _share_objections(kept, merged)
        _leave_group(record, kept, merged)
        _yield_main_contact(record, kept, merged)
        _add_totals(record, kept, merged)
        for reference in references_to("clients_client"):
            if reference not in STAYING:
                _hand_over(record, reference, away=merged.pk, to=kept.pk)
        _fill_blanks(record, kept, merged)
        Client.objects.filter(pk=merged.pk).update(merged_into=kept)
    transaction.on_commit(_ring)
    return record


@transaction.atomic
def undo(record: ClientMerge, *, by: User) -> bool:
    """Whether the two are two again: each row that moved goes back, what came since stays with the kept client.

    A second time changes nothing. When the kept client was itself merged since, rows come back from where they went.
    Raises PermissionDenied, Client.DoesNotExist for clients out of sight, BusyError.
    """
    _check_right(by)
    wait_for_one_s_turn()
    record = ClientMerge.objects.select_for_update().get(pk=record.pk)
    if record.undone_at:
        return False
    holder = standing(record.kept)
    Client.objects.in_portfolio_of(by).get(pk=record.merged_id)
    list(Client.objects.filter(pk__in=[holder.pk, record.merged_id]).select_for_update().order_by("pk"))
    if not Client.objects.visible_to(by).filter(pk=holder.pk).exists():
        raise Client.DoesNotExist
    with unattended():
        Client.objects.filter(pk=record.merged_id).update(merged_into=None)
        _give_back_values(record)
        for reference in references_to("clients_client"):
            if reference not in STAYING:
                _bring_back(record, reference, away=holder.pk)
        _give_back_main_contact(record)
        _split_totals(record)
    record.undone_at = timezone.now()
    record.save(update_fields=["undone_at"])
    transaction.on_commit(_ring)
    return True


def standing(client: Client) -> Client:
    """The client that this one stands for: itself, or the one it was merged into, and so on."""
    while client.merged_into_id is not None:
        client = Client.objects.get(pk=client.merged_into_id)
    return client


def merges_of(client: Client) -> QuerySet[ClientMerge]:
    """The merges that stand and made this client what it is, the newest first."""
    return client.merges.filter(undone_at=None).select_related("merged", "merged_by")


def _check_right(by: User) -> None:
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied


def wait_for_one_s_turn() -> None:
    """Imports, their undoing and merges write one after the other; a page waits for a few seconds only."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])
    except OperationalError as error:
        raise BusyError(_("Un import est en cours d’écriture : réessayez dans une minute.")) from error


def _ring() -> None:
    bells.ring(*settings.AFTER_IMPORT, *settings.AFTER_MERGE)


# --- Rows that name a client ----------------------------------------------------------------------


def _hand_over(record: ClientMerge, reference: Reference, *, away: int, to: int) -> None:
    """Move every row that can be, and journal it. Its former client needs no word unless the column is another."""
    moved = _moved(reference, _naming(reference, away), away=away, to=to)
    _journal(record, reference.table, moved, {} if reference.column == "client_id" else {reference.column: away})


def _bring_back(record: ClientMerge, reference: Reference, *, away: int) -> None:
    """Move back the rows of the journal that are still where the merge, or a later one, left them."""
    rows = record.rows.filter(table=reference.table)
    if reference.column != "client_id":
        rows = rows.filter(**{f"before__{reference.column}": record.merged_id}).exclude(row_id=record.kept_id)
    _moved(reference, rows.values_list("row_id", flat=True), away=away, to=record.merged_id)


def _naming(reference: Reference, client: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_composed(NAMING, reference), {"client": client})
        return [pk for (pk,) in cursor.fetchall()]


def _moved(reference: Reference, ids: Iterable[int], *, away: int, to: int) -> list[int]:
    """The rows that moved: all at once or, when the other client has one like some of them, one by one."""
    ids = list(ids)
    if not ids:
        return []
    try:
        return _update(reference, ids, away=away, to=to)
    except IntegrityError:
        moved = []
        for pk in ids:
            try:
                moved += _update(reference, [pk], away=away, to=to)
            except IntegrityError:
                continue  # the other has it already
        return moved


@transaction.atomic
def _update(reference: Reference, ids: list[int], *, away: int, to: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_composed(MOVING, reference), {"ids": ids, "away": away, "to": to})
        return [pk for (pk,) in cursor.fetchall()]


def _composed(statement: str, reference: Reference) -> sql.Composed:
    return sql.SQL(statement).format(table=sql.Identifier(reference.table), column=sql.Identifier(reference.column))


def _journal(record: ClientMerge, table: str, ids: Collection[int], before: dict[str, Any]) -> None:
    if not ids:
        return
    values = connection.ops.adapt_json_value(before, None)
    with connection.cursor() as cursor:
        cursor.execute(JOURNALING, {"merge": record.pk, "table": table, "ids": list(ids), "before": values})


# --- What is more than moving a row ---------------------------------------------------------------


def _share_objections(kept: Client, merged: Client) -> None:
    """Who objected at one client did so at the other too, under the same address. This is never taken back."""
    contacts = list(Contact.objects.filter(client__in=[kept, merged]).exclude(email=""))
    objections: dict[str, dt.datetime] = {}
    for contact in contacts:
        if contact.objected_at:
            address = contact.email.lower()
            objections[address] = min(objections.get(address, contact.objected_at), contact.objected_at)
    for contact in contacts:
        if contact.objected_at is None and contact.email.lower() in objections:
            Contact.objects.filter(pk=contact.pk).update(objected_at=objections[contact.email.lower()])


def _leave_group(record: ClientMerge, kept: Client, merged: Client) -> None:
    """The head of a group merged into one of its companies: that company belongs where the head did, or nowhere."""
    if _heads(kept) & {merged.pk} and kept.head_id is not None:
        head_id = merged.head_id if merged.head_id not in (None, kept.pk) else None
        if kept.head_id != merged.pk:  # further up: the way there would come back to itself
            head_id = None
        _write(record, kept, {"head_id": head_id})


def _heads(client: Client) -> set[int]:
    """The heads of this client, and theirs."""
    found: set[int] = set()
    while client.head_id is not None and client.head_id not in found:
        found.add(client.head_id)
        client = Client.objects.get(pk=client.head_id)
    return found


def _yield_main_contact(record: ClientMerge, kept: Client, merged: Client) -> None:
    """The kept client's main contact stays the main one."""
    if kept.contacts.filter(is_main=True).exists():
        ids = list(merged.contacts.filter(is_main=True).values_list("pk", flat=True))
        Contact.objects.filter(pk__in=ids).update(is_main=False)
        _journal(record, "clients_contact", ids, {"is_main": True})


def _give_back_main_contact(record: ClientMerge) -> None:
    if Contact.objects.filter(client=record.merged_id, is_main=True).exists():
        return
    mains = record.rows.filter(table="clients_contact", before__is_main=True).values("row_id")
    Contact.objects.filter(pk__in=mains, client=record.merged_id).update(is_main=True)


def _add_totals(record: ClientMerge, kept: Client, merged: Client) -> None:
    """Two yearly totals of one period and source become their sum; the journal holds the one that goes."""
    for total in YearlyTotal.objects.filter(client=merged):
        same = YearlyTotal.objects.filter(client=kept, source=total.source_id, first_day=total.first_day).first()
        if same is None:
            continue
        values = YearlyTotal.objects.filter(pk=total.pk).values().get()
        row = {name: _plain(value) for name, value in values.items()}
        _journal(record, "clients_yearlytotal", [total.pk], {"row": row, "into": same.pk})
        YearlyTotal.objects.filter(pk=total.pk).delete()
        YearlyTotal.objects.filter(pk=same.pk).update(amount_ht=F("amount_ht") + total.amount_ht)


def _split_totals(record: ClientMerge) -> None:
    """A total that was added to another comes back; the other loses it unless it was written anew since."""
    for row in record.rows.filter(table="clients_yearlytotal", before__has_key="row"):
        with connection.cursor() as cursor:
            cursor.execute(SPLITTING, {"row": row.pk})
        amount = Decimal(row.before["row"]["amount_ht"])
        others = YearlyTotal.objects.filter(pk=row.before["into"], amount_ht__gt=amount)
        others.update(amount_ht=F("amount_ht") - amount)


def _fill_blanks(record: ClientMerge, kept: Client, merged: Client) -> None:
    """What nobody knew of the kept client, the earlier of the two dates, and both notes."""
    found: dict[str, Any] = {}
    for group in FILLED_TOGETHER:
        if not any(getattr(kept, name) for name in group):
            found |= {name: getattr(merged, name) for name in group if getattr(merged, name)}
    if merged.client_since and (kept.client_since is None or merged.client_since < kept.client_since):
        found["client_since"] = merged.client_since
    if merged.notes.strip():
        found["notes"] = f"{kept.notes}\n\n{merged.notes}".strip()
    kept.refresh_from_db(fields=["head"])
    if kept.head_id is None and merged.head_id not in (None, kept.pk) and kept.pk not in _heads(merged):
        found["head_id"] = merged.head_id
    _write(record, kept, found)


def _write(record: ClientMerge, kept: Client, values: dict[str, Any]) -> None:
    """Change these values of the kept client, and journal what they were and what they became."""
    if not values:
        return
    before = {name: _plain(getattr(kept, name)) for name in values}
    noted = record.rows.filter(table="clients_client", row_id=kept.pk).first()
    left = (noted.before.get(LEFT, {}) if noted else {}) | {name: _plain(value) for name, value in values.items()}
    first = {name: value for name, value in before.items() if not noted or name not in noted.before}
    _journal(record, "clients_client", [kept.pk], {**first, LEFT: left})
    Client.objects.filter(pk=kept.pk).update(**values)


def _give_back_values(record: ClientMerge) -> None:
    """The kept client's former values, but for what somebody changed since."""
    row = record.rows.filter(table="clients_client", row_id=record.kept_id).first()
    if row is None:
        return
    kept = Client.objects.get(pk=record.kept_id)
    unchanged = {name for name, value in row.before.get(LEFT, {}).items() if _plain(getattr(kept, name)) == value}
    Client.objects.filter(pk=kept.pk).update(**{name: row.before[name] for name in unchanged})


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)

"""Who looks after which clients: handing a whole portfolio over, giving some clients to somebody, taking that back."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import Right
from clients.models import Client


@transaction.atomic
def hand_over(*, person: User, successor: User | None, by: User) -> int:
    """How many clients went from this person to the successor, or to nobody: they then wait to be shared out.

    Those for whom the person stood in wait for another stand-in.

    Raises PermissionDenied without the right to assign clients.
    """
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    Client.objects.filter(backup_owner=person).update(backup_owner=None)
    return Client.objects.owned_by(person).update(owner=successor)


@transaction.atomic
def assign(*, client_ids: list[int], owner: User | None, by: User) -> dict[int, int | None]:
    """Who looked after each client that changed hands: {client id: former owner's id}. Nobody when `owner` is None.

    Clients that `by` may not see, and those the owner has already, stay as they are.
    Raises PermissionDenied without the right to assign clients.
    """
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    theirs = Client.objects.visible_to(by).filter(pk__in=client_ids).select_for_update().order_by("pk")
    former = {pk: owner_id for pk, owner_id in theirs.values_list("pk", "owner_id") if owner_id != (owner and owner.pk)}
    Client.objects.filter(pk__in=former).update(owner=owner)
    return former


@transaction.atomic
def stand_in(*, client_ids: list[int], backup: User | None, by: User) -> dict[int, int | None]:
    """Who stood in for the owner of each client that changed: {client id: former stand-in's id}. Nobody when None.

    Clients that `by` may not see, those that the person follows, and those whose stand-in they are stay as they are.
    Raises PermissionDenied without the right to assign clients.
    """
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    theirs = Client.objects.visible_to(by).filter(pk__in=client_ids).select_for_update().order_by("pk")
    if backup is not None:
        theirs = theirs.exclude(owner=backup)
    asked = backup and backup.pk
    former = {pk: known for pk, known in theirs.values_list("pk", "backup_owner_id") if known != asked}
    Client.objects.filter(pk__in=former).update(backup_owner=backup)
    return former


@transaction.atomic
def stand_in_again(*, former: dict[int, int | None], backup_id: int | None, by: User) -> int:
    """How many of these clients got their former stand-in back: those whose stand-in is still `backup_id`.

    Raises PermissionDenied without the right to assign clients.
    """
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    count = 0
    for previous in set(former.values()):
        ids = [pk for pk, one in former.items() if one == previous]
        count += Client.objects.filter(pk__in=ids, backup_owner=backup_id).update(backup_owner=previous)
    return count


@transaction.atomic
def give_back(*, former: dict[int, int | None], owner_id: int | None, by: User) -> int:
    """How many of these clients went back to their former owner: those still looked after by `owner_id`.

    Raises PermissionDenied without the right to assign clients.
    """
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    count = 0
    for previous in set(former.values()):
        ids = [pk for pk, one in former.items() if one == previous]
        count += Client.objects.filter(pk__in=ids, owner=owner_id).update(owner=previous)
    return count

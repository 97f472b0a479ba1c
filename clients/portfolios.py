"""Who looks after which clients: handing a whole portfolio over."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import Right
from clients.models import Client


@transaction.atomic
def hand_over(*, person: User, successor: User | None, by: User) -> int:
    """How many clients went from this person to the successor, or to nobody: they then wait to be shared out.

    Raises PermissionDenied without the right to assign clients.
    """
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    return Client.objects.owned_by(person).update(owner=successor)

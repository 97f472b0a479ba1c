"""The people at a client: adding one, changing one."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import Right
from clients.models import Client, Contact


@transaction.atomic
def save(*, client: Client, contact: Contact, by: User) -> Contact:
    """The contact, saved with this client; as the main one, it takes that place from another.

    Raises PermissionDenied without the right to record actions, Client.DoesNotExist for somebody else's client.
    """
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied
    client = Client.objects.visible_to(by).select_for_update().get(pk=client.pk)
    if contact.is_main:
        client.contacts.filter(is_main=True).exclude(pk=contact.pk).update(is_main=False)
    contact.client = client
    contact.save()
    return contact

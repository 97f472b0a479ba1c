"""The people at a client: adding one, changing one, whom to ask for and how to reach them."""

from collections.abc import Iterable

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


def first_contacts(client_ids: Iterable[int]) -> dict[int, Contact]:
    """Whom to ask for at each of these clients that has contacts: the main one, else the first by name."""
    contacts = Contact.objects.filter(client__in=client_ids).order_by("client_id", "-is_main", "name", "id")
    return {contact.client_id: contact for contact in contacts.distinct("client_id")}


def phone_of(client: Client, contact: Contact | None) -> str:
    """The number to call: the client's own, else that of its contact."""
    return client.phone or (contact.phone if contact else "")


def email_of(client: Client, contact: Contact | None) -> str:
    """Where to write: the client's own address, else that of its contact unless they object."""
    if client.email or contact is None or contact.objected_at:
        return client.email
    return contact.email

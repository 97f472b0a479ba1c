"""Objections: taken from a signed link without logging in, or noted by a person. By address, whoever bears it.

Once `object_to` returns, nothing more of what it covers leaves to the address, whatever is being sent meanwhile.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from campaigns.addresses import key_of, lock_of
from campaigns.models import Campaign, CampaignKind, Recipient, Suppression
from campaigns.tokens import Purpose, number_of, token_of
from clients.models import Contact

EVERYTHING = ""
KINDS = {  # after "plus" and "ne … plus recevoir"
    CampaignKind.MESSAGE: _("de messages d’information"),
    CampaignKind.INVITATION: _("d’invitations"),
    CampaignKind.SURVEY: _("de questions"),
}


def link_token(recipient: Recipient) -> str:
    """What the link of a message carries to say whose objection it is."""
    return token_of(recipient.pk, Purpose.OBJECTION)


def recipient_of(token: str) -> Recipient | None:
    """Whose objection this token takes; None for one that is not ours, or whose recipient is gone."""
    number = number_of(token, Purpose.OBJECTION)
    return Recipient.objects.select_related("campaign").filter(pk=number).first() if number else None


def object_to(*, recipient: Recipient, scope: str = EVERYTHING) -> None:
    """This recipient's address receives nothing more of this kind, or nothing at all. A second time changes nothing."""
    _take(bytes(recipient.address_key), scope, campaign=recipient.campaign, reason=Suppression.Reason.OBJECTED)
    if scope == EVERYTHING and recipient.contact_id:
        Contact.objects.filter(pk=recipient.contact_id, objected_at=None).update(objected_at=timezone.now())


def complained(*, key: bytes, campaign: Campaign | None = None) -> None:
    """A person told their provider that a message was unwanted: the address receives nothing more."""
    _take(key, EVERYTHING, campaign=campaign, reason=Suppression.Reason.COMPLAINED)


def object_elsewhere(*, key: bytes, campaign: Campaign | None = None) -> None:
    """A person objected at their provider's, by a link of its own: the address receives nothing more."""
    _take(key, EVERYTHING, campaign=campaign, reason=Suppression.Reason.OBJECTED)


def nobody_there(*, key: bytes, campaign: Campaign | None = None) -> None:
    """The address does not exist: nothing more is sent to it."""
    _take(key, EVERYTHING, campaign=campaign, reason=Suppression.Reason.UNKNOWN)


def note(*, address: str, scope: str = EVERYTHING, by: User) -> None:
    """An objection that somebody received by phone or by post. Raises PermissionDenied without the right to send."""
    if not by.may(Right.SEND_CAMPAIGNS):
        raise PermissionDenied
    _take(key_of(address), scope, reason=Suppression.Reason.BY_HAND, noted_by=by)


def _take(key: bytes, scope: str, **values: Any) -> None:
    """Writes the objection, then waits for the message that may be on its way: whoever sends holds the same lock."""
    with transaction.atomic():
        Suppression.objects.get_or_create(key=key, scope=scope, defaults=values)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '60s'")
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_of(key)])

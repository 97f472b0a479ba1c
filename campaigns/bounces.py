"""What a mail provider tells afterwards, through django-anymail: an address that does not exist, a message unwanted."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from campaigns import objections
from campaigns.addresses import key_of
from campaigns.models import Recipient

NOBODY_THERE = (RejectReason.INVALID, RejectReason.BOUNCED)


def note(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """Writes to the address no more, once nobody is there or whoever is there does not want it; the rest may pass."""
    if not event.recipient:
        return
    key = key_of(event.recipient)
    last = Recipient.objects.filter(address_key=key, sent_at__isnull=False).order_by("-sent_at").first()
    campaign = last.campaign if last else None
    if event.event_type == EventType.COMPLAINED:
        objections.complained(key=key, campaign=campaign)
    elif event.event_type == EventType.UNSUBSCRIBED:
        objections.object_elsewhere(key=key, campaign=campaign)
    elif event.event_type == EventType.BOUNCED and event.reject_reason in NOBODY_THERE:
        objections.nobody_there(key=key, campaign=campaign)

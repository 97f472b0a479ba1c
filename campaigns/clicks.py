"""Clicks: a signed link leads to an address stored with the campaign, and to no other; machines are set apart.

Programs that protect mailboxes follow links before people read them. No IP address is kept: what tells them apart is
when they come, how many links they follow at once, and how they call themselves.
"""

import datetime as dt

from django.utils import timezone

from campaigns.models import Click, Link, Recipient
from campaigns.tokens import Purpose, number_of

TOO_SOON = dt.timedelta(seconds=10)  # after the sending: nobody has read it yet
AT_ONCE = dt.timedelta(seconds=2)  # another link of the same message: nobody clicks so fast
MACHINES = (
    "bot",
    "crawl",
    "spider",
    "preview",
    "scan",
    "curl",
    "python",
    "java/",
    "headless",
    "barracuda",
    "proofpoint",
)


def follow(*, link_id: int, token: str, user_agent: str) -> str | None:
    """The address that this link of a message leads to, the click being noted; None when it is not one of ours."""
    number = number_of(token, Purpose.CLICK)
    recipient = Recipient.objects.filter(pk=number).first() if number else None
    if recipient is None:
        return None
    link = Link.objects.filter(pk=link_id, campaign=recipient.campaign_id).first()
    if link is None:
        return None
    now = timezone.now()
    Click.objects.create(
        link=link, recipient=recipient, at=now, is_machine=_is_machine(link, recipient, now, user_agent)
    )
    return link.address


def _is_machine(link: Link, recipient: Recipient, now: dt.datetime, user_agent: str) -> bool:
    named = not user_agent or any(word in user_agent.lower() for word in MACHINES)
    soon = recipient.sent_at is None or now - recipient.sent_at < TOO_SOON
    others = Click.objects.filter(recipient=recipient, at__gt=now - AT_ONCE).exclude(link=link)
    if others.exists():
        others.update(is_machine=True)
        return True
    return named or soon

"""From a draft to what leaves: submitted, launched, paused, taken up again, stopped. Every step is a person's.

Launching freezes who receives what: a second click, or a second tab, finds it done and changes nothing.
"""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Right
from campaigns import arms, audience
from campaigns.audience import Audience
from campaigns.messages.rendering import compose
from campaigns.models import Arm, Campaign, Link, Recipient
from clients import bells

SENDING_TASK = "campaigns.tasks.send_campaigns"
COLUMNS = ("campaign_id", "client_id", "contact_id", "email", "address_key", "segment", "tier", "arm", "occurrence",
           "state", "reason", "attempts", "next_try_at")  # fmt: skip
COPY = f"COPY campaigns_recipient ({', '.join(COLUMNS)}) FROM STDIN"


class AudienceChangedError(Exception):
    """Those who would receive it are not as many as the button said. `count` is how many they are now."""

    def __init__(self, count: int):
        super().__init__(count)
        self.count = count


@transaction.atomic
def submit(*, campaign: Campaign, by: User) -> Campaign:
    """The draft, waiting for somebody entitled to send. Raises PermissionDenied, ValidationError for one not ready."""
    campaign = _locked(campaign, by, Right.DRAFT_CAMPAIGNS)
    if campaign.state == Campaign.State.DRAFT:
        check_ready(campaign)
        campaign.state, campaign.submitted_at = Campaign.State.SUBMITTED, timezone.now()
        campaign.save(update_fields=["state", "submitted_at"])
    return campaign


@transaction.atomic
def send_back(*, campaign: Campaign, by: User) -> Campaign:
    """The draft, to be worked on again. Raises PermissionDenied."""
    campaign = _locked(campaign, by, Right.DRAFT_CAMPAIGNS)
    if campaign.state == Campaign.State.SUBMITTED:
        campaign.state, campaign.submitted_at = Campaign.State.DRAFT, None
        campaign.save(update_fields=["state", "submitted_at"])
    return campaign


@transaction.atomic
def launch(*, campaign: Campaign, expected: int, by: User) -> Campaign:
    """The campaign with its recipients frozen and drawn, to be sent now or from `scheduled_for` on.

    `expected` is the count that the person agreed to. Raises PermissionDenied without the right to send,
    ValidationError for a campaign not ready or with nobody to write to, AudienceChangedError when the count is another.
    """
    campaign = _locked(campaign, by, Right.SEND_CAMPAIGNS)
    if not campaign.is_drafted:
        return campaign
    check_ready(campaign)
    found = audience.of(campaign, by=by)
    drawn = drawn_for(campaign, found)
    count = sum(arm != Arm.HELD for arm in drawn)
    if not count:
        raise ValidationError(_("Personne à qui écrire : élargissez les segments, ou complétez les e-mails."))
    if count != expected:
        raise AudienceChangedError(count)
    _write_recipients(campaign, found, drawn)
    _write_links(campaign)
    now = timezone.now()
    campaign.run, campaign.excluded = found.run, dict(found.left_out)
    campaign.launched_by, campaign.launched_at = by, now
    is_later = campaign.scheduled_for is not None and campaign.scheduled_for > now
    campaign.state = Campaign.State.SCHEDULED if is_later else Campaign.State.SENDING
    campaign.save()
    transaction.on_commit(lambda: bells.ring(SENDING_TASK))
    return campaign


def drawn_for(campaign: Campaign, found: Audience) -> list[Arm]:
    """The arm of each person reached, in their order: the same before the launch and at it."""
    strata = [(person.segment, person.tier) for person in found.reached]
    return arms.draw(strata, generic=campaign.generic_share, held=campaign.held_share, seed=campaign.seed)


@transaction.atomic
def pause(*, campaign: Campaign, by: User) -> Campaign:
    """The campaign, of which nothing leaves until it is taken up again. Raises PermissionDenied."""
    campaign = _locked(campaign, by, Right.SEND_CAMPAIGNS)
    if campaign.state in (Campaign.State.SENDING, Campaign.State.SCHEDULED):
        _move(campaign, Campaign.State.PAUSED)
    return campaign


@transaction.atomic
def resume(*, campaign: Campaign, by: User) -> Campaign:
    """The campaign, leaving again. Raises PermissionDenied."""
    campaign = _locked(campaign, by, Right.SEND_CAMPAIGNS)
    if campaign.state == Campaign.State.PAUSED:
        is_later = campaign.scheduled_for is not None and campaign.scheduled_for > timezone.now()
        campaign.trouble = ""
        _move(campaign, Campaign.State.SCHEDULED if is_later else Campaign.State.SENDING)
        transaction.on_commit(lambda: bells.ring(SENDING_TASK))
    return campaign


@transaction.atomic
def cancel(*, campaign: Campaign, by: User) -> Campaign:
    """The campaign, stopped for good: what did not leave never will. Raises PermissionDenied."""
    campaign = _locked(campaign, by, Right.SEND_CAMPAIGNS)
    if campaign.is_under_way:
        campaign.ended_at = timezone.now()
        _move(campaign, Campaign.State.CANCELLED)
        campaign.recipients.filter(state=Recipient.State.PENDING).update(state=Recipient.State.CANCELLED)
    return campaign


@transaction.atomic
def resend(*, recipient: Recipient, by: User) -> bool:
    """Whether this uncertain message is to leave once more, because somebody knows that it did not arrive.

    Nothing leaves of a campaign that was stopped. Raises PermissionDenied.
    """
    return _settle(recipient, by, state=Recipient.State.PENDING, next_try_at=timezone.now())


@transaction.atomic
def mark_sent(*, recipient: Recipient, by: User) -> bool:
    """Whether this uncertain message counts as sent from now on, because somebody knows that it arrived."""
    return _settle(recipient, by, state=Recipient.State.SENT, sent_at=timezone.now())


def _settle(recipient: Recipient, by: User, **values: Any) -> bool:
    campaign = _locked(recipient.campaign, by, Right.SEND_CAMPAIGNS)
    leaves_again = values["state"] == Recipient.State.PENDING
    if leaves_again and campaign.state == Campaign.State.CANCELLED:
        return False
    uncertain = campaign.recipients.uncertain().filter(pk=recipient.pk)
    count = uncertain.update(settled_by=by, reason="", **values)
    if count and leaves_again and campaign.state == Campaign.State.DONE:
        campaign.ended_at = None
        _move(campaign, Campaign.State.SENDING)
        transaction.on_commit(lambda: bells.ring(SENDING_TASK))
    return count > 0


def _locked(campaign: Campaign, by: User, right: Right) -> Campaign:
    """The campaign, ours until the end of the transaction. Raises PermissionDenied, Campaign.DoesNotExist."""
    if not by.may(right):
        raise PermissionDenied
    return Campaign.objects.visible_to(by).select_for_update(of=["self"]).get(pk=campaign.pk)


def _move(campaign: Campaign, state: Campaign.State) -> None:
    campaign.state = state
    campaign.save(update_fields=["state", "trouble", "ended_at"])


def check_ready(campaign: Campaign) -> None:
    """Raises ValidationError, with everything that is missing for this campaign to leave."""
    missing = []
    written = {message.segment for message in campaign.messages.all() if message.subject and message.body}
    unwritten = [slug for slug in campaign.segments if slug not in written]
    if not campaign.segments:
        missing.append(_("Choisissez au moins un segment."))
    if unwritten:
        missing.append(
            ngettext(
                "Il manque le message de %(n)d segment.", "Il manque le message de %(n)d segments.", len(unwritten)
            )
            % {"n": len(unwritten)}
        )
    if campaign.generic_share and "" not in written:
        missing.append(_("Il manque le message standard."))
    if campaign.kind == Campaign.Kind.INVITATION and not (campaign.place and campaign.starts_at):
        missing.append(_("Une invitation dit où et quand."))
    if campaign.kind == Campaign.Kind.SURVEY and not (campaign.question and len(campaign.choices) > 1):
        missing.append(_("Une question propose au moins deux réponses."))
    if missing:
        raise ValidationError(missing)


def _write_recipients(campaign: Campaign, found: Audience, drawn: list[Arm]) -> None:
    """One row for each person reached, copied: a hundred thousand in a few seconds."""
    start = campaign.scheduled_for or timezone.now()
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for person, arm in zip(found.reached, drawn, strict=True):
            state = Recipient.State.HELD if arm == Arm.HELD else Recipient.State.PENDING
            copy.write_row((
                campaign.pk, person.client_id, person.contact_id, person.email, person.key, person.segment,
                person.tier, arm.value, 1, state.value, "", 0, start,
            ))  # fmt: skip


def _write_links(campaign: Campaign) -> None:
    addresses = [link for message in campaign.messages.all() for link in compose(message.subject, message.body).links]
    Link.objects.bulk_create(
        [Link(campaign=campaign, address=address) for address in dict.fromkeys(addresses)], ignore_conflicts=True
    )

"""Writing a campaign: whom it is for, what each segment reads, how it is measured, when it leaves."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns import audience, library, transport
from campaigns.letters import GENERIC, Addressee, Letters
from campaigns.messages.rendering import Mail, compose
from campaigns.mime import Letter
from campaigns.models import Campaign, CampaignMessage, MailSettings
from clients.models import Client
from segmentation.models import Score, ScoringRun, SegmentSlug

WHO = ("name", "kind", "language", "segments", "service", "need")
ASKED = ("place", "starts_at", "capacity", "question", "choices")
MEASURE = ("generic_share", "held_share", "outcome_days", "cost")


@transaction.atomic
def start(*, name: str, by: User, chosen: Collection[int] | None = None, **fields: Any) -> Campaign:
    """A new draft, each of its segments with its message ready. Clients chosen one by one bring their segments when
    none is named. Raises PermissionDenied, ValidationError.
    """
    if not by.may(Right.DRAFT_CAMPAIGNS):
        raise PermissionDenied
    if chosen is not None and not fields.get("segments"):
        fields["segments"] = _segments_of(chosen)
    campaign = Campaign(
        name=name, created_by=by, seed=_seed(), chosen=sorted(chosen) if chosen is not None else None, **fields
    )
    campaign.full_clean(exclude=["created_by"])
    campaign.save()
    _write_missing(campaign)
    return campaign


@transaction.atomic
def change(*, campaign: Campaign, values: Mapping, by: User) -> Campaign:
    """The draft with these fields; new segments get their message ready, those left out keep theirs for later.

    Raises PermissionDenied, ValidationError for a campaign that was launched.
    """
    campaign = _own_draft(campaign, by)
    for name, value in values.items():
        setattr(campaign, name, value)
    campaign.edited_at = timezone.now()
    campaign.full_clean(exclude=["created_by"])
    campaign.save()
    _write_missing(campaign)
    return campaign


@transaction.atomic
def write(*, campaign: Campaign, segment: str, subject: str, body: str, by: User) -> CampaignMessage:
    """What this segment reads. Raises PermissionDenied, ValidationError for what cannot be read back."""
    campaign = _own_draft(campaign, by)
    compose(subject, body)
    message, _is_new = CampaignMessage.objects.update_or_create(
        campaign=campaign, segment=segment, defaults={"subject": subject, "body": body}
    )
    Campaign.objects.filter(pk=campaign.pk).update(edited_at=timezone.now())
    return message


@transaction.atomic
def duplicate(*, campaign: Campaign, by: User) -> Campaign:
    """A new draft like this campaign, with its messages. Raises PermissionDenied, Campaign.DoesNotExist."""
    if not by.may(Right.DRAFT_CAMPAIGNS):
        raise PermissionDenied
    former = Campaign.objects.visible_to(by).get(pk=campaign.pk)
    kept = {name: getattr(former, name) for name in (*WHO, *ASKED, *MEASURE, "per_hour", "chosen")}
    name = _("%(name)s (copie)") % {"name": former.name[:100]}
    made = Campaign.objects.create(**kept | {"name": name, "created_by": by, "seed": _seed()})
    for message in former.messages.all():
        CampaignMessage.objects.create(
            campaign=made, segment=message.segment, subject=message.subject, body=message.body
        )
    return made


@transaction.atomic
def delete(*, campaign: Campaign, by: User) -> None:
    """Throws the draft away. Raises PermissionDenied, ValidationError for one that was launched."""
    _own_draft(campaign, by).delete()


def preview(*, campaign: Campaign, message: CampaignMessage, client: Client) -> Mail:
    """The message as this client would receive it; its links lead nowhere. Raises ValidationError."""
    contact = audience.contact_of(client)
    letters = Letters(campaign, MailSettings.current())
    letters.messages[message.segment] = message
    addressee = Addressee(client.pk, client.name, client.city, client.owner_id, contact.name if contact else "")
    values = letters.values_of([addressee])[client.pk]
    return letters.composed(message).filled(values, objection="#", answer="#", tracked={}, with_content=True)


def send_to_oneself(*, campaign: Campaign, message: CampaignMessage, client: Client, by: User) -> None:
    """Sends this message, as this client would read it, to who asks. Raises ValidationError, NotHandedOverError."""
    mail = preview(campaign=campaign, message=message, client=client)
    letters = Letters(campaign, MailSettings.current())
    subject = _("[Essai] %(subject)s") % {"subject": mail.subject}
    with transport.opened() as opened:
        opened.send(Letter(letters.sender, by.email, subject, mail.text, mail.html))


def _segments_of(clients: Collection[int]) -> list[str]:
    """The segments of these clients in the run on show, in the order of segments."""
    run = ScoringRun.objects.latest_at()
    found = set(Score.objects.of(run).filter(client__in=clients).values_list("segment", flat=True)) if run else set()
    return [slug for slug in SegmentSlug.values if slug in found]


def _seed() -> int:
    """Where the draw of the arms starts from, settled before anybody sees who falls where."""
    return secrets.randbits(62) + 1


def _own_draft(campaign: Campaign, by: User) -> Campaign:
    """The draft, ours until the end of the transaction. Raises PermissionDenied, ValidationError, DoesNotExist."""
    if not by.may(Right.DRAFT_CAMPAIGNS):
        raise PermissionDenied
    locked = Campaign.objects.visible_to(by).select_for_update(of=["self"]).get(pk=campaign.pk)
    if not locked.is_drafted:
        raise ValidationError(_("Cette campagne est déjà lancée : dupliquez-la pour la modifier."))
    return locked


def _write_missing(campaign: Campaign) -> None:
    written = set(campaign.messages.values_list("segment", flat=True))
    wanted = [*campaign.segments, *([GENERIC] if campaign.generic_share else [])]
    for segment in wanted:
        if segment not in written:
            text = library.ready_for(
                kind=campaign.kind, segment=segment, language=campaign.language, need=campaign.need
            )
            CampaignMessage.objects.create(campaign=campaign, segment=segment, subject=text.subject, body=text.body)

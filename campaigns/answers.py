"""What recipients answer through their signed link: to an invitation, within its capacity, or to a question."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns.models import Answer, Campaign, Recipient
from campaigns.tokens import Purpose, number_of, token_of


def link_token(recipient: Recipient) -> str:
    """What the link of a message carries to say whose answer it takes."""
    return token_of(recipient.pk, Purpose.ANSWER)


def recipient_of(token: str) -> Recipient | None:
    """Whose answer this token takes; None for one that is not ours, or for a message that asks nothing."""
    number = number_of(token, Purpose.ANSWER)
    found = Recipient.objects.select_related("campaign", "client").exclude(campaign__kind=Campaign.Kind.MESSAGE)
    return found.filter(pk=number).first() if number else None


def choices_of(campaign: Campaign) -> list[tuple[str, str]]:
    """What may be answered: (value, words)."""
    if campaign.kind == Campaign.Kind.INVITATION:
        return [(choice.value, str(choice.label)) for choice in Answer.Coming]
    return [(choice, choice) for choice in campaign.choices]


@transaction.atomic
def record(*, recipient: Recipient, choice: str, comment: str = "") -> Answer:
    """The answer, in place of a former one. Once an invitation is full, who says yes waits for a place.

    Raises ValidationError for a choice that was not offered, or once the event is over.
    """
    campaign = Campaign.objects.select_for_update().get(pk=recipient.campaign_id)  # places are counted one by one
    if choice not in dict(choices_of(campaign)):
        raise ValidationError(_("Choisissez une des réponses proposées."))
    if campaign.starts_at and campaign.starts_at < timezone.now():
        raise ValidationError(_("L’événement a déjà eu lieu : votre réponse n’est plus attendue."))
    former = Answer.objects.filter(recipient=recipient).first()
    has_place = former is not None and former.choice == Answer.Coming.YES and not former.is_waiting
    wants_place = campaign.kind == Campaign.Kind.INVITATION and choice == Answer.Coming.YES
    is_waiting = wants_place and not has_place and places_left(campaign) == 0
    waited = former is not None and former.is_waiting and is_waiting  # who says yes again keeps their turn
    answered_at = former.answered_at if former is not None and waited else timezone.now()
    told = comment.replace("\0", "")[:500]
    values = {"choice": choice, "comment": told, "is_waiting": is_waiting, "answered_at": answered_at}
    answer, _is_new = Answer.objects.update_or_create(recipient=recipient, defaults=values)
    if has_place and not wants_place:
        _give_place(campaign)
    return answer


def places_left(campaign: Campaign) -> int | None:
    """How many may still come; None when there is no limit."""
    if campaign.capacity is None:
        return None
    return max(0, campaign.capacity - coming(campaign).count())


def coming(campaign: Campaign) -> QuerySet[Answer]:
    """The answers of those who come, and have a place."""
    return Answer.objects.filter(recipient__campaign=campaign, choice=Answer.Coming.YES, is_waiting=False)


@transaction.atomic
def note_attendance(*, answer: Answer, attended: bool, by: User) -> None:
    """Whether who said they would come was there. Raises PermissionDenied."""
    if not by.may(Right.DRAFT_CAMPAIGNS):
        raise PermissionDenied
    Answer.objects.filter(pk=answer.pk).update(attended=attended, attendance_noted_by=by)


def _give_place(campaign: Campaign) -> None:
    """The place just freed goes to who has waited the longest."""
    waiting = Answer.objects.filter(recipient__campaign=campaign, choice=Answer.Coming.YES, is_waiting=True)
    first = waiting.order_by("answered_at", "pk").first()
    if first is not None:
        Answer.objects.filter(pk=first.pk).update(is_waiting=False)

"""The messages ready to be used: what the firm wrote for a segment, else what comes with the product."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from campaigns.messages.originals import Text, original
from campaigns.messages.rendering import compose
from campaigns.models import StoredMessage
from segmentation.models import Need


def ready_for(*, kind: str, segment: str, language: str, need: Need | None = None) -> Text:
    """The message to start from for this segment: the firm's for this need, the firm's, else the original."""
    stored = StoredMessage.objects.filter(kind=kind, segment=segment, language=language)
    of_need = stored.filter(need=need).first() if need else None
    own = of_need or stored.filter(need=None).first()
    return Text(own.subject, own.body) if own else original(kind=kind, segment=segment, language=language)


@transaction.atomic
def keep(
    *, kind: str, segment: str, language: str, subject: str, body: str, by: User, need: Need | None = None
) -> StoredMessage:
    """This message, ready in place of the former one. Raises PermissionDenied, ValidationError."""
    if not by.may(Right.DRAFT_CAMPAIGNS):
        raise PermissionDenied
    compose(subject, body)
    made, _is_new = StoredMessage.objects.update_or_create(
        kind=kind, segment=segment, language=language, need=need,
        defaults={"subject": subject, "body": body, "edited_by": by, "edited_at": timezone.now()},
    )  # fmt: skip
    return made


@transaction.atomic
def forget(*, message: StoredMessage, by: User) -> None:
    """Gives the original back. Raises PermissionDenied."""
    if not by.may(Right.SEND_CAMPAIGNS):
        raise PermissionDenied
    message.delete()

"""Replies: what came back by itself, by mail or by phone, as somebody notes it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from campaigns.models import Recipient


@transaction.atomic
def note(*, recipient: Recipient, has_replied: bool, by: User) -> None:
    """Writes that this recipient replied, once, or that they did not after all. Raises PermissionDenied."""
    if not by.may(Right.DRAFT_CAMPAIGNS):
        raise PermissionDenied
    row = Recipient.objects.filter(pk=recipient.pk)
    if has_replied:
        row.filter(replied_at=None).update(replied_at=timezone.now(), replied_by=by)
    else:
        row.update(replied_at=None, replied_by=None)

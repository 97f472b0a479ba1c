"""The three tiers taken for the firm's own: once, by whoever may set the rules, for everybody to see."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from segmentation.models import Rules


def adopted() -> Rules | None:
    """The version of the rules whose tiers were adopted, the first one; None until somebody did."""
    found = Rules.objects.filter(tiers_adopted_at__isnull=False).select_related("tiers_adopted_by")
    return found.order_by("tiers_adopted_at").first()


@transaction.atomic
def adopt(*, by: User) -> bool:
    """Whether the tiers of the published rules are adopted now; False when they were before.

    Later versions of the rules are published with a reason, which is an adoption by itself. Raises PermissionDenied.
    """
    if not by.may(Right.MANAGE_RULES):
        raise PermissionDenied
    rules = Rules.objects.select_for_update().get(status=Rules.Status.PUBLISHED)
    if adopted():
        return False
    Rules.objects.filter(pk=rules.pk).update(tiers_adopted_at=timezone.now(), tiers_adopted_by=by)
    return True


@transaction.atomic
def undo(*, by: User) -> bool:
    """Whether an adoption was taken back. Raises PermissionDenied."""
    if not by.may(Right.MANAGE_RULES):
        raise PermissionDenied
    standing = Rules.objects.filter(tiers_adopted_at__isnull=False)
    return bool(standing.update(tiers_adopted_at=None, tiers_adopted_by=None))

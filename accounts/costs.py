"""What an hour of work costs, for the firm and for a person, and what it should bring. Euros HT."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Firm, User
from accounts.roles import Right


@transaction.atomic
def set_costs(
    *, hourly_cost: Decimal | None, hourly_target: Decimal | None, own: Mapping[int, Decimal | None], by: User
) -> None:
    """Keeps the cost and the target of the firm, and the own cost of each of these people, by id; None is none.

    Raises PermissionDenied without the right to set the course.
    """
    if not by.may(Right.SET_COURSE):
        raise PermissionDenied
    firm, _is_new = Firm.objects.select_for_update().get_or_create(pk=Firm.ONLY)
    firm.hourly_cost, firm.hourly_target = hourly_cost, hourly_target
    firm.save(update_fields=["hourly_cost", "hourly_target"])
    for person in User.objects.select_for_update().filter(pk__in=own).order_by("pk"):
        if person.hourly_cost != own[person.pk]:
            person.hourly_cost = own[person.pk]
            person.save(update_fields=["hourly_cost"])

"""Somebody leaves: their access ends, their clients and what they had to do go to others, all at once or not at all."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import team
from accounts.models import User
from campaigns.models import Action
from clients import portfolios


@dataclass(frozen=True)
class Departure:
    """What a departure moved: the clients and open actions handed over, and who got the actions."""

    clients: int
    actions: int
    heir: User


@transaction.atomic
def depart(*, person: User, successor: User | None, by: User) -> Departure:
    """Deactivates this person and hands over what they looked after.

    Without successor the clients wait to be shared out, and what was promised to them goes to the person's manager,
    else to `by`. Raises PermissionDenied, or ValidationError saying why they may not leave.
    """
    if successor is not None and (successor.pk == person.pk or not successor.is_active):
        raise ValidationError({"successor": _("Choisissez une autre personne, dont le compte est actif.")})
    person = team.deactivate(person=person, by=by)
    clients = portfolios.hand_over(person=person, successor=successor, by=by)
    heir = successor or (person.manager if person.manager and person.manager.is_active else by)
    actions = Action.objects.open().filter(assignee=person).update(assignee=heir)
    return Departure(clients=clients, actions=actions, heir=heir)

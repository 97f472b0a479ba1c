"""Somebody leaves: their access ends, their clients and what they had to do go to others, all at once or not at all."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import team
from accounts.models import User
from campaigns.models import Action, Approach, Prospect
from clients import portfolios
from segmentation.relation import reframing


@dataclass(frozen=True)
class Departure:
    """What a departure moved: the clients and open actions handed over, and who got the actions."""

    clients: int
    actions: int
    heir: User


@transaction.atomic
def depart(*, person: User, successor: User | None, by: User) -> Departure:
    """Deactivates this person and hands over what they looked after.

    Without successor the clients and prospects wait to be shared out, and what was promised to clients goes to the
    person's manager, else to `by`. Raises PermissionDenied, or ValidationError saying why they may not leave.
    """
    if successor is not None and (successor.pk == person.pk or not successor.is_active):
        raise ValidationError({"successor": _("Choisissez une autre personne, dont le compte est actif.")})
    person = team.deactivate(person=person, by=by)
    clients = portfolios.hand_over(person=person, successor=successor, by=by)
    Prospect.objects.filter(owner=person).update(owner=successor)
    heir = successor or (person.manager if person.manager and person.manager.is_active else by)
    _hand_over_approaches(person, heir, by)
    reframing.hand_over(person=person, heir=heir)
    return Departure(clients=clients, actions=_hand_over(person, heir, by), heir=heir)


def _hand_over(person: User, heir: User, by: User) -> int:
    """How many open actions the heir took over; what the heir had planned already is dropped rather than done twice."""
    open_actions = Action.objects.open()
    same = open_actions.filter(
        assignee=heir, client=OuterRef("client"), kind=OuterRef("kind"), due_on=OuterRef("due_on")
    )
    left = open_actions.filter(assignee=person)
    left.filter(Exists(same)).update(outcome=Action.Outcome.DROPPED, done_at=timezone.now(), done_by=by)
    return left.update(assignee=heir)


def _hand_over_approaches(person: User, heir: User, by: User) -> None:
    """What was planned to win prospects goes to the heir, once where the heir had planned the same."""
    same = Approach.objects.open().filter(
        assignee=heir, prospect=OuterRef("prospect"), kind=OuterRef("kind"), due_on=OuterRef("due_on")
    )
    left = Approach.objects.open().filter(assignee=person)
    left.filter(Exists(same)).update(outcome=Approach.Outcome.DROPPED, done_at=timezone.now(), done_by=by)
    left.update(assignee=heir)

"""A client leaves: their departure, the end of what was planned for them and of their risk, all at once or not at all.

Revenue, tier and scores stay: they are facts of a run. Taking the departure back opens again what it had closed.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns import actions
from campaigns.models import Action
from clients import farewells
from clients.models import Client, ClientDeparture
from segmentation import risk
from segmentation.models import ScoringRun


@transaction.atomic
def leave(*, client: Client, left_on: dt.date, motive: str, note: str = "", by: User) -> ClientDeparture:
    """The departure of this client: what was planned for them is dropped, and they are not at risk any more.

    Raises PermissionDenied without the right to record actions, Client.DoesNotExist for somebody else's client,
    ValidationError saying what is wrong with the day or the motive.
    """
    departure = farewells.record(client=client, left_on=left_on, motive=motive, note=note, by=by)
    planned = Action.objects.open().filter(client=departure.client_id)
    planned.update(outcome=Action.Outcome.DROPPED, done_at=departure.recorded_at, done_by=by)
    _show(departure)
    return departure


@transaction.atomic
def take_back(*, departure: ClientDeparture, by: User) -> bool:
    """Whether the client is one again, with what was planned for them; a second time changes nothing.

    Raises PermissionDenied, Client.DoesNotExist for somebody else's client.
    """
    if not farewells.take_back(departure=departure, by=by):
        return False
    dropped = Action.objects.done().filter(client=departure.client_id, outcome=Action.Outcome.DROPPED)
    for action in dropped.filter(done_at=departure.recorded_at):
        actions.reopen(action)
    _show(departure)
    return True


@transaction.atomic
def record_call(*, client: Client, motive: str = "", left_on: dt.date | None = None, by: User, **report: Any) -> Action:
    """The call just made, as `actions.record_call` writes it; when the client has left, their departure with it.

    Raises what that does, and ValidationError for a departure without motive.
    """
    action = actions.record_call(client=client, by=by, **report)
    if action.outcome == Action.Outcome.LEFT:
        if not motive:
            raise ValidationError({"motive": _("Choisissez pourquoi ce client est parti.")})
        left_on = left_on or timezone.localdate()
        leave(client=client, left_on=left_on, motive=motive, note=action.note.strip()[:200], by=by)
    return action


@transaction.atomic
def undo_call(*, action: Action, by: User) -> None:
    """Takes back what this person recorded, as `actions.undo` does, with the departure that the call told."""
    said = ClientDeparture.objects.standing().filter(client=action.client_id, recorded_by=by)
    actions.undo(action=action, by=by)
    if action.outcome == Action.Outcome.LEFT and (departure := said.filter(recorded_at__gte=action.done_at).first()):
        take_back(departure=departure, by=by)


def _show(departure: ClientDeparture) -> None:
    run = ScoringRun.objects.latest_at()
    if run:
        risk.show(run, clients=[departure.client_id])

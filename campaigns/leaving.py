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
from segmentation import risk, setting_aside
from segmentation.models import Motive, RiskSetAside, ScoringRun


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
def record_call(
    *,
    client: Client,
    motive: str = "",
    left_on: dt.date | None = None,
    seasonal_until: dt.date | None = None,
    by: User,
    **report: Any,
) -> Action:
    """The call just made, as `actions.record_call` writes it; when the client has left, their departure with it; when
    their silence is one of the season, their alerts set aside up to that day.

    Raises what those do, and ValidationError for a departure without motive.
    """
    action = actions.record_call(client=client, by=by, **report)
    if seasonal_until is not None:
        note = action.note.strip()[:200]
        setting_aside.set_aside(clients=[client.pk], motive=Motive.SEASONAL, note=note, until=seasonal_until, by=by)
    if action.outcome == Action.Outcome.LEFT:
        if not motive:
            raise ValidationError({"motive": _("Choisissez pourquoi ce client est parti.")})
        left_on = left_on or timezone.localdate()
        leave(client=client, left_on=left_on, motive=motive, note=action.note.strip()[:200], by=by)
    return action


@transaction.atomic
def undo_call(*, action: Action, by: User) -> None:
    """Takes back what this person recorded, as `actions.undo` does, with the departure or the season that it told."""
    season = RiskSetAside.objects.standing().filter(
        client=action.client_id,
        set_aside_by=by,
        motive=Motive.SEASONAL,
        set_aside_at__gte=action.done_at or timezone.now(),
    )
    asides = list(season)
    said = ClientDeparture.objects.standing().filter(client=action.client_id, recorded_by=by)
    actions.undo(action=action, by=by)
    if action.outcome == Action.Outcome.LEFT and (departure := said.filter(recorded_at__gte=action.done_at).first()):
        take_back(departure=departure, by=by)
    for aside in asides:
        setting_aside.undo(at=aside.set_aside_at, by=by)


def _show(departure: ClientDeparture) -> None:
    run = ScoringRun.objects.latest_at()
    if run:
        risk.show(run, clients=[departure.client_id])

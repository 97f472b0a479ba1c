import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.roles import Role
from campaigns import departures
from clients.models import Client
from segmentation.models import ReframingPlan
from segmentation.relation import reframing
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(claire):
    return ClientFactory(owner=claire)


def opened(client, by, **fields):
    values = {"kind": "talk", "what": "Recevoir le gérant.", "owner": by, "due_on": timezone.localdate()}
    return reframing.open_plan(client=client, by=by, **{**values, **fields})


def test_a_client_has_one_open_plan(client, claire):
    plan = opened(client, claire)
    assert opened(client, claire, kind="exit") == plan
    assert ReframingPlan.objects.get().kind == "talk"


def test_a_plan_is_for_somebody_in_charge_and_for_a_day_to_come(client, claire):
    with pytest.raises(ValidationError, match="en charge"):
        opened(client, claire, owner=UserFactory())
    with pytest.raises(ValidationError, match="passée"):
        opened(client, claire, due_on=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(ValidationError):
        opened(client, claire, what="  ")


def test_who_is_not_in_charge_opens_nothing(client):
    with pytest.raises(Client.DoesNotExist):
        opened(client, UserFactory())
    with pytest.raises(PermissionDenied):
        opened(client, UserFactory(roles=[Role.MARKETING]))


def test_a_plan_closes_on_what_came_of_it_and_then_stays(client, claire):
    plan = opened(client, claire)
    with pytest.raises(ValidationError, match="sorti"):
        reframing.close_plan(plan=plan, outcome="", by=claire)
    reframing.close_plan(plan=plan, outcome="Prix revu de 15 %.", by=claire)
    reframing.close_plan(plan=plan, outcome="Autre chose.", by=claire)
    reframing.change_plan(plan=plan, kind="exit", what="Partir.", owner=claire, due_on=timezone.localdate(), by=claire)
    plan.refresh_from_db()
    assert (plan.outcome, plan.kind, plan.closed_by) == ("Prix revu de 15 %.", "talk", claire)
    assert opened(client, claire) != plan


def test_a_late_plan_may_change_without_moving_its_day(client, claire, time_machine):
    plan = opened(client, claire)
    time_machine.move_to(timezone.now() + dt.timedelta(days=9))
    changed = reframing.change_plan(
        plan=plan, kind="price", what="Nouveau devis.", owner=claire, due_on=plan.due_on, by=claire
    )
    assert (changed.kind, changed.due_on) == ("price", plan.due_on)


def test_the_plans_of_who_leaves_go_to_their_heir(client, claire, director):
    plan = opened(client, claire)
    departures.depart(person=claire, successor=director, by=director)
    plan.refresh_from_db()
    assert plan.owner == director

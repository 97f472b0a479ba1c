"""Decisions of the meeting of Monday: five at most, each an action, reviewed the week after."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.roles import Role
from campaigns import actions, meetings
from campaigns.models import Action, MeetingDecision
from clients.models import Client
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claire():
    return UserFactory(roles=[Role.COMMERCIAL])


def decided(person, *, client=None, what="Le rappeler.", days=1, kind="call"):
    client = client or ClientFactory(owner=person)
    due_on = timezone.localdate() + dt.timedelta(days=days)
    return meetings.decide(client=client, what=what, kind=kind, assignee=person, due_on=due_on, by=person)


def test_a_decision_is_an_action_of_somebody_s(claire):
    decision = decided(claire, what="  Lui proposer un essai.  ")
    action = Action.objects.get()
    assert (decision.action, decision.what) == (action, "Lui proposer un essai.")
    assert (action.assignee, action.done_at) == (claire, None)


def test_five_decisions_are_enough_for_a_week(claire):
    for _ in range(meetings.MOST_DECISIONS):
        decided(claire)
    with pytest.raises(ValidationError, match="Cinq décisions"):
        decided(claire)
    assert Action.objects.count() == meetings.MOST_DECISIONS
    with time_machine.travel(timezone.now() + dt.timedelta(days=7)):
        assert decided(claire)


def test_the_same_decision_twice_is_one(claire):
    client = ClientFactory(owner=claire)
    assert decided(claire, client=client) == decided(claire, client=client)
    assert MeetingDecision.objects.count() == 1


def test_a_decision_says_what_and_is_about_one_s_own_clients(claire):
    with pytest.raises(ValidationError, match="Écrivez ce qui est décidé"):
        decided(claire, what="  ")
    with pytest.raises(Client.DoesNotExist):
        decided(claire, client=ClientFactory())


def test_a_decision_withdrawn_takes_its_action_away(claire):
    meetings.withdraw(decision=decided(claire), by=claire)
    assert not MeetingDecision.objects.exists()
    assert not Action.objects.exists()


def test_an_action_planned_before_or_done_since_stays(claire):
    client, due_on = ClientFactory(owner=claire), timezone.localdate() + dt.timedelta(days=1)
    planned = actions.plan(client=client, assignee=claire, due_on=due_on, by=claire)
    meetings.withdraw(decision=decided(claire, client=client), by=claire)
    assert Action.objects.get() == planned
    decision = decided(claire, kind="visit")
    actions.complete(action=decision.action, outcome="done", by=claire)
    decision.refresh_from_db()
    meetings.withdraw(decision=MeetingDecision.objects.get(pk=decision.pk), by=claire)
    assert Action.objects.count() == 2


def test_nobody_withdraws_somebody_else_s_decision(claire):
    decision = decided(claire)
    with pytest.raises(PermissionDenied):
        meetings.withdraw(decision=decision, by=UserFactory(roles=[Role.DIRECTION]))


def test_the_last_meeting_is_reviewed_whatever_weeks_passed_and_by_who_may_see_its_clients(claire):
    with time_machine.travel(timezone.now() - dt.timedelta(days=21)):
        old = decided(claire)
    with time_machine.travel(timezone.now() - dt.timedelta(days=14)):
        last = decided(claire)
    decided(claire)
    today = meetings.monday_of(timezone.localdate())
    seen = MeetingDecision.objects.visible_to(claire)
    assert list(seen.last_before(today)) == [last]
    assert list(seen.last_before(last.monday)) == [old]
    assert not MeetingDecision.objects.visible_to(UserFactory(roles=[Role.COMMERCIAL])).exists()

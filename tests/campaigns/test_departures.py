"""Somebody leaves, and nothing they looked after is lost."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from accounts.roles import Role
from campaigns import departures
from campaigns.models import Action
from clients.models import Client
from tests.factories import ActionFactory, ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def direction():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def leaver():
    leaver = UserFactory(manager=UserFactory(roles=[Role.MANAGER]))
    ClientFactory.create_batch(3, owner=leaver)
    ActionFactory(client=Client.objects.owned_by(leaver)[0], assignee=leaver)
    return leaver


def test_clients_and_open_actions_go_to_the_successor(leaver, direction):
    successor = UserFactory()
    departure = departures.depart(person=leaver, successor=successor, by=direction)
    assert (departure.clients, departure.actions) == (3, 1)
    assert Client.objects.owned_by(successor).count() == 3
    assert successor.actions.count() == 1
    assert not User.objects.get(pk=leaver.pk).is_active


def test_without_successor_clients_wait_and_promises_go_to_the_manager(leaver, direction):
    departures.depart(person=leaver, successor=None, by=direction)
    assert Client.objects.unassigned().count() == 3
    assert leaver.manager.actions.count() == 1


def test_a_call_that_both_had_planned_is_made_once(leaver, direction):
    successor = UserFactory()
    planned = leaver.actions.get()
    ActionFactory(client=planned.client, assignee=successor, due_on=planned.due_on)
    assert departures.depart(person=leaver, successor=successor, by=direction).actions == 0
    assert Action.objects.open().count() == 1
    planned.refresh_from_db()
    assert planned.outcome == Action.Outcome.DROPPED


def test_what_is_done_keeps_its_author(leaver, direction):
    done = ActionFactory(
        client=Client.objects.owned_by(leaver)[0], assignee=leaver, outcome="reached", done_at="2026-11-02T10:00:00Z"
    )
    departures.depart(person=leaver, successor=UserFactory(), by=direction)
    done.refresh_from_db()
    assert done.assignee == leaver


def test_a_refused_departure_moves_nothing(leaver, direction):
    for successor in (leaver, UserFactory(is_active=False)):
        with pytest.raises(ValidationError):
            departures.depart(person=leaver, successor=successor, by=direction)
    with pytest.raises(PermissionDenied):
        departures.depart(person=leaver, successor=None, by=UserFactory(roles=[Role.MANAGER]))
    assert Client.objects.owned_by(leaver).count() == 3
    assert User.objects.get(pk=leaver.pk).is_active


def test_the_last_direction_keeps_its_clients(direction):
    ClientFactory(owner=direction)
    with pytest.raises(ValidationError):
        departures.depart(person=direction, successor=UserFactory(), by=direction)
    assert Client.objects.owned_by(direction).count() == 1

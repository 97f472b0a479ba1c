"""Réunion du lundi: last week's decisions reviewed, this week's written down."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.roles import Role
from campaigns import actions
from campaigns.models import MeetingDecision
from tests.campaigns.test_meetings import decided
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/reunion/"


@pytest.fixture
def claire(client):
    person = UserFactory(roles=[Role.COMMERCIAL])
    client.force_login(person)
    return person


def test_a_decision_is_written_down_by_the_name_of_its_client(client, claire):
    ClientFactory(name="Boulangerie Estève", owner=claire)
    due_on = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    said = {"qui": "boulangerie esteve", "what": "Lui proposer un essai.", "kind": "offer", "due_on": due_on}
    page = client.post("/reunion/decider/", said, follow=True).content.decode()
    assert "<b>1 décision</b> sur 5" in page
    assert "Lui proposer un essai." in page
    assert MeetingDecision.objects.get().action.kind == "offer"


def test_what_is_missing_is_said_and_nothing_is_written(client, claire):
    ClientFactory(name="Garage Noël", owner=claire)
    due_on = timezone.localdate().isoformat()
    for said, words in (
        ({"qui": "Personne", "what": "x", "due_on": due_on}, "n’est pas un de vos clients"),
        ({"qui": "Garage Noël", "what": " ", "due_on": due_on}, "Écrivez ce qui est décidé."),
        ({"qui": "Garage Noël", "what": "x", "due_on": ""}, "obligatoire"),
    ):
        assert words in client.post("/reunion/decider/", said, follow=True).content.decode()
        assert not MeetingDecision.objects.exists()


def test_last_week_s_decisions_come_with_what_became_of_them(client, claire):
    with time_machine.travel(timezone.now() - dt.timedelta(days=7)):
        done, waiting = decided(claire, what="L’appeler."), decided(claire, what="Le voir.")
    actions.complete(action=done.action, outcome="done", note="Très content.", by=claire)
    page = client.get(ADDRESS).content.decode()
    assert f"{done.action.client.name}</a> · Faite" in page
    assert "Très content." in page
    assert f"{waiting.action.client.name}</a> · À faire" in page


def test_one_s_own_decision_is_withdrawn_and_nobody_else_s(client, claire):
    decision = decided(claire)
    assert client.post(f"/reunion/{decision.pk}/retirer/").status_code == 302
    assert not MeetingDecision.objects.exists()
    other = decided(UserFactory(roles=[Role.COMMERCIAL]))
    assert client.post(f"/reunion/{other.pk}/retirer/").status_code == 404

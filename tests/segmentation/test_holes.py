"""Why a client lacks a service: said, replaced, taken back, and who did it."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from segmentation import holes
from segmentation.models import Hole, HoleReason
from tests.factories import ClientFactory, HoleFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def client(person):
    return ClientFactory(owner=person)


def test_a_refusal_closes_the_hole_up_to_a_day_and_says_who_and_when(person, client):
    service = ServiceFactory()
    said = holes.say(clients=[client.pk], service=service, reason="refused", note=" trop cher ", by=person)
    hole = Hole.objects.closing().get()
    assert (hole.client, hole.service, hole.said_by, hole.said_at) == (client, service, person, said.at)
    assert (hole.happened_on, hole.until) == (timezone.localdate(), holes.usual_until())
    assert hole.closes
    assert hole.words.startswith("Refusé le")
    assert hole.words.endswith("trop cher")


@pytest.mark.parametrize("reason", ["never-offered", "unknown", "unsuited", "offered"])
def test_what_does_not_close_keeps_the_hole_in_the_count(person, client, reason):
    holes.say(clients=[client.pk], service=ServiceFactory(), reason=reason, until=holes.usual_until(), by=person)
    assert not Hole.objects.closing().exists()
    assert Hole.objects.standing().exists()


def test_after_its_last_day_a_closing_reason_is_still_said_and_closes_no_more():
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    hole = HoleFactory(reason="elsewhere", until=yesterday)
    assert Hole.objects.standing().get() == hole
    assert not Hole.objects.closing().exists()
    assert not hole.closes


def test_saying_again_replaces_and_undoing_brings_the_former_back(person, client):
    service = ServiceFactory()
    holes.say(clients=[client.pk], service=service, reason="never-offered", by=person)
    second = holes.say(clients=[client.pk], service=service, reason="irrelevant", by=person)
    assert Hole.objects.standing().get().reason == HoleReason.IRRELEVANT
    assert holes.undo(at=second.at, by=person) == 1
    assert Hole.objects.standing().get().reason == HoleReason.NEVER_OFFERED
    assert holes.undo(at=second.at, by=person) == 0


def test_a_service_and_its_family_are_two_holes(person, client):
    service = ServiceFactory(family="Paie")
    holes.say(clients=[client.pk], service=service, reason="irrelevant", by=person)
    holes.say(clients=[client.pk], family="Paie", reason="unknown", by=person)
    assert Hole.objects.standing().count() == 2


def test_giving_back_takes_what_was_said_away_and_keeps_it_for_who_wants_to_know(person, client):
    service = ServiceFactory()
    holes.say(clients=[client.pk], service=service, reason="irrelevant", by=person)
    assert holes.give_back(clients=[client.pk], service=service, by=person) == 1
    assert not Hole.objects.standing().exists()
    assert Hole.objects.get().lifted_by == person


def test_clients_of_others_are_left_out(person, client):
    said = holes.say(
        clients=[client.pk, ClientFactory().pk], service=ServiceFactory(), reason="never-offered", by=person
    )
    assert said.clients == [client.pk]


def test_marketing_says_nothing_of_holes(client):
    marketing = UserFactory(roles=[Role.MARKETING])
    with pytest.raises(PermissionDenied):
        holes.say(clients=[client.pk], service=ServiceFactory(), reason="never-offered", by=marketing)
    with pytest.raises(PermissionDenied):
        holes.give_back(clients=[client.pk], service=ServiceFactory(), by=marketing)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": "refused", "happened_on": dt.timedelta(days=1)}, "pas encore venu"),
        ({"reason": "refused", "until": dt.timedelta(days=-1)}, "est passée"),
        ({"reason": "refused", "until": dt.timedelta(days=1200)}, "plus proche"),
        ({"reason": "bof"}, "Choisissez"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(person, client, values, words):
    given = {
        name: timezone.localdate() + value if isinstance(value, dt.timedelta) else value
        for name, value in values.items()
    }
    with pytest.raises(ValidationError, match=words):
        holes.say(clients=[client.pk], service=ServiceFactory(), by=person, **given)


def test_the_database_refuses_a_closing_reason_without_a_last_day():
    with pytest.raises(IntegrityError, match="a_closing_reason_has_a_last_day"), transaction.atomic():
        HoleFactory(reason="irrelevant")

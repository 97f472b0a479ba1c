"""Consent with its proof: written down with where it came from, dated by itself, taken back with it."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from clients.models import Contact
from tests.factories import ClientFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db
JEANNE = {"name": "Jeanne Roux", "role": "", "phone": "", "email": "jeanne@client.example"}


@pytest.fixture
def direction(client):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


def test_a_consent_is_dated_when_its_proof_is_written_down(direction):
    one = ClientFactory()
    direction.post(f"/clients/{one.pk}/contacts/nouveau/", JEANNE | {"consent_proof": "Salon de mai, formulaire signé"})
    made = Contact.objects.get()
    assert made.consented_at.date() == timezone.now().date()
    page = direction.get(f"/clients/{one.pk}/").content.decode()
    assert "Salon de mai, formulaire signé" in page


def test_writing_the_proof_again_keeps_the_day_and_clearing_it_takes_the_consent_back(direction):
    earlier = timezone.now() - dt.timedelta(days=400)
    known = ContactFactory(consented_at=earlier, consent_proof="Salon")
    address = f"/clients/{known.client_id}/contacts/{known.pk}/"
    direction.post(address, JEANNE | {"consent_proof": "Salon, formulaire"})
    known.refresh_from_db()
    assert (known.consented_at, known.consent_proof) == (earlier, "Salon, formulaire")
    direction.post(address, JEANNE | {"consent_proof": ""})
    known.refresh_from_db()
    assert known.consented_at is None


def test_a_consent_that_came_without_a_proof_is_not_lost_by_editing_a_phone(direction):
    earlier = timezone.now() - dt.timedelta(days=400)
    known = ContactFactory(consented_at=earlier)
    direction.post(f"/clients/{known.client_id}/contacts/{known.pk}/", JEANNE | {"phone": "0102", "consent_proof": ""})
    known.refresh_from_db()
    assert known.consented_at == earlier

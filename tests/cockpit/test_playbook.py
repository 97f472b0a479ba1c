"""The playbook: original texts for every segment, the firm's own in their place, scripts filled for one client."""

import datetime as dt

import pytest

from accounts.models import Firm
from accounts.roles import Role
from campaigns import playbook
from campaigns.playbook_texts import ORIGINALS
from segmentation.models import Segment, SegmentSlug
from tests.factories import (
    ClientFactory,
    ContactFactory,
    InvoiceFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
OWN = {
    "objective": "Le garder",
    "actor": "Son commercial",
    "talking_points": "Merci.\n\nÀ bientôt.",
    "offer": "Un café",
    "frequency": "Chaque mois",
    "script": "Bonjour {prenom}, {service}, {jours} jours. {moi}",
}


@pytest.fixture
def marketing(client):
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    return client


def page(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def test_every_segment_has_its_texts_and_they_fit_their_form(db):
    assert list(ORIGINALS) == list(SegmentSlug)
    for slug, text in ORIGINALS.items():
        assert max(len(str(text.objective)), len(str(text.actor)), len(str(text.frequency))) <= 200, slug
        assert len(str(text.offer)) <= 600, slug
        assert len(str(text.script)) <= 2000, slug
        assert set(playbook.PLACEHOLDER.findall(str(text.script))) <= set(playbook.PLACEHOLDERS), slug


def test_what_the_firm_writes_prevails_and_the_original_comes_back(marketing):
    points = Segment.objects.get(slug="loyal").talking_points
    assert marketing.post("/playbook/loyal/modifier/", OWN).status_code == 302
    written = playbook.page_of("loyal")
    assert (written.objective, written.talking_points) == ("Le garder", ["Merci.", "À bientôt."])
    text = page(marketing.get("/playbook/loyal/"))
    assert "Modifié par Claire" in text
    assert "Modifications" in text
    for _twice in range(2):
        marketing.post("/playbook/loyal/origine/")
    assert playbook.page_of("loyal") == playbook.original_of("loyal")
    assert playbook.page_of("loyal").talking_points == points
    assert len(playbook.history_of("loyal")) == 2


def test_a_placeholder_that_nobody_knows_is_refused_with_what_was_typed(marketing):
    response = marketing.post("/playbook/loyal/modifier/", OWN | {"script": "Bonjour {nom}"})
    assert response.status_code == 422
    assert "{nom}" in page(response)
    assert playbook.page_of("loyal").is_original


def test_too_many_points_are_refused(marketing):
    response = marketing.post("/playbook/loyal/modifier/", OWN | {"talking_points": "\n".join("abcdefg")})
    assert response.status_code == 422


def test_a_segment_that_does_not_exist_is_not_found(marketing):
    assert marketing.get("/playbook/vip/").status_code == 404


def test_the_client_page_reads_the_script_to_this_client(client):
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    claire = UserFactory(first_name="Claire", last_name="Fabre")
    one = ClientFactory(owner=claire, name="Garage Noël")
    ContactFactory(client=one, name="Jeanne Roux", is_main=True)
    InvoiceFactory(client=one, issued_on=dt.date(2026, 9, 1), service=ServiceFactory(name="Paie"))
    InvoiceFactory(client=one, issued_on=dt.date(2026, 8, 1), service=ServiceFactory(name="Audit"))
    ScoreFactory(run=ScoringRunFactory(), client=one, segment="loyal", recency_days=60)
    playbook.write(
        slug="loyal",
        texts={**OWN, "talking_points": ""},
        talking_points=["Merci."],
        by=UserFactory(roles=[Role.DIRECTION]),
    )
    client.force_login(claire)
    for url in (f"/clients/{one.pk}/", f"/a-risque/?client={one.pk}"):
        text = page(client.get(url))
        assert "Bonjour Jeanne, Paie, 60 jours. Claire Fabre" in text
        assert "<li>Merci.</li>" in text


@pytest.mark.parametrize(
    ("name", "called"), [("Jeanne Roux", "Jeanne"), ("Mme Roux", "Mme Roux"), ("M. Roux", "M. Roux"), ("Roux", "Roux")]
)
def test_somebody_known_by_a_title_keeps_it(name, called):
    assert playbook.first_name_in(name) == called


def test_what_is_not_known_is_said_in_words(db):
    one = ClientFactory(name="Garage Noël")
    said = playbook.script_for(
        playbook.original_of("dormant"), client=one, contact=None, score=None, by=UserFactory(first_name="Claire")
    )
    assert "{" not in said
    assert said.startswith("Bonjour Garage Noël, Claire")

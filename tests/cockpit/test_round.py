"""Mes appels: from the list to the last outcome, one client a screen."""

from decimal import Decimal

import pytest

from accounts.roles import Role
from campaigns.models import Action, CallRound
from clients.models import Client
from segmentation.models import Rules
from tests.factories import ClientFactory, ContactFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
ROUND, START, PASS = "/a-risque/tournee/", "/a-risque/tournee/commencer/", "/a-risque/tournee/passer/"


@pytest.fixture
def claire():
    return UserFactory(roles=[Role.COMMERCIAL])


@pytest.fixture
def portfolio(claire):
    """Claire's clients at risk: Alpha 100 €, Bravo 300 €, Charlie 200 € in Auch; and Delta, a colleague's."""
    run = ScoringRunFactory(rules=Rules.objects.get())
    told = [("Alpha", "Albi", claire, 100), ("Bravo", "Albi", claire, 300), ("Charlie", "Auch", claire, 200)]
    told.append(("Delta", "Albi", UserFactory(roles=[Role.COMMERCIAL]), 900))
    for name, city, owner, amount in told:
        client = ClientFactory(name=name, city=city, owner=owner, phone="05 63 00 00 01" if name != "Alpha" else "")
        ScoreFactory(run=run, client=client, at_risk=True, amount_at_risk=Decimal(amount))
    return {client.name: client for client in Client.objects.all()}


def page(browser, address=ROUND):
    return browser.get(address).content.decode()


def test_the_round_follows_the_list_with_its_filters_and_order(client, claire, portfolio):
    client.force_login(claire)
    assert "Commencer mes appels" in page(client, "/a-risque/")
    assert client.post(START, {"liste": ""}).url == ROUND
    assert CallRound.objects.get().clients == [portfolio[name].pk for name in ("Bravo", "Charlie", "Alpha")]
    client.post(START, {"liste": "q=albi&tri=client"})
    assert CallRound.objects.get(ended_at=None).clients == [portfolio[name].pk for name in ("Alpha", "Bravo")]


def test_a_screen_says_who_why_and_how_to_reach(client, claire, portfolio):
    client.force_login(claire)
    client.post(START, {"liste": ""})
    text = page(client)
    assert "<h1>Bravo</h1>" in text
    assert "<b>1 sur 3</b>" in text
    assert 'href="tel:0563000001"' in text
    assert "Compte rendu" in text
    assert "Delta" not in text
    assert "Reprendre mes appels (1 sur 3)" in page(client, "/a-risque/")


def test_without_a_number_the_screen_leads_to_where_one_is_added(client, claire, portfolio):
    client.force_login(claire)
    client.post(START, {"liste": "q=alpha"})
    assert f"/clients/{portfolio['Alpha'].pk}/contacts/nouveau/" in page(client)
    ContactFactory(client=portfolio["Alpha"], phone="05 63 00 00 09", is_main=True)
    assert 'href="tel:0563000009"' in page(client)


def test_an_outcome_leads_to_the_next_client_and_the_last_to_what_it_all_came_to(client, claire, portfolio):
    client.force_login(claire)
    client.post(START, {"liste": ""})
    first = portfolio["Bravo"]
    answer = client.post(f"/clients/{first.pk}/appel/", {"outcome": "reached", "note": "Content.", "next": ROUND})
    assert answer.url == ROUND
    assert "<h1>Charlie</h1>" in page(client)
    client.post(PASS, {"client": portfolio["Charlie"].pk})
    client.post(f"/clients/{portfolio['Alpha'].pk}/appel/", {"outcome": "call-back+7", "next": ROUND})
    text = page(client)
    assert "Vos appels sont faits" in text
    assert "<b>2 appels</b>" in text
    assert f'<a href="/clients/{portfolio["Charlie"].pk}/">Charlie</a>' in text
    assert client.post("/a-risque/tournee/terminer/").url == "/a-risque/"
    assert "Aucune tournée en cours" in page(client)


def test_a_list_without_anybody_starts_nothing_and_says_so(client, claire, portfolio):
    client.force_login(claire)
    answer = client.post(START, {"liste": "q=personne"}, follow=True)
    assert "Personne à appeler dans cette liste" in answer.content.decode()
    assert not CallRound.objects.exists()


def test_looking_writes_nothing(client, claire, portfolio):
    client.force_login(claire)
    client.post(START, {"liste": ""})
    before = list(CallRound.objects.values())
    page(client)
    assert list(CallRound.objects.values()) == before
    assert not Action.objects.exists()


def test_a_round_of_sixty_asks_no_more_than_one_of_three(client, claire, portfolio, django_assert_max_num_queries):
    run = ScoringRunFactory._meta.model.objects.get()
    for _ in range(60):
        ScoreFactory(run=run, client=ClientFactory(owner=claire), at_risk=True, amount_at_risk=Decimal(1))
    client.force_login(claire)
    client.post(START, {"liste": ""})
    with django_assert_max_num_queries(36):
        page(client)

"""Clients who recommend others: counted once, among what one may see, on the list, the columns and the client page."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.ambassadors import Won, won_by
from tests.factories import ClientFactory, ProspectFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/clients/ambassadeurs/"


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def claire():
    return UserFactory()


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


@pytest.fixture
def noel(claire):
    return ClientFactory(name="Garage Noël", owner=claire, code="N1")


def brought(run, by, owner, amount=100, **fields):
    client = ClientFactory(owner=owner, recommended_by=by, **fields)
    ScoreFactory(run=run, client=client, tier_revenue=Decimal(amount))
    return client


def test_clients_and_prospects_won_count_once_with_their_revenue_and_others_wait(run, claire, noel):
    one = brought(run, noel, claire, 300)
    ProspectFactory(owner=claire, recommended_by=noel, state="client", client=one)
    other = brought(run, None, claire, 50)
    ProspectFactory(owner=claire, recommended_by=noel, state="client", client=other)
    ProspectFactory(owner=claire, recommended_by=noel)
    ProspectFactory(owner=claire, recommended_by=noel, state="dismissed")
    assert won_by([noel.pk], run=run, by=claire) == {noel.pk: Won((one.pk, other.pk), Decimal(350), 1)}


def test_what_others_follow_is_not_counted(run, claire, noel):
    hidden = brought(run, noel, UserFactory())
    ProspectFactory(owner=UserFactory(), recommended_by=noel)
    ProspectFactory(owner=claire, recommended_by=noel, state="client", client=hidden)
    assert won_by([noel.pk], run=run, by=claire) == {}


def test_the_list_puts_who_brought_most_first(browser, run, claire, noel):
    tissot = ClientFactory(name="Pharmacie Tissot", owner=claire)
    brought(run, noel, claire, 100)
    brought(run, noel, claire, 100)
    brought(run, tissot, claire, 900)
    ClientFactory(owner=claire)
    response = browser.get(URL)
    assert [row.client for row in response.context["rows"]] == [tissot, noel]
    assert response.context["clients"] == 3


def test_the_list_of_clients_filters_and_shows_ambassadors(browser, run, claire, noel):
    ScoreFactory(run=run, client=noel)
    brought(run, noel, claire)
    table = browser.get("/clients/?ambassadeur=1&colonnes=recommandations,remplacant").context["table"]
    assert [row.record.client for row in table.page.object_list] == [noel]
    assert table.page.object_list[0].record.won.count == 1


def test_who_recommended_a_client_is_noted_by_code_or_name_and_shown_both_ways(browser, run, claire, noel):
    one = ClientFactory(name="Atelier", owner=claire)
    form = {"next": f"/clients/{one.pk}/"}
    for wrong in ("Personne de tel", one.code):
        browser.post(f"/clients/{one.pk}/recommandation/", form | {"qui": wrong})
        one.refresh_from_db()
        assert one.recommended_by is None
    for right in ("N1", "garage noel"):
        browser.post(f"/clients/{one.pk}/recommandation/", form | {"qui": right})
        one.refresh_from_db()
        assert one.recommended_by == noel
    assert "Garage Noël" in browser.get(f"/clients/{one.pk}/").content.decode()
    assert "Atelier" in browser.get(f"/clients/{noel.pk}/").content.decode()
    browser.post(f"/clients/{one.pk}/recommandation/", form | {"qui": ""})
    one.refresh_from_db()
    assert one.recommended_by is None


def test_a_recommendation_by_somebody_else_s_client_stays_hidden(browser, run, claire):
    secret = ClientFactory(name="Zibeline", owner=UserFactory())
    one = ClientFactory(owner=claire, recommended_by=secret)
    assert "Zibeline" not in browser.get(f"/clients/{one.pk}/").content.decode()


def test_it_asks_as_much_for_three_ambassadors_as_for_thirty(browser, run, claire):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get(URL)
        return len(captured)

    for _n in range(3):
        brought(run, ClientFactory(owner=claire), claire)
    few = queries()
    for _n in range(27):
        brought(run, ClientFactory(owner=claire), claire)
    assert queries() == few

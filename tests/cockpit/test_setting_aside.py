import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from accounts.roles import Role
from segmentation.models import RiskSetAside, Score
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST, ASIDE, POST = "/a-risque/", "/a-risque/ecartees/", "/a-risque/ecarter/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def claire():
    return UserFactory(last_name="Fabre")


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


def at_risk(run, owner, name="Pharmacie Tissot", **fields):
    return ScoreFactory(
        run=run,
        client=ClientFactory(owner=owner, name=name),
        at_risk=True,
        risk_reasons=["rhythm"],
        amount_at_risk=Decimal("1000.00"),
        segment="at-risk",
        **fields,
    )


def sent(*scores, **fields):
    fields = {"motive": "seasonal", "until": "2027-03-31", "reason": "", "aside_note": "", "next": LIST} | fields
    return {"clients": [score.client_id for score in scores], **fields}


def page(response):
    return response.content.decode().replace("\u00a0", " ")


def test_list_counts_dashboard_and_navigation_forget_it_together(browser, run, claire):
    one = at_risk(run, claire)
    at_risk(run, claire, name="Garage Noël")
    response = browser.post(POST, sent(one), follow=True)
    assert "Alerte écartée pour 1 client, jusqu’au 31 mars 2027." in page(response)
    assert response.context["totals"] == {"clients": 1, "amount": Decimal("1000.00")}
    assert response.context["chrome"].at_risk == 1
    assert response.context["tabs"][0].count == 1
    total = browser.get("/").context["board"].total
    assert (total.at_risk, total.amount_at_risk) == (1, Decimal("1000.00"))
    assert "Pharmacie Tissot" not in browser.post("/a-risque/export/csv/").getvalue().decode()


def test_several_are_set_aside_at_once_and_undone_from_the_status_line(browser, run, claire):
    scores = [at_risk(run, claire, name=f"Client {n}") for n in range(3)]
    response = browser.post(POST, sent(*scores), follow=True)
    (message,) = response.context["messages"]
    assert "3 clients" in str(message)
    assert not Score.objects.at_risk().exists()
    browser.post(message.extra_tags)
    assert Score.objects.at_risk().count() == 3
    browser.post(message.extra_tags)  # a second click
    assert Score.objects.at_risk().count() == 3


def test_the_client_page_says_who_why_and_until_when(browser, run, claire):
    one = at_risk(run, claire)
    browser.post(POST, sent(one, motive="yearly-contract", aside_note="renouvelé en mars"))
    text = " ".join(page(browser.get(f"/clients/{one.client_id}/")).split())
    assert "<b>Toutes les alertes</b> : écartée jusqu’au 31 mars 2027." in text
    assert f"Contrat annuel : renouvelé en mars, selon {claire} le 3 nov. 2026." in text
    assert "Écarter cette alerte" not in text


def test_those_set_aside_are_listed_with_their_euros_and_come_back_in_one_click(browser, run, claire):
    one = at_risk(run, claire)
    browser.post(POST, sent(one))
    listed = browser.get(ASIDE)
    assert "1 alerte ne se montre pas" in page(listed)
    assert "1 000 €" in page(listed).replace("\u202f", " ")
    restored = browser.post(f"/a-risque/ecartees/{RiskSetAside.objects.get().pk}/retablir/", follow=True)
    assert "Pharmacie Tissot : alerte rétablie." in page(restored)
    assert "Aucune alerte écartée" in page(browser.get(ASIDE))
    assert Score.objects.at_risk().get() == one


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"until": "2026-11-02"}, "Cette date est passée"),
        ({"until": ""}, "Choisissez jusqu’à quel jour"),
        ({"until": "demain"}, "date valide"),
        ({"motive": "other"}, "Écrivez le motif"),
        ({"motive": "paresse"}, "paresse"),
        ({"clients": []}, "Aucun client n’est coché"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(browser, run, claire, fields, words):
    response = browser.post(POST, sent(at_risk(run, claire)) | fields, follow=True)
    assert words in page(response)
    assert not RiskSetAside.objects.exists()


def test_the_list_of_those_set_aside_costs_the_same_whatever_its_length(
    browser, run, claire, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(20) as captured:
            browser.get(ASIDE)
        return len(captured)

    browser.post(POST, sent(*[at_risk(run, claire) for _ in range(3)]))
    few = queries()
    browser.post(POST, sent(*[at_risk(run, claire) for _ in range(40)]))
    assert queries() == few


def test_a_salesperson_reads_their_own_only(client, run, claire):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    client.post(POST, sent(at_risk(run, claire), at_risk(run, UserFactory(), name="Chez un autre")))
    client.force_login(claire)
    assert "Chez un autre" not in page(client.get(ASIDE))
    assert client.get(ASIDE).context["page"].paginator.count == 1

"""Fiabilité: reads what is stored, says it in words first, and asks for more by POST."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Firm
from accounts.roles import Role
from segmentation import opportunity_words
from segmentation.models import Backtest
from tests.factories import BacktestFactory, InvoiceFactory, UserFactory, backtest_figures

pytestmark = pytest.mark.django_db
URL = "/fiabilite/"


@pytest.fixture
def director(client):
    person = UserFactory(roles=[Role.DIRECTION])
    client.force_login(person)
    return person


def seen(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def facts():
    for day in (dt.date(2024, 1, 15), dt.date(2025, 6, 1), dt.date(2026, 2, 10), dt.date(2026, 9, 15)):
        InvoiceFactory(issued_on=day)


def test_words_come_first_and_every_figure_follows(client, director):
    BacktestFactory()
    page = seen(client.get(URL))
    assert page.index("62 n’ont pas racheté") < page.index("Ce que chaque palier a fait ensuite")
    assert "Signalés à risque 100 62 62 % 50 % 62 000 €" in page
    assert "Sans achat depuis 143 jours 100 55 55 %" in page
    assert "62,0 %, intervalle à 95 % [52,2 % ; 70,9 %] (Wilson)" in page
    assert "0,81 (n = 380)" in page
    assert "Rythme rompu 100 62 %" in page


def test_shares_of_what_came_next_are_shares_of_everything_invoiced(client, director):
    BacktestFactory()
    page = client.get(URL).context["page"]
    assert page.total_after == Decimal("12700.00")
    assert [round(row.share_after, 4) for row in page.tiers] == [Decimal("0.3150")] * 3
    assert "7 clients venus depuis, dont personne ne savait rien : 700 €" in seen(client.get(URL))


def test_graphic_and_table_tell_the_same(client, director):
    BacktestFactory()
    page = client.get(URL).context["page"]
    assert [float(lane.share) for lane in page.chart.lanes] == [rival["precision"] for _label, rival in page.rivals]


def test_the_address_picks_a_stored_trial_and_computes_nothing(client, director):
    BacktestFactory()
    BacktestFactory(as_of=dt.date(2025, 12, 31), until=dt.date(2026, 3, 31), months=3)
    assert client.get(URL).context["page"].trial.months == 6
    chosen = client.get(URL, {"au": "2025-12-31", "mois": "3"})
    assert chosen.context["page"].trial.as_of == dt.date(2025, 12, 31)
    absent = client.get(URL, {"au": "2025-12-31", "mois": "6"})
    assert "Pas d’essai gardé au 31 déc. 2025 pour cette durée" in seen(absent)
    assert Backtest.objects.count() == 2


@pytest.mark.parametrize("query", [{"au": "hier"}, {"mois": "six"}, {"au": "2026-02-31", "mois": "-1"}, {"mois": "0"}])
def test_an_odd_address_is_a_page_all_the_same(client, director, query):
    BacktestFactory()
    assert client.get(URL, query).status_code == 200


def test_the_simple_rule_s_victory_is_printed_as_such(client, director):
    figures = backtest_figures()
    figures["naive"] |= {"found": 90, "precision": 0.9}
    BacktestFactory(figures=figures)
    page = seen(client.get(URL))
    assert "Ici, en nombre de clients, la règle simple fait mieux" in page
    assert "Régler la méthode" in page


def test_without_alarm_there_is_no_graphic(client, director):
    figures = backtest_figures(reasons=[])
    figures["at_risk"] |= {"n": 0, "precision": None, "interval": None}
    BacktestFactory(figures=figures)
    page = seen(client.get(URL))
    assert "Aucun client n’était signalé à risque" in page
    assert "Précision" not in page


def test_without_enough_facts_the_page_says_what_is_missing(client, director):
    assert "Il faut au moins un an et demi de factures" in seen(client.get(URL))


def test_a_date_that_can_be_tried_is_proposed_and_made_on_demand(client, director, django_capture_on_commit_callbacks):
    facts()
    assert "Pas d’essai gardé au 28 fév" in seen(client.get(URL))
    with django_capture_on_commit_callbacks() as rung:
        answer = client.post(reverse("cockpit:try-method"), {"au": "2026-02-28", "mois": "6"})
    assert answer.headers["Location"] == "/fiabilite/?au=2026-02-28&mois=6"
    assert len(rung) == 1
    trial = Backtest.objects.get()
    assert (trial.status, trial.launched_by) == ("queued", director)
    waiting = client.get(answer.headers["Location"])
    assert 'http-equiv="refresh"' in waiting.content.decode()
    client.post(reverse("cockpit:try-method"), {"au": "2026-02-28", "mois": "6"})
    assert Backtest.objects.get() == trial


def test_htmx_asks_until_it_is_over_then_leads_to_the_page(client, director):
    trial = BacktestFactory(status="running", figures={})
    address = "/fiabilite/?au=2026-05-31&mois=6"
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
    trial.status, trial.figures = "done", backtest_figures()
    trial.save()
    over = client.get(address, headers={"HX-Request": "true"})
    assert (over.status_code, over.headers["HX-Redirect"]) == (286, address)


def test_months_that_are_not_over_are_refused_in_words(client, director):
    facts()
    page = client.post(reverse("cockpit:try-method"), {"au": "2026-08-31", "mois": "6"}, follow=True)
    assert "il faut des factures jusqu’au 28 février 2027, et les vôtres s’arrêtent au 15 septembre 2026" in seen(page)
    assert not Backtest.objects.exists()


def test_who_does_not_manage_the_rules_reads_and_cannot_ask(client):
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    facts()
    assert "La Direction ou l’Administrateur peuvent le demander" in seen(client.get(URL))
    assert client.post(reverse("cockpit:try-method")).status_code == 403
    BacktestFactory()
    assert "Refaire cet essai" not in seen(client.get(URL))


def test_a_salesperson_does_not_read_the_figures_of_the_whole_firm(client):
    client.force_login(UserFactory(roles=[Role.COMMERCIAL]))
    assert client.get(URL).status_code == 403


def test_the_page_is_in_the_navigation_once_its_part_is_switched_on(client, director):
    assert 'href="/fiabilite/"' not in client.get("/aide/").content.decode()
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.TRUST])
    assert 'href="/fiabilite/"' in client.get("/aide/").content.decode()


def test_thirty_stored_trials_cost_no_more_queries_than_three(client, director, django_assert_num_queries):
    facts()
    for number in range(3):
        BacktestFactory(as_of=dt.date(2026, 5, 1 + number))
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    for number in range(27):
        BacktestFactory(as_of=dt.date(2026, 5, 4 + number))
    with django_assert_num_queries(len(few)):
        client.get(URL)


OFFERS = {
    "clients": 100, "gained": 120, "holes": 2000, "services": 12, "hit1": 0.3, "hit3": 0.6, "hit5": 0.8, "auc": 0.74,
    "popular": {"hit1": 0.2, "hit3": 0.4, "hit5": 0.5, "auc": 0.6},
    "chance": {"hit1": 0.1, "hit3": 0.25, "hit5": 0.4, "auc": 0.5},
}  # fmt: skip


@pytest.mark.parametrize(("parts", "is_shown"), [([Firm.Part.TRUST, Firm.Part.OPPORTUNITIES], True), ([], False)])
def test_what_opportunities_were_worth_is_said_in_words_first_where_the_firm_shows_them(client, parts, is_shown):
    Firm.objects.create(pk=Firm.ONLY, parts=parts)
    BacktestFactory(figures=backtest_figures(opportunities=OFFERS))
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    page = client.get("/fiabilite/").content.decode()
    assert ("Les opportunités étaient-elles les bonnes" in page) is is_shown
    if is_shown:
        assert page.index("trop grand pour venir du hasard") < page.index("0,74")


@pytest.mark.parametrize(
    ("clients", "popular", "words"),
    [(19, 0.1, "trop peu"), (100, 0.4, "fait mieux que"), (100, 0.55, "se valent"), (100, 0.75, "à tous")],
)
def test_the_verdict_on_opportunities_is_plain_when_they_lose_too(clients, popular, words):
    found = {**OFFERS, "clients": clients, "popular": {**OFFERS["popular"], "hit3": popular}}
    assert words in opportunity_words.trial_verdict(found)

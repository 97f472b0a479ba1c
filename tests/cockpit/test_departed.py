"""A client's departure: what it takes away, what it leaves, what ends it, and the list of those gone."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Export
from campaigns import actions, leaving
from campaigns.models import Action
from clients import farewells
from clients.models import Client, ClientDeparture, departed
from segmentation import risk, scoring
from segmentation.models import Score
from tests.factories import ActionFactory, ClientFactory, InvoiceFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/clients/partis/"
TODAY = dt.date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def claire():
    return UserFactory(last_name="Fabre")


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


@pytest.fixture
def tissot(claire):
    """A client at risk in the run on show, with a call planned."""
    tissot = ClientFactory(name="Pharmacie Tissot", owner=claire)
    fields = {"at_risk": True, "risk_reasons": ["rhythm"], "amount_at_risk": Decimal(1000), "segment": "at-risk"}
    ScoreFactory(run=ScoringRunFactory(), client=tissot, **fields)
    planned_at = dt.datetime(2026, 10, 30, tzinfo=dt.UTC)
    ActionFactory(client=tissot, assignee=claire, due_on=dt.date(2026, 11, 5), created_at=planned_at)
    return tissot


def leave(client, by, **fields):
    return leaving.leave(**{"client": client, "left_on": TODAY, "motive": "price", "by": by} | fields)


def sent(**fields):
    return {"left_on": "2026-11-02", "motive": "competitor", "departure_note": "Le cabinet d’en face"} | fields


def page(response):
    return " ".join(response.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def test_who_left_is_in_no_list_of_calls_and_keeps_revenue_tier_and_scores(browser, claire, tissot):
    before = Score.objects.values().get(client=tissot)
    response = browser.post(f"/clients/{tissot.pk}/depart/", sent(), follow=True)
    assert "Pharmacie Tissot : départ validé au 2 nov. 2026." in page(response)
    assert not Score.objects.at_risk().exists()
    assert not Action.objects.open().exists()
    assert Client.objects.filter(departed()).get() == tissot
    assert Score.objects.values().get(client=tissot) == before
    text = page(browser.get(f"/clients/{tissot.pk}/"))
    assert "Parti le 2 nov. 2026" in text
    assert "Parti chez un concurrent : Le cabinet d’en face, validé par" in text
    assert "<summary>Valider le départ</summary>" not in text


def test_undoing_gives_back_the_risk_and_what_was_planned(browser, claire, tissot):
    (message,) = browser.post(f"/clients/{tissot.pk}/depart/", sent(), follow=True).context["messages"]
    browser.post(message.extra_tags)
    browser.post(message.extra_tags)  # a second click
    assert Score.objects.at_risk().count() == 1
    assert Action.objects.open().get().due_on == dt.date(2026, 11, 5)
    assert not ClientDeparture.objects.standing().exists()


def test_a_departure_is_not_to_come_nor_before_the_last_purchase_and_another_motive_is_written(claire, tissot):
    InvoiceFactory(client=tissot, issued_on=dt.date(2026, 10, 20))
    for fields in (
        {"left_on": dt.date(2026, 11, 4)},
        {"left_on": dt.date(2026, 10, 19)},
        {"motive": "other", "note": " "},
    ):
        with pytest.raises(ValidationError):
            leave(tissot, claire, **fields)
    assert leave(tissot, claire, left_on=dt.date(2026, 10, 20)).pk


def test_a_second_validation_corrects_the_first(claire, tissot):
    leave(tissot, claire)
    leave(tissot, claire, motive="ceased")
    assert [one.motive for one in ClientDeparture.objects.all()] == ["ceased"]


def test_a_purchase_dated_after_the_departure_reopens_and_its_undoing_closes_again(claire, tissot):
    departure = leave(tissot, claire, left_on=dt.date(2026, 10, 1))
    InvoiceFactory(client=tissot, issued_on=dt.date(2026, 10, 20), amount_ht=-50)
    InvoiceFactory(client=tissot, issued_on=dt.date(2026, 10, 21), status="draft")
    assert farewells.follow_invoices() == 0
    later = InvoiceFactory(client=tissot, issued_on=dt.date(2026, 10, 28))
    sooner = InvoiceFactory(client=tissot, issued_on=dt.date(2026, 10, 22))
    assert farewells.follow_invoices() == 1
    departure.refresh_from_db()
    assert departure.reopened_on == dt.date(2026, 10, 22)
    for invoice in (later, sooner):
        invoice.lines.all().delete()
        invoice.delete()
    assert farewells.follow_invoices() == 1
    assert ClientDeparture.objects.standing().get() == departure


def test_who_left_once_more_since_is_gone_once(claire, tissot):
    leave(tissot, claire, left_on=dt.date(2026, 10, 1))
    invoice = InvoiceFactory(client=tissot, issued_on=dt.date(2026, 10, 22))
    farewells.follow_invoices()
    leave(tissot, claire)
    invoice.lines.all().delete()
    invoice.delete()
    farewells.follow_invoices()
    assert ClientDeparture.objects.standing().get().left_on == TODAY


def test_the_next_run_sees_the_return_and_the_page_says_it(browser, claire):
    back = ClientFactory(owner=claire)
    for day in ("2026-01-05", "2026-02-05", "2026-03-05"):
        InvoiceFactory(client=back, issued_on=dt.date.fromisoformat(day))
    leave(back, claire, left_on=dt.date(2026, 6, 1))
    scoring.score(as_of=dt.date(2026, 10, 31))
    assert not Score.objects.at_risk().exists()
    InvoiceFactory(client=back, issued_on=dt.date(2026, 7, 1))
    scoring.score(as_of=dt.date(2026, 11, 1))
    assert Score.objects.at_risk().filter(run__as_of=dt.date(2026, 11, 1)).get().client == back
    text = page(browser.get(f"/clients/{back.pk}/"))
    assert "puis un nouvel achat le 1 juil. 2026 : de nouveau client." in text.replace("1er", "1")


def test_a_departure_said_while_a_run_works_is_shown_once_it_stands(claire, tissot):
    run = Score.objects.get().run
    leave(tissot, claire)
    risk.show(run)
    ClientDeparture.objects.update(taken_back_at="2026-11-03T10:00Z", taken_back_by=claire)
    run.started_at = dt.datetime(2026, 11, 3, 9, 30, tzinfo=dt.UTC)
    risk.catch_up(run)
    assert Score.objects.at_risk().count() == 1


def test_nothing_is_planned_for_who_left(claire, tissot):
    leave(tissot, claire)
    with pytest.raises(ValidationError, match="parti"):
        actions.plan(client=tissot, assignee=claire, due_on=TODAY, by=claire)
    planned = actions.plan_calls(clients=[tissot], assignee=claire, due_on=TODAY, by=claire)
    assert (planned.actions, planned.gone, planned.not_theirs) == ([], 1, 0)


def test_a_call_may_end_on_the_departure_and_both_are_undone_together(browser, claire, tissot):
    url = f"/clients/{tissot.pk}/appel/"
    assert browser.post(url, {"outcome": "left", "note": "Vendu."}).status_code == 422  # no motive
    assert not ClientDeparture.objects.exists()
    assert Action.objects.open().count() == 1
    response = browser.post(url, {"outcome": "left", "motive": "ceased", "note": "Vendu."}, follow=True)
    assert ClientDeparture.objects.standing().get().motive_words == "Cessation d’activité : Vendu."
    (message,) = response.context["messages"]
    browser.post(message.extra_tags)
    assert not ClientDeparture.objects.standing().exists()
    assert Action.objects.open().count() == 1


def test_the_list_counts_the_last_year_of_each_by_motive(browser, claire):
    for name, amount, motive in (("Atelier", 300, "price"), ("Banque", 900, "ceased"), ("Cave", 200, "price")):
        one = ClientFactory(name=name, owner=claire)
        InvoiceFactory(client=one, issued_on=dt.date(2026, 9, 1), amount_ht=amount)
        InvoiceFactory(client=one, issued_on=dt.date(2025, 10, 1), amount_ht=5000)  # the year before
        leave(one, claire, left_on=dt.date(2026, 10, 1), motive=motive)
    leave(ClientFactory(), UserFactory(roles=["direction"]))  # somebody else's
    sheet = browser.get(LIST).context["sheet"]
    assert [(one.key, one.clients, one.revenue) for one in sheet.shares] == [("ceased", 1, 900), ("price", 2, 500)]
    response = browser.post(f"{LIST}export/csv/?motif=price")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert Export.objects.get().row_count == 2


def test_the_list_of_clients_leaves_them_out_or_says_when_they_left(browser, claire, tissot):
    stays = ClientFactory(owner=claire)
    leave(tissot, claire)
    for query, found in (("parti=0", [stays]), ("parti=1", [tissot])):
        table = browser.get(f"/clients/?{query}&colonnes=parti").context["table"]
        assert [row.record.client for row in table.page.object_list] == found
    assert table.page.object_list[0].record.departure.left_on == TODAY


def test_the_list_asks_as_much_for_three_clients_as_for_thirty(browser, claire):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get(LIST)
        return len(captured)

    for _n in range(3):
        leave(ClientFactory(owner=claire), claire)
    few = queries()
    for _n in range(27):
        leave(ClientFactory(owner=claire), claire)
    assert queries() == few


def test_who_said_it_is_journaled_and_what_was_written_is_not(claire, tissot):
    leave(tissot, claire, note="Trop cher.")
    entry = AuditEntry.objects.filter(table="clients_clientdeparture").get()
    assert "Trop cher" not in str(entry.__dict__)


def test_somebody_else_s_client_does_not_leave(claire, tissot):
    with pytest.raises(Client.DoesNotExist):
        leave(tissot, UserFactory())

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import Role
from clients.models import Contact, Invoice, TimeEntry
from segmentation import time_spent
from tests.factories import (
    ActionFactory,
    ClientFactory,
    ContactFactory,
    InvoiceFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return ScoringRunFactory(
        in_window=40,
        ranked=40,
        recency_mode="thresholds",
        frequency_mode="value",
        monetary_mode="value",
        recency_cuts=[30, 90, 180, 365],
        frequency_cuts=[2, 4, 8, 16],
        monetary_cuts=[Decimal(500), Decimal(2000), Decimal(8000), Decimal(20000)],
    )


@pytest.fixture
def claire():
    return UserFactory(last_name="Fabre")


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


@pytest.fixture
def arnaud(run, claire):
    """A client at risk: the owner's, scored, without any fact yet."""
    client = ClientFactory(name="Agence Arnaud", owner=claire, phone="05 56 00 12 34")
    ScoreFactory(
        run=run,
        client=client,
        at_risk=True,
        risk_reasons=["grid", "rhythm"],
        amount_at_risk=Decimal("27285.00"),
        segment="cannot-lose",
        r=2,
        f=5,
        m=5,
        fm=5,
        recency_days=247,
        typical_gap_days=Decimal("40.0"),
        silence_ratio=Decimal("6.175"),
    )
    return client


def page(browser, client, **params):
    response = browser.get(reverse("cockpit:client-page", args=[client.pk]), params)
    assert response.status_code == 200
    return response


def test_the_page_says_why_with_value_band_and_what_would_change_it(browser, arnaud):
    html = page(browser, arnaud).content.decode()
    for words in ("247 jours sans achat", "de 181 à 365", "Un achat le ramène à R 5/5"):
        assert words in html


def test_the_behaviour_comes_first_among_the_reasons(browser, arnaud):
    assert [reason.slug for reason in page(browser, arnaud).context["sheet"].reasons] == ["rhythm", "grid"]


def test_the_phone_is_dialled_and_the_address_written_to(browser, arnaud):
    ContactFactory(client=arnaud, email="jeanne@arnaud.example", is_main=True)
    html = page(browser, arnaud).content.decode()
    assert 'href="tel:0556001234"' in html
    assert 'href="mailto:jeanne@arnaud.example"' in html


def test_nobody_writes_to_a_contact_who_objects(browser, arnaud):
    ContactFactory(client=arnaud, email="jeanne@arnaud.example", objected_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert page(browser, arnaud).context["sheet"].email == ""


def test_months_of_the_drawing_are_those_of_its_table_and_the_last_twelve_make_the_year(browser, arnaud):
    for day, amount in [("2024-11-15", 40), ("2025-10-31", 50), ("2025-11-01", 100), ("2026-10-31", 300)]:
        InvoiceFactory(client=arnaud, issued_on=dt.date.fromisoformat(day), amount_ht=amount)
    months = page(browser, arnaud).context["sheet"].two_years
    assert len(months) == 24
    assert (months[0].start, months[-1].end) == (dt.date(2024, 11, 1), dt.date(2026, 10, 31))
    assert [month.amount for month in months if month.amount] == [40, 50, 100, 300]
    assert sum(month.amount for month in months[12:]) == 400


def test_the_timeline_shows_purchases_credit_notes_and_exchanges(browser, arnaud, claire):
    InvoiceFactory(client=arnaud, issued_on=dt.date(2026, 2, 1))
    InvoiceFactory(client=arnaud, issued_on=dt.date(2026, 3, 1), amount_ht=-20)
    InvoiceFactory(client=arnaud, issued_on=dt.date(2026, 4, 1), status=Invoice.Status.DRAFT)
    at = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
    ActionFactory(client=arnaud, assignee=claire, done_at=at, outcome="reached", done_by=claire)
    sheet = page(browser, arnaud).context["sheet"]
    assert [moment.kind for moment in sheet.moments] == ["purchase", "credit", "contact"]


def test_services_are_held_stopped_or_missing(browser, arnaud):
    held, stopped, never = ServiceFactory(name="Paie"), ServiceFactory(name="Bilan"), ServiceFactory(name="Audit")
    InvoiceFactory(client=arnaud, issued_on=dt.date(2026, 5, 1), amount_ht=900, service=held)
    InvoiceFactory(client=arnaud, issued_on=dt.date(2025, 5, 1), amount_ht=700, service=stopped)
    sheet = page(browser, arnaud).context["sheet"]
    assert [(one.service, one.amount) for one in sheet.held] == [(held, 900)]
    assert [(one.service, one.former) for one in sheet.stopped] == [(stopped, 700)]
    assert sheet.missing == [never]


def test_documents_come_ten_a_page_the_newest_first_whatever_their_status(browser, arnaud):
    for number in range(1, 13):
        InvoiceFactory(client=arnaud, number=f"F-{number:02}", issued_on=dt.date(2026, 1, number))
    InvoiceFactory(client=arnaud, number="Brouillon", issued_on=dt.date(2026, 2, 1), status=Invoice.Status.DRAFT)
    assert [invoice.number for invoice in page(browser, arnaud).context["page"]][:2] == ["Brouillon", "F-12"]
    assert len(page(browser, arnaud, page="2").context["page"]) == 3
    assert len(page(browser, arnaud, page="zéro").context["page"]) == 10


def test_hours_of_the_year_give_the_revenue_of_an_hour(browser, run, arnaud, claire):
    for day, hours in [("2025-10-31", 5), ("2025-11-01", 8), ("2026-10-31", 4)]:
        TimeEntry.objects.create(client=arnaud, person=claire, spent_on=dt.date.fromisoformat(day), hours=hours)
    time_spent.fill(run)
    sheet = page(browser, arnaud).context["sheet"]
    assert (sheet.time.hours, sheet.time.revenue_per_hour) == (12, 500)


def test_a_client_who_never_bought_has_a_page_that_says_so(browser, run, claire):
    html = page(browser, ClientFactory(owner=claire)).content.decode()
    assert "Aucun achat connu" in html


def test_a_page_exists_before_any_calculation(browser, claire):
    assert "Aucun achat connu" in page(browser, ClientFactory(owner=claire)).content.decode()


def test_the_page_costs_the_same_whatever_the_client_did(browser, arnaud, claire, django_assert_max_num_queries):
    def queries():
        with django_assert_max_num_queries(45) as captured:
            page(browser, arnaud)
        return len(captured)

    InvoiceFactory(client=arnaud, issued_on=dt.date(2026, 5, 1), service=ServiceFactory())
    ActionFactory(client=arnaud, assignee=claire)
    few = queries()
    for month in range(1, 11):
        InvoiceFactory(client=arnaud, issued_on=dt.date(2026, month, 1), service=ServiceFactory())
        ActionFactory(client=arnaud, assignee=claire, due_on=dt.date(2026, 12, month))
        ContactFactory(client=arnaud)
    assert queries() == few


# --- Contacts ---


def test_a_contact_is_added_and_as_main_one_takes_the_place_of_another(browser, arnaud):
    former = ContactFactory(client=arnaud, is_main=True)
    url = reverse("cockpit:new-contact", args=[arnaud.pk])
    browser.post(url, {"name": "Luc Ferrand", "role": "gérant", "is_main": "on"})
    former.refresh_from_db()
    assert not former.is_main
    assert Contact.objects.get(client=arnaud, is_main=True).name == "Luc Ferrand"


def test_a_contact_is_changed_and_keeps_what_the_form_does_not_ask(browser, arnaud):
    objected = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    contact = ContactFactory(client=arnaud, objected_at=objected)
    url = reverse("cockpit:contact", args=[arnaud.pk, contact.pk])
    browser.post(url, {"name": "Jeanne Estève", "objected_at": ""})
    contact.refresh_from_db()
    assert (contact.name, contact.objected_at) == ("Jeanne Estève", objected)


def test_a_contact_without_a_name_is_asked_again(browser, arnaud):
    response = browser.post(reverse("cockpit:new-contact", args=[arnaud.pk]), {"phone": "05"})
    assert response.status_code == 422
    assert not Contact.objects.exists()


def test_the_contact_of_another_client_is_not_found_at_this_one(browser, arnaud, claire):
    other = ContactFactory(client=ClientFactory(owner=claire))
    assert browser.get(reverse("cockpit:contact", args=[arnaud.pk, other.pk])).status_code == 404


def test_who_may_only_read_gets_no_form(client, arnaud):
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    html = page(client, arnaud).content.decode()
    for words in ("Compte rendu d’appel", "Ajouter", "Affecter"):
        assert words not in html

"""What was kept long enough goes, once a night, and the night says what it removed."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AuditEntry, Firm
from accounts.roles import Role
from campaigns import retention
from campaigns.addresses import key_of, suppressed_for
from campaigns.models import Action
from clients.models import Client, Contact, Import, ImportFile, InvoiceLine
from segmentation.models import LedgerEntry
from tests.factories import (
    ActionFactory,
    ClientFactory,
    ContactFactory,
    EventFactory,
    InvoiceFactory,
    RecipientFactory,
    UserFactory,
    YearlyTotalFactory,
)

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
LONG_AGO, LATELY = dt.date(2023, 1, 10), dt.date(2025, 1, 10)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def three_years():
    return Firm.objects.create(pk=Firm.ONLY, forgets_after_years=3)


def known(bought_on=LONG_AGO, **values):
    """A client with a contact, who bought something that day."""
    client = ClientFactory(email="accueil@client.example", notes="Aime le bleu.", **values)
    ContactFactory(client=client, email=f"c{client.pk}@client.example")
    InvoiceFactory(client=client, issued_on=bought_on)
    return client


def forgotten():
    retention.run_due()
    return set(Client.objects.filter(email="").values_list("pk", flat=True))


def test_a_client_silent_for_three_years_loses_contacts_and_texts_and_keeps_name_and_invoices(three_years):
    silent, recent = known(name="Roux"), known(bought_on=LATELY)
    ActionFactory(client=silent, done_at=NOON - dt.timedelta(days=1400), outcome="done", note="Content.")
    assert forgotten() == {silent.pk}
    silent.refresh_from_db()
    assert (silent.name, silent.notes, silent.contacts.count()) == ("Roux", "", 0)
    assert Action.objects.get().note == ""
    assert InvoiceLine.objects.filter(invoice__client=silent).exists()
    assert recent.contacts.count() == 1


@pytest.mark.parametrize(
    "exchange",
    [
        lambda client: ActionFactory(client=client, done_at=NOON - dt.timedelta(days=30), outcome="done"),
        lambda client: ActionFactory(client=client),  # somebody means to call
        lambda client: EventFactory(client=client, happened_on=LATELY),
        lambda client: YearlyTotalFactory(client=client, first_day=dt.date(2025, 1, 1), last_day=dt.date(2025, 12, 31)),
        lambda client: RecipientFactory(client=client, state="sent", sent_at=NOON, replied_at=NOON),
        lambda client: ContactFactory(client=client, consented_at=NOON - dt.timedelta(days=30)),
    ],
    ids=["called", "to call", "event", "total", "replied", "consented"],
)
def test_an_exchange_within_three_years_keeps_them(three_years, exchange):
    exchange(known())
    assert forgotten() == set()


def test_the_third_birthday_of_the_last_purchase_is_the_last_day(three_years):
    day = dt.date(2023, 11, 27)
    kept, gone = known(bought_on=day), known(bought_on=day - dt.timedelta(days=1))
    assert forgotten() == {gone.pk}
    assert kept.contacts.exists()


def test_a_client_who_never_bought_is_kept_three_years_from_the_day_they_were_known(three_years):
    new = ClientFactory(email="a@b.example")
    old = ClientFactory(email="c@d.example", created_at=NOON - dt.timedelta(days=1200))
    assert forgotten() == {old.pk}
    assert new.email


def test_nobody_is_forgotten_until_somebody_says_after_how_long():
    known()
    assert forgotten() == set()
    assert LedgerEntry.objects.get(job=retention.JOB).outcome == LedgerEntry.Outcome.NOTHING_NEW


def test_an_objection_outlives_the_contact_that_is_forgotten(three_years):
    client = known()
    Contact.objects.filter(client=client).update(objected_at=NOON, email="non@client.example")
    retention.run_due()
    assert key_of("non@client.example") in suppressed_for("message")


def test_a_night_happens_once_and_says_what_it_removed(three_years):
    known()
    Session.objects.create(session_key="x", session_data="", expire_date=NOON - dt.timedelta(days=1))
    batch = Import.objects.create(status="committed", finished_at=NOON - dt.timedelta(days=31))
    ImportFile.objects.create(batch=batch, position=0, name="f", size=1, sha256="").chunks.create(
        position=0, content=b"x"
    )
    assert retention.run_due() is not None
    assert retention.run_due() is None
    ((entry, removed),) = retention.last_nights()
    assert entry.business_date == dt.date(2026, 11, 27)
    assert removed == retention.Removed(imports=1, clients=1, contacts=1, texts=0, sessions=1)


def test_a_night_that_fails_is_tried_again(three_years, monkeypatch):
    known()
    with monkeypatch.context() as patched:
        patched.setattr(retention, "forget_silent_clients", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            retention.run_due()
    ((failed, removed),) = retention.last_nights()
    assert (failed.outcome, removed) == (LedgerEntry.Outcome.FAILED, None)
    assert retention.run_due().attempts == 2
    assert not Contact.objects.exists()


def test_the_next_night_finds_nothing_left(three_years):
    known()
    retention.run_due()
    with time_machine.travel(NOON + dt.timedelta(days=1), tick=False):
        assert retention.run_due().outcome == LedgerEntry.Outcome.NOTHING_NEW


def test_who_decides_how_long_is_journaled(client):
    director = UserFactory(roles=[Role.DIRECTION])
    client.force_login(director)
    client.post("/reglages/donnees/", {"years": "5"})
    assert Firm.objects.get().forgets_after_years == 5
    client.post("/reglages/donnees/", {"years": ""})
    assert Firm.objects.get().forgets_after_years is None
    told = AuditEntry.objects.filter(table="accounts_firm", changes__has_key="forgets_after_years")
    assert [entry.changes["forgets_after_years"] for entry in told.order_by("pk")] == [[None, 5], [5, None]]
    assert {entry.user_id for entry in told} == {director.pk}


def test_a_duration_out_of_bounds_is_refused(client):
    director = UserFactory(roles=[Role.DIRECTION])
    client.force_login(director)
    assert client.post("/reglages/donnees/", {"years": "0"}).status_code == 422
    with pytest.raises(ValidationError):
        retention.set_years(years=31, by=director)
    with pytest.raises(PermissionDenied):
        retention.set_years(years=3, by=UserFactory())


def test_the_page_says_what_is_kept_and_what_the_night_removed(client, three_years):
    known()
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    page = client.get("/reglages/donnees/").content.decode()
    assert "Aujourd’hui, 1 client n’a ni acheté ni échangé depuis 3 ans" in page
    assert "3 ans après le dernier achat ou échange" in page
    retention.run_due()
    page = client.get("/reglages/donnees/").content.decode()
    assert "clients oubliés : 1" in page
    assert "Aujourd’hui, personne n’est silencieux" in page


def test_retention_is_rung_every_hour(settings):
    tasks = [one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()]
    assert "campaigns.tasks.forget_what_is_old" in tasks

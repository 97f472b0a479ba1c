"""The pages around stopping and undoing: what they offer, to whom, and what they say."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from clients import tasks
from clients.imports import pipeline, undo
from clients.models import Client, Import, Invoice, UndoneRow
from tests.clients.imports.books import import_text
from tests.clients.imports.test_stopping import submitted
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TABLE = "Client;Date;Montant HT\nDupont;13/01/2025;100\nMartin;14/01/2025;50\n"


@pytest.fixture
def rung(monkeypatch):
    """The imports for which a worker was called."""
    calls = []
    monkeypatch.setattr(tasks.process_import, "delay_on_commit", calls.append)
    return calls


@pytest.fixture
def keeper(client):
    user = UserFactory(roles=[Role.DIRECTION])
    client.force_login(user)
    return user


def page(client, name, batch, query=""):
    return client.get(reverse(f"clients:{name}", args=[batch.pk]) + query).content.decode()


def post(client, name, batch):
    return client.post(reverse(f"clients:{name}", args=[batch.pk]), follow=True).content.decode()


def test_the_report_offers_to_undo_and_says_until_when(client, keeper):
    batch = import_text(TABLE)
    shown = page(client, "import-report", batch)
    assert reverse("clients:undo-import", args=[batch.pk]) in shown
    assert "peut être annulé jusqu’au" in shown


def test_an_old_import_is_not_offered_to_be_undone(client, keeper):
    batch = import_text(TABLE)
    Import.objects.filter(pk=batch.pk).update(finished_at=timezone.now() - dt.timedelta(days=31))
    address = reverse("clients:undo-import", args=[batch.pk])
    assert address not in page(client, "import-report", batch)
    assert client.get(address).url == reverse("clients:import-report", args=[batch.pk])


def test_the_consequence_is_told_before_and_reading_it_changes_nothing(client, keeper, rung):
    batch = import_text(TABLE)
    shown = page(client, "undo-import", batch)
    assert "2 factures créées par cet import seront retirées." in shown
    assert "2 clients créés par cet import seront retirés." in shown
    assert (Import.objects.get().status, rung) == (Import.Status.COMMITTED, [])


def test_confirming_calls_a_worker_once_whatever_the_clicks(client, keeper, rung):
    batch = import_text(TABLE)
    assert "Arrêter l’annulation" in post(client, "undo-import", batch)
    post(client, "undo-import", batch)
    assert rung == [batch.pk]
    pipeline.process(batch.pk)
    post(client, "undo-import", batch)
    assert (rung, Invoice.objects.count()) == ([batch.pk], 0)


def test_the_report_of_an_undone_import_lists_what_stays(client, keeper):
    batch = import_text(TABLE)
    Client.objects.filter(name="Dupont").update(notes="Bon client")
    undo.ask(batch, by=keeper)
    pipeline.process(batch.pk)
    shown = page(client, "import-report", batch)
    assert f"par {keeper}" in shown
    assert "Quelqu’un l’a modifié depuis" in shown
    assert "Martin" not in shown


def test_all_rows_are_listed_by_pages_and_filtered_by_fate(client, keeper, django_assert_max_num_queries):
    batch = import_text(TABLE)
    Client.objects.filter(name="Dupont").update(notes="Bon client")
    undo.ask(batch, by=keeper)
    pipeline.process(batch.pk)
    every, stays = page(client, "undone-rows", batch), page(client, "undone-rows", batch, "?etat=kept")
    assert every.index("Conservé") < every.index("Retiré")
    assert ("Martin" in every, "Martin" in stays, "Dupont" in stays) == (True, False, True)
    assert "1 – 4 sur 4" in every
    UndoneRow.objects.bulk_create(
        UndoneRow(batch=batch, table="clients_invoice", row_id=n, label=f"F{n}", fate="undone")
        for n in range(10**9, 10**9 + 300)  # numbers that no invoice of the test has
    )
    with django_assert_max_num_queries(9):
        assert "1 – 100 sur 304" in page(client, "undone-rows", batch)


def test_a_queued_import_is_stopped_from_its_page(client, keeper):
    batch = submitted()
    assert "Arrêter l’import" in page(client, "import-progress", batch)
    assert "rien n’a été écrit" in post(client, "stop-import", batch)
    assert Import.objects.get().status == Import.Status.ABANDONED


def test_stopping_too_late_says_that_it_can_be_undone(client, keeper):
    batch = import_text(TABLE)
    assert "Vous pouvez l’annuler" in post(client, "stop-import", batch)
    assert Import.objects.get().status == Import.Status.COMMITTED


@pytest.mark.parametrize("name", ["stop-import", "undo-import"])
def test_who_may_not_import_may_neither_stop_nor_undo(client, name):
    batch = import_text(TABLE)
    client.force_login(UserFactory(roles=[Role.MANAGER]))
    assert client.post(reverse(f"clients:{name}", args=[batch.pk])).status_code == 403

"""The import pages and the admin's door: who may, what they show, where they lead."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Export
from accounts.roles import Role
from clients import tasks
from clients.imports import pipeline, queue
from clients.models import Client, Import, Invoice, Service
from tests.clients.imports.books import import_text, sale, text
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db

TABLE = "Client;Date;Montant HT\nDupont;13/01/2025;100\nMartin;14/01/2025;50\n"
BAD = "Client;Date;Montant HT\n" + "A;13/01/2025;1\n" * 9 + '"=cmd()";hier;5\n'


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


def post_file(client, text=TABLE, query=""):
    upload = SimpleUploadedFile("ventes.csv", text.encode())
    return client.post(reverse("clients:import") + query, {"files": [upload]})


def test_only_who_may_import_sees_imports(client):
    client.force_login(UserFactory(roles=[Role.MANAGER]))
    assert client.get(reverse("clients:import")).status_code == 403


def test_a_file_is_kept_a_worker_called_and_the_progress_shown(client, keeper, rung):
    response = post_file(client)
    batch = Import.objects.get()
    assert response.url == reverse("clients:import-progress", args=[batch.pk])
    assert (rung, batch.launched_by, batch.files.get().name) == ([batch.pk], keeper, "ventes.csv")
    assert "Vous pouvez fermer cette page" in client.get(response.url).content.decode()


def test_a_broker_that_does_not_answer_loses_no_import(client, keeper, monkeypatch):
    def lost(import_id):
        raise ConnectionError

    monkeypatch.setattr(tasks.process_import, "delay_on_commit", lost)
    assert post_file(client).status_code == 302
    assert Import.objects.get().status == Import.Status.QUEUED


def test_no_file_is_an_error_beside_the_field(client, keeper):
    assert "Choisissez au moins un fichier" in client.post(reverse("clients:import")).content.decode()


def test_the_fragment_asks_again_until_the_import_is_over(client, keeper, rung):
    address = post_file(client).url
    going = client.get(address, headers={"HX-Request": "true"})
    pipeline.process(rung[0])
    over = client.get(address, headers={"HX-Request": "true"})
    assert (going.status_code, "every 1s" in going.content.decode()) == (200, True)
    assert (over.status_code, over["HX-Redirect"]) == (286, reverse("clients:import-columns", args=[rung[0]]))


def test_the_progress_of_a_finished_import_leads_to_its_report(client, keeper):
    batch = import_text(TABLE)
    response = client.get(reverse("clients:import-progress", args=[batch.pk]))
    assert response.url == reverse("clients:import-report", args=[batch.pk])


def test_the_report_reconciles_and_leads_to_the_segmentation(client, keeper):
    batch = import_text(TABLE + "Total;;150\n")
    page = client.get(reverse("clients:import-report", args=[batch.pk])).content.decode()
    assert "Voir ma segmentation" in page
    assert re.search(r"Lignes de total", page)
    assert "2 clients n’ont pas de commercial" in page


def test_a_refused_import_says_why_and_that_nothing_was_written(client, keeper):
    batch = import_text("Client;Date\nA;13/01/2025\n")
    page = client.get(reverse("clients:import-report", args=[batch.pk])).content.decode()
    assert "La colonne du montant est introuvable" in page
    assert "Rien n’a été écrit" in page
    assert "Voir ma segmentation" not in page


def test_errors_are_downloaded_inert_and_journaled(client, keeper):
    batch = import_text(BAD)
    response = client.post(reverse("clients:import-errors", args=[batch.pk, "csv"]))
    text = b"".join(response.streaming_content).decode()
    assert "hier" in text
    assert Export.objects.get().row_count == 1


def test_errors_are_downloaded_as_a_workbook_too(client, keeper):
    batch = import_text(BAD)
    response = client.post(reverse("clients:import-errors", args=[batch.pk, "xlsx"]))
    assert BytesIO(b"".join(response.streaming_content)).read(2) == b"PK"


def test_the_history_asks_the_same_number_of_questions_however_long(client, keeper, django_assert_num_queries):
    address = reverse("clients:import-history")
    for n in range(3):
        import_text(TABLE, name=f"{n}.csv")
    client.get(address)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for n in range(10):
        import_text(TABLE, name=f"{n}.csv")
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_the_admins_importer_button_comes_back_to_the_invoices_of_that_import(client, rung):
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    listing = reverse("admin:clients_invoice_changelist")
    address = re.search(r'class="addlink" href="([^"]+)"', client.get(listing).content.decode())[1]
    fec = text(*sale("C1", 10_000), *sale("C2", 20_000, entry="2", piece="FA2"))
    progress = client.post(address, {"files": [SimpleUploadedFile("fec.txt", fec.encode())]}).url
    pipeline.process(rung[0])
    checked = client.get(progress).url
    assert checked.endswith("?retour=admin")
    client.post(checked, {"do": "import"})
    pipeline.process(rung[0])
    back = client.get(progress).url
    assert back == f"{listing}?created_by_import__id__exact={rung[0]}"
    assert client.get(back).context["cl"].result_count == 2


def test_a_refused_file_from_the_admin_shows_its_report_and_the_way_back(client, keeper, rung):
    progress = post_file(client, "", "?retour=admin").url
    pipeline.process(rung[0])
    page = client.get(client.get(progress).url).content.decode()
    assert "est vide" in page
    assert reverse("admin:clients_invoice_changelist") in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "admin/../../x"])
def test_no_address_is_believed_as_a_place_to_come_back_to(client, keeper, rung, target):
    progress = post_file(client, TABLE, f"?retour={target}").url
    pipeline.process(rung[0])
    assert "evil" not in progress
    assert client.get(progress).url == reverse("clients:import-columns", args=[rung[0]])


def test_the_list_of_invoices_is_filtered_on_an_import_in_the_readers_words(client, keeper):
    batch = import_text(TABLE)
    page = client.get(reverse("admin:clients_invoice_changelist"), {"created_by_import__id__exact": batch.pk})
    assert "created by import" not in page.content.decode()
    assert page.context["cl"].result_count == batch.created


def test_invoices_cannot_be_added_changed_or_deleted_in_the_admin(client, keeper):
    import_text(TABLE)
    pk = Invoice.objects.first().pk
    assert client.get(reverse("admin:clients_invoice_add")).status_code == 403
    assert client.post(reverse("admin:clients_invoice_change", args=[pk]), {"number": "X"}).status_code == 403
    assert client.post(reverse("admin:clients_invoice_delete", args=[pk]), {"post": "yes"}).status_code == 403


def monthly_fees():
    rows = "".join(f"A;{day}/{month:02}/2025;Paie;{100 + month}\n" for month in range(1, 10) for day in (13,))
    return import_text("Client;Date;Article;Montant HT\n" + rows)


def test_monthly_fees_are_proposed_and_change_nothing_until_somebody_marks_them(client, keeper):
    batch = monthly_fees()
    page = client.get(reverse("clients:import-report", args=[batch.pk])).content.decode()
    assert "Est-ce un abonnement ?" in page
    client.post(reverse("clients:mark-recurring", args=[batch.pk]))
    assert not Service.objects.filter(is_recurring=True).exists()
    paie = Service.objects.get(name="Paie")
    client.post(reverse("clients:mark-recurring", args=[batch.pk]), {"service": [paie.pk, "0"]})
    assert Service.objects.get(name="Paie").is_recurring


def test_whether_a_service_is_a_monthly_fee_is_asked_once():
    first, again = monthly_fees(), monthly_fees()
    asked = [batch.findings.filter(reason="monthly-fee").count() for batch in (first, again)]
    assert asked == [1, 0]


def test_weekly_purchases_are_no_monthly_fee():
    rows = "".join(f"A;{d:02}/{m:02}/2025;Légumes;{m}{d}\n" for m in range(1, 10) for d in (2, 9, 16, 23))
    batch = import_text("Client;Date;Article;Montant HT\n" + rows)
    assert not batch.findings.filter(reason="monthly-fee").exists()


# --- Sharing out ------------------------------------------------------------------------------------


def share(client, data, query=""):
    return client.post(reverse("clients:share-out") + query, data)


def test_ticked_clients_are_given_to_somebody(client, keeper):
    seller, mine, other = UserFactory(), ClientFactory(), ClientFactory()
    share(client, {"how": "ticked", "client": [mine.pk], "owner": seller.pk})
    assert (Client.objects.get(pk=mine.pk).owner, Client.objects.get(pk=other.pk).owner) == (seller, None)


def test_giving_all_the_clients_of_a_rule_needs_no_tick_to_be_seen(client, keeper):
    ClientFactory(owner=None)
    page = client.get(reverse("clients:share-out")).content.decode()
    assert 'class="bulk on"' in page


def test_a_rule_on_the_postcode_gives_all_its_clients(client, keeper):
    seller = UserFactory()
    ClientFactory(postcode="45000"), ClientFactory(postcode="45100"), ClientFactory(postcode="75001")
    share(client, {"how": "rule", "owner": seller.pk}, "?cp=45")
    assert Client.objects.filter(owner=seller).count() == 2


def test_a_pasted_list_gives_each_client_and_says_what_it_could_not_read(client, keeper):
    seller = UserFactory(first_name="Zoé", last_name="Roux")
    ClientFactory(name="Hôtel Castaing", code="H1"), ClientFactory(name="Garage Noël", code="G1")
    pasted = f"h1\tzoe roux\nGarage Noel;{seller.email}\nInconnu;{seller.email}"
    response = client.post(reverse("clients:share-out"), {"how": "list", "pasted": pasted}, follow=True)
    assert Client.objects.filter(owner=seller).count() == 2
    assert "Inconnu" in response.content.decode()


def test_a_client_who_has_somebody_is_not_taken_from_them(client, keeper):
    theirs = ClientFactory(owner=UserFactory())
    share(client, {"how": "ticked", "client": [theirs.pk], "owner": UserFactory().pk})
    assert Client.objects.get(pk=theirs.pk).owner == theirs.owner


def test_a_salesperson_shares_nothing_out(client):
    client.force_login(UserFactory())
    assert client.get(reverse("clients:share-out")).status_code == 403


def test_a_person_who_may_not_be_given_clients_gets_none(client, keeper):
    waiting = ClientFactory()
    share(client, {"how": "ticked", "client": [waiting.pk], "owner": 10**9})
    assert Client.objects.get(pk=waiting.pk).owner is None


def test_an_import_launched_by_somebody_is_journaled_under_their_name(client, keeper):
    from accounts.models import AuditEntry

    batch = queue.submit(files=[("v.csv", BytesIO(TABLE.encode()))], by=keeper)
    pipeline.process(batch.pk)
    entries = AuditEntry.objects.filter(table="clients_import", row_id=batch.pk, user_id=keeper.pk)
    assert entries.filter(changes__status__1="committed").exists()


def test_the_report_of_yearly_totals_counts_totals_and_says_what_they_lack(client, keeper):
    batch = import_text("Client;CA HT 2025\nDupont;1 200\nMartin;50\n", name="ca.csv")
    html = client.get(reverse("clients:import-report", args=[batch.pk])).content.decode()
    assert "<h2>Totaux annuels</h2>" in html
    assert "Totaux du 1\xa0jan.\xa02025 au 31\xa0déc.\xa02025." in html
    assert "que des totaux annuels" in html
    assert "Factures du" not in html


def test_monthly_fees_lead_to_setting_them_aside_for_whoever_manages_the_rules(client, keeper):
    batch = monthly_fees()
    report = reverse("clients:import-report", args=[batch.pk])
    lead = 'href="/segmentation/regles/brouillon/">Mettre à part les services récurrents'
    assert lead in client.get(report).content.decode()
    fees = [fee.value for fee in batch.findings.filter(reason="monthly-fee")]
    client.post(reverse("clients:mark-recurring", args=[batch.pk]), {"service": fees})
    assert lead in client.get(report).content.decode()

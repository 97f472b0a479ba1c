"""The way in five steps: each an address, each resumable, nothing written before somebody says so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from clients import tasks
from clients.exporting import xlsx_file
from clients.imports import pipeline
from clients.imports.shapes import REASON_HEADING
from clients.models import Client, IdentityDecision, Import, Invoice, Mapping, Service, ServiceAlias
from tests.clients.imports.books import import_text, sale, text
from tests.clients.imports.electronic import cii
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

TABLE = "Client;Date;Montant HT\nDupont;13/01/2025;100\nMartin;14/01/2025;50\n"


@pytest.fixture(autouse=True)
def _worker(monkeypatch):
    """A worker that does at once what it is called for."""
    monkeypatch.setattr(tasks.process_import, "delay_on_commit", pipeline.process)


@pytest.fixture
def keeper(client):
    user = UserFactory(roles=[Role.DIRECTION])
    client.force_login(user)
    return user


def send(client, content=TABLE, name="ventes.csv", **fields):
    """The import of this file, its columns learned."""
    upload = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    client.post(reverse("clients:import"), {"files": [upload], **fields})
    return Import.objects.order_by("-pk").first()


def answers(response) -> dict:
    """What a browser would post of this page's forms, nothing being touched."""
    posted = {}
    for form in response.context.get("forms") or [response.context["form"]]:
        for name in form.fields:
            bound = form[name]
            value = bound.value()
            if value not in (None, False, ""):
                posted[bound.html_name] = value
    return posted


def confirm_columns(client, batch, **changes):
    page = client.get(reverse("clients:import-columns", args=[batch.pk]))
    response = client.post(reverse("clients:import-columns", args=[batch.pk]), answers(page) | changes)
    batch.refresh_from_db()
    return response


def check(client, batch, do="import", **changes):
    page = client.get(reverse("clients:import-check", args=[batch.pk]))
    response = client.post(reverse("clients:import-check", args=[batch.pk]), answers(page) | {"do": do} | changes)
    batch.refresh_from_db()
    return response


def imported(client, content=TABLE, name="ventes.csv", **fields):
    batch = send(client, content, name, **fields)
    if batch.status == Import.Status.MAPPING:
        confirm_columns(client, batch)
    check(client, batch)
    return batch


def test_a_table_goes_through_five_addresses_and_is_written_at_the_end_only(client, keeper):
    batch = send(client)
    assert (batch.status, Invoice.objects.count()) == (Import.Status.MAPPING, 0)
    confirm_columns(client, batch)
    assert (batch.status, batch.created, Invoice.objects.count(), Client.objects.count()) == ("checked", 2, 0, 0)
    check(client, batch)
    assert (batch.status, Invoice.objects.count()) == (Import.Status.COMMITTED, 2)


def test_each_step_leads_to_the_one_that_is_due(client, keeper):
    batch = send(client)
    resume = reverse("clients:import-resume", args=[batch.pk])
    assert client.get(resume).url.endswith("/colonnes/")
    assert client.get(reverse("clients:import-check", args=[batch.pk])).url.endswith("/colonnes/")
    assert client.get(reverse("clients:import-report", args=[batch.pk])).url.endswith("/colonnes/")
    confirm_columns(client, batch)
    assert client.get(resume).url.endswith("/controle/")
    check(client, batch)
    assert client.get(resume).url.endswith("/bilan/")
    assert client.get(reverse("clients:import-columns", args=[batch.pk])).url.endswith("/bilan/")


def test_an_import_left_on_the_way_is_offered_again_on_the_first_page(client, keeper):
    batch = send(client)
    page = client.get(reverse("clients:import")).content.decode()
    assert reverse("clients:import-resume", args=[batch.pk]) in page


def test_an_abandoned_import_writes_nothing_and_is_over(client, keeper):
    batch = send(client)
    client.post(reverse("clients:abandon-import", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.status, batch.is_final, Invoice.objects.count()) == ("abandoned", True, 0)


def test_a_second_click_imports_once(client, keeper):
    batch = send(client)
    confirm_columns(client, batch)
    page = client.get(reverse("clients:import-check", args=[batch.pk]))
    for _click in range(2):
        client.post(reverse("clients:import-check", args=[batch.pk]), answers(page) | {"do": "import"})
    assert Invoice.objects.count() == 2


def test_a_fec_needs_no_columns_and_waits_once_checked(client, keeper):
    batch = send(
        client, text(*sale("C1", 10_000), *sale("C2", 20_000, entry="2", piece="FA2")), "123456782FEC20251231.txt"
    )
    assert (batch.status, batch.created, Invoice.objects.count()) == (Import.Status.CHECKED, 2, 0)
    check(client, batch)
    assert Invoice.objects.count() == 2


def test_cells_pasted_from_a_spreadsheet_are_a_file_like_another(client, keeper):
    client.post(reverse("clients:import"), {"pasted": TABLE.replace(";", "\t")})
    batch = Import.objects.get()
    confirm_columns(client, batch)
    assert (batch.status, batch.created, str(batch)) == ("checked", 2, "cellules-collees.tsv")


def test_a_file_that_cannot_be_read_is_refused_at_once(client, keeper):
    batch = send(client, b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "photo.png")
    assert batch.status == Import.Status.REFUSED


# --- Columns --------------------------------------------------------------------------------------


def test_columns_are_recognised_by_their_headings_with_examples(client, keeper):
    page = client.get(reverse("clients:import-columns", args=[send(client).pk])).content.decode()
    assert "3 colonnes reconnues sur 3" in page
    assert "Dupont" in page


def test_columns_that_no_heading_tells_can_be_named_by_hand(client, keeper):
    batch = send(client, "Qui;Quand;Combien\nDupont;13/01/2025;100\nMartin;14/01/2025;50\n")
    confirm_columns(client, batch, **{"t0-column-0": "client", "t0-column-1": "date", "t0-column-2": "amount"})
    assert (batch.status, batch.created) == ("checked", 2)


def test_a_table_without_client_date_or_amount_says_which_to_choose(client, keeper):
    batch = send(client, "Qui;Quand;Combien\nDupont;13/01/2025;100\n")
    response = confirm_columns(client, batch, **{"t0-column-0": "", "t0-column-1": "", "t0-column-2": ""})
    page = response.content.decode()
    assert "Dites quelle colonne est le client." in page
    assert "Dites quelle colonne est la date de facture." in page
    assert "Dites quelle colonne est le montant." in page


def test_two_columns_for_one_field_are_a_forced_choice(client, keeper):
    batch = send(client, "Client;Date;Note;Montant HT\nDupont;13/01/2025;7;100\n")
    response = confirm_columns(client, batch, **{"t0-column-2": "amount"})
    assert "Deux colonnes pour « Montant HT de la facture »" in response.content.decode()
    assert batch.status == Import.Status.MAPPING


def test_two_columns_that_could_be_the_date_are_asked_about(client, keeper):
    batch = send(client, "Client;Date facture;Date commande;Montant HT\nDupont;13/02/2025;15/01/2025;100\n")
    refused = confirm_columns(client, batch)
    assert "choisissez-en une" in refused.content.decode()
    confirm_columns(client, batch, **{"t0-which-date": "2"})
    check(client, batch)
    assert str(Invoice.objects.get().issued_on) == "2025-01-15"


def test_the_export_of_a_known_program_is_named_and_asks_nothing(client, keeper):
    headings = "Réf. facture;Date facturation;Date création;Montant HT;Tiers;Réf. client;Statut facture\n"
    batch = send(client, headings + "FA1;13/01/2025;15/02/2025;100;Dupont;X;1\n")
    assert "export Dolibarr reconnu" in client.get(reverse("clients:import-columns", args=[batch.pk])).content.decode()
    confirm_columns(client, batch)
    assert (batch.status, batch.created) == ("checked", 1)


def test_an_order_of_day_and_month_that_nothing_settles_is_asked_with_an_example_in_full(client, keeper):
    batch = send(client, "Client;Date;Montant HT\nDupont;03/04/2025;100\nMartin;05/06/2025;50\n")
    page = client.get(reverse("clients:import-columns", args=[batch.pk])).content.decode()
    assert "03/04/2025 = 3 avril 2025" in page
    assert "03/04/2025 = 4 mars 2025" in page
    confirm_columns(client, batch)
    assert batch.status == Import.Status.MAPPING
    confirm_columns(client, batch, **{"t0-date_order": "month"})
    check(client, batch)
    assert {str(day) for day in Invoice.objects.values_list("issued_on", flat=True)} == {"2025-03-04", "2025-05-06"}


def test_amounts_with_vat_only_ask_for_their_rate(client, keeper):
    batch = send(client, "Client;Date;Total TTC\nDupont;13/01/2025;120\n")
    refused = confirm_columns(client, batch)
    assert "dites quel taux de TVA en retirer" in refused.content.decode()
    confirm_columns(client, batch, **{"t0-vat_rate": "20"})
    check(client, batch)
    assert Invoice.objects.get().amount_ht == 100


def test_an_amount_that_does_not_say_may_be_told_to_be_with_vat(client, keeper):
    batch = send(client, "Client;Date;Montant\nDupont;13/01/2025;110\n")
    confirm_columns(client, batch, **{"t0-with_vat": "ttc", "t0-vat_rate": "10"})
    check(client, batch)
    assert Invoice.objects.get().amount_ht == 100


def test_the_row_of_headings_can_be_chosen(client, keeper):
    batch = send(client, "Ventes;de;2025\nA;B;C\nQui;Quand;Combien\nDupont;13/01/2025;100\n")
    client.post(reverse("clients:import-columns", args=[batch.pk]), {"header": "0-3"})
    page = client.get(reverse("clients:import-columns", args=[batch.pk])).content.decode()
    assert "Combien" in page
    confirm_columns(client, batch, **{"t0-column-0": "client", "t0-column-1": "date", "t0-column-2": "amount"})
    assert batch.created == 1


def test_a_table_without_headings_has_numbered_columns(client, keeper):
    batch = send(client, "Dupont;13/01/2025;100\nMartin;14/01/2025;50\n")
    page = client.get(reverse("clients:import-columns", args=[batch.pk])).content.decode()
    assert "Colonne 3" in page
    confirm_columns(client, batch, **{"t0-column-0": "client", "t0-column-1": "date", "t0-column-2": "amount"})
    check(client, batch)
    assert Invoice.objects.count() == 2


def test_that_there_are_no_headings_can_be_said(client, keeper):
    batch = send(client, "Client;Date;Montant HT\nDupont;13/01/2025;100\n")
    client.post(reverse("clients:import-columns", args=[batch.pk]), {"header": "0-0"})
    assert "Colonne 1" in client.get(reverse("clients:import-columns", args=[batch.pk])).content.decode()


# --- Remembering ----------------------------------------------------------------------------------

ODD = "Qui;Quand;Combien\nDupont;13/01/2025;100\n"
ODD_COLUMNS = {"t0-column-0": "client", "t0-column-1": "date", "t0-column-2": "amount"}


def test_a_mapping_is_remembered_by_the_shape_of_the_file_whatever_its_order(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS)
    batch = send(client, "Combien;Quand;Qui\n30;14/01/2025;Martin\n", "autre.csv")
    assert "Comme la dernière fois" in client.get(reverse("clients:import-columns", args=[batch.pk])).content.decode()
    confirm_columns(client, batch)
    assert (batch.status, batch.created) == ("checked", 1)


def test_how_dates_were_read_is_remembered_with_the_columns(client, keeper):
    doubtful = "Client;Date;Montant HT\nDupont;03/04/2025;100\n"
    confirm_columns(client, send(client, doubtful), **{"t0-date_order": "month"})
    batch = send(client, doubtful)
    confirm_columns(client, batch)
    check(client, batch)
    assert str(Invoice.objects.get().issued_on) == "2025-03-04"


def test_a_mapping_serves_the_command_by_its_name(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS, **{"t0-name": "Caisse", "t0-is_shared": "on"})
    batch = import_text(ODD, mapping_name="Caisse")
    assert (batch.status, batch.created) == ("committed", 1)


def test_an_unknown_mapping_is_refused_with_those_that_exist(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS, **{"t0-name": "Caisse"})
    batch = import_text(ODD, mapping_name="Cuisse")
    assert batch.status == Import.Status.REFUSED
    assert "« Caisse »" in batch.findings.get().repair


def test_a_mapping_that_does_not_fit_is_refused_with_the_columns_it_wants(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS, **{"t0-name": "Caisse"})
    batch = import_text(TABLE, mapping_name="Caisse")
    assert "« combien »" in batch.findings.get().repair


def test_a_mapping_kept_for_oneself_does_not_serve_a_colleague(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS)
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    page = client.get(reverse("clients:import-columns", args=[send(client, ODD).pk])).content.decode()
    assert "Comme la dernière fois" not in page


def test_a_shared_mapping_serves_a_colleague(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS, **{"t0-is_shared": "on"})
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    page = client.get(reverse("clients:import-columns", args=[send(client, ODD).pk])).content.decode()
    assert "Comme la dernière fois" in page


def test_a_name_that_another_mapping_bears_is_told_beside_the_field(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS, **{"t0-name": "Caisse"})
    response = confirm_columns(client, send(client), **{"t0-name": "Caisse"})
    assert "s’appelle déjà « Caisse »" in response.content.decode()


def test_mappings_are_listed_renamed_and_forgotten(client, keeper):
    confirm_columns(client, send(client, ODD), **ODD_COLUMNS)
    mapping = Mapping.objects.get()
    client.post(reverse("clients:change-mapping", args=[mapping.pk]), {"name": "Caisse", "is_shared": "on"})
    assert "Caisse" in client.get(reverse("clients:mappings")).content.decode()
    client.post(reverse("clients:forget-mapping", args=[mapping.pk]))
    assert not Mapping.objects.exists()


# --- Repairs --------------------------------------------------------------------------------------


def test_unreadable_dates_are_repaired_once_for_the_whole_column(client, keeper):
    rows = "".join(f"Client {n};{n}/25/2025;10\n" for n in range(1, 9))
    batch = send(client, "Client;Date;Montant HT\nA;03/04/2025;1\n" + rows)
    confirm_columns(client, batch, **{"t0-date_order": "day"})
    page = client.get(reverse("clients:import-check", args=[batch.pk])).content.decode()
    assert "À réparer avant d’importer" in page or batch.created
    batch = Import.objects.get(pk=batch.pk)
    check(client, batch, do="check", **{"format-0": "month"})
    assert (batch.status, batch.created) == ("checked", 9)


def test_too_many_errors_wait_for_a_repair_rather_than_ending_the_import(client, keeper):
    batch = send(client, "Client;Date;Montant HT\n" + "A;13/01/2025;1\n" * 3 + "B;hier;5\n" * 3)
    confirm_columns(client, batch)
    page = client.get(reverse("clients:import-check", args=[batch.pk])).content.decode()
    assert batch.status == Import.Status.CHECKED
    assert "plus d’une sur cinq" in page
    assert 'value="import"' not in page
    check(client, batch)  # a forged click
    assert Invoice.objects.count() == 0


ALIKE = "Client;Date;Montant HT\nGarage Martin SARL;13/01/2025;100\nGARAGE MARTIN;14/02/2025;50\nAutre;15/02/2025;1\n"


def test_two_names_alike_are_shown_side_by_side_and_merged_once_said_so(client, keeper):
    batch = send(client, ALIKE)
    confirm_columns(client, batch)
    page = client.get(reverse("clients:import-check", args=[batch.pk])).content.decode()
    assert "1 client en double probable" in page
    check(client, batch, **{"pair-0": "same"})
    assert Client.objects.count() == 2
    assert sorted(Client.objects.get(name__icontains="garage").invoices.values_list("amount_ht", flat=True)) == [
        50,
        100,
    ]


def test_a_merge_decided_once_holds_for_the_next_import(client, keeper):
    batch = send(client, ALIKE)
    confirm_columns(client, batch)
    check(client, batch, **{"pair-0": "same"})
    again = import_text(ALIKE.replace("15/02", "16/02"))
    assert (again.created, again.unchanged, Client.objects.count()) == (1, 2, 2)


def test_two_clients_found_to_be_two_are_not_asked_about_again(client, keeper):
    batch = send(client, ALIKE)
    confirm_columns(client, batch)
    check(client, batch, **{"pair-0": "different"})
    assert (Client.objects.count(), IdentityDecision.objects.get().verdict) == (3, "different")
    later = send(client, ALIKE.replace("2025", "2026"), source="Autre")
    confirm_columns(client, later)
    asked = [pair["names"] for pair in later.learned["questions"]["pairs"]]
    assert ["garage martin", "garage martin sarl"] not in asked


def test_a_name_like_a_known_client_can_be_that_client(client, keeper):
    import_text("Client;Date;Montant HT\nGarage Martin;13/01/2025;100\n", source_name="Caisse")
    batch = send(client, "Client;Date;Montant HT\nGarage Martin SARL;13/02/2025;70\n")
    confirm_columns(client, batch)
    check(client, batch, **{"pair-0": "same"})
    assert (Client.objects.count(), Client.objects.get().invoices.count()) == (1, 2)


def test_similar_names_are_never_merged_by_themselves(client, keeper):
    imported(client, ALIKE)
    assert Client.objects.count() == 3


def test_two_names_of_one_client_may_share_an_invoice_number(client, keeper):
    table = "Client;Numéro;Date;Montant HT\nGarage Martin;F1;13/01/2025;100\nGarage Martin SARL;F1;13/01/2025;50\n"
    batch = send(client, table + "".join(f"C{n};G{n};13/01/2025;10\n" for n in range(20)))
    confirm_columns(client, batch)
    assert batch.findings.filter(reason="two-clients-one-number").count() == 2


def test_unknown_services_are_mapped_to_the_catalogue_and_remembered(client, keeper):
    import_text("Client;Date;Prestation;Montant HT\nA;13/01/2025;Tenue comptable;100\n")
    tenue = Service.objects.get()
    table = "Client;Date;Prestation;Montant HT\nB;13/02/2025;Tenue cpta;100\n"
    batch = send(client, table)
    confirm_columns(client, batch)
    assert "1 service inconnu" in client.get(reverse("clients:import-check", args=[batch.pk])).content.decode()
    check(client, batch, **{"service-0": str(tenue.pk)})
    assert (Service.objects.count(), tenue.lines.count()) == (1, 2)
    assert ServiceAlias.objects.get().name == "tenue cpta"
    import_text(table.replace("B;", "C;"))
    assert (Service.objects.count(), tenue.lines.count()) == (1, 3)


def test_a_payment_mode_that_is_a_client_is_restored_and_stays_one(client, keeper):
    table = "Client;Date;Montant HT\nDivers;13/01/2025;100\nDupont;13/01/2025;10\n"
    batch = send(client, table)
    confirm_columns(client, batch)
    check(client, batch, **{"somebody-0": "on"})
    assert set(Client.objects.values_list("name", flat=True)) == {"Divers", "Dupont"}
    assert import_text(table).unchanged == 2


def test_a_client_that_is_none_is_treated_as_a_payment_mode_and_stays_so(client, keeper):
    table = "Client;Date;Montant HT\nZ Marché du samedi;13/01/2025;900\nDupont;13/01/2025;10\n"
    batch = send(client, table)
    confirm_columns(client, batch)
    check(client, batch, **{"nobody-0": "on"})
    assert Client.objects.get().name == "Dupont"
    again = import_text(table)
    assert (again.created, again.unchanged) == (0, 1)


def test_a_word_that_is_no_known_status_is_told_once_for_the_column(client, keeper):
    batch = send(client, "Client;Date;Montant HT;Statut\nA;13/01/2025;100;Zappée\nB;13/01/2025;10;Émise\n")
    confirm_columns(client, batch)
    check(client, batch, **{"status-0": "cancelled"})
    assert Invoice.objects.get(client__name="A").status == "cancelled"


def test_a_salesperson_nobody_knows_can_be_named(client, keeper):
    seller = UserFactory(first_name="Zoé", last_name="Blanc")
    batch = send(client, "Client;Date;Montant HT;Commercial\nA;13/01/2025;100;ZB\n")
    confirm_columns(client, batch)
    check(client, batch, **{"owner-0": str(seller.pk)})
    assert Client.objects.get().owner == seller


def test_a_probable_double_is_left_out_unless_somebody_keeps_it(client, keeper):
    table = "Client;SIRET;Date;Montant HT\nA;73282932000074;13/01/2025;100\nB;;14/01/2025;5\n"
    import_text(table, source_name="Caisse")
    batch = send(client, table)
    confirm_columns(client, batch)
    assert len(batch.learned["questions"]["duplicates"]) == 1
    check(client, batch, **{"kept-0": "on"})
    assert Client.objects.get(name="A").invoices.count() == 2


def test_a_check_writes_nothing_at_all(client, keeper):
    batch = send(client, ALIKE)
    confirm_columns(client, batch)
    check(client, batch, do="check", **{"pair-0": "same"})
    assert (Client.objects.count(), Invoice.objects.count(), Service.objects.count()) == (0, 0, 0)
    assert not IdentityDecision.objects.exists()


# --- Rejected rows --------------------------------------------------------------------------------


def test_rejected_rows_come_back_with_the_reason_and_import_again_once_repaired(client, keeper):
    good = "".join(f"Client {n};F{n};13/01/2025;10\n" for n in range(20))
    batch = send(client, "Client;Numéro;Date;Montant HT\n" + good + "Zed;F90;hier;5\nZed;F91;14/01/2025;7\n")
    confirm_columns(client, batch)
    check(client, batch)
    response = client.post(reverse("clients:import-rejected", args=[batch.pk]))
    workbook = b"".join(response.streaming_content)
    assert response["Content-Disposition"].endswith('ventes-rejets.xlsx"')
    again = send(client, workbook, "ventes-rejets.xlsx")
    page = client.get(reverse("clients:import-columns", args=[again.pk])).content.decode()
    assert "Comme la dernière fois" in page
    assert "Motif du rejet" in page


def test_the_whole_invoice_of_a_wrong_line_is_given_back(client, keeper):
    good = "".join(f"Client {n};F{n};13/01/2025;10\n" for n in range(20))
    batch = send(client, "Client;Numéro;Date;Montant HT\n" + good + "Zed;F90;hier;5\nZed;F90;14/01/2025;7\n")
    confirm_columns(client, batch)
    check(client, batch)
    rows = batch.rejected_rows.exclude(line=0)
    assert [row.cells for row in rows] == [["Zed", "F90", "hier", "5"], ["Zed", "F90", "14/01/2025", "7"]]


def test_the_entries_of_books_come_back_whole_and_import_again_without_cancelling_the_others(client, keeper):
    good = [row for n in range(2, 30) for row in sale("C1", 10_000, entry=str(n), piece=f"FA{n}")]
    wrong = sale("C2", 5_000, entry="1", piece="FA1")
    books = text(*wrong, *good)
    batch = send(client, books.replace("\t50,00\t", "\t5O,00\t"), "123456782FEC20251231.txt")
    check(client, batch)
    rows = [row.cells for row in batch.rejected_rows.exclude(line=0)]
    assert ([row[2] for row in rows], Invoice.objects.filter(status="issued").count()) == (["1", "1", "1"], 28)
    headings = [*batch.rejected_rows.get(line=0).cells, REASON_HEADING]
    repaired = [[cell.replace("5O", "50") for cell in row] + ["réparé"] for row in rows]
    with xlsx_file(headings, repaired) as file:
        again = send(client, file.read(), "rejets.xlsx", source=batch.source_name)
    assert (again.status, again.format, again.created, again.cancelled) == ("checked", "fec", 1, 0)
    check(client, again)
    assert Invoice.objects.filter(status="issued").count() == 29


# --- Who is whom across files ---------------------------------------------------------------------


def test_the_same_sale_by_books_and_by_electronic_invoice_is_a_probable_double_once_its_client_is_recognised(
    client, keeper
):
    imported(client, text(*sale("C1", 10_000, aux_label="Garage Martin", day="20250310")))
    batch = send(client, cii("F1", "20250310", buyer={"name": "GARAGE MARTIN SARL"}), "f1.xml")
    assert (batch.created, len(batch.learned["questions"]["pairs"])) == (1, 1)
    check(client, batch, do="check", **{"pair-0": "same"})
    assert (batch.created, len(batch.learned["questions"]["duplicates"])) == (0, 1)


def test_books_exported_again_under_other_numbers_ask_before_they_replace_the_former_ones(client, keeper):
    rows = [(n, sale("C1", 1_000 * n, entry=str(n), piece=f"FA{n}")) for n in range(1, 9)]
    imported(client, text(*(row for _n, lines in rows for row in lines)), name="123456782FEC20251231.txt")
    renumbered = text(*(row | {"EcritureNum": f"9{row['EcritureNum']}"} for _n, lines in rows for row in lines))
    batch = send(client, renumbered, "123456782FEC20251231.txt")
    assert "Des factures disparaissent" in client.get(reverse("clients:import-check", args=[batch.pk])).content.decode()
    check(client, batch, confirmed="on")
    counted = Invoice.objects.counted()
    assert (batch.status, counted.count(), sum(counted.values_list("amount_ht", flat=True))) == ("committed", 8, 360)


def test_the_same_rows_without_numbers_shuffled_change_nothing(client, keeper):
    rows = ["A;13/01/2025;100", "A;13/01/2025;100", "B;14/01/2025;5"]
    imported(client, "Client;Date;Montant HT\n" + "\n".join(rows) + "\n")
    batch = imported(client, "Client;Date;Montant HT\n" + "\n".join(reversed(rows)) + "\n")
    assert (batch.created, batch.updated, batch.unchanged, Invoice.objects.count()) == (0, 0, 3, 3)

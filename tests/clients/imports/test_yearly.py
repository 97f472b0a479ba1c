"""Tables of clients with one amount a year: what is read, what is left out, what happens the second time."""

import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
import xlsxwriter
from django.db import OperationalError

from clients.imports import merge, pipeline, queue
from clients.models import Client, Import, ImportChange, Invoice, StagedTotal, YearlyTotal
from tests.clients.imports.books import import_files, import_text, sale, text
from tests.factories import InvoiceFactory, UserFactory

pytestmark = pytest.mark.django_db
NAME = "ventes.csv"
SIRET = "73282932000074"
SIMPLE = "Client;CA 2024;CA 2025\nDupont;1 000,50;1 200\nMartin;300;\nRoux;;45,10\n"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC), tick=False):
        yield


def totals():
    """{(client, first day, last day): euros}, days as ISO."""
    rows = YearlyTotal.objects.select_related("client")
    return {(one.client.name, f"{one.first_day}", f"{one.last_day}"): one.amount_ht for one in rows}


def amounts():
    """{(client, year): euros} of calendar years."""
    return {(name, first[:4]): amount for (name, first, _last), amount in totals().items()}


def imported(content, *, name=NAME, **options):
    batch = import_text(content, name=name, **options)
    assert batch.status == Import.Status.COMMITTED, list(batch.findings.values_list("reason", "repair"))
    return batch


def said(batch, reason):
    return batch.findings.get(reason=reason).repair


def reasons(batch, severity="warning"):
    return set(batch.findings.filter(severity=severity).values_list("reason", flat=True))


def workbook(rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return out.getvalue()


# --- What is read -----------------------------------------------------------------------------------------------------


def test_a_column_a_year_gives_totals_and_says_that_it_gives_no_more():
    batch = imported(SIMPLE)
    assert amounts() == {
        ("Dupont", "2024"): Decimal("1000.50"),
        ("Dupont", "2025"): Decimal("1200.00"),
        ("Martin", "2024"): Decimal("300.00"),
        ("Roux", "2025"): Decimal("45.10"),
    }
    assert (batch.created, batch.clients_created, Invoice.objects.count()) == (4, 3, 0)
    assert (batch.file_total, batch.imported_total) == (Decimal("2545.60"), Decimal("2545.60"))
    assert (batch.first_day, batch.last_day) == (dt.date(2024, 1, 1), dt.date(2025, 12, 31))
    assert "que des totaux annuels" in said(batch, "only-totals")
    assert "Importez la liste des factures" in said(batch, "only-totals")
    assert not StagedTotal.objects.exists()


@pytest.mark.parametrize(
    "headings",
    [
        "Client;2025",
        "Nom du client;Honoraires 2025",
        "Raison sociale;Chiffre d’affaires 2025 (€)",
        "Customer;Sales 2025",
    ],
)
def test_the_column_of_a_year_has_many_names(headings):
    imported(f"{headings}\nDupont;1200\n")
    assert amounts() == {("Dupont", "2025"): Decimal("1200.00")}


def test_a_row_a_client_and_year_is_read_too():
    imported("Client;Année;Montant HT\nDupont;2024;10\nDupont;2025;20\nMartin;2025;5\n")
    assert amounts() == {("Dupont", "2024"): 10, ("Dupont", "2025"): 20, ("Martin", "2025"): 5}


def test_titles_and_stacked_headings_are_found():
    imported("Palmarès;;\n;;\nClient;Chiffre d’affaires HT;\n;2024;2025\nDupont;10;20\n")
    assert amounts() == {("Dupont", "2024"): 10, ("Dupont", "2025"): 20}


def test_a_workbook_with_numbers_for_years_is_read():
    imported(workbook([["Client", 2024, 2025], ["Dupont", 10.5, 20], ["Martin", None, "1 250,00 €"]]), name="ca.xlsx")
    assert amounts() == {
        ("Dupont", "2024"): Decimal("10.50"),
        ("Dupont", "2025"): 20,
        ("Martin", "2025"): Decimal("1250.00"),
    }


def test_a_fiscal_year_keeps_its_own_bounds():
    batch = imported("Client;juil. 2024 - juin 2025;Exercice 2023-2024\nDupont;10;20\n")
    assert totals() == {("Dupont", "2024-07-01", "2025-06-30"): 10, ("Dupont", "2023-07-01", "2024-06-30"): 20}
    assert "1 juillet 2023" in said(batch, "assumed-fiscal-year")


def test_the_running_year_ends_yesterday_and_says_so():
    batch = imported("Client;CA 2026\nDupont;10\n")
    assert totals() == {("Dupont", "2026-01-01", "2026-11-24"): 10}
    assert "24 novembre 2026" in said(batch, "running-year")


def test_a_year_that_only_the_name_of_the_file_or_a_title_says_is_said():
    batch = imported("Client;CA HT\nDupont;10\n", name="CA clients 2025.csv")
    assert amounts() == {("Dupont", "2025"): 10}
    assert "« CA clients 2025 »" in said(batch, "assumed-year")
    imported("Chiffre d’affaires 2024;\nClient;CA HT\nMartin;7\n", name="export.csv", source_name="Autre")
    assert amounts()["Martin", "2024"] == 7


def test_amounts_in_thousands_are_worth_thousands():
    batch = imported("Client;CA HT 2025 (k€)\nDupont;12,5\n")
    assert amounts() == {("Dupont", "2025"): Decimal("12500.00")}
    assert "CA HT 2025 (k€)" in said(batch, "thousands")


def test_an_amount_that_does_not_say_is_taken_without_vat_and_it_is_said():
    assert "« CA 2024 », « CA 2025 »" in said(imported(SIMPLE), "assumed-without-vat")
    batch = imported("Client;CA HT 2025\nDurand;10\n", source_name="Autre")
    assert "assumed-without-vat" not in reasons(batch)


def test_of_two_columns_of_a_year_the_one_without_vat_counts():
    batch = imported("Client;CA TTC 2025;CA HT 2025\nDupont;12;10\n")
    assert amounts() == {("Dupont", "2025"): 10}
    assert "CA TTC 2025" in said(batch, "ignored-columns")


def test_amounts_with_vat_alone_are_refused():
    batch = import_text("Client;CA TTC 2025\nDupont;12\n", name=NAME)
    assert (batch.status, batch.findings.get(severity="refusal").reason) == (Import.Status.REFUSED, "only-with-vat")


@pytest.mark.parametrize(
    "content",
    [
        "Client;CA T1 2025;CA T2 2025\nDupont;1;2\n",
        "Client;Marge 2025\nDupont;1\n",
        "Client;N° facture;Montant HT\nDupont;F2025;1\n",
        "Client;CA 2027\nDupont;1\n",
    ],
)
def test_a_table_without_date_nor_year_is_refused_as_before(content):
    batch = import_text(content, name="export 2025.csv" if "facture" in content else NAME)
    assert batch.findings.get(severity="refusal").reason == "no-date-column"


def test_a_table_too_wide_for_years_is_not_looked_at():
    batch = import_text("Client;" + ";".join(["CA 2025"] * 1_200) + "\nDupont;1\n", name=NAME)
    assert batch.findings.get(severity="refusal").reason == "no-date-column"


def test_a_list_of_invoices_with_a_column_of_a_year_stays_one():
    imported("Client;Date;Montant HT;CA 2025\nDupont;13/01/2025;100;9000\n")
    assert (Invoice.objects.count(), YearlyTotal.objects.count()) == (1, 0)


# --- What is left out, and what is wrong ------------------------------------------------------------------------------


def test_totals_titles_and_empty_rows_are_left_out_with_their_reason():
    batch = imported(SIMPLE + ";;\n;;\nClient;CA 2024;CA 2025\nTotal général;1 300,50;1 245,10\n")
    assert reasons(batch, "exclusion") == {"empty-row", "repeated-header", "total-row"}
    assert batch.file_total == Decimal("2545.60")


@pytest.mark.parametrize("name", ["TOTAL", "Total 2025", "Total HT", "Sous-total Lyon", "Somme", ""])
def test_a_total_is_told_by_its_words_or_by_being_the_sum(name):
    batch = imported(f"Client;CA 2025\nA;1\nB;2\nC;4\n{name};7\n")
    assert amounts() == {("A", "2025"): 1, ("B", "2025"): 2, ("C", "2025"): 4}
    assert batch.findings.get(reason="total-row").count == 1


def test_a_client_whose_name_starts_like_a_total_is_somebody():
    imported("Client;CA 2025\nA;1\nB;2\nC;4\nTotal Énergies;50\nD;7\n")
    assert amounts()["Total Énergies", "2025"] == 50
    assert amounts()["D", "2025"] == 7


def test_an_amount_that_cannot_be_read_sets_one_row_aside():
    rows = "".join(f"C{n};1;1\n" for n in range(9))
    batch = imported(f"Client;CA 2024;CA 2025\nDupont;100;abc\n{rows}")
    error = batch.findings.get(severity="error")
    assert (error.line, error.column, error.value, error.reason) == (2, "CA 2025", "abc", "unreadable-amount")
    assert not Client.objects.filter(name="Dupont").exists()
    assert (batch.file_total, batch.imported_total) == (118, 18)
    assert batch.findings.get(reason="set-aside").amount_ht == 100


def test_a_row_without_client_or_with_an_unknown_year_is_an_error():
    rows = "".join(f"C{n};2025;3\n" for n in range(10))
    batch = imported(f"Client;Année;CA HT\n{rows};2025;8\nDupont;n’importe;9\n")
    assert [(f.reason, f.column) for f in batch.findings.filter(severity="error").order_by("line")] == [
        ("missing-client", "Client"),
        ("unreadable-year", "Année"),
    ]
    assert batch.findings.get(reason="set-aside").amount_ht == 17


def test_more_than_one_row_in_five_in_error_refuses_the_file():
    batch = import_text("Client;CA 2025\nA;x\nB;1\nC;2\n", name=NAME)
    assert (batch.status, batch.findings.get(severity="refusal").reason) == (Import.Status.REFUSED, "too-many-errors")
    assert not YearlyTotal.objects.exists()


def test_a_payment_mode_is_not_a_client_here_either():
    batch = imported(SIMPLE + "CLIENTS DIVERS;900;100\n")
    assert not Client.objects.filter(name="CLIENTS DIVERS").exists()
    assert batch.findings.get(reason="payment-mode").amount_ht == 1000
    assert batch.file_total == batch.imported_total + 1000


def test_blanks_and_dashes_are_no_amount_and_a_row_of_them_is_counted():
    batch = imported("Client;CA 2024;CA 2025\nDupont;-;10\nMartin;–;\n")
    assert amounts() == {("Dupont", "2025"): 10}
    assert batch.findings.get(reason="without-total").count == 1
    assert not Client.objects.filter(name="Martin").exists()


def test_negative_totals_are_kept_as_they_are():
    imported("Client;CA 2025\nDupont;-30,50\nMartin;(12,00)\nRoux;0\n")
    assert amounts() == {("Dupont", "2025"): Decimal("-30.50"), ("Martin", "2025"): -12, ("Roux", "2025"): 0}


def test_other_currencies_are_left_out():
    batch = imported("Client;CA 2025;Devise\nDupont;10;EUR\nMartin;20;USD\nRoux;$ 5;\n")
    assert amounts() == {("Dupont", "2025"): 10}
    assert set(batch.findings.filter(reason="currency").values_list("label", flat=True)) == {"USD", "$"}


def test_a_damaged_siret_is_refused_and_its_row_kept():
    batch = imported("Client;SIRET;CA 2025\nDupont;1,23457E+13;10\nMartin;73282932000074;5\n")
    assert set(Client.objects.values_list("siret", flat=True)) == {"", "73282932000074"}
    assert "damaged-siret" in reasons(batch)


def test_a_file_cut_in_its_last_row_is_refused():
    batch = import_text("Client;CA 2024;CA 2025\nDupont;1;2\nMartin;3;4\nRou", name=NAME)
    assert batch.findings.get(severity="refusal").reason == "truncated"


def test_a_client_on_several_rows_is_added_up_and_it_is_said():
    batch = imported("Client;CA 2025\nDupont;10\nDUPONT;5\nMartin;1\n")
    assert amounts() == {("Dupont", "2025"): 15, ("Martin", "2025"): 1}
    assert batch.created == 2
    assert "1 client a plusieurs lignes" in said(batch, "summed-totals")


def test_a_total_that_a_second_file_says_again_is_counted_once():
    batch = import_files([("a.csv", "Client;CA 2025\nDupont;10\n"), ("b.csv", "Client;CA HT 2025\nDupont;11\n")])
    assert amounts() == {("Dupont", "2025"): 11}
    assert batch.findings.get(reason="repeated-across-files").amount_ht == 10


def test_a_total_that_shares_days_with_another_of_its_client_is_left_out():
    batch = imported("Client;CA HT 2024;Exercice 2024-2025\nDupont;10;20\nMartin;;7\n")
    assert totals() == {("Dupont", "2024-01-01", "2024-12-31"): 10, ("Martin", "2024-07-01", "2025-06-30"): 7}
    assert batch.findings.get(reason="overlapping-period").amount_ht == 20


def test_a_total_that_another_source_already_has_is_left_out():
    imported(f"Client;SIRET;CA HT 2024\nDupont;{SIRET};30\n")
    elsewhere = imported(f"Client;SIRET;CA HT 2024\nDupont;{SIRET};40\n", source_name="Autre")
    assert (elsewhere.created, amounts()) == (0, {("Dupont", "2024"): 30})
    assert elsewhere.findings.get(reason="overlapping-period").amount_ht == 40


def test_owners_and_identities_are_taken_from_the_table():
    seller = UserFactory(first_name="Zoé", last_name="Roux")
    imported("Code client;Client;Ville;Commercial;CA 2025\nC1;Dupont;Lyon;Zoé Roux;10\n")
    client = Client.objects.get()
    assert (client.code, client.name, client.city, client.owner) == ("C1", "Dupont", "Lyon", seller)


# --- The second time --------------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing_even_on_another_day():
    imported("Client;CA 2025;CA 2026\nDupont;10;20\n")
    before = totals()
    with time_machine.travel(dt.datetime(2026, 12, 9, 9, tzinfo=dt.UTC), tick=False):
        again = imported("Client;CA 2026;CA 2025\nDupont;20;10\n")
    assert (again.created, again.updated, again.unchanged, again.clients_created) == (0, 0, 2, 0)
    assert totals() == before
    assert not ImportChange.objects.exists()


def test_a_changed_amount_updates_and_keeps_what_it_was():
    imported(SIMPLE)
    former = YearlyTotal.objects.get(client__name="Dupont", first_day="2025-01-01")
    again = imported("Client;CA 2025\nDupont;1 250\n")
    assert (again.created, again.updated, again.unchanged) == (0, 1, 0)
    assert amounts()["Dupont", "2025"] == 1250
    change = ImportChange.objects.get(batch=again)
    assert (change.table, change.row_id, change.action) == ("clients_yearlytotal", former.pk, "updated")
    assert (change.before["amount_ht"], change.before["last_day"]) == (1200.0, "2025-12-31")


def test_a_client_absent_from_the_new_file_keeps_its_total():
    imported(SIMPLE)
    imported("Client;CA 2024;CA 2025\nDupont;1 000,50;1 200\n")
    assert amounts()["Martin", "2024"] == 300


def test_a_year_that_ran_at_the_first_import_is_whole_at_the_next():
    imported("Client;CA 2026\nDupont;10\n")
    with time_machine.travel(dt.datetime(2027, 1, 9, 9, tzinfo=dt.UTC), tick=False):
        again = imported("Client;CA 2026\nDupont;10\n")
    assert (again.updated, totals()) == (1, {("Dupont", "2026-01-01", "2026-12-31"): 10})


def test_a_dry_run_says_what_it_would_do_and_writes_nothing():
    batch = import_text(SIMPLE, name=NAME, step="check")
    assert (batch.status, batch.created, batch.clients_created) == (Import.Status.DRY_RUN, 4, 3)
    assert (YearlyTotal.objects.count(), Client.objects.count()) == (0, 0)


def test_any_error_refuses_a_strict_import():
    rows = "".join(f"C{n};1\n" for n in range(10))
    batch = import_text(f"Client;CA 2025\nA;abc\n{rows}", name=NAME, strict=True)
    assert batch.findings.get(severity="refusal").reason == "strict"


# --- Beside invoices --------------------------------------------------------------------------------------------------


def test_invoices_imported_later_replace_the_totals_of_the_same_period():
    imported("Client;CA 2024;CA 2025\nDupont;900;1 200\nMartin;300;400\nRoux;;50\n")
    rows = "Dupont;13/01/2025;1000\nDupont;14/02/2025;210,50\nMartin;15/03/2025;390\n"
    batch = imported(f"Client;Date;Montant HT\n{rows}")
    assert amounts() == {("Dupont", "2024"): 900, ("Martin", "2024"): 300, ("Roux", "2025"): 50}
    finding = batch.findings.get(reason="replaced-totals")
    assert (finding.count, finding.amount_ht) == (2, 1600)
    assert finding.repair.replace("\u202f", " ").replace("\xa0", " ") == (
        "Totaux annuels remplacés : 2, 1 600 € contre 1 600,50 € de factures."
    )
    remaining = batch.findings.get(reason="remaining-totals")
    assert (remaining.count, remaining.amount_ht) == (1, 50)
    assert set(ImportChange.objects.filter(batch=batch).values_list("table", "action")) == {
        ("clients_yearlytotal", "removed")
    }
    assert {change.before["amount_ht"] for change in ImportChange.objects.filter(batch=batch)} == {1200.0, 400.0}


def test_invoices_of_another_period_or_another_client_replace_nothing():
    imported("Client;CA 2024\nDupont;900\n")
    batch = imported("Client;Date;Montant HT\nDupont;13/01/2025;1000\nMartin;13/02/2025;5\n")
    assert amounts() == {("Dupont", "2024"): 900}
    assert not {"replaced-totals", "remaining-totals"} & reasons(batch)


def test_a_draft_replaces_no_total():
    imported("Client;CA 2025\nDupont;900\n")
    imported("Client;Date;Montant HT;Statut\nDupont;13/01/2025;1000;Brouillon\n")
    assert amounts() == {("Dupont", "2025"): 900}


def test_a_set_of_books_replaces_the_totals_of_the_clients_it_shares_a_code_with():
    imported("Compte auxiliaire;Client;CA 2025\nC1;Dupont;900\nC2;Martin;800\n")
    batch = import_text(text(*sale("C1", 100_000, aux_label="Dupont")))
    assert amounts() == {("Martin", "2025"): 800}
    assert reasons(batch) >= {"replaced-totals", "remaining-totals"}


def test_totals_of_clients_already_invoiced_in_the_period_are_left_out():
    imported("Client;Date;Montant HT\nDupont;13/01/2025;1000\n")
    batch = imported("Client;CA HT 2024;CA HT 2025\nDupont;900;1 200\nMartin;;5\n")
    assert amounts() == {("Dupont", "2024"): 900, ("Martin", "2025"): 5}
    exclusion = batch.findings.get(reason="invoiced-period")
    assert (exclusion.count, exclusion.amount_ht) == (1, 1200)
    assert batch.file_total == batch.imported_total + 1200


def test_one_import_may_hold_totals_and_invoices_which_stand():
    files = [
        ("a.csv", "Client;CA HT 2025\nDupont;10\nMartin;7\n"),
        ("b.csv", "Client;Date;Montant HT\nDupont;13/01/2025;9\n"),
    ]
    batch = import_files(files)
    assert (batch.status, batch.created, amounts()) == (Import.Status.COMMITTED, 2, {("Martin", "2025"): 7})
    assert batch.findings.get(reason="invoiced-period").amount_ht == 10


def test_totals_later_than_the_newest_invoice_are_said_to_wait():
    InvoiceFactory(issued_on=dt.date(2024, 5, 3))
    batch = imported("Client;CA 2024;CA 2025\nDupont;1;2\n")
    assert "3 mai 2024" in said(batch, "later-than-invoices")


# --- All of it, or nothing --------------------------------------------------------------------------------------------

STEPS = ["gathered_totals", "former_totals", "yearly_totals", "drop_gathered_totals"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [*STEPS, "replaced_totals", "removed_totals"])
def test_a_worker_killed_at_any_step_leaves_totals_as_they_were(monkeypatch, step):
    imported("Client;CA HT 2025\nDupont;10\nMartin;5\n")
    before = totals()
    invoices = "Client;Date;Montant HT\nDupont;13/01/2025;9\n"
    content = "Client;CA HT 2025\nDupont;11\nRoux;1\n" if step in STEPS else invoices
    run = merge.Steps.run

    def killed(self, name, **parameters):
        if name == step:
            raise OperationalError("the server closed the connection")
        return run(self, name, **parameters)

    batch = queue.submit(files=[(NAME, io.BytesIO(content.encode()))], by=None)
    with monkeypatch.context() as patch:
        patch.setattr(merge.Steps, "run", killed)
        with pytest.raises(OperationalError):
            pipeline.process(batch.pk)
    assert (totals(), Invoice.objects.count()) == (before, 0)
    assert pipeline.process(batch.pk).status == Import.Status.COMMITTED
    assert totals() != before

"""Importing again: the same file changes nothing, a newer one changes what it says, and only that."""

import datetime as dt
import io
import random
from decimal import Decimal

import pytest
import xlsxwriter
from django.db import connection

from clients.imports import merge
from clients.models import Client, FactChange, Import, ImportChange, Invoice, InvoiceLine, Source
from tests.clients.imports.books import import_files, import_text, payment, sale, text

pytestmark = pytest.mark.django_db

NUMBERED = "N° facture;Client;Date;Article;Montant HT\n" + "".join(
    f"F{n};Client {n % 4};{n:02}/03/2025;Service {n % 3};{n}00,50\nF{n};Client {n % 4};{n:02}/03/2025;Conseil;10\n"
    for n in range(1, 20)
)
UNNUMBERED = "Client;Date;Article;Montant HT\n" + "".join(
    f"Client {n % 4};{n % 9 + 10}/03/2025;Service {n % 3};{n % 5}00,50\n" for n in range(1, 40)
)
BOOKS = text(
    *(
        row
        for n in range(1, 21)
        for row in sale(f"C{n % 4}", n * 1000, entry=str(n), piece=f"FA{n}", letter="A" * (n % 2))
    ),
    *payment("C1", 1200, entry="90", letter="A"),
)


def shuffled(content):
    first, *rows = content.splitlines()
    random.Random(3).shuffle(rows)
    return "\n".join([first, *rows]) + "\n"


def as_workbook(content):
    """The same table as a spreadsheet would save it: typed numbers and dates."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(content.splitlines()):
            for column, cell in enumerate(row.split(";")):
                if number and cell[2:3] == "/":
                    sheet.write_datetime(number, column, dt.datetime.strptime(cell, "%d/%m/%Y"))  # noqa: DTZ007
                elif number and cell.replace(",", "").isdigit():
                    sheet.write_number(number, column, float(cell.replace(",", ".")))
                else:
                    sheet.write_string(number, column, cell)
    return file.getvalue()


def nothing_new(batch):
    return batch.status, batch.created, batch.updated, batch.cancelled, batch.clients_created


@pytest.mark.parametrize("content", [NUMBERED, UNNUMBERED, BOOKS], ids=["numbered", "unnumbered", "books"])
@pytest.mark.parametrize(
    "again",
    [
        lambda text: {"content": text},
        lambda text: {"content": text, "name": "copie de export (2).csv"},
        lambda text: {"content": shuffled(text)},
        lambda text: {"content": text.encode("utf-16")},
    ],
    ids=["same", "renamed", "shuffled", "other characters"],
)
def test_the_same_content_changes_nothing(content, again):
    first = import_text(content)
    noted = FactChange.objects.count()
    assert nothing_new(import_text(**again(content))) == ("committed", 0, 0, 0, 0)
    assert FactChange.objects.count() == noted
    assert Invoice.objects.count() == first.created


@pytest.mark.parametrize("content", [NUMBERED, UNNUMBERED], ids=["numbered", "unnumbered"])
def test_a_table_saved_again_as_a_workbook_changes_nothing(content):
    import_text(content)
    assert nothing_new(import_text(as_workbook(content), name="export.xlsx")) == ("committed", 0, 0, 0, 0)


def test_books_renamed_with_their_siren_are_the_same_books():
    import_text(BOOKS, name="export.txt")
    again = import_text(BOOKS, name="732829320FEC20251231.txt")
    assert nothing_new(again) == ("committed", 0, 0, 0, 0)
    assert Source.objects.count() == 1


def test_a_siren_in_the_name_names_the_books():
    import_text(BOOKS, name="732829320FEC20251231.txt")
    assert Source.objects.get().name == "Comptabilité 732829320"


def test_two_sirens_in_one_import_are_refused():
    files = [("732829320FEC20251231.txt", BOOKS), ("552081317FEC20251231.txt", BOOKS + " ")]
    batch = import_files(files)
    assert (batch.status, batch.findings.get(severity="refusal").reason) == ("refused", "several-companies")


def test_the_same_file_twice_in_one_import_is_read_once():
    batch = import_files([("a.csv", NUMBERED), ("b.csv", NUMBERED)])
    assert batch.created == 19
    assert batch.findings.filter(reason="same-file-twice").exists()


def test_a_document_in_two_files_counts_once_and_the_money_reconciles():
    batch = import_files([("a.csv", NUMBERED), ("b.csv", NUMBERED + "F99;Client 1;20/03/2025;Service 1;5\n")])
    assert batch.created == 20
    assert batch.findings.get(reason="repeated-across-files").count == 19
    assert batch.file_total == batch.imported_total + batch.findings.get(reason="repeated-across-files").amount_ht


def test_a_changed_invoice_replaces_its_lines_and_keeps_its_former_state():
    import_text(NUMBERED)
    batch = import_text(NUMBERED.replace("F7;Client 3;07/03/2025;Conseil;10", "F7;Client 3;07/03/2025;Conseil;30"))
    invoice = Invoice.objects.get(number="F7")
    change = ImportChange.objects.get(batch=batch)
    assert (batch.updated, batch.unchanged, invoice.amount_ht) == (1, 18, Decimal("730.50"))
    assert (change.row_id, change.before["amount_ht"], len(change.before["lines"])) == (invoice.pk, 710.5, 2)
    assert sum(line.amount_ht for line in invoice.lines.all()) == invoice.amount_ht


def test_a_version_without_lines_never_erases_one_with_lines():
    import_text("N° facture;Client;Date;Article;Montant HT\nF1;A;13/03/2025;Paie;100\nF1;A;13/03/2025;Bilan;50\n")
    same = import_text("N° facture;Client;Date;Montant HT\nF1;A;13/03/2025;150\n")
    assert (same.updated, InvoiceLine.objects.count()) == (0, 2)
    more = import_text("N° facture;Client;Date;Montant HT\nF1;A;13/03/2025;160\n")
    assert (more.updated, InvoiceLine.objects.count(), Invoice.objects.get().amount_ht) == (1, 3, 160)
    assert sum(InvoiceLine.objects.values_list("amount_ht", flat=True)) == 160


def test_a_table_without_status_does_not_unpay_an_invoice():
    import_text("N° facture;Client;Date;Montant HT;Statut\nF1;A;13/03/2025;100;Payée\n")
    import_text("N° facture;Client;Date;Montant HT\nF1;A;13/03/2025;100\n")
    assert Invoice.objects.get().status == Invoice.Status.PAID


def test_an_invoice_absent_from_the_new_export_is_cancelled_and_listed():
    import_text(BOOKS)
    batch = import_text(without(7))
    assert (batch.cancelled, batch.unchanged) == (1, 19)
    assert Invoice.objects.get(number="FA7").status == Invoice.Status.CANCELLED
    assert "FA7" in batch.findings.get(reason="cancelled").label


def test_an_invoice_that_comes_back_is_restored():
    import_text(BOOKS)
    import_text(without(7))
    assert import_text(BOOKS).updated == 1
    assert Invoice.objects.get(number="FA7").status != Invoice.Status.CANCELLED


def test_more_than_one_in_twenty_absent_waits_for_a_confirmation():
    import_text(BOOKS)
    batch = import_text(without(3, 7))
    assert batch.status == Import.Status.CONFIRMATION
    assert not Invoice.objects.filter(status=Invoice.Status.CANCELLED).exists()
    confirmed = import_text(without(3, 7), confirmed=True)
    assert (confirmed.status, confirmed.cancelled) == (Import.Status.COMMITTED, 2)


def test_the_next_year_cancels_nothing_of_this_one():
    import_text(BOOKS)
    batch = import_text(BOOKS.replace("20250310", "20260310"))
    assert (batch.created, batch.cancelled, Client.objects.count()) == (20, 0, 4)


def test_other_journals_are_left_alone():
    import_text(BOOKS)
    other = text(*sale("C1", 100, journal="V2", entry="1"), *sale("C1", 100, journal="V2", entry="2", day="20250101"))
    assert import_text(other).cancelled == 0


def test_a_later_payment_updates_the_invoice():
    import_text(text(*sale("C1", 1000, letter="")))
    batch = import_text(
        text(*sale("C1", 1000, letter="A"), *payment("C1", 1200, entry="9", day="20250401", letter="A"))
    )
    assert (batch.updated, Invoice.objects.get().paid_on) == (1, dt.date(2025, 4, 1))


def test_the_same_sale_from_another_source_is_a_probable_duplicate():
    import_text("Client;Compte tiers;Date;Montant HT\nDupont;C1;10/03/2025;10,00\n")
    batch = import_text(text(*sale("C1", 1000), *sale("C1", 5000, entry="2")))
    assert (batch.created, Client.objects.count()) == (1, 1)
    assert batch.findings.get(reason="probable-duplicate", severity="exclusion").amount_ht == 10
    again = import_text(text(*sale("C1", 1000), *sale("C1", 5000, entry="2")))
    assert (again.created, again.unchanged) == (0, 1)


def without(*numbers):
    """BOOKS without the sales of these numbers."""
    rows = [
        row
        for n in range(1, 21)
        if n not in numbers
        for row in sale(f"C{n % 4}", n * 1000, entry=str(n), piece=f"FA{n}", letter="A" * (n % 2))
    ]
    return text(*rows, *payment("C1", 1200, entry="90", letter="A"))


def test_what_a_new_export_lacks_is_found_without_comparing_each_invoice_with_each():
    statement = (merge.SQL / "absent_invoices.sql").read_text(encoding="utf-8")
    names = {"batch": 0, "source": 0, "journals": [], "first_days": [], "last_days": [], "set_aside": []}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", names)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "SetOp" in plan
    assert "staged.external_id" not in plan

"""Invoices from tables: whatever the headings, the separator, the characters and the way numbers are written."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from clients.imports import row_maker, values
from clients.models import Client, Import, Invoice, InvoiceLine
from tests.clients.imports.books import import_text
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SIMPLE = "Client;Date;Montant HT\nDupont;13/01/2025;1 234,50\nMartin;14/01/2025;100,00\n"


def amounts():
    return sorted(Invoice.objects.values_list("amount_ht", flat=True))


def one(**fields):
    return Invoice.objects.get(**fields)


def reasons(batch, severity="warning"):
    return set(batch.findings.filter(severity=severity).values_list("reason", flat=True))


def refusal(batch):
    assert batch.status == Import.Status.REFUSED, list(batch.findings.values_list("reason", "repair"))
    assert not Invoice.objects.exists()
    return batch.findings.get(severity="refusal")


def test_three_columns_are_enough():
    batch = import_text(SIMPLE)
    assert (batch.status, batch.created, batch.clients_created) == (Import.Status.COMMITTED, 2, 2)
    assert amounts() == [Decimal("100.00"), Decimal("1234.50")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso8859-15", "cp850"])
def test_characters_are_recognised(encoding):
    text = "Numéro;Client;Date;Montant HT\n1;Société Générale d’été à Orléans;13/01/2025;10\n".replace("’", "'")
    import_text((text * 1 + "2;Hôtel Castaing, Bézier;14/01/2025;20\n").encode(encoding))
    assert set(Client.objects.values_list("name", flat=True)) == {
        "Société Générale d'été à Orléans",
        "Hôtel Castaing, Bézier",
    }


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators_are_recognised(separator):
    rows = [["Client", "Date", "Montant HT"], ["Dupont", "13/01/2025", '"1234,50"'], ["Martin", "14/01/2025", "7"]]
    import_text("\n".join(separator.join(row) for row in rows))
    assert amounts() == [Decimal(7), Decimal("1234.50")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"),
        ("1.234,56", "1234.56"),
        ('"1,234.56"', "1234.56"),
        ("(12,00)", "-12.00"),
        ("12,00-", "-12.00"),
        ("-12,5", "-12.50"),
        ("\u221212,5", "-12.50"),
        ("€ 1234.5", "1234.50"),
        ("1234,565", "1234.57"),
    ],
)
def test_amounts_are_read_as_people_write_them(written, meant):
    import_text(f"Client;Date;Montant HT\nDupont;13/01/2025;{written}\n")
    assert one().amount_ht == Decimal(meant)


def test_a_column_settles_what_one_amount_cannot():
    import_text("Client;Date;Montant HT\nA;13/01/2025;1.234\nB;13/01/2025;1.234,50\n")
    assert amounts() == [Decimal("1234.00"), Decimal("1234.50")]


@pytest.mark.parametrize(
    ("first", "second", "meant"),
    [
        ("03/04/2025", "13/04/2025", dt.date(2025, 4, 3)),
        ("03/04/2025", "04/13/2025", dt.date(2025, 3, 4)),
        ("2025-04-03", "2025-04-13", dt.date(2025, 4, 3)),
        ("3 avril 2025", "13 avr. 2025", dt.date(2025, 4, 3)),
        ("03.04.25", "13.04.25", dt.date(2025, 4, 3)),
        ("45750", "45760", dt.date(2025, 4, 3)),
        ("20250403", "20250413", dt.date(2025, 4, 3)),
        ("03/04/2025 14:30", "13/04/2025 09:00", dt.date(2025, 4, 3)),
    ],
)
def test_the_whole_column_of_dates_decides(first, second, meant):
    batch = import_text(f"Client;Date;Montant HT\nA;{first};1\nB;{second};2\n")
    assert one(amount_ht=1).issued_on == meant
    assert "date-order" not in reasons(batch)


def test_an_undecidable_date_is_day_first_and_said_in_letters():
    batch = import_text("Client;Date;Montant HT\nA;03/04/2025;1\n")
    assert one().issued_on == dt.date(2025, 4, 3)
    assert "3 avril 2025" in batch.findings.get(reason="date-order").repair


def test_titles_totals_and_empty_rows_are_left_out_with_their_reason():
    batch = import_text("Mes ventes;;\n;;\n" + SIMPLE + ";;\n;;\nTotal général;;1 334,50\n")
    assert batch.created == 2
    assert reasons(batch, "exclusion") == {"empty-row", "total-row"}
    assert batch.file_total == Decimal("1334.50")


def test_headings_stacked_on_two_rows_are_joined():
    import_text("Client;Date;Montant;\n;;HT;TTC\nDupont;13/01/2025;100;120\n")
    assert one().amount_ht == 100


def test_dates_in_the_future_are_counted_with_the_last_of_them():
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    batch = import_text(f"Client;Date;Montant HT\nDupont;13/01/2025;10\nMartin;{tomorrow:%d/%m/%Y};20\n")
    warned = batch.findings.get(reason="future-date")
    assert (warned.count, str(tomorrow.year) in warned.repair) == (1, True)


def test_credit_notes_are_told_by_sign_or_by_type():
    import_text(
        "Client;Date;Type;Montant HT\nA;13/01/2025;Facture;100\nA;14/01/2025;Avoir;30\nA;15/01/2025;Avoir;-20\n"
    )
    assert amounts() == [Decimal(-30), Decimal(-20), Decimal(100)]
    assert Invoice.objects.filter(kind=Invoice.Kind.CREDIT_NOTE).count() == 2


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Brouillon", "draft"),
        ("Pro forma", "pro_forma"),
        ("Annulée", "cancelled"),
        ("Payée", "paid"),
        ("Impayée", "issued"),
        ("Validée", "issued"),
        ("Posted", "issued"),
    ],
)
def test_status_words_are_understood(word, status):
    import_text(f"Client;Date;Montant HT;Statut\nA;13/01/2025;100;{word}\n")
    assert one().status == status


def test_an_unknown_status_is_said_and_taken_as_issued():
    batch = import_text("Client;Date;Montant HT;Statut\nA;13/01/2025;100;Zut\n")
    assert one().status == "issued"
    assert "« Zut »" in batch.findings.get(reason="unknown-status").repair


def test_amounts_with_vat_alone_are_refused():
    assert refusal(import_text("Client;Date;Montant TTC\nA;13/01/2025;120\n")).reason == "only-with-vat"


@pytest.mark.parametrize(("heading", "value"), [("TVA", "20"), ("Taux TVA", "20 %"), ("Taux TVA", "0,2")])
def test_amounts_with_vat_and_the_vat_give_amounts_without(heading, value):
    batch = import_text(f"Client;Date;Montant TTC;{heading}\nA;13/01/2025;120;{value}\n")
    assert one().amount_ht == 100
    assert "computed-without-vat" in reasons(batch)


def test_other_currencies_are_left_out():
    batch = import_text("Client;Date;Montant HT;Devise\nA;13/01/2025;100;EUR\nB;13/01/2025;90;USD\nC;13/01/2025;$ 5;\n")
    assert amounts() == [Decimal(100)]
    assert set(batch.findings.filter(reason="currency").values_list("label", flat=True)) == {"USD", "$"}


def test_a_siret_damaged_by_a_spreadsheet_is_refused_and_its_row_kept():
    batch = import_text("Client;SIRET;Date;Montant HT\nA;1,23457E+13;13/01/2025;100\nB;73282932000074;14/01/2025;1\n")
    assert set(Client.objects.values_list("siret", flat=True)) == {"", "73282932000074"}
    assert "damaged-siret" in reasons(batch)


def test_lines_of_one_number_make_one_invoice():
    import_text(
        "N° facture;Client;Date;Article;Montant "
        "HT\nF1;A;13/01/2025;Paie;100\nF2;A;14/01/2025;Bilan;5\nF1;A;13/01/2025;Conseil;50\n"
    )
    assert one(number="F1").amount_ht == 150
    assert InvoiceLine.objects.filter(invoice__number="F1").count() == 2


def test_a_line_amount_is_preferred_to_the_total_repeated_beside_it():
    import_text(
        "Réf. facture;Client;Date facturation;Total HT;Montant HT de la ligne\n"
        "F1;A;13/01/2025;150;100\nF1;A;13/01/2025;150;50\n"
    )
    assert one().amount_ht == 150


def test_totals_repeated_on_each_line_are_never_summed():
    rows = "".join(f"F{n};A;13/01/2025;{s};{n}50\n" for n in (1, 2, 3) for s in ("Paie", "Bilan"))
    batch = import_text(f"N° facture;Client;Date;Article;Total HT\n{rows}")
    assert amounts() == [Decimal(150), Decimal(250), Decimal(350)]
    assert (batch.file_total, batch.imported_total) == (Decimal(750), Decimal(750))


def test_blank_cells_of_further_lines_inherit_from_the_first():
    import_text(
        "Number,Customer,Invoice Date,Invoice lines/Subtotal,Invoice lines/Product\n"
        "INV/1,Dupont,2025-01-13,100.00,Paie\n,,,50.00,Bilan\nINV/2,Martin,2025-01-14,7.00,Paie\n"
    )
    assert (one(number="INV/1").amount_ht, one(number="INV/2").amount_ht) == (150, 7)


def test_two_clients_under_one_number_are_errors_and_set_aside():
    rows = "".join(f"G{n};C;15/01/2025;10\n" for n in range(10))
    batch = import_text(f"N° facture;Client;Date;Montant HT\nF1;A;13/01/2025;100\nF1;B;13/01/2025;50\n{rows}")
    assert batch.created == 10
    assert batch.findings.filter(reason="two-clients-one-number").count() == 2
    assert batch.findings.get(reason="set-aside").amount_ht == 150


def test_a_row_in_error_sets_its_whole_invoice_aside():
    rows = "".join(f"G{n};C;15/01/2025;10\n" for n in range(10))
    batch = import_text(f"N° facture;Client;Date;Montant HT\nF1;A;13/01/2025;100\nF1;A;13/01/2025;abc\n{rows}")
    error = batch.findings.get(severity="error")
    assert not Invoice.objects.filter(number="F1").exists()
    assert (error.line, error.column, error.value) == (3, "Montant HT", "abc")


def test_more_than_one_row_in_five_in_error_refuses_the_file():
    batch = import_text("Client;Date;Montant HT\nA;13/01/2025;abc\nB;13/01/2025;1\nC;13/01/2025;2\n")
    assert refusal(batch).reason == "too-many-errors"
    assert batch.findings.filter(severity="error").count() == 1


def test_any_error_refuses_a_strict_import():
    rows = "".join(f"C{n};15/01/2025;10\n" for n in range(10))
    batch = import_text(f"Client;Date;Montant HT\nA;13/01/2025;abc\n{rows}", strict=True)
    assert refusal(batch).reason == "strict"


def test_a_dry_run_says_what_it_would_do_and_writes_nothing():
    batch = import_text(SIMPLE, step="check")
    assert (batch.status, batch.created) == (Import.Status.DRY_RUN, 2)
    assert not Client.objects.exists()


def test_clients_are_given_to_the_salesperson_the_file_names_unless_they_have_one():
    seller, other = UserFactory(first_name="Zoé", last_name="Roux"), UserFactory()
    text = "Client;Date;Montant HT;Commercial\nA;13/01/2025;1;zoe roux\nB;13/01/2025;2;" + other.email + "\n"
    import_text(text)
    Client.objects.filter(name="B").update(owner=seller)
    import_text(text)
    assert set(Client.objects.values_list("name", "owner")) == {("A", seller.pk), ("B", seller.pk)}


def test_a_payment_mode_is_not_a_client_in_a_table_either():
    batch = import_text(SIMPLE + "CLIENTS DIVERS;14/01/2025;900\n")
    assert not Client.objects.filter(name="CLIENTS DIVERS").exists()
    assert batch.findings.get(reason="payment-mode").amount_ht == 900


@pytest.mark.parametrize("heading", ["Facturé le", "Émission", "Émis le", "Invoiced on"])
def test_the_day_of_an_invoice_has_many_names(heading):
    assert import_text(f"Client;{heading};Montant HT\nA;13/01/2025;1\n").created == 1


def test_english_headings_with_a_number_sign_and_the_vat_are_understood():
    batch = import_text("Customer Name;Invoice #;Invoice date;Net amount;VAT;Total\nA;77;2025-01-13;10;2;12\n")
    (invoice,) = Invoice.objects.all()
    assert (invoice.number, invoice.amount_ht, invoice.amount_vat) == ("77", 10, 2)
    assert not batch.findings.exists()


@pytest.mark.parametrize("odd", ["01/01/1904", "00/00/2025"])
def test_a_first_date_that_is_none_stops_nothing(odd):
    batch = import_text(f"Client;Date;Montant HT\nZ;{odd};1\n" + "A;03/04/2025;1\n" * 9)
    assert (batch.status, batch.created) == (Import.Status.COMMITTED, 9)


def test_the_hours_of_days_do_not_hide_which_number_is_the_month():
    batch = import_text(b"Client;Date;Montant HT\nA;3/14/2025 17:06;10\nB;03/04/2025 8:00;10\n")
    assert [f"{invoice.issued_on}" for invoice in Invoice.objects.order_by("id")] == ["2025-03-14", "2025-03-04"]
    assert not batch.findings.filter(reason="date-order").exists()


def test_values_forgotten_for_want_of_room_are_read_again(monkeypatch):
    monkeypatch.setattr(values, "MOST_REMEMBERED", 2)
    monkeypatch.setattr(row_maker, "MOST_REMEMBERED", 2)
    lines = "".join(f"C{n};{n % 5 + 1:02}/01/2025;{n % 7},50;{'Payée' if n % 3 else 'Émise'}\n" for n in range(50))
    batch = import_text(f"Client;Date;Montant HT;Statut\n{lines}".encode())
    assert (batch.created, batch.imported_total) == (50, sum(Decimal(n % 7) + Decimal("0.5") for n in range(50)))
    assert Invoice.objects.filter(status="paid").count() == sum(bool(n % 3) for n in range(50))


def test_of_a_column_that_holds_anything_but_statuses_the_first_words_are_told(monkeypatch):
    monkeypatch.setattr(row_maker, "MOST_REMEMBERED", 3)
    lines = "".join(f"C{n};01/01/2025;10;mot {n}\n" for n in range(9))
    batch = import_text(f"Client;Date;Montant HT;Statut\n{lines}".encode())
    assert (batch.created, batch.findings.filter(reason="unknown-status").count()) == (9, 3)

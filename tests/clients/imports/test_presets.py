"""Exports of known software, with their real headings and the trap of each."""

import datetime as dt
from decimal import Decimal

import pytest

from clients.imports.headings import preset, recognised
from clients.models import Client, Import, Invoice, InvoiceLine, InvoiceLink
from tests.clients.imports.books import import_text

pytestmark = pytest.mark.django_db

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Notes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Id,Tags,Source,Lineitem discount,Phone"
)
DOLIBARR = "InvoiceRef,Type,DateInvoice,DateDue,TotalHT,TotalTTC,InvoiceStatus,CompanyName,CustomerCode,LineDescription"
DOLIBARR_FRENCH = "Réf. facture;Type;Date facturation;Total HT;Statut facture;Nom du tiers;Montant HT de la ligne;Qté"
ODOO = "Number,Customer,Invoice Date,Due Date,Tax Excluded,Total,Salesperson,Status"
ODOO_TECHNICAL = (
    "name,partner_id,invoice_date,move_type,state,amount_untaxed_in_currency_signed,amount_untaxed_signed,"
    "reversed_entry_id"
)
ODOO_LINES = (
    "Number,Customer,Invoice Date,Tax Excluded,Status,Invoice lines/Product,Invoice lines/Quantity,"
    "Invoice lines/Subtotal"
)
WOOCOMMERCE = "Date,Order #,N. Revenue,Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net Sales"
PRESTASHOP = "ID;Référence;Nouveau client;Livraison;Client;Société;Total;Paiement;État;Date"


def amounts():
    return dict(Invoice.objects.values_list("number", "amount_ht"))


def shopify(*orders: dict) -> str:
    names = SHOPIFY.split(",")
    blank = {"Currency": "EUR", "Financial Status": "paid", "Created at": "2026-03-10 09:30:00 +0100"}
    rows = []
    for order in orders:
        whole = (blank if "Total" in order else {}) | order
        rows.append(",".join(f'"{whole.get(name, "")}"' for name in names))
    return "\n".join([SHOPIFY, *rows]) + "\n"


ORDER = {"Name": "#1001", "Email": "a@exemple.fr", "Billing Name": "Anne Martin", "Total": "120.00", "Taxes": "20.00"}
OTHER = ORDER | {"Name": "#1002", "Email": "b@exemple.fr", "Billing Name": "Luc Petit"}


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        (SHOPIFY, "Shopify"), (DOLIBARR, "Dolibarr"), (DOLIBARR_FRENCH.replace(";", ","), "Dolibarr"), (ODOO, "Odoo"),
        (ODOO_TECHNICAL, "Odoo"), (ODOO_LINES, "Odoo"), (WOOCOMMERCE, "WooCommerce"),
        (PRESTASHOP.replace(";", ","), "PrestaShop"),
    ],
)  # fmt: skip
def test_an_export_is_told_by_its_headings(headings, name):
    found = preset(headings.split(","))
    assert found
    assert found.name == name
    assert {"client", "date", "number"} <= set(recognised(headings.split(",")))


def test_other_headings_tell_no_software():
    assert preset(["Client", "Date", "Montant HT", "N° facture"]) is None


# --- Shopify --------------------------------------------------------------------------------------


def test_shopify_amounts_are_the_total_less_the_taxes():
    import_text(shopify(ORDER | {"Subtotal": "100.00", "Shipping": "20.00"}))
    assert amounts() == {"#1001": 100}


def test_shopify_gives_an_order_once_and_its_lines_their_share():
    further = {"Name": "#1001", "Email": "a@exemple.fr", "Lineitem name": "Miel", "Lineitem quantity": "3"}
    first = ORDER | {"Lineitem name": "Thé", "Lineitem quantity": "1", "Lineitem price": "30.00"}
    batch = import_text(shopify(first, further | {"Lineitem price": "30.00"}, OTHER))
    assert (batch.created, batch.findings.filter(severity="error").count()) == (2, 0)
    lines = InvoiceLine.objects.filter(invoice__number="#1001").values_list("service__name", "amount_ht")
    assert dict(lines) == {"Thé": 25, "Miel": 75}


def test_shopify_further_lines_may_repeat_the_day():
    further = {"Name": "#1001", "Created at": "2026-03-10 09:30:00 +0100", "Lineitem name": "Miel"}
    batch = import_text(shopify(ORDER, further, OTHER))
    assert (batch.created, batch.findings.filter(severity="error").count()) == (2, 0)


def test_shopify_companies_come_before_people():
    import_text(shopify(ORDER, OTHER | {"Billing Company": "Petit SARL"}))
    assert set(Client.objects.values_list("name", flat=True)) == {"Anne Martin", "Petit SARL"}


def test_a_shopify_refund_is_a_credit_note_of_the_day_of_its_order():
    batch = import_text(shopify(ORDER | {"Refunded Amount": "60.00", "Financial Status": "partially_refunded"}))
    note = Invoice.objects.get(kind="credit_note")
    assert (note.amount_ht, note.issued_on, note.number) == (-50, dt.date(2026, 3, 10), "#1001 remboursement")
    assert batch.findings.get(reason="refunded").amount_ht == -50
    assert not InvoiceLink.objects.exists()


def test_a_whole_shopify_refund_cancels_its_order():
    import_text(shopify(ORDER | {"Refunded Amount": "120.00", "Financial Status": "refunded"}))
    assert amounts() == {"#1001": 100, "#1001 remboursement": -100}
    assert InvoiceLink.objects.get().named.number == "#1001"
    assert Invoice.objects.counted().count() == 2


@pytest.mark.parametrize("back", ["", "120.00"])
def test_a_cancelled_shopify_order_does_not_count(back):
    import_text(shopify(ORDER | {"Cancelled at": "2026-03-11 10:00:00 +0100", "Refunded Amount": back}, OTHER))
    assert [invoice.number for invoice in Invoice.objects.counted()] == ["#1002"]


def test_shopify_orders_import_again_without_a_change():
    text = shopify(ORDER | {"Refunded Amount": "60.00"}, {"Name": "#1001", "Lineitem name": "Miel"}, OTHER)
    import_text(text)
    again = import_text(text)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)


def test_a_shopify_order_in_another_currency_goes_with_its_lines():
    batch = import_text(shopify(ORDER | {"Currency": "USD"}, {"Name": "#1001", "Lineitem name": "Miel"}, OTHER))
    assert (batch.created, batch.findings.filter(severity="error").count()) == (1, 0)


# --- Dolibarr, Odoo, WooCommerce, PrestaShop --------------------------------------------------------


def test_dolibarr_totals_repeated_on_each_line_are_counted_once():
    rows = "F1,0,2026-03-10,2026-04-09,100,120,2,Dupont,C1,Thé\nF1,0,2026-03-10,2026-04-09,100,120,2,Dupont,C1,Miel\n"
    import_text(f"{DOLIBARR}\n{rows}")
    assert amounts() == {"F1": 100}
    assert Invoice.objects.get().status == "paid"


def test_dolibarr_codes_say_drafts_credit_notes_and_deposits():
    rows = "".join(
        f"F{code},{code},2026-03-10,2026-04-09,{amount},0,{status},Dupont,C1,x\n"
        for code, amount, status in ((0, 100, 0), (2, -40, 1), (3, 30, 1))
    )
    import_text(f"{DOLIBARR}\n{rows}")
    told = set(Invoice.objects.values_list("kind", "status", "amount_ht"))
    assert told == {("invoice", "draft", 100), ("credit_note", "issued", -40), ("deposit", "issued", 30)}


def test_dolibarr_lines_in_french_are_summed():
    rows = "F1;0;10/03/2026;100;1;Dupont;60;2\nF1;0;10/03/2026;100;1;Dupont;40;1\n"
    import_text(f"{DOLIBARR_FRENCH}\n{rows}")
    assert (amounts(), InvoiceLine.objects.count()) == ({"F1": 100}, 2)


def test_odoo_columns_have_their_meaning():
    import_text(f"{ODOO}\nINV/2026/1,Dupont,2026-03-10,2026-04-09,100.00,120.00,Claire,Posted\n")
    invoice = Invoice.objects.get()
    assert (invoice.amount_ht, invoice.due_on, invoice.status) == (100, dt.date(2026, 4, 9), "issued")


def test_odoo_refunds_name_what_they_reverse_and_bills_are_purchases():
    rows = (
        "INV/2026/1,Dupont,2026-03-10,out_invoice,posted,900,100,\n"
        "RINV/2026/1,Dupont,2026-03-12,out_refund,posted,-900,-100,INV/2026/1\n"
        "BILL/2026/1,Durand,2026-03-12,in_invoice,posted,-900,-50,\n"
    )
    batch = import_text(f"{ODOO_TECHNICAL}\n{rows}")
    assert amounts() == {"INV/2026/1": 100, "RINV/2026/1": -100}
    assert batch.findings.get(reason="purchase").amount_ht == -50
    assert InvoiceLink.objects.get().kind == "cancels"


def test_odoo_continuation_lines_leave_the_invoice_blank():
    rows = "INV/1,Dupont,2026-03-10,100.00,Posted,Thé,1,60.00\n,,,,,Miel,2,40.00\n"
    rows += "INV/2,Durand,2026-03-11,5,Posted,Thé,1,5\n"
    import_text(f"{ODOO_LINES}\n{rows}")
    assert amounts() == {"INV/1": 100, "INV/2": 5}
    assert InvoiceLine.objects.count() == 3


def test_woocommerce_amounts_bear_a_symbol():
    rows = '2026-03-10 09:30:00,501,"€1,100.50",completed,Anne Martin,new,"2× Thé, 1× Miel",3,,\n'
    import_text(f"{WOOCOMMERCE}\n{rows}2026-03-11 09:30:00,502,€20.00,failed,Luc Petit,new,1× Thé,1,,\n")
    assert [invoice.amount_ht for invoice in Invoice.objects.counted()] == [Decimal("1100.50")]
    assert set(InvoiceLine.objects.values_list("service", flat=True)) == {None}


def test_prestashop_gives_amounts_with_vat_only_and_says_the_way_out():
    rows = '1;XKBKN;1;France;M. MARTIN;;"1 234,80 €";Carte bancaire;Paiement accepté;10/03/2026 09:30\n'
    batch = import_text(f"{PRESTASHOP}\n{rows}")
    assert batch.status == Import.Status.REFUSED
    assert batch.findings.get(severity="refusal").reason == "only-with-vat"


# --- Credit notes by their number -----------------------------------------------------------------


def numbered(*rows: str) -> str:
    return "N° facture;Client;Date;Montant HT\n" + "".join(f"{row}\n" for row in rows)


def test_a_number_says_credit_note_where_nothing_else_does():
    batch = import_text(numbered("FA-1;A;10/03/2026;100", "FA-2;B;10/03/2026;50", "AV-1;A;11/03/2026;30"))
    assert amounts()["AV-1"] == -30
    assert batch.findings.get(reason="numbered-credit-note").count == 1


@pytest.mark.parametrize(
    "rows",
    [
        ("F1;A;10/03/2026;100", "F2;B;10/03/2026;5", "AV-1;A;11/03/2026;-30", "AV-2;A;12/03/2026;3", "F3;A;1/3/2026;1"),
        ("AV-1;A;10/03/2026;100", "AV-2;B;10/03/2026;50"),
        ("AVENUE 12;A;10/03/2026;100", "FA-2;B;10/03/2026;50"),
    ],
    ids=["a sign marks them", "all are so numbered", "another word"],
)  # fmt: skip
def test_a_number_says_nothing_otherwise(rows):
    import_text(numbered(*rows))
    assert sum(amount < 0 for amount in amounts().values()) == sum(";-" in row for row in rows)


def test_a_column_of_types_is_believed_before_the_numbers():
    head = "N° facture;Type;Client;Date;Montant HT\n"
    import_text(f"{head}FA-1;Facture;A;10/03/2026;100\nFA-2;Facture;A;10/03/2026;9\nAV-1;Facture;A;11/03/2026;30\n")
    assert amounts()["AV-1"] == 30


def test_a_column_of_origin_links_a_credit_note_to_its_invoice():
    head = "N° facture;Client;Date;Montant HT;Facture d’origine\n"
    import_text(f"{head}FA-1;A;10/12/2025;100;\nFA-2;A;10/03/2026;7;\nAV-1;A;11/03/2026;-100;FA-1\n")
    link = InvoiceLink.objects.get()
    assert (link.document.number, link.named.number, link.kind) == ("AV-1", "FA-1", "cancels")

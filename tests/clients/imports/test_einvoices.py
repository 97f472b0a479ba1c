"""Electronic invoices: what each says, which of them are one, and which are no sale."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.roles import Role
from clients.imports import pipeline, undo
from clients.models import Client, Import, Invoice, InvoiceLine, InvoiceLink, Source
from tests.clients.imports.books import import_files, import_text
from tests.clients.imports.electronic import LINES, OURS, THEIRS, archive, cii, pdf, ubl
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SHOP = {"name": "Épicerie du Port", "siren": "552100554", "vat": "FR40552100554"}


@pytest.fixture
def keeper(db):
    return UserFactory(roles=[Role.ADMINISTRATOR])


def one(**fields):
    return Invoice.objects.get(**fields)


def findings(batch, severity):
    return set(batch.findings.filter(severity=severity).values_list("reason", flat=True))


def files(*contents):
    return import_files([(f"{n}.xml", content) for n, content in enumerate(contents)])


# --- What one says --------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "called"), [(cii(), "cii"), (ubl(), "ubl"), (pdf(cii()), "facturx")])
def test_an_invoice_is_the_same_in_every_syntax(content, called):
    batch = import_text(content, name="facture")
    invoice = one()
    assert (batch.status, batch.format, batch.source.kind) == (Import.Status.COMMITTED, called, Source.Kind.EINVOICE)
    assert (invoice.external_id, invoice.number) == ("999999998/FA-1/2026", "FA-1")
    assert (invoice.amount_ht, invoice.amount_vat, invoice.issued_on) == (100, 20, dt.date(2026, 3, 10))
    assert list(invoice.lines.values_list("label", "service__name", "quantity", "amount_ht")) == [
        ("Conseil", "Conseil", 2, 60),
        ("Formation", "Formation", 1, 40),
    ]


def test_the_buyer_is_known_by_its_numbers():
    import_text(cii(buyer=THEIRS | {"siren": "787 878 784 00018"}))
    client = Client.objects.get()
    assert (client.name, client.siren, client.siret) == ("Ma jolie boutique", "787878784", "78787878400018")
    assert (client.vat_number, client.postcode) == ("FR19787878784", "69001")


def test_spaces_in_a_vat_number_make_no_other_client():
    files(cii("FA-1"), cii("FA-2", buyer=THEIRS | {"vat": "FR 19 787 878 784", "siren": ""}))
    assert Client.objects.count() == 1


def test_a_buyer_with_a_siren_alone_is_found_again():
    files(cii("FA-1", buyer={"name": "Épicerie", "siren": "552100554"}))
    files(cii("FA-2", buyer={"name": "Épicerie du Port SARL", "siren": "552100554"}))
    assert Client.objects.count() == 1


def test_a_due_date_is_kept_and_what_is_due_is_no_revenue():
    import_text(cii(due="0.00"))
    assert (one().due_on, one().amount_ht, one().status) == (dt.date(2026, 4, 9), 100, "paid")


def test_a_profile_without_lines_gives_one_line_without_detail():
    import_text(cii(lines=(), total="100.00"))
    assert list(InvoiceLine.objects.values_list("label", "service", "amount_ht")) == [("", None, 100)]


CREDIT = [(name, code, f"-{quantity}", f"-{amount}") for name, code, quantity, amount in LINES]


@pytest.mark.parametrize(
    "content",
    [cii(code="380", lines=CREDIT), cii(code="381"), cii(code="381", lines=CREDIT), ubl(code="381")],
    ids=["380 negative", "381 positive", "381 negative", "UBL credit note"],
)
def test_a_credit_note_is_negative_however_it_is_written(content):
    import_text(content)
    assert (one().kind, one().amount_ht, one().amount_vat) == ("credit_note", -100, -20)
    assert sorted(InvoiceLine.objects.values_list("quantity", "amount_ht")) == [(-2, -60), (-1, -40)]


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [("386", "deposit", "issued"), ("384", "invoice", "issued"), ("325", "invoice", "pro_forma")],
)
def test_each_type_of_document_is_told_apart(code, kind, status):
    import_text(cii(code=code))
    assert (one().kind, one().status) == (kind, status)


def test_allowances_charges_and_roundings_are_lines_of_their_own():
    around = "".join(
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>"
        f"{is_charge}</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>{amount}</ram:ActualAmount>{reason}"
        "</ram:SpecifiedTradeAllowanceCharge>"
        for is_charge, amount, reason in (("false", "10.00", ""), ("true", "5.00", "<ram:Reason>Port</ram:Reason>"))
    )
    import_text(cii(around=around, total="95.01"))
    labels = dict(InvoiceLine.objects.values_list("label", "amount_ht"))
    assert labels["Remise"] == -10
    assert labels["Port"] == 5
    assert labels["Écart d’arrondi"] == Decimal("0.01")
    assert sum(labels.values()) == one().amount_ht == Decimal("95.01")


def test_totals_that_do_not_add_up_are_a_warning():
    batch = files(cii(with_vat="150.00"), cii("FA-2", total="300.00"))
    assert {"vat-mismatch", "lines-differ"} <= findings(batch, "warning")
    assert one(number="FA-2").amount_ht == 300


def test_another_currency_is_left_out_with_its_reason():
    batch = files(cii(), cii("FA-2", currency="USD"))
    assert batch.created == 1
    assert batch.findings.get(reason="currency").label == "USD"


# --- Which of them are one ------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_one_invoice_in_several_profiles_is_one_in_its_richest_version(order):
    rich, poor = pdf(cii()), pdf(cii(lines=(), total="100.00", buyer={"name": "Ma jolie boutique"}))
    batch = import_files([("a.pdf", rich), ("b.pdf", poor)][::order])
    assert (batch.created, batch.clients_created) == (1, 1)
    assert InvoiceLine.objects.count() == 2
    assert batch.findings.get(reason="repeated-across-files").amount_ht == 100


def test_a_version_without_lines_never_erases_lines():
    files(cii())
    assert files(cii(lines=(), total="100.00")).unchanged == 1
    assert InvoiceLine.objects.count() == 2


def test_the_same_files_change_nothing_whatever_their_names_and_order():
    note = pdf(cii("AV-1", code="381", named=[("FA-1", "")]))
    import_files([("a.xml", cii()), ("b.xml", ubl("FA-2")), ("c.pdf", note)])
    links = list(InvoiceLink.objects.values_list("pk", flat=True))
    again = import_files([("x", note), ("y", ubl("FA-2")), ("z", cii())])
    assert (again.created, again.updated, again.unchanged, again.clients_created) == (0, 0, 3, 0)
    assert list(InvoiceLink.objects.values_list("pk", flat=True)) == links


def test_two_sellers_may_use_the_same_number():
    files(cii(), cii(seller=SHOP))
    assert Invoice.objects.count() == 2


def test_two_buyers_under_one_number_are_an_error_of_both():
    batch = files(cii(), cii(buyer=SHOP), cii("FA-2"))
    assert [invoice.number for invoice in Invoice.objects.all()] == ["FA-2"]
    assert batch.findings.filter(reason="two-clients-one-number").count() == 2


# --- Documents that name others -------------------------------------------------------------------


@pytest.mark.parametrize("day", ["20251201", ""], ids=["dated", "without day"])
def test_a_credit_note_cancels_the_invoice_that_it_names(day):
    files(cii("FA-1", "20251201"))
    files(cii("AV-1", code="381", named=[("FA-1", day)]))
    link = InvoiceLink.objects.get()
    assert (link.document.number, link.named.number, link.kind) == ("AV-1", "FA-1", "cancels")


@pytest.mark.parametrize("day", ["20251201", ""], ids=["dated", "without day"])
def test_a_credit_note_that_comes_first_cancels_its_invoice_once_that_is_there(day):
    files(cii("AV-1", "20260110", code="381", named=[("FA-1", day)]))
    assert not InvoiceLink.objects.exists()
    batch = files(cii("FA-1", "20251201"))
    link = InvoiceLink.objects.get()
    assert (link.document.number, link.named.number, link.kind) == ("AV-1", "FA-1", "cancels")
    assert batch.changes.filter(table="clients_invoicelink", row_id=link.pk).exists()


def test_an_invoice_undone_and_imported_again_is_cancelled_again(keeper):
    files(cii("AV-1", "20260110", code="381", named=[("FA-1", "")]))
    batch = files(cii("FA-1", "20251201"))
    undo.ask(batch, by=keeper)
    pipeline.process(batch.pk)
    assert not InvoiceLink.objects.exists()
    files(cii("FA-1", "20251201"))
    assert InvoiceLink.objects.get().named.number == "FA-1"


def test_a_link_that_somebody_removed_does_not_come_back_with_other_documents():
    files(cii("FA-1", "20251201"), cii("AV-1", "20260110", code="381", named=[("FA-1", "")]))
    InvoiceLink.objects.all().delete()
    files(cii("FA-2", "20260210"))
    assert not InvoiceLink.objects.exists()


def test_a_final_invoice_takes_in_the_deposit_that_it_names():
    files(cii("AC-1", "20260101", code="386"), cii("FA-1", named=[("AC-1", "20260101")]))
    link = InvoiceLink.objects.get()
    assert (link.document.number, link.named.number, link.kind) == ("FA-1", "AC-1", "deposit")


def test_an_invoice_that_names_an_invoice_is_not_linked():
    files(cii("FA-1", "20260101"), cii("FA-2", named=[("FA-1", "20260101")]))
    assert not InvoiceLink.objects.exists()


def test_an_unknown_document_is_named_in_vain():
    files(cii("AV-1", code="381", named=[("FA-404", "")]))
    assert not InvoiceLink.objects.exists()


# --- Which are no sale ----------------------------------------------------------------------------


def test_invoices_received_beside_those_issued_are_purchases():
    batch = files(cii(), cii("X-9", seller=SHOP, buyer=OURS), cii("FA-2"))
    assert {invoice.number for invoice in Invoice.objects.all()} == {"FA-1", "FA-2"}
    assert batch.findings.get(reason="purchase", severity="exclusion").amount_ht == 100


def test_an_invoice_addressed_to_a_known_seller_is_a_purchase():
    files(cii())
    batch = files(cii("X-9", seller=SHOP, buyer=OURS))
    assert (batch.status, Invoice.objects.count()) == (Import.Status.REFUSED, 1)


def test_several_suppliers_of_one_buyer_are_purchases_all():
    sellers = [SHOP, THEIRS, {"name": "Autre", "siren": "111111111"}]
    batch = files(*(cii(f"F{n}", seller=seller, buyer=OURS) for n, seller in enumerate(sellers)))
    assert (batch.status, Invoice.objects.exists()) == (Import.Status.REFUSED, False)
    assert "Au bon moulin" in batch.findings.get(severity="refusal").repair


# --- What cannot be read --------------------------------------------------------------------------

UNREADABLE = {
    "no data": (pdf(), "sans facture électronique"),
    "other data": (pdf(b"<a/>"), "sans facture électronique"),
    "order": (
        cii().replace(b"CrossIndustryInvoice", b"SCRDMCCBDACIOMessageStructure"),
        "Order-X",
    ),
    "first ZUGFeRD": (b'<a:CrossIndustryDocument xmlns:a="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', "ZUGFeRD 1"),
    "cut": (cii()[:-300], "abîmée"),
    "cut PDF": (pdf(cii())[:400], "abîmé"),
    "entities": (cii(prologue='<!DOCTYPE a [<!ENTITY b "c">]>'), "définitions"),
    "no number": (cii(""), "numéro"),
    "no day": (cii(day=""), "date"),
    "impossible day": (cii(day="20260231"), "date"),
    "no buyer": (cii(buyer={"name": ""}), "acheteur"),
    "no total": (cii().replace(b"TaxBasisTotalAmount", b"Other").replace(b"GrandTotalAmount", b"More"), "hors taxes"),
    "wrong total": (cii().replace(b"<ram:TaxBasisTotalAmount>100", b"<ram:TaxBasisTotalAmount>cent"), "BT-109"),
    "foreign": (cii().replace(b"CrossIndustryInvoice:100", b"Other:100"), "EN 16931"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_unreadable_invoice_alone_is_refused_in_words(case):
    content, words = UNREADABLE[case]
    batch = import_text(content, name="facture.pdf")
    refusal = batch.findings.get(severity="refusal")
    assert (batch.status, refusal.reason, Invoice.objects.exists()) == (Import.Status.REFUSED, "einvoice", False)
    assert words in refusal.repair


def test_an_unreadable_invoice_among_others_is_listed_and_the_others_go_on():
    batch = files(*(content for content, _words in UNREADABLE.values()), cii("FA-9"))
    assert (batch.status, [invoice.number for invoice in Invoice.objects.all()]) == (Import.Status.COMMITTED, ["FA-9"])
    assert batch.findings.filter(severity="error").count() == len(UNREADABLE)


def test_a_strict_import_does_without_none():
    batch = import_files([("a.xml", cii()), ("b.pdf", pdf())], strict=True)
    assert (batch.status, Invoice.objects.exists()) == (Import.Status.REFUSED, False)


def test_a_wrong_day_elsewhere_does_not_lose_the_invoice():
    import_text(cii(due_on="20261399"))
    assert (one().amount_ht, one().due_on) == (100, None)


def test_invoices_and_a_table_in_one_import_are_refused():
    batch = import_files([("a.xml", cii()), ("b.csv", b"Client;Date;Montant HT\nA;13/01/2025;1\n")])
    assert (batch.status, Invoice.objects.exists()) == (Import.Status.REFUSED, False)
    assert "seules" in batch.findings.get(severity="refusal").repair


def test_a_zip_of_invoices_is_one_import():
    batch = import_text(archive({f"2026/{n}.pdf": pdf(cii(f"FA-{n}")) for n in range(5)} | {"vide.pdf": pdf()}))
    assert batch.created == 5
    assert batch.findings.get(severity="error").file == "fec.txt › vide.pdf"


@pytest.mark.parametrize("syntax", ["facturx", "cii", "ubl"])
def test_an_invoice_of_any_syntax_answers_to_any_electronic_format(syntax):
    assert import_text(ubl(), format=syntax).status == Import.Status.COMMITTED


@pytest.mark.shared
def test_the_real_invoices_are_read_as_they_are_known(shared):
    folder = shared / "einvoice"
    batch = import_files([(path.name, path.read_bytes()) for path in sorted(folder.iterdir())])
    amounts = dict(Invoice.objects.values_list("number", "amount_ht"))
    assert batch.findings.get(severity="error").file == "no_embedded_data.pdf"
    assert amounts == {
        "FA-2017-0010": Decimal("624.90"),
        "AV-2017-0005": Decimal("-218.48"),
        "12115118": Decimal("229.60"),
        "018304 / 28865": Decimal("-100.11"),
    }
    assert InvoiceLink.objects.get().named.number == "FA-2017-0010"
    assert one(number="FA-2017-0010").lines.count() == 3

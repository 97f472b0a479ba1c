"""Making electronic invoices for tests: CII, UBL, and the PDF that carries one."""

import io
from decimal import Decimal
from xml.sax.saxutils import escape

from pypdf import PdfWriter

CII = "urn:un:unece:uncefact:data:standard:"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
OURS = {"name": "Au bon moulin", "siren": "999999998", "vat": "FR11999999998"}
THEIRS = {"name": "Ma jolie boutique", "siren": "787878784", "vat": "FR19787878784", "postcode": "69001"}
LINES = (("Conseil", "C1", "2", "60.00"), ("Formation", "F1", "1", "40.00"))


def _party(party: dict) -> str:
    postcode = f"<ram:PostcodeCode>{party['postcode']}</ram:PostcodeCode>" if "postcode" in party else ""
    return (
        (f"<ram:ID>{party['code']}</ram:ID>" if "code" in party else "")
        + f"<ram:Name>{escape(party.get('name', ''))}</ram:Name>"
        + (
            '<ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">'
            f"{party['siren']}</ram:ID></ram:SpecifiedLegalOrganization>"
            if party.get("siren")
            else ""
        )
        + f"<ram:PostalTradeAddress>{postcode}<ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
        + (
            f'<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{party["vat"]}</ram:ID>'
            "</ram:SpecifiedTaxRegistration>"
            if party.get("vat")
            else ""
        )
    )


def _total(lines) -> Decimal:
    return sum((Decimal(line[3]) for line in lines), Decimal(0))


def cii(
    number="FA-1",
    day="20260310",
    *,
    code="380",
    lines=LINES,
    total=None,
    vat=None,
    with_vat=None,
    due=None,
    seller=OURS,
    buyer=THEIRS,
    currency="EUR",
    named=(),
    around="",
    prologue="",
    due_on="20260409",
) -> bytes:
    """A CII invoice; `lines` are (name, code, quantity, amount), `named` (number, day), `around` more terms."""
    total = _total(lines) if total is None else Decimal(total)
    vat = total / 5 if vat is None else Decimal(vat)
    with_vat = total + vat if with_vat is None else Decimal(with_vat)
    items = "".join(
        f"<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>{place}</ram:LineID>"
        f"</ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct>"
        f"<ram:SellerAssignedID>{item_code}</ram:SellerAssignedID><ram:Name>{escape(name)}</ram:Name>"
        f"</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeDelivery>"
        f'<ram:BilledQuantity unitCode="C62">{quantity}</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>'
        f"<ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"<ram:LineTotalAmount>{amount}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
        for place, (name, item_code, quantity, amount) in enumerate(lines, 1)
    )
    earlier = "".join(
        f"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>{name}</ram:IssuerAssignedID>"
        + (
            '<ram:FormattedIssueDateTime><qdt:DateTimeString format="102">'
            f"{on}</qdt:DateTimeString></ram:FormattedIssueDateTime>"
            if on
            else ""
        )
        + "</ram:InvoiceReferencedDocument>"
        for name, on in named
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>{prologue}
<rsm:CrossIndustryInvoice xmlns:rsm="{CII}CrossIndustryInvoice:100" xmlns:qdt="{CII}QualifiedDataType:100"
 xmlns:ram="{CII}ReusableAggregateBusinessInformationEntity:100" xmlns:udt="{CII}UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>{code}</ram:TypeCode><ram:IssueDateTime>
<udt:DateTimeString format="102">{day}</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>{items}<ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty>{_party(seller)}</ram:SellerTradeParty><ram:BuyerTradeParty>{_party(buyer)}</ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>
<ram:InvoiceCurrencyCode>{currency}</ram:InvoiceCurrencyCode>{around}
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">{due_on}</udt:DateTimeString>
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms><ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:TaxBasisTotalAmount>{total}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="{currency}">{vat}</ram:TaxTotalAmount>
<ram:GrandTotalAmount>{with_vat}</ram:GrandTotalAmount>
<ram:DuePayableAmount>{with_vat if due is None else due}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{earlier}</ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def ubl(number="FA-1", day="2026-03-10", *, code="380", lines=LINES, buyer=THEIRS, seller=OURS, named="") -> bytes:
    """A UBL invoice, or credit note when the code is 381."""
    root, line, quantity_name = (
        ("CreditNote", "CreditNoteLine", "CreditedQuantity")
        if code == "381"
        else ("Invoice", "InvoiceLine", "InvoicedQuantity")
    )
    total = _total(lines)

    def party(one):
        return (
            f"<cac:Party><cac:PartyTaxScheme><cbc:CompanyID>{one['vat']}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT"
            "</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>"
            f"{escape(one['name'])}</cbc:RegistrationName><cbc:CompanyID>{one['siren']}</cbc:CompanyID>"
            "</cac:PartyLegalEntity></cac:Party>"
        )

    items = "".join(
        f"<cac:{line}><cbc:ID>{place}</cbc:ID><cbc:{quantity_name}>{quantity}</cbc:{quantity_name}>"
        f'<cbc:LineExtensionAmount currencyID="EUR">{amount}</cbc:LineExtensionAmount><cac:Item>'
        f"<cbc:Name>{escape(name)}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{item_code}</cbc:ID></cac:SellersItemIdentification>"
        f"</cac:Item></cac:{line}>"
        for place, (name, item_code, quantity, amount) in enumerate(lines, 1)
    )
    earlier = (
        f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{named}</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>"
        if named
        else ""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="{UBL}{root}-2" xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{day}</cbc:IssueDate><cbc:{root}TypeCode>{code}</cbc:{root}TypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{earlier}
<cac:AccountingSupplierParty>{party(seller)}</cac:AccountingSupplierParty>
<cac:AccountingCustomerParty>{party(buyer)}</cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{total / 5}</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="EUR">{total}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{total * Decimal("1.2")}</cbc:TaxInclusiveAmount>
</cac:LegalMonetaryTotal>{items}</{root}>""".encode()


def pdf(xml: bytes = b"", name="factur-x.xml") -> bytes:
    """A PDF of one blank page that carries this file, when there is one."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if xml:
        writer.add_attachment(name, xml)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of these files, under these names whatever they are."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()

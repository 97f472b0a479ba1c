"""Exports of known software, by their real headings: what tells each, and what it says otherwise than others do.

Sage, EBP, Cegid, Pennylane and Stripe have no fixed headings: synonyms serve them, and no preset claims to know them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

NOTHING = ""  # a column that looks like a field and is none


@dataclass(frozen=True)
class Preset:
    """The export of one software. `tells` are headings that no other has together, as `folded_heading` writes them.

    `fields` says what a heading is there, whatever it is elsewhere. `codes` says what a value means, by field.
    `repeats_totals`: each line bears the total of its document. `shares`: the total is on the first line only, and the
    price and quantity of each line say what share of it is its own.
    """

    name: str
    tells: tuple[frozenset[str], ...]
    fields: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    repeats_totals: bool = False
    shares: bool = False


DOLIBARR_CODES = {
    "status": {"0": "draft", "1": "issued", "2": "paid", "3": "cancelled"},
    "payment_status": {"0": "issued", "1": "paid"},
    "kind": {"0": "", "1": "", "2": "credit_note", "3": "deposit", "4": "pro_forma"},
}
PRESETS = (
    Preset(
        "Dolibarr",
        (frozenset({"invoiceref", "dateinvoice"}), frozenset({"ref facture", "date facturation"})),
        {
            "invoiceref": "number", "ref facture": "number", "dateinvoice": "date", "date facturation": "date",
            "datedue": "due", "totalht": "amount", "totalttc": "amount_with_vat", "totalvat": "vat",
            "linetotalht": "line_amount", "montant ht de la ligne": "line_amount", "lineqty": "quantity",
            "linevatrate": NOTHING, "linetotalttc": NOTHING, "linetotalvat": NOTHING, "productref": "service_code",
            "productlabel": "service", "linedescription": "label", "companyname": "client",
            "customercode": "client_code", "customeraccountancycode": "account", "profid1": "siren",
            "profid2": "siret", "vatintra": "vat_number", "invoicestatus": "status", "statut facture": "status",
            "invoicepaid": "payment_status", "invoicepaidcompletely": "payment_status",
            "facture payee": "payment_status", "type": "kind", "refcustomer": NOTHING, "invoiceid": NOTHING,
            "datepayment": NOTHING, "ref client": NOTHING,
        },
        DOLIBARR_CODES,
        repeats_totals=True,
    ),
    Preset(
        "Odoo",
        (
            frozenset({"number", "tax excluded"}),
            frozenset({"number", "tax excluded signed"}),
            frozenset({"numero", "hors taxes signe"}),
            frozenset({"amount untaxed signed"}),
            frozenset({"amount untaxed in currency signed"}),
        ),
        {
            "name": "number", "number": "number", "numero": "number", "company": NOTHING, "company id": NOTHING,
            "societe": NOTHING, "tax excluded signed": "amount", "hors taxes signe": "amount",
            "total signed": "amount_with_vat", "total": "amount_with_vat", "invoice bill date": "date",
            "date de facturation": "date", "partner id": "client", "customer": "client",
            "invoice partner display name": "client", "reversed entry id": "origin", "reversal of": "origin",
            "move type": "kind", "type": "kind", "state": "status", "status": "status", "payment reference": NOTHING,
            "reference": NOTHING, "ref": NOTHING,
        },
    ),
    Preset(
        "Shopify",
        (frozenset({"financial status", "lineitem name"}),),
        {
            "name": "number", "created at": "date", "paid at": "paid", "total": "amount_with_vat", "taxes": "vat",
            # Without or with VAT according to the shop, and without the delivery: total less taxes is right in both.
            "subtotal": NOTHING,
            "refunded amount": "refunded", "cancelled at": "cancelled_on", "canceled at": "cancelled_on",
            "billing company": "client", "billing name": "person", "lineitem name": "service",
            "lineitem sku": "service_code", "lineitem price": "unit_price", "lineitem quantity": "quantity",
            "financial status": "status", "fulfillment status": NOTHING, "id": NOTHING, "phone": NOTHING,
            "notes": NOTHING, "source": NOTHING, "location": NOTHING, "vendor": NOTHING, "billing phone": "phone",
            "billing address1": "address", "billing street": NOTHING, "payment reference": NOTHING,
            "payment method": NOTHING,
        },
        shares=True,
    ),
    Preset(
        "WooCommerce",
        (frozenset({"order n", "n revenue"}), frozenset({"order n", "net sales"})),
        {"n revenue": "amount", "net sales": "amount", "product s": "label", "customer type": NOTHING},
    ),
    Preset(
        "PrestaShop",
        (
            frozenset({"reference", "client", "paiement", "etat"}),
            frozenset({"reference", "customer", "payment", "status"}),
        ),
        {
            "reference": "number", "id": NOTHING, "total": "amount_with_vat", "paiement": NOTHING, "payment": NOTHING,
            "etat": "status", "company": "client", "societe": "client", "client": "person", "customer": "person",
        },
    ),
)  # fmt: skip


def preset_of(headings: Iterable[str]) -> Preset | None:
    """The preset that these folded headings tell; None when they tell none."""
    present = set(headings)
    return next((preset for preset in PRESETS if any(told <= present for told in preset.tells)), None)

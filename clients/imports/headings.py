"""What a table's columns mean, told from their headings in French and English.

The order of a field's synonyms is the order of preference when several columns could be it. Presets of vendors are
synonyms like others; a saved mapping will come before them all.
"""

import re
from collections.abc import Iterable
from itertools import zip_longest

from clients.folding import fold
from clients.imports.presets import Preset, preset_of

FIELDS: dict[str, str] = {
    "client_code": """
        code client|code tiers|numero client|num client|no client|n client|ref client|reference client
        identifiant client|id client|client id|customer id|customer code|customer number|customer no|client code
        customer n|client number|account number|code du client|numero de client|code societe|customerid|codeclient
        thirdparty code|partner ref|cust id|customer ref
        """,
    "client": """
        client|nom client|nom du client|raison sociale|nom du tiers|tiers|societe|entreprise|nom societe|nom tiers
        company|customer|customer name|client name|company name|billing company|billing name
        invoice partner display name|partner id|partner|thirdparty|third party|bill to|acheteur|nom|name of customer
        raison sociale client|nom de la societe|facture a|client facture|client livre facture|destinataire
        compte client nom|account name|denomination|nom prenom|nom et prenom|invoice partner|customer company
        billing customer
        """,
    "account": """
        compte auxiliaire|compte tiers|compte comptable client|compte client|code comptable client|auxiliaire
        code auxiliaire|numero de compte|compaux num|compauxnum
        """,
    "siret": "siret|n siret|numero siret|no siret|siret client|siret du client",
    "siren": "siren|n siren|numero siren|no siren|siren client",
    "vat_number": """
        n tva|numero tva|numero de tva|tva intracommunautaire|n tva intracommunautaire|numero tva intracommunautaire
        tva intra|n tva intra|vat number|vat id|code tva intracommunautaire|tax id|customer vat|num tva
        """,
    "email": """
        email|e mail|mail|courriel|adresse mail|adresse email|adresse e mail|email client|customer email|e
        """
    "mail client",
    "phone": "telephone|tel|phone|portable|mobile|telephone client|tel client|phone number",
    "address": "adresse|address|rue|street|adresse 1|adresse client|adresse de facturation|billing street|billing "
    "address",
    "postcode": "code postal|cp|postcode|zip|zip code|postal code|billing zip|code postal client",
    "city": "ville|city|commune|town|billing city|ville client",
    "naf_code": "naf|ape|code naf|code ape|naf code|ape code|code naf ape|code ape naf|naf ape|industry code",
    "number": """
        ref facture|reference facture|numero facture|numero de facture|n facture|no facture|num facture|facture
        n de facture|facture n|invoice|invoice number|invoice no|invoice id|invoice ref|invoiceref|invoiceno|number
        numero|no piece|numero piece|numero de piece|n piece|piece|ref piece|pieceref|piece ref|reference piece
        document|n document|numero document|numero de document|no document|reference|ref|order|order number|order id
        numero commande|numero de commande|n|no|num|name|id facture|facture id|document number|order no
        no de facture|commande|invoice n|order n|document n
        """,
    "date": """
        date facture|date de facture|date facturation|date de facturation|invoice date|dateinvoice|invoicedate
        date de la facture|date d emission|date emission|emise le|date piece|date de piece|piecedate
        date de la piece|date document|date du document|date|date comptable|date vente|date de vente|date commande
        date de commande|order date|orderdate|created at|issue date|issued on|document date|date ecriture|jour|day
        transaction date|le|posting date|sale date|date operation|facture le|facturee le|emis le|emission
        invoiced on
        """,
    "due": """
        echeance|date echeance|date d echeance|date limite de reglement|date limite reglement|due date|duedate
        invoice date due|date limite de paiement
        """,
    "paid": """
        date paiement|date de paiement|date reglement|date de reglement|payee le|reglee le|paid at|paid on
        payment date|date d encaissement|date encaissement
        """,
    "line_amount": """
        montant ht de la ligne|montant ht ligne|montant ligne ht|total ht ligne|total ligne ht|ligne ht|linetotalht
        line total ht|line total|line amount|line subtotal|invoice lines subtotal|invoice line ids price subtotal
        lines subtotal|total ht de la ligne|montant net ht ligne|price subtotal|montant de la ligne
        """,
    "amount": """
        montant ht|total ht|ht|montant total ht|montant hors taxes|montant hors taxe|total hors taxes
        total hors taxe|montant net ht|net ht|total net ht|prix ht|prix total ht|ca ht|chiffre d affaires ht|totalht
        total ht eur|montant ht eur|montant ht euros|amount untaxed signed|tax excluded|untaxed amount
        amount excl vat|total excl vat
        untaxed amount signed|amount excl tax|amount excluding tax|net amount|net sales|n revenue|subtotal
        sous total|total excl tax|amount untaxed in currency signed|amount untaxed|base ht|valeur ht
        montant facture ht|facture ht|total net|net|net total|montant ht net|hors taxes|hors taxe|total ht facture
        ht net|mt ht|mnt ht|montant h t|total h t
        """,
    "amount_any": """
        montant|ca|chiffre d affaires|amount|revenue|sales|prix|valeur|value|dollars|sum|somme|montant facture
        montant eur|montant euros|montant net|chiffre affaires|montant en euros
        """,
    "amount_with_vat": """
        montant ttc|total ttc|ttc|montant total ttc|prix ttc|total|net a payer|montant toutes taxes
        total toutes taxes|amount total signed|total in currency|amount total|total amount|total incl tax
        amount incl tax|gross amount|gross|grand total|totalttc|montant t t c|total t t c|a payer
        montant facture ttc|prix total|prix total ttc|total tax included|montant total
        """,
    "vat": """
        tva|montant tva|total tva|montant de la tva|dont tva|taxes|tax|vat amount|tax amount|amount tax|totaltva
        mt tva|vat|amount tax signed|montant taxe|montant taxes
        """,
    "vat_rate": "taux tva|taux de tva|tva taux|vat rate|tax rate|taux|% tva|tva %|taux tva %",
    "quantity": "quantite|qte|qty|quantity|nombre|nb|lineitem quantity|quantite facturee|invoice lines quantity",
    "unit_price": """
        prix unitaire ht|pu ht|prix unitaire|pu|unit price|lineitem price|puht|p u ht|p u|tarif unitaire ht
        invoice lines unit price
        """,
    "service_code": """
        code article|ref article|reference article|code produit|reference produit|ref produit|code service|sku
        product code|product ref|article code|code prestation|lineitem sku|item code|stock code|stockcode|product id
        code art
        """,
    "service": """
        produit|article|service|prestation|designation article|nom produit|nom article|product|product name|item
        item name|lineitem name|libelle article|libelle produit|nature de la prestation|type de prestation|mission
        famille article|product s|invoice lines product|invoice line ids product id|produit service|prestations
        """,
    "family": """
        famille|categorie|family|category|famille produit|famille d articles|categorie produit|product category
        """,
    "label": """
        libelle|designation|description|objet|intitule|label|libelle ligne|commentaire|detail|libelle facture
        libelle ecriture|description ligne|invoice lines label
        """,
    "kind": """
        type|type facture|type de facture|type document|type de document|type piece|type de piece|nature
        document type|invoice type|move type|nature piece|type doc
        """,
    "status": """
        statut|status|etat|statut facture|etat facture|invoice status|state|statut de la facture|etat de la facture
        financial status|statut commande
        """,
    "payment_status": "etat paiement|statut paiement|payment state|payment status|etat du "
    "paiement|reglement|paye|payee|paid",
    "currency": "devise|currency|monnaie|currency id|code devise|currency code",
    "refunded": "refunded amount|montant rembourse|rembourse|total refunded|total rembourse",
    "cancelled_on": "cancelled at|canceled at|annulee le|date annulation|date d annulation",
    "origin": """
        facture d origine|facture origine|ref facture origine|document d origine|avoir de|avoir sur|facture liee
        facture source|facture avoiree|facture corrigee|reversal of|reversed entry|reversed entry id|original invoice
        related invoice|piece d origine
        """,
    "owner": """
        commercial|commerciale|vendeur|vendeuse|salesperson|sales person|representant|responsable
        charge de clientele|sales rep|invoice user|invoice user id|account manager|charge d affaires|gestionnaire
        collaborateur|charge de compte
        """,
}
SYNONYMS = {
    synonym.strip(): (field, rank)
    for field, text in FIELDS.items()
    for rank, synonym in enumerate(part for line in text.strip().splitlines() for part in line.strip().split("|"))
}
SYNONYMS = {synonym.replace(" ", ""): meant for synonym, meant in reversed(SYNONYMS.items())} | SYNONYMS
FIRST_ROWS = 40
SOME_DIGITS = re.compile(r"\d{2}")


def folded_heading(text: str) -> str:
    """A heading as it is compared: words in small letters, without accents, symbols or units in brackets."""
    folded = re.sub(r"[€$£]|\((?:€|eur|euros?|en euros)\)", " ", fold(str(text)))
    folded = re.sub(r"n[°º]|\bn\s*[°º]|#", " n ", folded)
    return " ".join(re.sub(r"[^a-z0-9%]+", " ", folded).split())


def field_of(heading: str) -> tuple[str, int]:
    """The field that a heading names and how far down its synonyms; an empty field when none does."""
    folded = folded_heading(heading)
    return SYNONYMS.get(folded) or SYNONYMS.get(folded.replace(" ", "")) or ("", 0)


def preset(cells: Iterable[str]) -> Preset | None:
    """The software whose export has these headings; None when it is no known one."""
    return preset_of(map(folded_heading, cells))


def recognised(cells: list[str]) -> dict[str, int]:
    """The place of each field among these headings; of several columns that could be one, the likeliest."""
    found: dict[str, tuple[int, int]] = {}
    known = preset(cells)
    for place, cell in enumerate(cells):
        field, rank = field_of(cell)
        if known and (said := known.fields.get(folded_heading(cell))) is not None:
            field, rank = said, -1
        if field and (field not in found or rank < found[field][0]):
            found[field] = (rank, place)
    if "person" in found and "client" not in found:
        found["client"] = found.pop("person")
    return {field: place for field, (_rank, place) in found.items()}


def find_header(rows: list[list[str]]) -> tuple[int, list[str]] | None:
    """The number of the first row of data and the headings above it; None when no row has headings.

    Titles may come first, and headings may be stacked on two rows ("Montant" over "HT").
    """
    best: tuple[tuple[int, int, int], int, list[str]] | None = None
    for index, row in enumerate(rows[:FIRST_ROWS]):
        candidates = [(index + 1, row, 1)]
        if index + 1 < len(rows):
            candidates.append((index + 2, stacked(row, rows[index + 1]), 0))
        for start, cells, single in candidates:
            score = score_of(recognised(cells))
            if score >= 2 and (best is None or (score, single, -start) > best[0]):
                best = ((score, single, -start), start, cells)
    return (best[1], best[2]) if best else None


def score_of(found: dict[str, int]) -> int:
    """How much a row looks like headings: fields recognised, the three that an invoice needs counting double."""
    needed = (
        {"client", "client_code", "account", "siret", "email"},
        {"date"},
        {"amount", "line_amount", "amount_any", "amount_with_vat", "unit_price"},
    )
    return len(found) + sum(bool(group & set(found)) for group in needed) if found else 0


def stacked(upper: list[str], lower: list[str]) -> list[str]:
    """Two rows of headings as one; a merged cell of the upper row covers the blank ones after it.

    Of the ways to put them together the first that is known is taken: "Facture" over "Numéro" is "Numéro Facture". A
    year below is never dropped: it says which amounts these are.
    """
    joined, above = [], ""
    for top, bottom in zip_longest(upper, lower, fillvalue=""):
        below = str(bottom).strip()
        above = str(top).strip() or (above if below else "")
        ways = (
            f"{above} {below}".strip(),
            f"{below} {above}".strip(),
            below,
            "" if SOME_DIGITS.search(below) else above,
        )
        joined.append(next((way for way in ways if way and field_of(way)[0]), ways[0]))
    return joined

"""What an electronic invoice means: from the terms of EN 16931 (BT-1, BG-7…) to a document, its parties and its lines.

Amounts are cents without VAT, negative for a credit note, whichever way its issuer writes it.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from stdnum.fr import siret as siret_number

from clients.folding import fold
from clients.imports.findings import CellError
from clients.imports.values import LARGEST_CENTS, YEARS

CREDIT_NOTES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
DEPOSITS = {"386", "500"}
CORRECTIVE = {"384", "471", "472", "473"}
PRO_FORMA = {"310", "325"}
# Facts, kept as they are written in whatever language the import runs: another label would be another version.
ALLOWANCE, CHARGE, ROUNDING = "Remise", "Frais", "Écart d’arrondi"
LEGAL = re.compile(r"\d{9}(?:\d{5})?")
FRENCH_VAT = re.compile(r"FR[0-9A-Z]{2}\d{9}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass
class Party:
    """A seller or a buyer. `identity` tells it from any other: its SIREN, else its VAT number, else its folded name."""

    name: str = ""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    code: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""

    @property
    def identity(self) -> str:
        return (self.siren or self.vat_number or fold(self.name)).replace("/", " ")


@dataclass
class DocumentLine:
    """A line of a document, or what is added to or taken from the whole."""

    cents: int
    label: str = ""
    code: str = ""
    name: str = ""
    quantity: str | None = None


@dataclass
class Document:
    """One invoice as one file tells it. `names` are the numbers of earlier documents, with their day when told."""

    number: str
    day: dt.date
    seller: Party
    buyer: Party
    type_code: str
    currency: str
    cents: int
    vat_cents: int | None
    due_on: dt.date | None
    is_paid: bool
    is_credit_note: bool
    lines: list[DocumentLine]
    names: list[tuple[str, dt.date | None]]
    total_differs: bool = False
    lines_differ: int = 0
    file: int = 0
    name: str = ""

    @property
    def external_id(self) -> str:
        """Its identity within the source: seller, number and year, whatever file or profile it came in."""
        return f"{self.seller.identity[:120]}/{self.number}/{self.day.year}"

    @property
    def wealth(self) -> tuple[int, int]:
        """How much this version tells: of two of the same invoice, the richer one is kept."""
        return len(self.lines), sum(bool(line.code) + bool(line.quantity) for line in self.lines)


class WrongDocumentError(Exception):
    """A document that cannot be used, with the term at fault."""

    def __init__(self, reason: str, column: str, value: str, repair: str):
        super().__init__(reason)
        self.reason, self.column, self.value, self.repair = reason, column, value, repair

    def of(self, name: str) -> CellError:
        """The error as it is listed for this file."""
        return CellError(name, None, self.reason, self.column, self.value[:255], self.repair)


def document(answer: dict) -> Document:
    """The document that these terms describe. Raises WrongDocumentError when one that matters is missing or wrong."""
    terms = answer["terms"]
    number = " ".join(_text(terms, "BT-1").split())[:120]
    if not number:
        raise WrongDocumentError("missing-number", "BT-1", "", _("La facture n’a pas de numéro : redemandez-la."))
    day = _issued_on(terms, answer.get("unreadable_days", {}))
    buyer = _party(terms.get("BG-7"))
    if not (buyer.name or buyer.siren or buyer.vat_number):
        raise WrongDocumentError(
            "missing-client", "BG-7", "", _("L’acheteur n’est pas nommé dans la facture : redemandez-la.")
        )
    type_code = _text(terms, "BT-3")
    is_credit_note = type_code in CREDIT_NOTES or answer["root"] == "CreditNote"
    without_vat, vat, with_vat = _totals(terms)
    # 381 with positive amounts and 380 with negative ones say the same; so does, by mistake, 381 with negative ones.
    sign = -1 if is_credit_note and without_vat > 0 else 1
    lines, difference = _lines(terms, without_vat)
    for line in lines:
        line.cents *= sign
        if sign < 0 and line.quantity:
            line.quantity = line.quantity[1:] if line.quantity.startswith("-") else f"-{line.quantity}"
    due = _amount(terms, "BT-115")
    return Document(
        number=number,
        day=day,
        seller=_party(terms.get("BG-4")),
        buyer=buyer,
        type_code=type_code,
        currency=_text(terms, "BT-5").upper() or "EUR",
        cents=sign * without_vat,
        vat_cents=None if vat is None else sign * vat,
        due_on=_day(_text(terms, "BT-9")),
        is_paid=due == 0 and bool(with_vat),
        is_credit_note=is_credit_note or without_vat < 0,
        lines=lines,
        names=_names(terms),
        total_differs=None not in (vat, with_vat) and abs(without_vat + (vat or 0) - (with_vat or 0)) > 1,
        lines_differ=difference,
    )


def _issued_on(terms: dict, unreadable: dict) -> dt.date:
    repair = _("La date de la facture est illisible : redemandez-la au logiciel qui l’a faite.")
    if "issued" in unreadable:
        raise WrongDocumentError("unreadable-date", "BT-2", unreadable["issued"], repair)
    text = _text(terms, "BT-2")
    if not text:
        raise WrongDocumentError("missing-date", "BT-2", "", _("La facture n’a pas de date : redemandez-la."))
    day = _day(text)
    if day is None:
        raise WrongDocumentError("unreadable-date", "BT-2", text, repair)
    return day


def _day(text: str) -> dt.date | None:
    """A plausible day, or nothing."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _totals(terms: dict) -> tuple[int, int | None, int | None]:
    """Without VAT, VAT, and with it, in cents. What is due is no total: a deposit may have been paid."""
    without_vat, vat, with_vat = (_amount(terms, term) for term in ("BT-109", "BT-110", "BT-112"))
    if without_vat is None and with_vat is not None and vat is not None:
        without_vat = with_vat - vat
    if without_vat is None:
        raise WrongDocumentError(
            "missing-amount", "BT-109", "", _("Le total hors taxes manque dans la facture : redemandez-la.")
        )
    if vat is None and with_vat is not None:
        vat = with_vat - without_vat
    return without_vat, vat, with_vat


def _lines(terms: dict, total: int) -> tuple[list[DocumentLine], int]:
    """Lines that add up to the total, to the cent, and what was missing for that; none when the profile has none."""
    given = [_line(line) for line in _list(terms, "BG-25")]
    if not given:
        return [], 0
    lines = given
    lines += [_whole(part, "BG-20", ALLOWANCE, -1) for part in _list(terms, "BG-20")]
    lines += [_whole(part, "BG-21", CHARGE, 1) for part in _list(terms, "BG-21")]
    lines = [line for line in lines if line.cents or line.name]
    difference = total - sum(line.cents for line in lines)
    if difference:
        lines.append(DocumentLine(difference, ROUNDING))
    return lines, difference


def _line(terms: dict) -> DocumentLine:
    name = " ".join(_text(terms, "BT-153").split())
    code = _text(terms, "BT-155").strip()
    label = " ".join(_text(terms, "BT-154").split()) or name
    cents = _amount(terms, "BT-131", "BG-25 › BT-131") or 0
    return DocumentLine(cents, label[:255], code[:120], name[:160], _quantity(_text(terms, "BT-129")))


def _whole(terms: dict, group: str, label: str, sign: int) -> DocumentLine:
    """What is taken from or added to the whole, as a line."""
    reason = " ".join(_text(terms, "reason").split())
    return DocumentLine(sign * (_amount(terms, "amount", group) or 0), (reason or label)[:255])


def _quantity(text: str) -> str | None:
    """A quantity that the database holds, or nothing."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return f"{value:.4f}" if value.is_finite() and abs(value) < 10**9 else None


def _amount(terms: dict, term: str, column: str = "") -> int | None:
    """An amount in cents, None when it is not there. Raises WrongDocumentError when it is no amount."""
    text = _text(terms, term).strip()
    if not text:
        return None
    try:
        value = Decimal(text)
        cents = int((value * 100).to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError):
        cents = LARGEST_CENTS
    if abs(cents) >= LARGEST_CENTS:
        raise WrongDocumentError(
            "unreadable-amount", column or term, text, _("Ce montant n’est pas un nombre : redemandez la facture.")
        )
    return cents


def _names(terms: dict) -> list[tuple[str, dt.date | None]]:
    """The earlier documents that this one names."""
    found = [(" ".join(_text(one, "BT-25").split())[:120], _day(_text(one, "BT-26"))) for one in _list(terms, "BG-3")]
    return [(number, day) for number, day in found if number]


def _party(terms: Any) -> Party:
    """A seller or buyer, its identifiers told apart by their form: SIREN, SIRET or VAT number, spaces or not."""
    if not isinstance(terms, dict):
        return Party()
    legal = _compact(_text(terms, "legal_identifier"))
    vat = _compact(_text(terms, "vat_identifier"))
    others = terms.get("identifiers") or {}
    known = [legal, *(_compact(str(others.get(scheme) or "")) for scheme in ("0009", "0002"))]
    siret = next((text for text in known if len(text) == 14 and siret_number.is_valid(text)), "")
    siren = siret[:9] or next((text[:9] for text in known if LEGAL.fullmatch(text)), "")
    if not siren and FRENCH_VAT.fullmatch(vat):
        siren = vat[4:]
    contact = next((one for one in _list(terms, "contacts") if _text(one, "email")), {})
    email = _text(contact, "email").strip().lower()
    name = " ".join((_text(terms, "name") or _text(terms, "biz_name")).split())
    address = ", ".join(filter(None, (_text(terms, f"addr_l{n}").strip() for n in (1, 2, 3))))
    return Party(
        name=name[:255],
        siren=siren,
        siret=siret,
        vat_number=vat[:20],
        code=_text(others, "None").strip()[:60],
        email=email if EMAIL.fullmatch(email) else "",
        phone=_text(contact, "phone").strip()[:40],
        address=address[:255],
        postcode=_text(terms, "postcode").strip()[:12],
        city=_text(terms, "city").strip()[:120],
    )


def _compact(text: str) -> str:
    return re.sub(r"[\s.\-\u00a0\u202f]", "", text).upper()


def _text(terms: dict, term: str) -> str:
    """The text of a term; the first when it is there several times."""
    value = terms.get(term)
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _list(terms: dict, term: str) -> list[dict]:
    value = terms.get(term)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

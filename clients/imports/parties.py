"""Who a row of a table invoices and what it sells: clients and services found once, however many rows repeat them."""

import re
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number
from stdnum.fr import tva as vat_number

from clients.folding import fold
from clients.imports.book import Book, BookClient
from clients.imports.catch_all import says_catch_all
from clients.imports.cells import as_text
from clients.sectors import normalised

CLIENT_FIELDS = (
    "client_code", "client", "person", "account", "siret", "siren", "vat_number", "email", "phone", "address",
    "postcode", "city", "naf_code",
)  # fmt: skip
DAMAGED = re.compile(r"\d(?:[.,]\d+)?E\+?\d{2}", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UNKNOWN = -1
LONGEST_CODE = 6  # characters
SERVICE_FIELDS = ("service_code", "service", "family")


class Parties:
    """The clients and services of one table, into a Book."""

    def __init__(self, book: Book, places: dict[str, int]):
        self.book = book
        self.identity_places = {name: places[name] for name in (*CLIENT_FIELDS, "owner") if name in places}
        self.service_places = {name: places[name] for name in SERVICE_FIELDS if name in places}
        self.identity = itemgetter(*self.identity_places.values())
        self.service_key = itemgetter(*self.service_places.values()) if self.service_places else None
        self.clients: dict[object, int | None] = {}
        self.services: dict[object, int | None] = {}
        self.nobodies: dict[int, tuple[str, str]] = {}
        self.damaged: list[tuple[int, str]] = []
        self.invalid: list[tuple[int, str]] = []

    def client(self, cells: list, line: int) -> int | None:
        """The number of the row's client; None when the row names nobody."""
        key = self.identity(cells)
        number = self.clients.get(key, UNKNOWN)
        if number == UNKNOWN:
            texts = dict.fromkeys((*CLIENT_FIELDS, "owner"), "")
            texts |= {name: as_text(cells[place]) for name, place in self.identity_places.items()}
            number = self.clients[key] = self._describe(texts, line)
        return number

    def is_nobody(self, number: int) -> bool:
        """Whether this client is a payment mode or a catch-all."""
        return number in self.nobodies

    def nobody(self, number: int) -> tuple[str, str]:
        """The code and label of such a client."""
        return self.nobodies[number]

    def service(self, cells: list) -> int | None:
        """The number of the row's service; None when it names none."""
        if self.service_key is None:
            return None
        key = self.service_key(cells)
        number = self.services.get(key, UNKNOWN)
        if number == UNKNOWN:
            code, name, family = (
                as_text(cells[self.service_places[field]]) if field in self.service_places else ""
                for field in SERVICE_FIELDS
            )
            number = self.services[key] = self.book.service(code, name, family) if code or name else None
        return number

    def conclude(self, file: str) -> None:
        """Say what was refused of the identifiers."""
        if self.damaged:
            line, value = self.damaged[0]
            message = _(
                "Le tableur a abîmé des SIRET (« %(value)s ») : la valeur est laissée, la ligne gardée. Mettez la "
                "colonne au format texte avant d’y coller les numéros."
            )
            count = len(self.damaged)
            self.book.warn("damaged-siret", message % {"value": value}, count=count, file=file, line=line, value=value)
        if self.invalid:
            line, value = self.invalid[0]
            message = _(
                "Des numéros d’identification sont faux (« %(value)s ») : ils sont laissés, les lignes gardées."
            )
            count = len(self.invalid)
            self.book.warn(
                "invalid-identifier", message % {"value": value}, count=count, file=file, line=line, value=value
            )

    def _describe(self, texts: dict[str, str], line: int) -> int | None:
        siret = self._identifier(texts["siret"], siret_number, line)
        siren = self._identifier(texts["siren"], siren_number, line) or siret[:9]
        vat = self._identifier(texts["vat_number"], vat_number, line)
        name = " ".join((texts["client"] or texts["person"]).split())
        email = texts["email"].lower() if EMAIL.fullmatch(texts["email"]) else ""
        kind, key = _key(texts, name, siret, vat, email)
        if not key:
            return None
        number = self.book.client(kind, key[:255])
        found = BookClient(
            kind, key, name or texts["client_code"] or texts["account"] or email or siret or vat, texts["client_code"],
            texts["account"], siren, siret, f"FR{vat}" if vat.isascii() and len(vat) == 11 else vat, email,
            texts["phone"], texts["address"], texts["postcode"], texts["city"], _activity(texts["naf_code"]),
            texts["owner"],
        )  # fmt: skip
        self.book.described[number].complete(found)
        verdict = self.book.verdicts.get(fold(name)) if self.book.verdicts else None
        if verdict is None:
            verdict = not (name and says_catch_all(texts["client_code"] or texts["account"], name))
        if not verdict:
            self.nobodies[number] = (texts["client_code"] or name, name)
        return number

    def _identifier(self, text: str, checker: Any, line: int) -> str:
        """The compact form of a valid identifier; a spreadsheet's 1.23457E+13 and a false number are noted, not "
        "kept."""
        if not text:
            return ""
        if not text.isdigit() and DAMAGED.fullmatch(text.replace(" ", "")):
            self.damaged.append((line, text))
            return ""
        try:
            compact: str = checker.validate(text)
        except ValidationError:
            self.invalid.append((line, text))
            return ""
        return compact


def _activity(text: str) -> str:
    """An activity code, even one that nobody knows; nothing where the column holds words."""
    code = normalised(text)
    return code if len(code) <= LONGEST_CODE else ""


def _key(texts: dict[str, str], name: str, siret: str, vat: str, email: str) -> tuple[str, str]:
    """What identifies the client within its source: its code, else a legal identity, else its exact name."""
    if texts["client_code"]:
        return "code", texts["client_code"]
    if siret:
        return "siret", siret
    if vat:
        return "vat", f"FR{vat}" if len(vat) == 11 else vat
    if name:
        return "name", name.lower()
    if texts["account"]:
        return "account", texts["account"]
    return "name", email

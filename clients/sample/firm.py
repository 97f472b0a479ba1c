"""The sample firm: its clients, its table of invoices as a small firm would export it, and the hours it spent."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from math import sqrt
from typing import NamedTuple, TextIO

from clients.sample import words
from clients.sample.directory import Identity, even, identity
from clients.sample.engine import Document, Engine
from clients.sample.lives import FIRM, Life

CLIENTS = 248
SALESPEOPLE = 4  # two for each of the two managers
HEADINGS = (
    "N° facture",
    "Date facture",
    "Type",
    "Statut",
    "Code client",
    "Client",
    "SIREN",
    "Code postal",
    "Ville",
    "Service",
    "Libellé",
    "Montant HT ligne",
    "Montant TVA",
    "Commercial",
)
PAID_AFTER_DAYS = 35
# Who brings little costs more time for each euro: the same questions and the same files to take up, for small bills. By
# the euros billed a year, what an hour brings against that of a client like any.
RATES = ((1_200, 0.06), (1_800, 0.6))
MONTH_NAMES = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

NAMES = tuple(service.name for service in words.SERVICES)


class Hours(NamedTuple):
    """Time spent on a client for a service; `person` is a position among the salespeople, then the managers."""

    client: int
    person: int
    service: int
    spent_on: dt.date
    hours: Decimal


class Firm:
    """An invented accounting firm on a given day: the same day always gives the same firm."""

    def __init__(self, *, day: dt.date, clients: int = CLIENTS, seed: int = 1, lives: tuple[Life, ...] = FIRM) -> None:
        self.day = day
        self.size = clients
        self.seed = seed
        self.engine = Engine(day=day, seed=seed, lives=lives)

    def identity(self, index: int) -> Identity:
        """Who client `index` is: one who comes only when in need may be a private person."""
        return identity(index, is_person=self.engine.life(index).step == 0 and index % 3 == 0)

    def identities(self) -> Iterator[Identity]:
        return (self.identity(index) for index in range(self.size))

    def client_since(self, index: int) -> dt.date | None:
        """The day an old client came, long before the first invoice known here; None for the others."""
        first = self.engine.documents(index)[0].day
        if first > self.engine.calendar.start + 45:
            return None
        return dt.date.fromordinal(first).replace(day=1) - dt.timedelta(days=31 * (index * 17 % 140 + 1))

    def days_late(self, index: int) -> int:
        """How long after the due date a client pays: one in two is on time, one in twenty takes two months."""
        return max(0, round(140 * even(index, sqrt(23)) ** 2 - 35))

    def write_invoices(self, out: TextIO, *, owners: tuple[str, ...] = (), in_order: bool = True) -> int:
        """How many lines were written: one row a line of invoice, amounts and dates as French software prints them.

        `owners` are the addresses of the salespeople. In order, documents are numbered by date as a firm's are, which
        needs them all in memory; otherwise they are written client after client, in constant memory.
        """
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADINGS)
        written = 0
        for rows in self._rows_by_day(owners) if in_order else self._rows_by_client(owners):
            writer.writerows(rows)
            written += len(rows)
        return written

    def _rows_by_client(self, owners: tuple[str, ...]) -> Iterator[list[tuple[str, ...]]]:
        for index, documents in self.engine.stream(self.size):
            who = self._columns(index, owners)
            numbers = [f"F{index + 1:06}-{position:03}" for position in range(len(documents))]
            rows: list[tuple[str, ...]] = []
            for number, document in zip(numbers, documents, strict=True):
                rows += self._rows(number, document, who)
            yield rows

    def _rows_by_day(self, owners: tuple[str, ...]) -> Iterator[list[tuple[str, ...]]]:
        columns, documents = [], []
        for index, theirs in self.engine.stream(self.size):
            columns.append(self._columns(index, owners))
            documents += [(document.day, index, document) for document in theirs]
        documents.sort()
        ranks: dict[str, int] = {}
        for day, index, document in documents:
            series = f"{'FA' if document.gives_back < 0 else 'AV'}{dt.date.fromordinal(day).year}"
            ranks[series] = ranks.get(series, 0) + 1
            yield self._rows(f"{series}-{ranks[series]:05}", document, columns[index])

    def _columns(self, index: int, owners: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        who = self.identity(index)
        owner = owners[who.owner] if owners and who.owner >= 0 else ""
        return (who.code, who.name, who.siren, who.postcode, who.city), owner

    def _rows(self, number: str, document: Document, columns: tuple[tuple[str, ...], str]) -> list[tuple[str, ...]]:
        who, owner = columns
        issued_on, period = _printed(document.day)
        kind = "Facture" if document.gives_back < 0 else "Avoir"
        status = "Payée" if self.engine.calendar.end - document.day >= PAID_AFTER_DAYS else "Émise"
        head = (number, issued_on, kind, status, *who)
        return [
            (*head, NAMES[service], NAMES[service] + period, _euros(cents), _euros(_vat(cents)), owner)
            for service, cents in document.lines
        ]

    def hours(self) -> Iterator[Hours]:
        """Time spent on each billed line; some clients cost far more hours a euro than others."""
        rng = random.Random(self.seed)  # noqa: S311 - invented facts, not secrets
        for index, documents in self.engine.stream(self.size):
            rate = (105 + 145 * even(index, sqrt(13))) * _ease(documents)  # euros billed an hour
            owner = self.identity(index).owner
            for document in documents:
                if document.gives_back >= 0:
                    continue
                spent_on = dt.date.fromordinal(max(document.day - rng.randint(1, 12), self.engine.calendar.start + 1))
                for service, cents in document.lines:
                    quarters = max(1, round(cents / 100 / rate * 4 * (0.8 + 0.4 * rng.random())))
                    yield Hours(index, _worker(owner, rng.random()), service, spent_on, Decimal(quarters) / 4)


def _ease(documents: list[Document]) -> float:
    """What an hour on the client of these documents brings, against that of a client like any."""
    yearly = _yearly(documents)
    return next((ease for most, ease in RATES if yearly < most), 1.0)


def _yearly(documents: list[Document]) -> float:
    """Euros billed a year, from the first bill to the last, as if over a year at least."""
    billed = sum(cents for document in documents for _service, cents in document.lines) / 100
    return billed * 365 / max(documents[-1].day - documents[0].day, 365)


def _worker(owner: int, chance: float) -> int:
    """Who did the work: mostly the owner, sometimes their manager or the other half of the team."""
    if owner < 0:
        return SALESPEOPLE
    if chance < 0.60:
        return owner
    return owner ^ 1 if chance < 0.75 else SALESPEOPLE + owner // 2


@cache
def _printed(day: int) -> tuple[str, str]:
    """A day as French software prints it, and the end of a label that names its month."""
    date = dt.date.fromordinal(day)
    return f"{date:%d/%m/%Y}", f" – {MONTH_NAMES[date.month - 1]} {date.year}"


def _vat(cents: int) -> int:
    return (abs(cents) * 20 + 50) // 100 * (1 if cents > 0 else -1)


def _euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02}"

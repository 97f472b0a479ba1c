"""What readers gather while they read: the clients and services they meet, what they leave out, what they find wrong.

Pure Python: a reader yields `Row`s and fills a Book; the database comes after.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from clients.folding import fold
from clients.imports.findings import CellError, RefusedError, Tally, Warned
from clients.imports.layouts import TablePlanOf

MOST_ERRORS_LISTED = 10_000


class Row(NamedTuple):
    """One line of a document, ready to be staged: amounts in cents HT, `client` and `service` as numbers of the Book.

    `external_id` is empty when the identity has to be made from client, date and amount. `status` is None when the
    file does not know it.
    """

    file: int
    line: int
    client: int | None
    external_id: str
    number: str
    kind: str
    status: str | None
    issued_on: dt.date | str | None
    booked_on: dt.date | None
    journal: str
    due_on: dt.date | str | None
    paid_on: dt.date | str | None
    cents: int
    vat_cents: int | None
    service: int | None
    label: str
    quantity: str | None
    fate: str


@dataclass(slots=True)
class BookClient:
    """A client as the files describe it; `key_kind` and `key` identify it within the source."""

    key_kind: str
    key: str
    name: str = ""
    code: str = ""
    account: str = ""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    naf_code: str = ""
    owner: str = ""

    def complete(self, found: "BookClient") -> None:
        """Put together what two rows say, without regard to their order: the longer text, then the greater."""
        for name in DESCRIPTION:
            former, latter = getattr(self, name), getattr(found, name)
            if former != latter and (len(latter), latter) > (len(former), former):
                setattr(self, name, latter)


DESCRIPTION = tuple(name for name in BookClient.__slots__ if name not in ("key_kind", "key"))


@dataclass
class Zone:
    """The journals and days that one FEC covers: what it replaces."""

    journals: set[str]
    first_day: dt.date
    last_day: dt.date


@dataclass
class Book:
    """Everything one import read, but its rows."""

    clients: dict[tuple[str, str], int] = field(default_factory=dict)
    described: list[BookClient] = field(default_factory=list)
    services: dict[str, int] = field(default_factory=dict)
    service_rows: list[tuple[str, str, str]] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    rejected: dict[tuple[int, int], str] = field(default_factory=dict)  # (file, line) of what is left out, and why
    error_rows: int = 0
    questions: dict[str, Any] = field(default_factory=dict)  # for whoever watches the check (`questions`)
    warnings: list[Warned] = field(default_factory=list)
    excluded: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    payment_modes: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    currencies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    set_aside: Tally = field(default_factory=Tally)
    set_aside_entries: set[tuple[str, str]] = field(default_factory=set)
    zones: list[Zone] = field(default_factory=list)
    file_cents: int = 0
    rows: int = 0
    expected_rows: int | None = None
    on_progress: Callable[[int], None] = lambda rows: None  # told now and then how many rows were read
    table_plan: TablePlanOf = lambda shape, headings: None  # how tables of a shape are read, when somebody decided
    verdicts: dict[str, bool] = field(default_factory=dict)  # folded names judged by somebody: whether it is a client
    sirens: set[str] = field(default_factory=set)
    amounts_are_of_documents: bool = False
    totals_repeat: bool = False  # a known export, each of whose lines bears the total of its document
    is_strict: bool = False
    links: set[tuple[str, str]] = field(default_factory=set)  # (identity of a document, identity that it names)

    def client(self, kind: str, key: str) -> int:
        """The number of the client of this key, met before or not."""
        number = self.clients.get((kind, key))
        if number is None:
            number = self.clients[kind, key] = len(self.described)
            self.described.append(BookClient(kind, key))
        return number

    def service(self, code: str, name: str, family: str = "") -> int:
        """The number of a service: by its code, else by its name without case or accents."""
        key = code or fold(name)
        number = self.services.get(key)
        if number is None:
            number = self.services[key] = len(self.service_rows)
            self.service_rows.append((key[:120], (name or code)[:160], family[:120]))
        return number

    def error(self, error: CellError) -> None:
        """Note what is wrong in a cell; past some thousands, only their number."""
        self.error_rows += 1
        if len(self.errors) < MOST_ERRORS_LISTED:
            self.errors.append(error)

    def set_file_aside(self, refusal: RefusedError) -> None:
        """List a file that cannot be read, beside others that can: no row of the import is in error for it."""
        self.errors.append(CellError(refusal.file, refusal.line, refusal.reason, "", "", refusal.message))

    def warn(self, reason: str, message: str, **details: Any) -> None:
        self.warnings.append(Warned(reason, message, **details))


def share_of_errors(book: Book) -> float:
    """Rows in error among all rows, from 0 to 1."""
    return min(1.0, book.error_rows / book.rows) if book.rows else 0.0


def text_rows(batch: int, rows: Iterable[Row], start: int = 1) -> Iterable[str]:
    r"""Rows as COPY reads them: tabs between, \N for nothing, backslashes and control characters escaped.

    Written out column by column: this runs for each of millions of lines.
    """
    nothing = r"\N"
    for number, row in enumerate(rows, start=start):
        (
            file, line, client, external_id, document, kind, status, issued_on, booked_on, journal, due_on, paid_on,
            cents, vat_cents, service, label, quantity, fate,
        ) = row  # fmt: skip
        texts = external_id + document + journal + label
        if "\\" in texts or not texts.isprintable():
            external_id, document, journal, label = map(clean, (external_id, document, journal, label))
        yield (
            f"{batch}\t{number}\t{file}\t{line}\t{nothing if client is None else client}\t{external_id}\t"
            f"{document}\t{kind}\t{status or nothing}\t{issued_on or nothing}\t{booked_on or nothing}\t"
            f"{journal}\t{due_on or nothing}\t{paid_on or nothing}\t{cents}\t"
            f"{nothing if vat_cents is None else vat_cents}\t{nothing if service is None else service}\t"
            f"{label}\t{nothing if quantity is None else quantity}\t{fate}"
        )


SPECIAL = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " ", "\0": ""})


def clean(text: str) -> str:
    """A text that COPY takes as it is, without control characters at the ends of cells."""
    return text if not text or (text.isprintable() and "\\" not in text) else text.translate(SPECIAL)

"""What the columns of a table hold and how their values are written, learned in a first pass over the whole of it.

Which column is which field comes from `layouts`: decided, remembered or recognised. Nothing after it knows which.
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clients.imports.book import Book
from clients.imports.cells import as_text, rows_of
from clients.imports.findings import RefusedError
from clients.imports.headings import FIRST_ROWS, preset
from clients.imports.layouts import Layout, layout_of
from clients.imports.plan import MONTH_FIRST, TablePlan
from clients.imports.sniff import Source
from clients.imports.values import Amounts, Days, day, decimal_mark, month_first

MOST_SAMPLES = 20_000
AMOUNT_FIELDS = (
    "line_amount", "amount", "amount_any", "amount_with_vat", "vat", "unit_price", "vat_rate", "quantity", "refunded",
)  # fmt: skip
DATE_FIELDS = ("date", "due", "paid", "cancelled_on")
# A number that says credit note by itself.
NOTE_NUMBER = re.compile(r"(?:avoirs?|av|rinv|crn|cn|nc)[\s\-_/.]*\d", re.IGNORECASE)
MINUS = re.compile(r"^\s*[-\u2212(]|-\s*$")
DOCUMENT_MODES = ("amount", "amount_any", "without_vat", "without_vat_rate", "flat_rate")


@dataclass
class Columns:
    """Where each field is, in which columns the amount is found, where data start, how each column is written."""

    places: dict[str, int]
    headings: list[str]
    amount_mode: str
    start: int
    flat_field: str = ""  # the amounts with VAT, all at `flat_rate`, in hundredths of a percent
    flat_rate: int = 0
    statuses: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # what values mean, by field, in a known export
    shares: bool = False  # the total of a document is on its first line, to be shared out among its lines
    notes_by_number: bool = False  # nothing but their number says which documents are credit notes
    amounts: dict[str, Amounts] = field(default_factory=dict)
    days: dict[str, Days] = field(default_factory=dict)


class Numbers:
    """Whether the numbers of a table are what tells its credit notes: some say it, others do not, no sign does."""

    def __init__(self, places: dict[str, int], amount_mode: str):
        self.place = None if "kind" in places else places.get("number")
        self.amount = places.get(amount_mode, places.get("amount_with_vat"))
        self.notes = self.others = self.signed = 0

    def look(self, cells: list) -> None:
        """Count one row."""
        number = cells[self.place] if self.place is not None and self.place < len(cells) else ""
        if type(number) is not str or not NOTE_NUMBER.match(number):
            self.others += 1
            return
        self.notes += 1
        amount = cells[self.amount] if self.amount is not None and self.amount < len(cells) else ""
        self.signed += amount < 0 if isinstance(amount, int | float) else bool(MINUS.search(str(amount)))

    @property
    def tell_notes(self) -> bool:
        return 0 < self.notes < self.others and not self.signed


def _flat_field(places: dict[str, int], table: TablePlan) -> str:
    """The field of the amounts to take one VAT rate from, as somebody decided; empty when nobody did."""
    if not table.vat_rate:
        return ""
    fields = ("amount_any", "amount_with_vat") if table.with_vat else ("amount_with_vat",)
    known = ("line_amount", "amount", "vat", "vat_rate") + (() if table.with_vat else ("amount_any",))
    if any(name in places for name in known):
        return ""
    return next((name for name in fields if name in places), "")


class Learner:
    """The first pass over one table."""

    columns: Columns

    def __init__(self, source: Source, book: Book):
        self.source, self.book = source, book

    def learn(self) -> Columns:
        """The columns of the table. Refused when the client, the date or the amount is nowhere."""
        first = [[as_text(cell) for cell in cells] for _line, cells in islice(rows_of(self.source), FIRST_ROWS + 1)]
        layout = layout_of(first, self.book.table_plan)
        if layout is None or not layout.is_sure:
            raise RefusedError("wrong-format", self._no_header(first), file=self.source.name)
        places, headings, table = layout.places, layout.headings, layout.table
        self._require(places, headings)
        self.columns = Columns(places, headings, "", layout.start, statuses=table.statuses)
        self.columns.flat_field = _flat_field(places, table)
        self.columns.flat_rate = round(float(table.vat_rate) * 100) if self.columns.flat_field else 0
        self.columns.amount_mode = (
            "flat_rate"
            if self.columns.flat_field
            else self._amount_mode(places, headings, is_decided=layout.is_decided)
        )
        self._take_preset(headings)
        self._learn_values(layout)
        if not layout.is_decided:
            say_ignored(self.book, self.source, headings, set(places.values()))
        return self.columns

    def _take_preset(self, headings: list[str]) -> None:
        """What is known of the export of a software beyond its headings."""
        whole = "number" in self.columns.places and self.columns.amount_mode in DOCUMENT_MODES
        if known := preset(headings):
            self.columns.codes = known.codes
            self.columns.shares = known.shares and whole and {"unit_price", "quantity"} <= set(self.columns.places)
            self.book.totals_repeat |= known.repeats_totals
        self.book.amounts_are_of_documents |= whole and not self.columns.shares

    def _learn_values(self, layout: Layout) -> None:
        places = self.columns.places
        dates: dict[str, set[Any]] = {name: set() for name in DATE_FIELDS if name in places}
        amounts: dict[str, set[Any]] = {name: set() for name in AMOUNT_FIELDS if name in places}
        self._gather(
            [(places[name], found) for name, found in dates.items()],
            [(places[name], found) for name, found in amounts.items()],
        )
        for name, found in dates.items():
            first, example = month_first(sorted(text for text in found if isinstance(text, str)))
            decided = layout.table.date_order
            self.columns.days[name] = Days(decided == MONTH_FIRST if decided else first)
            if example and name == "date" and not decided:
                self._warn_date_order(example)
        for name, found in amounts.items():
            mark, example = decimal_mark(sorted(text for text in found if isinstance(text, str)))
            self.columns.amounts[name] = Amounts(layout.table.decimal or mark)
            if example and name not in ("vat_rate", "quantity") and not layout.table.decimal:
                warn_decimal(self.book, self.source, example, mark)

    def _gather(self, dated: list[tuple[int, set[Any]]], counted: list[tuple[int, set[Any]]]) -> None:
        """Add to each set the different cells of its column, amounts up to some thousands; count the rows."""
        count = last = 0
        width = len(self.columns.headings)
        short: list[int] = []
        numbers = Numbers(self.columns.places, self.columns.amount_mode)
        for last, cells in islice(rows_of(self.source), self.columns.start, None):
            if not any(cells):
                continue
            count += 1
            length = len(cells)
            if length < width:
                short.append(last)
            if numbers.place is not None:
                numbers.look(cells)
            for place, found in dated:
                if place < length:
                    cell = cells[place]
                    # Without its hour: days are few, moments as many as rows.
                    found.add(cell.strip().partition(" ")[0] if type(cell) is str and len(cell) > 10 else cell)
            for place, found in counted:
                if place < length and len(found) < MOST_SAMPLES:
                    found.add(cells[place])
        self.book.expected_rows = (self.book.expected_rows or 0) + count
        refuse_truncated(self.source, short, last, count)
        self.columns.notes_by_number = numbers.tell_notes

    def _require(self, places: dict[str, int], headings: list[str]) -> None:
        """Refused when the client, the date or the amount cannot be found, naming the columns that are there."""
        known = ", ".join(f"« {text} »" for text in headings if text)[:600]
        if not {"client", "client_code", "account", "siret", "vat_number", "email"} & set(places):
            self._refuse("no-client-column", _("du client"), _("« Client » ou « Code client »"), known)
        if "date" not in places:
            self._refuse("no-date-column", _("de la date"), _("« Date facture »"), known)
        if not {"line_amount", "amount", "amount_any", "amount_with_vat", "unit_price"} & set(places):
            self._refuse("no-amount-column", _("du montant"), _("« Montant HT »"), known)

    def _refuse(self, reason: str, what: str, example: str, known: str) -> None:
        message = _(
            "La colonne %(what)s est introuvable dans « %(file)s ». Les en-têtes lus sont : %(known)s. Renommez la "
            "bonne colonne en %(example)s, puis importez à nouveau : il suffit de trois colonnes, client, date, "
            "montant HT."
        )
        raise RefusedError(
            reason,
            message % {"what": what, "file": self.source.name, "known": known, "example": example},
            file=self.source.name,
        )

    def _no_header(self, first: list[list[str]]) -> str:
        start = " ; ".join(cell for cell in (first[0] if first else [])[:6] if cell)[:200]
        return _(
            "Aucun en-tête reconnu dans « %(file)s », qui commence par « %(start)s ». Le tableau n’a peut-être pas de "
            "ligne d’en-tête, ou ce n’est pas une liste de factures. Ajoutez en première ligne les noms des colonnes "
            ": il suffit de trois, Client, Date, Montant HT."
        ) % {"file": self.source.name, "start": start}

    def _amount_mode(self, places: dict[str, int], headings: list[str], *, is_decided: bool) -> str:
        """Which columns give the amount without VAT; refused when only amounts with VAT are there."""
        if "line_amount" in places:
            return "line_amount"
        if "amount" in places:
            return "amount"
        if "amount_any" in places:
            heading = headings[places["amount_any"]]
            message = _("La colonne « %(heading)s » ne dit pas si elle est hors taxes : elle est prise comme telle.")
            if not is_decided:
                self.book.warn("assumed-without-vat", message % {"heading": heading}, file=self.source.name)
            return "amount_any"
        if "amount_with_vat" in places and ("vat" in places or "vat_rate" in places):
            other = "vat" if "vat" in places else "vat_rate"
            message = _("Le montant HT est calculé avec les colonnes « %(total)s » et « %(vat)s ».")
            names = {"total": headings[places["amount_with_vat"]], "vat": headings[places[other]]}
            self.book.warn("computed-without-vat", message % names, file=self.source.name)
            return f"without_{other}"
        if "unit_price" in places and "quantity" in places:
            return "price_by_quantity"
        heading = headings[places.get("amount_with_vat", places.get("unit_price", 0))]
        raise RefusedError(
            "only-with-vat",
            _(
                "« %(file)s » n’a que des montants TTC (colonne « %(heading)s ») ou des prix unitaires. Tout se "
                "calcule hors taxes, et le taux n’y est pas. Ajoutez à l’export la colonne du montant HT, de la TVA "
                "ou du taux de TVA."
            )
            % {"file": self.source.name, "heading": heading},
            file=self.source.name,
        )

    def _warn(self, reason: str, message: str, **details: Any) -> None:
        self.book.warn(reason, message, file=self.source.name, **details)

    def _warn_date_order(self, example: str) -> None:
        message = _(
            "Rien dans la colonne ne dit si le jour vient avant le mois ; le jour est pris en premier : « %(text)s » "
            "est lu comme le %(day)s."
        )
        self._warn(
            "date-order", message % {"text": example, "day": date_format(day(example) or "", "j F Y")}, value=example
        )


def refuse_truncated(source: Source, short: list[int], last: int, count: int) -> None:
    """Only the last row is short, and the file stops there without ending its line: it was cut."""
    if source.kind != "text" or short != [last] or count < 2:
        return
    with source.path.open("rb") as content:
        content.seek(-2, 2)
        if content.read().strip(b"\0")[-1:] in b"\r\n":
            return
    message = _(
        "Le fichier « %(file)s » est incomplet : sa dernière ligne (%(line)s) s’arrête au milieu. Le "
        "téléchargement ou l’export a été interrompu. Exportez-le à nouveau, puis importez le fichier entier."
    )
    raise RefusedError("truncated", message % {"file": source.name, "line": last}, file=source.name, line=last)


def warn_decimal(book: Book, source: Source, example: str, mark: str) -> None:
    message = _(
        "Rien ne dit si « %(text)s » compte des milliers ; « %(mark)s » est pris pour la virgule des décimales."
    )
    book.warn("decimal-mark", message % {"text": example, "mark": mark}, file=source.name, value=example)


def say_ignored(book: Book, source: Source, headings: list[str], used: set[int]) -> None:
    ignored = [text for place, text in enumerate(headings) if text and place not in used]
    if ignored:
        names = ", ".join(f"« {text} »" for text in ignored)[:800]
        message = _("Ces colonnes ne servent pas : %(names)s.") % {"names": names}
        book.warn("ignored-columns", message, count=len(ignored), file=source.name)

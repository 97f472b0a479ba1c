"""What the columns of a table hold and how their values are written, learned in a first pass over the whole of it.

Which column is which field comes from `layouts`: decided, remembered or recognised. Nothing after it knows which.
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clients.folding import fold
from clients.imports.book import Book
from clients.imports.cells import as_text, rows_of
from clients.imports.findings import RefusedError
from clients.imports.headings import FIRST_ROWS
from clients.imports.layouts import Layout, layout_of
from clients.imports.plan import MONTH_FIRST, TablePlan
from clients.imports.sniff import Source
from clients.imports.values import Amounts, Days, day, decimal_mark, month_first

MOST_SAMPLES = 20_000
AMOUNT_FIELDS = ("line_amount", "amount", "amount_any", "amount_with_vat", "vat", "unit_price", "vat_rate", "quantity")
DATE_FIELDS = ("date", "due", "paid")
YEARLY = re.compile(
    r"(?:(?:ca|chiffre d.affaires|montants?|total|ventes|honoraires|factures?|revenue|sales|turnover)\b.*)?"
    r"\b(?:19|20)\d\d\b.*"
)
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
    amounts: dict[str, Amounts] = field(default_factory=dict)
    days: dict[str, Days] = field(default_factory=dict)


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
        self.book.amounts_are_of_documents |= "number" in places and self.columns.amount_mode in DOCUMENT_MODES
        self._learn_values(layout)
        if not layout.is_decided:
            self._say_ignored(headings, places)
        return self.columns

    def _learn_values(self, layout: Layout) -> None:
        places = self.columns.places
        dates: dict[str, set[Any]] = {name: set() for name in DATE_FIELDS if name in places}
        amounts: dict[str, set[Any]] = {name: set() for name in AMOUNT_FIELDS if name in places}
        dated = [(places[name], found) for name, found in dates.items()]
        counted = [(places[name], found) for name, found in amounts.items()]
        count = 0
        width = len(self.columns.headings)
        short: list[int] = []
        last = 0
        for last, cells in islice(rows_of(self.source), self.columns.start, None):
            if not any(cells):
                continue
            count += 1
            length = len(cells)
            if length < width:
                short.append(last)
            for place, found in dated:
                if place < length:
                    cell = cells[place]
                    # Without its hour: days are few, moments as many as rows.
                    found.add(cell.strip().partition(" ")[0] if type(cell) is str and len(cell) > 10 else cell)
            for place, found in counted:
                if place < length and len(found) < MOST_SAMPLES:
                    found.add(cells[place])
        self.book.expected_rows = (self.book.expected_rows or 0) + count
        self._refuse_truncated(short, last, count)
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
                self._warn_decimal(example, mark)

    def _refuse_truncated(self, short: list[int], last: int, count: int) -> None:
        """Only the last row is short, and the file stops there without ending its line: it was cut."""
        if self.source.kind != "text" or short != [last] or count < 2:
            return
        with self.source.path.open("rb") as content:
            content.seek(-2, 2)
            if content.read().strip(b"\0")[-1:] in b"\r\n":
                return
        message = _(
            "Le fichier « %(file)s » est incomplet : sa dernière ligne (%(line)s) s’arrête au milieu. Le "
            "téléchargement ou l’export a été interrompu. Exportez-le à nouveau, puis importez le fichier entier."
        )
        raise RefusedError(
            "truncated", message % {"file": self.source.name, "line": last}, file=self.source.name, line=last
        )

    def _require(self, places: dict[str, int], headings: list[str]) -> None:
        """Refused when the client, the date or the amount cannot be found, naming the columns that are there."""
        known = ", ".join(f"« {text} »" for text in headings if text)[:600]
        if not {"client", "client_code", "account", "siret", "vat_number", "email"} & set(places):
            self._refuse("no-client-column", _("du client"), _("« Client » ou « Code client »"), known)
        yearly = next((text for text in headings if YEARLY.fullmatch(fold(text).strip())), "")
        if "date" not in places and yearly:
            self._refuse_yearly(yearly)
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

    def _refuse_yearly(self, heading: str) -> None:
        message = _(
            "« %(file)s » donne un total par an et par client (colonne « %(heading)s »), sans la date de chaque "
            "facture. La date dit qui achète encore et tous les combien : elle manque. Exportez la liste des factures "
            "de votre logiciel, une ligne par facture : client, date, montant HT."
        )
        raise RefusedError(
            "no-date-column", message % {"file": self.source.name, "heading": heading}, file=self.source.name
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

    def _warn_decimal(self, example: str, mark: str) -> None:
        message = _(
            "Rien ne dit si « %(text)s » compte des milliers ; « %(mark)s » est pris pour la virgule des décimales."
        )
        self._warn("decimal-mark", message % {"text": example, "mark": mark}, value=example)

    def _say_ignored(self, headings: list[str], places: dict[str, int]) -> None:
        used = set(places.values())
        ignored = [text for place, text in enumerate(headings) if text and place not in used]
        if ignored:
            names = ", ".join(f"« {text} »" for text in ignored)[:800]
            self._warn(
                "ignored-columns", _("Ces colonnes ne servent pas : %(names)s.") % {"names": names}, count=len(ignored)
            )

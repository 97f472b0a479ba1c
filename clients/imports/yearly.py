"""Tables of clients with one amount per year, and no invoice: `Client, CA 2024, CA 2025`, or a row a client and year.

They say what each client was invoiced over a period, not when: tiers can be drawn from them, nothing else can. What
becomes of the totals read here is in `totals`.
"""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clients.folding import fold
from clients.imports.book import Book
from clients.imports.cells import as_text, rows_of
from clients.imports.claim import beat
from clients.imports.columns import MOST_SAMPLES, refuse_truncated, say_ignored, warn_decimal
from clients.imports.findings import CellError, RefusedError
from clients.imports.parties import CLIENT_FIELDS, Parties
from clients.imports.periods import Period, closing_period, period_of
from clients.imports.sniff import Source
from clients.imports.values import LARGEST_CENTS, OTHER_CURRENCY, Amounts, decimal_mark
from clients.imports.yearly_layout import Column, layout_of
from clients.models import Import

TOTAL_WORDS = re.compile(r"(?:(?:sous|sub|grand)?[ -]?tota(?:l|ux)|cumul|report|solde|somme|ensemble)\b")
MORE_TOTAL_WORDS = {
    *("general", "generaux", "ht", "ttc", "clients", "client", "annuel", "annuels", "annee", "ca", "reporter"),
    *("des", "de", "du", "a"),
}
BLANKS = frozenset(("", "-", "–", "—", "n/a", "néant", "neant", "."))
FEWEST_SUMMED = 3  # rows that one below must add up to be their total
CHUNK_ROWS = 25_000


class TotalRow(NamedTuple):
    """What a row of a file says of one client over one period. `client` is a number of the Book; cents HT."""

    file: int
    line: int
    client: int
    first_day: dt.date
    last_day: dt.date
    cents: int


def stage(batch: Import, sources: list[Source], book: Book, *, year: int | None = None) -> None:
    """Put the totals of these tables where the import waits; their clients go to the Book, staged with everybody."""
    rows = (row for number, source in enumerate(sources) for row in YearlyReader(source, book, number, year).rows())
    done = 0
    while chunk := list(islice(rows, CHUNK_ROWS)):
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for place, row in enumerate(chunk, start=done + 1):
                copy.write_row((batch.pk, place, *row))
        done += len(chunk)
        total = max(book.expected_rows or 0, book.rows)
        beat(batch, rows_done=min(book.rows, total), rows_total=total)


COPY = f"COPY clients_stagedtotal (batch, row, {', '.join(TotalRow._fields)}) FROM STDIN"


class YearlyReader:
    """The two passes over one table: how its amounts are written, then its rows."""

    def __init__(self, source: Source, book: Book, number: int, year: int | None = None):
        self.source, self.book, self.number = source, book, number
        self.today = timezone.localdate()
        layout = layout_of(source, self.today, year)
        if layout is None:
            raise RuntimeError(f"{source.name} is no table of yearly totals")
        self.layout = layout
        self.columns = self._chosen()
        self.parties = Parties(book, layout.places)
        self.amounts = self._learned()
        self.periods: dict[str, Period | None] = {}
        self.sums: list[dict[int, int]] = [{}, {}]  # of all rows so far, and of those since the last total
        self.summed = [0, 0]
        self._say_what_is_read()

    # --- First pass -----------------------------------------------------------------------------

    def _chosen(self) -> list[Column]:
        """One column a period: without VAT if it can be; refused when all are with VAT."""
        chosen: dict[Period | None, Column] = {}
        for column in sorted(self.layout.columns, key=lambda one: {False: 0, None: 1, True: 2}[one.has_vat]):
            chosen.setdefault(column.period, column)
        kept = [column for column in chosen.values() if not column.has_vat]
        if kept:
            return sorted(kept, key=lambda column: column.place)
        message = _(
            "« %(file)s » n’a que des montants TTC (colonne « %(heading)s »). Tout se calcule hors taxes, et le taux "
            "n’y est pas. Ajoutez à l’export la colonne du montant HT, puis importez à nouveau."
        )
        values = {"file": self.source.name, "heading": self.layout.columns[0].heading}
        raise RefusedError("only-with-vat", message % values, file=self.source.name)

    def _learned(self) -> Amounts:
        """How amounts are written, decided on all of them together."""
        texts: set[str] = set()
        places = [column.place for column in self.columns]
        count = last = 0
        short: list[int] = []
        for last, cells in islice(rows_of(self.source), self.layout.start, None):
            if not any(cells):
                continue
            count += 1
            if len(cells) < len(self.layout.headings):
                short.append(last)
            if len(texts) < MOST_SAMPLES:
                texts.update(cells[at] for at in places if at < len(cells) and isinstance(cells[at], str))
        self.book.expected_rows = (self.book.expected_rows or 0) + count
        refuse_truncated(self.source, short, last, count)
        mark, example = decimal_mark(sorted(texts))
        if example:
            warn_decimal(self.book, self.source, example, mark)
        return Amounts(mark)

    def _say_what_is_read(self) -> None:
        layout = self.layout
        self._warn(
            "only-totals",
            _(
                "« %(file)s » n’apporte que des totaux annuels : les paliers seront calculés, pas la récence ni la "
                "fréquence, et personne ne sera dit à risque. Importez la liste des factures pour le reste."
            )
            % {"file": self.source.name},
        )
        if layout.told_by:
            message = _("Aucune colonne ne dit l’année : c’est celle de « %(text)s ».") % {"text": layout.told_by[:120]}
            self._warn("assumed-year", message)
        self._say_how(
            "assumed-without-vat",
            _("Ces colonnes ne disent pas si elles sont hors taxes ; elles sont prises comme telles : %(names)s."),
            [column.heading for column in self.columns if column.has_vat is None],
        )
        self._say_how(
            "thousands",
            _("Ces colonnes sont en milliers d’euros : %(names)s."),
            [column.heading for column in self.columns if column.factor != 1],
        )
        for column in self.columns:
            if column.period:
                self._say_bounds(column.heading, column.period)
        used = {at for field, at in layout.places.items() if field in (*CLIENT_FIELDS, "owner", "currency")}
        used |= {column.place for column in self.columns}
        used |= set() if layout.year_place is None else {layout.year_place}
        say_ignored(self.book, self.source, layout.headings, used)

    def _say_how(self, reason: str, message: str, headings: list[str]) -> None:
        if headings:
            names = ", ".join(f"« {text} »" for text in headings)
            self._warn(reason, message % {"names": names}, count=len(headings))

    def _say_bounds(self, text: str, period: Period) -> None:
        values = {"text": text, "first": date_format(period.first, "j F Y"), "last": date_format(period.last, "j F Y")}
        if period.is_running:
            message = _("« %(text)s » n’est pas finie : son total est pris du %(first)s au %(last)s.")
            self._warn("running-year", message % values, value=text)
        if period.is_assumed:
            message = _(
                "« %(text)s » ne dit pas quand l’exercice commence : il est pris du %(first)s au %(last)s. Sinon, "
                "écrivez ses dates dans l’en-tête, ainsi : 01/10/2024 - 30/09/2025."
            )
            self._warn("assumed-fiscal-year", message % values, value=text)

    # --- Second pass ----------------------------------------------------------------------------

    def rows(self) -> Iterator[TotalRow]:
        """Every total; rows in error, totals and empty rows go to the Book with their reason."""
        empty = 0
        width = len(self.layout.headings)
        for line, cells in islice(rows_of(self.source), self.layout.start, None):
            if not any(cells):
                empty += 1
                continue
            if empty:
                self.book.excluded["empty-row"].add(0, empty)
                empty = 0
            yield from self._parse(line, cells + [""] * (width - len(cells)))
        self.parties.conclude(self.source.name)

    def _parse(self, line: int, cells: list) -> list[TotalRow]:
        """The totals of one row; none when it is not the row of a client."""
        found = [(self._period(column, cells), column, self._cents(column, cells)) for column in self.columns]
        client = self.parties.client(cells, line)
        known = {column.place: cents for _period, column, cents in found if type(cents) is int}
        if self._is_no_client(cells, client, known) or self._is_in_another_currency(cells, found):
            return []
        if all(cents is None for _period, _column, cents in found):
            self.book.excluded["without-total"].add()
            return []
        self.book.rows += 1
        self.book.file_cents += sum(known.values())
        self._sum(known)
        wrong = self._wrong(line, cells, client, found)
        if wrong or client is None:
            self.book.set_aside.add(sum(known.values()))
            return []
        if self.parties.is_nobody(client):
            self.book.excluded["payment-mode"].add(sum(known.values()))
            self.book.payment_modes[self.parties.nobody(client)].add(sum(known.values()))
            return []
        return [
            TotalRow(self.number, line, client, period.first, period.last, cents)
            for period, _column, cents in found
            if period and type(cents) is int
        ]

    def _cents(self, column: Column, cells: list) -> Any:
        """Cents, None for a blank, a ValueError for what is not an amount."""
        cell = cells[column.place]
        if isinstance(cell, dt.date | dt.time | dt.timedelta):
            return ValueError(cell)
        if isinstance(cell, str) and cell.strip().lower() in BLANKS:
            return None
        value = self.amounts[cell]
        if type(value) is int and abs(value) * column.factor >= LARGEST_CENTS:
            return ValueError(cell)
        return value * column.factor if type(value) is int else value

    def _period(self, column: Column, cells: list) -> Period | None:
        if column.period or self.layout.year_place is None:
            return column.period
        cell = cells[self.layout.year_place]
        text = as_text(cell)
        if text not in self.periods:
            self.periods[text] = self._period_in_words(cell, text)
        return self.periods[text]

    def _period_in_words(self, cell: Any, text: str) -> Period | None:
        if isinstance(cell, dt.date):
            cell = cell.date() if isinstance(cell, dt.datetime) else cell
            closed = closing_period(cell)
            return closed if closed and closed.last < self.today else None
        period = period_of(text, self.today)
        if period:
            self._say_bounds(text, period)
        return period

    def _sum(self, known: dict[int, int]) -> None:
        for sums in self.sums:
            for place, cents in known.items():
                sums[place] = sums.get(place, 0) + cents
        self.summed = [count + 1 for count in self.summed]

    # --- What is not a client, and what is wrong ------------------------------------------------

    def _is_no_client(self, cells: list, client: int | None, known: dict[int, int]) -> bool:
        """Totals, titles and headings repeated between the clients; each is counted."""
        texts = [as_text(cell) for cell in cells]
        if texts == [text.strip() for text in self.layout.headings]:
            self.book.excluded["repeated-header"].add()
        elif self._says_total(texts) or self._adds_up(texts, client, known) or (client is None and not known):
            self.book.excluded["total-row"].add()
            self.sums[1], self.summed[1] = {}, 0
        else:
            return False
        return True

    def _says_total(self, texts: list[str]) -> bool:
        """A row named as a total, whatever it comes to. "Total Énergies" is somebody, "Total 2025" is not."""
        words = [fold(text) for text in texts if TOTAL_WORDS.match(fold(text))]
        return any(
            text.startswith(("sous", "sub", "grand"))
            or set(re.findall(r"[a-z]+", TOTAL_WORDS.sub(" ", text))) <= MORE_TOTAL_WORDS
            for text in words
        )

    def _adds_up(self, texts: list[str], client: int | None, known: dict[int, int]) -> bool:
        """A row without client, or named like a total, whose amounts are the sums of those above or since the last."""
        if not any(known.values()) or not (client is None or any(TOTAL_WORDS.match(fold(text)) for text in texts)):
            return False
        return any(
            count >= FEWEST_SUMMED and all(cents == sums.get(place, 0) for place, cents in known.items())
            for sums, count in zip(self.sums, self.summed, strict=True)
        )

    def _is_in_another_currency(self, cells: list, found: list[tuple[Period | None, Column, Any]]) -> bool:
        place = self.layout.places.get("currency")
        currency = as_text(cells[place]).upper() if place is not None else ""
        if currency in ("", "EUR", "EURO", "EUROS", "€"):
            texts = [as_text(cells[column.place]) for _period, column, cents in found if isinstance(cents, ValueError)]
            written = next((match for text in texts if (match := OTHER_CURRENCY.search(text))), None)
            if not written:
                return False
            currency = written[0].upper()
        self.book.rows += 1
        self.book.currencies[currency].add()
        return True

    def _wrong(
        self, line: int, cells: list, client: int | None, found: list[tuple[Period | None, Column, Any]]
    ) -> bool:
        """Whether something of this row cannot be used: the first such cell is noted."""
        for period, column, cents in found:
            if isinstance(cents, ValueError):
                repair = _("Écrivez un nombre, ainsi : 1234,56.")
                self._note(line, "unreadable-amount", column.heading, cells[column.place], repair)
                return True
            if period is None:
                place = self.layout.year_place or 0
                repair = _("Écrivez une année passée ou en cours, ainsi : 2025, ou les dates de l’exercice.")
                self._note(line, "unreadable-year", self.layout.headings[place], cells[place], repair)
                return True
        if client is None:
            name = next(name for name in (*CLIENT_FIELDS, "client") if name in self.layout.places)
            place = self.layout.places[name]
            repair = _("Écrivez le nom ou le code du client de cette ligne.")
            self._note(line, "missing-client", self.layout.headings[place], cells[place], repair)
            return True
        return False

    def _note(self, line: int, reason: str, heading: str, cell: Any, repair: str) -> None:
        self.book.error(CellError(self.source.name, line, reason, heading, as_text(cell)[:255], repair))

    def _warn(self, reason: str, message: str, **details: Any) -> None:
        self.book.warn(reason, message, file=self.source.name, **details)

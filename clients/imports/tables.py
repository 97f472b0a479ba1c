"""From the tables of one import (CSV, TSV, workbooks) to the rows to stage."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from clients.folding import fold
from clients.imports.book import Book, Row
from clients.imports.cells import as_text, rows_of
from clients.imports.columns import AMOUNT_FIELDS, Learner
from clients.imports.findings import CellError, RefusedError
from clients.imports.headings import recognised
from clients.imports.line_shares import shared_out
from clients.imports.parties import CLIENT_FIELDS, Parties
from clients.imports.refunds import Refunds
from clients.imports.row_maker import Oddities, decimal_of, row_maker, text_of
from clients.imports.sniff import Source
from clients.imports.values import OTHER_CURRENCY

TOTAL = re.compile(r"(?:(?:sous|sub|grand)?[ -]?tota(?:l|ux)|cumul|report|solde|somme)\b")
MOST_WORDS = 20
DOCUMENT_FIELDS = ("number", "date", "due", "paid", "status", "payment_status", "kind", "currency", "owner", "origin")


def table_rows(sources: list[Source], book: Book) -> Iterator[Row]:
    """The rows of every document of these tables; those in error come with a fate, so that their invoice is found."""
    for number, source in enumerate(sources):
        yield from TableReader(source, book, number).documents()
    if not book.rows:
        raise RefusedError(
            "no-row",
            _(
                "Le tableau n’a que des en-têtes, aucune ligne de données. Le filtre de l’export était sans doute "
                "trop étroit. Élargissez-le, puis exportez à nouveau."
            ),
        )


class TableReader:
    """The second pass over one table: its rows, read as its columns are written."""

    def __init__(self, source: Source, book: Book, number: int):
        self.source, self.book, self.number = source, book, number
        self.columns = Learner(source, book).learn()
        self.parties = Parties(book, self.columns.places)
        self.oddities = Oddities()
        self.make = row_maker(self.columns, self.parties, book, number, self.oddities)
        self.date_place, self.days = self.columns.places["date"], self.columns.days["date"]
        self.number_place, self.names_currency = self.columns.places.get("number"), "currency" in self.columns.places
        self.amounts = self.columns.amounts.get(self.columns.amount_mode)  # None when computed from several columns
        self.amount_place = self.columns.places.get(self.columns.amount_mode, 0)
        self.last_number = ""
        self.refunds = Refunds(book, number)
        self.takes_refunds = {"refunded", "amount_with_vat"} <= set(self.columns.places)
        self.weights: dict[int, int] = {}
        self.makes_more = self.columns.shares or self.takes_refunds
        self.date_errors = self.data_rows = 0

    def documents(self) -> Iterator[Row]:
        """The rows of every document, each line with its own share of it."""
        return shared_out(self.rows(), self.weights) if self.columns.shares else self.rows()

    def rows(self) -> Iterator[Row]:
        """The rows as the table has them, and the refunds that it gives in a column."""
        book, columns = self.book, self.columns
        parse = self._parse
        previous: list | None = None
        empty = 0
        width = len(columns.headings)
        for line, cells in islice(rows_of(self.source), columns.start, None):
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            if not any(cells):
                empty += 1
                continue
            if empty:
                book.excluded["empty-row"].add(0, empty)
                empty = 0
            row = parse(line, cells, previous)
            if row is not None:
                previous = self.last_cells
                yield row
        yield from self.refunds.rows()
        self._conclude()

    # --- Second pass --------------------------------------------------------------------------

    def _parse(self, line: int, cells: list, previous: list | None) -> Row | None:
        """The row of one line; None when it is not a line of a document."""
        issued = self._issued(cells)
        continued = issued is None and previous is not None and self._continues(cells)
        if previous is not None and continued:
            places = self.columns.places
            for name in (*DOCUMENT_FIELDS, *CLIENT_FIELDS):
                if name in places:
                    cells[places[name]] = previous[places[name]]
            issued = self._issued(cells)
        self.last_cells = cells
        number = "" if self.number_place is None else text_of(cells[self.number_place])[:120]
        amounts = self.amounts
        cents = self._cents(cells) if amounts is None else amounts[cells[self.amount_place]]
        client = self.parties.client(cells, line)
        if type(issued) is not str or type(cents) is not int or client is None:
            if not continued and self._is_no_document(cells):
                return None
            if cents is None and (continued or (number and number == self.last_number)):
                # A further line of the same document, without amount of its own.
                return self._share_of(line, cells, previous) if self.columns.shares and previous else None
            if isinstance(cents, ValueError) and self._other_currency(cells):
                return None
            return self._error(line, cells, number, issued, cents, client)
        self.last_number = number
        if self.names_currency and self._other_currency(cells):
            return None
        self.book.rows += 1
        self.data_rows += 1
        row = self.make(line, cells, number, issued, cents, client)
        return self._made_more(line, cells, row) if self.makes_more and row else row

    def _issued(self, cells: list) -> Any:
        """The day of this row as ISO text, None when it has none, a ValueError for what is not a day."""
        cell = cells[self.date_place]
        return self.days[cell if type(cell) is str else as_text(cell)]

    def _at(self, cells: list, name: str) -> str:
        """The text of a field in this row, empty when the table has no such column."""
        place = self.columns.places.get(name)
        return "" if place is None else text_of(cells[place])

    def _made_more(self, line: int, cells: list, row: Row) -> Row:
        """The row, what it weighs in its document and what was refunded of it being noted."""
        if self.columns.shares:
            self._weigh(line, cells)
        return self._refund(cells, row) if self.takes_refunds and row.external_id else row

    def _refund(self, cells: list, row: Row) -> Row:
        """The row of a document, its status as its refund leaves it."""
        back, total = self._amount(cells, "refunded"), self._amount(cells, "amount_with_vat")
        cancelled = self._day(cells, "cancelled_on") if "cancelled_on" in self.columns.places else None
        return row._replace(
            status=self.refunds.take(
                row, abs(back) if type(back) is int else 0, total if type(total) is int else 0, cancelled
            )
        )

    def _weigh(self, line: int, cells: list) -> None:
        """Note what a line weighs in its document: its price by its quantity."""
        price, quantity = self._amount(cells, "unit_price"), self._amount(cells, "quantity")
        if type(price) is int and type(quantity) is int:
            self.weights[line] = price * quantity

    def _share_of(self, line: int, cells: list, previous: list) -> Row | None:
        """A further line of the document above, whose amount is still to be shared out."""
        issued = self.columns.days["date"][self._at(previous, "date")]
        client = self.parties.client(previous, line)
        self.last_cells = previous
        if type(issued) is not str or client is None or client in self.parties.nobodies:
            return None
        number = self._at(previous, "number")[:120]
        if number != self.last_number:
            return None  # its document was left out
        self._weigh(line, cells)
        return Row(
            self.number, line, client, f"{number}/{issued[:4]}", number, "", None, issued, None, "", None, None, 0,
            None, self.parties.service(cells), self._at(cells, "label")[:255],
            decimal_of(self._amount(cells, "quantity")) if "quantity" in self.columns.places else None, "",
        )  # fmt: skip

    def _day(self, cells: list, name: str) -> str | None:
        """A day that the document can do without: what cannot be read is left."""
        found = self.columns.days[name][self._at(cells, name)]
        return None if isinstance(found, ValueError) else found

    def _amount(self, cells: list, name: str) -> Any:
        return self.columns.amounts[name][cells[self.columns.places[name]]]

    def _cents(self, cells: list) -> Any:
        """The amount of a row without VAT in cents, by the columns that the table has."""
        mode = self.columns.amount_mode
        if mode == "price_by_quantity":
            price, quantity = self._amount(cells, "unit_price"), self._amount(cells, "quantity")
            if type(price) is not int or type(quantity) is not int:
                return price if type(price) is not int else quantity
            return _divided(price * quantity, 100)
        if mode == "flat_rate":
            total = self._amount(cells, self.columns.flat_field)
            return _divided(total * 10_000, 10_000 + self.columns.flat_rate) if type(total) is int else total
        total = self._amount(cells, "amount_with_vat")
        part = self._amount(cells, "vat" if mode == "without_vat" else "vat_rate")
        if type(total) is not int or type(part) is not int:
            return total if type(total) is not int else part
        if mode == "without_vat":
            return total - part
        rate = part * 100 if 0 < part < 100 else part  # a rate written 0.2 is one of 20 %
        return _divided(total * 10_000, 10_000 + rate)

    # --- What is not a document, and what is wrong ----------------------------------------------

    def _continues(self, cells: list) -> bool:
        """A further line of the document above: its own columns are filled, those of the document are blank."""
        if "number" not in self.columns.places or any(
            self._at(cells, name) for name in ("number", "client", "client_code")
        ):
            return False
        own = ("line_amount", "service", "service_code", "label", "quantity", "unit_price")
        return any(self._at(cells, name) for name in own) and not _says_total(cells)

    def _is_no_document(self, cells: list) -> bool:
        """Totals, titles, notes and headings repeated between the documents; each is counted."""
        texts = [as_text(value) for value in cells]
        filled = sum(bool(text) for text in texts)
        if recognised(texts) == self.columns.places:
            self.book.excluded["repeated-header"].add()
        elif _says_total(cells) or (filled == 1 and len(self.columns.places) > 2):
            self.book.excluded["total-row"].add()
        else:
            return False
        return True

    def _other_currency(self, cells: list) -> bool:
        """A document in another currency, left out with its count."""
        currency = self._at(cells, "currency").upper()
        if not currency or currency in ("EUR", "EURO", "EUROS", "€"):
            texts = (self._at(cells, name) for name in AMOUNT_FIELDS)
            found = next((found for text in texts if (found := OTHER_CURRENCY.search(text))), None)
            if not found:
                return False
            currency = found[0].upper()
        self.book.rows += 1
        self.book.currencies[currency].add()
        return True

    def _error(self, line: int, cells: list, number: str, issued: Any, cents: Any, client: int | None) -> Row:
        """The row as it can be known, for its invoice to be set aside with it."""
        self.book.rows += 1
        self.data_rows += 1
        if isinstance(issued, ValueError):
            self.date_errors += 1
            self._note(line, "unreadable-date", "date", cells, _("Écrivez la date ainsi : 31/03/2026."))
        elif issued is None:
            self._note(line, "missing-date", "date", cells, _("Écrivez la date de la facture, ainsi : 31/03/2026."))
        elif client is None:
            name = "client" if "client" in self.columns.places else "client_code"
            self._note(line, "missing-client", name, cells, _("Écrivez le nom ou le code du client de cette ligne."))
        else:
            name = self.columns.amount_mode if self.columns.amount_mode in self.columns.amounts else "amount_with_vat"
            reason = "missing-amount" if cents is None else "unreadable-amount"
            self._note(line, reason, name, cells, _("Écrivez un nombre, ainsi : 1234,56."))
        known = type(cents) is int
        if known:
            self.book.file_cents += cents
        return Row(
            self.number, line, client, "", number, "", None, issued if isinstance(issued, str) else None, None, "",
            None, None, cents if known else 0, None, None, "", None, "error",
        )  # fmt: skip

    def _note(self, line: int, reason: str, name: str, cells: list, repair: str) -> None:
        heading = self.columns.headings[self.columns.places[name]] if name in self.columns.places else ""
        self.book.error(CellError(self.source.name, line, reason, heading, self._at(cells, name)[:255], repair))

    # --- What to say at the end -----------------------------------------------------------------

    def _conclude(self) -> None:
        if self.data_rows and self.date_errors == self.data_rows:
            first = self.book.errors[0]
            message = _(
                "Aucune date n’est lisible dans « %(file)s » (par exemple « %(value)s », ligne %(line)s). La colonne "
                "n’est sans doute pas celle de la date de facture. Corrigez-la, ainsi : 31/03/2026, puis importez à "
                "nouveau."
            )
            values = {"file": self.source.name, "value": first.value, "line": first.line}
            raise RefusedError("impossible-dates", message % values, file=self.source.name, line=first.line).with_book(
                self.book
            )
        for word, count in self.oddities.unknown_statuses.most_common(MOST_WORDS):
            message = _("« %(word)s » n’est pas un statut connu : ces documents sont pris pour des factures émises.")
            self._warn("unknown-status", message % {"word": word}, count=count, value=word)
        if self.oddities.vat_mismatches:
            message = _("Sur ces lignes, HT + TVA ne fait pas le TTC ; le HT est repris.")
            self._warn(
                "vat-mismatch", message, count=len(self.oddities.vat_mismatches), line=self.oddities.vat_mismatches[0]
            )
        if self.oddities.numbered_notes:
            message = _(
                "Leur numéro dit qu’ils sont des avoirs (« %(number)s ») et rien d’autre ne le marque : ils sont "
                "déduits, bien qu’écrits sans signe."
            )
            values, count = {"number": self.oddities.numbered_notes[0]}, len(self.oddities.numbered_notes)
            self._warn("numbered-credit-note", message % values, count=count, value=self.oddities.numbered_notes[0])
        self.parties.conclude(self.source.name)

    def _warn(self, reason: str, message: str, **details: Any) -> None:
        self.book.warn(reason, message, file=self.source.name, **details)


def _says_total(cells: list) -> bool:
    return any(TOTAL.match(fold(cell)) for cell in cells if type(cell) is str and cell)


def _divided(value: int, by: int) -> int:
    """Rounded to the nearest, halves away from zero."""
    return (abs(value) * 2 + by) // (by * 2) * (1 if value >= 0 else -1)

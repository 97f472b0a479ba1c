"""The row of a line of a document, once its client, its day and its amount are known.

This runs for each of millions of lines: what can be looked up once is, and a word or an amount met before is remembered
as it was read.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from clients.folding import fold
from clients.imports.book import Book, Row
from clients.imports.cells import as_text
from clients.imports.columns import NOTE_NUMBER, Columns
from clients.imports.parties import Parties
from clients.imports.values import kind_of, status_of

MOST_REMEMBERED = 10_000
Make = Callable[[int, list, str, str, int, int], Row | None]


class Words(dict):
    """What each cell of a column of words says, remembered."""

    def __init__(self, read: Callable[[str], Any]):
        super().__init__()
        self.read = read

    def __missing__(self, cell: Any) -> Any:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        value = self[cell] = self.read(as_text(cell))
        return value


class Oddities:
    """What one table says that its import should mention."""

    def __init__(self) -> None:
        self.unknown_statuses: Counter[str] = Counter()
        self.vat_mismatches: list[int] = []
        self.numbered_notes: list[str] = []  # credit notes that only their number tells

    def note_status(self, word: str) -> None:
        """Count a word that is no status; of a column that holds anything but statuses, the first ones will do."""
        if word in self.unknown_statuses or len(self.unknown_statuses) < MOST_REMEMBERED:
            self.unknown_statuses[word] += 1


def row_maker(columns: Columns, parties: Parties, book: Book, file: int, oddities: Oddities) -> Make:
    """A function from (line, cells, number, day, cents, client) to its row; it gives None when that client is nobody.

    Adds the cents to those of the file.
    """
    nobodies, service_of = parties.nobodies, parties.service
    at = columns.places.get
    label, due, paid, quantity, origin = at("label"), at("due"), at("paid"), at("quantity"), at("origin")
    codes = columns.codes.get("kind", {})
    kind_place, kinds = at("kind"), Words(lambda text: codes.get(text) or kind_of(text))
    tells_notes, is_note = columns.notes_by_number, NOTE_NUMBER.match
    status_of_cells = _status_reader(columns, oddities)
    vat_of = _vat_reader(columns, oddities)
    make = partial(tuple.__new__, Row)  # the class would take its eighteen values one by one

    def row(line: int, cells: list, number: str, issued: str, cents: int, client: int) -> Row | None:
        kind = "" if kind_place is None else kinds[cells[kind_place]]
        if tells_notes and cents > 0 and is_note(number):
            kind = "credit_note"
            oddities.numbered_notes.append(number)
        if kind == "credit_note" and cents > 0:
            cents = -cents
        book.file_cents += cents
        if kind == "purchase":
            book.excluded["purchase"].add(cents)
            return None
        if client in nobodies:
            book.excluded["payment-mode"].add(cents)
            book.payment_modes[nobodies[client]].add(cents)
            return None
        paid_on = None if paid is None else _day(columns, "paid", cells[paid])
        external_id = f"{number}/{issued[:4]}" if number else ""
        if origin is not None and external_id and (named := text_of(cells[origin])[:120]):
            book.links.add((external_id, f"{named}/"))
        return make(
            (
                file, line, client, external_id, number, kind,
                "pro_forma" if kind == "pro_forma" else status_of_cells(cells, paid_on), issued, None, "",
                None if due is None else _day(columns, "due", cells[due]), paid_on, cents,
                vat_of(line, cells, cents, kind) if vat_of else None, service_of(cells),
                "" if label is None else text_of(cells[label])[:255],
                None if quantity is None else decimal_of(columns.amounts["quantity"][cells[quantity]]), "",
            )
        )  # fmt: skip

    return row


def text_of(cell: Any) -> str:
    """A cell as a person reads it."""
    return cell.strip() if type(cell) is str else as_text(cell)


def _day(columns: Columns, name: str, cell: Any) -> str | None:
    """A day that the document can do without: what cannot be read is left."""
    found = columns.days[name][text_of(cell)]
    return None if isinstance(found, ValueError) else found


def decimal_of(value: Any) -> str | None:
    """A quantity in hundredths as the decimal that COPY takes; None for what is none."""
    if type(value) is not int:
        return None
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"


def _status_reader(columns: Columns, oddities: Oddities) -> Callable[[list, str | None], str | None]:
    """What a row says of its document's status, None when the table does not say."""
    words, payments = (Words(partial(_status, columns, name)) for name in ("status", "payment_status"))
    place, payment_place = columns.places.get("status"), columns.places.get("payment_status")

    def status(cells: list, paid: str | None) -> str | None:
        found = None if place is None else words[cells[place]]
        if place is not None and found is None and (text := text_of(cells[place])):
            oddities.note_status(text)
        if found in (None, "issued"):
            if payment_place is not None:
                found = payments[cells[payment_place]] or found
            if paid and found in (None, "issued"):
                return "paid"
        return found

    return status


def _status(columns: Columns, name: str, text: str) -> str | None:
    """What a word says in this column: to its program, to somebody who decided, else to anybody."""
    if not text:
        return None
    return columns.codes.get(name, {}).get(text) or columns.statuses.get(fold(text)) or status_of(text)


def _vat_reader(columns: Columns, oddities: Oddities) -> Callable[[int, list, int, str], int | None] | None:
    """The VAT of a document; no function where each line repeats or shares that of the whole."""
    if "vat" not in columns.places or columns.amount_mode == "line_amount":
        return None
    place, amounts = columns.places["vat"], columns.amounts["vat"]
    total_place = None if columns.amount_mode.startswith("without") else columns.places.get("amount_with_vat")

    def vat(line: int, cells: list, cents: int, kind: str) -> int | None:
        found = amounts[cells[place]]
        if type(found) is not int:
            return None
        if kind == "credit_note" and found > 0:
            found = -found
        if total_place is not None:
            total = columns.amounts["amount_with_vat"][cells[total_place]]
            if type(total) is int and abs(abs(cents + found) - abs(total)) > 1:
                oddities.vat_mismatches.append(line)
        return found

    return vat

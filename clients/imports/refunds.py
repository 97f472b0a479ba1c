"""Refunds that a table gives in a column of the document they give back: each becomes a credit note of its own."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from clients.imports.book import Book, Row
from clients.imports.findings import Tally

AFTER_NUMBER = " remboursement"  # a fact, in no language but this


class Refunds:
    """The refunds of one table, held until its end."""

    def __init__(self, book: Book, file: int):
        self.book, self.file = book, file
        self.held: list[Row] = []
        self.given_back = Tally()

    def take(self, of: Row, back: int, total: int, cancelled_on: str | None) -> str | None:
        """The status of a document of which this much was given back, both amounts with VAT, in cents.

        Cancelled before any payment, or cancelled and wholly given back, it only counts as cancelled. A refund is dated
        by the cancellation, else as its document: the file knows no other day.
        """
        is_whole = back >= total
        if cancelled_on and (is_whole or not back):
            return "cancelled"
        if not back or total <= 0 or of.cents <= 0:
            return of.status
        cents = of.cents if is_whole else (back * of.cents * 2 + total) // (total * 2)
        day = cancelled_on or str(of.issued_on)
        number = f"{of.number}{AFTER_NUMBER}"
        note = of._replace(
            external_id=f"{number}/{day[:4]}", number=number[:120], kind="credit_note", status=None, issued_on=day,
            due_on=None, paid_on=None, cents=-cents, vat_cents=None, service=None, label="", quantity=None,
        )  # fmt: skip
        if is_whole:
            self.book.links.add((note.external_id, of.external_id))
        self.book.file_cents -= cents
        self.given_back.add(-cents)
        self.held.append(note)
        return "paid" if of.status == "cancelled" else of.status

    def rows(self) -> Iterator[Row]:
        """The credit notes, once the table is read, and what they are said to be."""
        yield from self.held
        if self.held:
            message = _(
                "Chaque remboursement devient un avoir, daté du jour de l’annulation, sinon de celui de la commande : "
                "le fichier ne donne pas d’autre date."
            )
            self.book.warn("refunded", message, count=self.given_back.count, cents=self.given_back.cents)

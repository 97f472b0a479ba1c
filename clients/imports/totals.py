"""Yearly totals as facts: written for clients without invoices in their period, replaced when invoices come.

Runs inside the transaction of a merge, once its clients and invoices are written.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import ngettext

from clients.figures import exact_eur, long_day, nb
from clients.imports.book import Book


class Steps(Protocol):
    """What runs the SQL files of an import: `merge.Steps`."""

    def run(self, name: str, **parameters: Any) -> int: ...
    def rows(self, name: str, **parameters: Any) -> list[tuple]: ...


@dataclass
class Found:
    """What became of the totals of an import. Cents HT; `left_out` holds (reason, number, cents)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    cents: int = 0
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    left_out: list[tuple[str, int, int]] = field(default_factory=list)


def write(steps: Steps, book: Book) -> Found:
    """What became of the totals that this import staged; nothing is run when it staged none."""
    if not steps.rows("staged_totals"):
        return Found()
    steps.run("gathered_totals")
    created, updated, unchanged, cents, first_day, last_day, summed, rows, later, newest = steps.rows("total_counts")[0]
    left_out = steps.rows("totals_left_out")
    if updated:
        steps.run("former_totals")
    if created or updated:
        steps.run("yearly_totals")
    steps.run("drop_gathered_totals")
    if summed:
        _say_summed(book, summed, rows)
    if later:
        _say_later(book, later, newest)
    return Found(created, updated, unchanged, cents, first_day, last_day, left_out)


def replace(steps: Steps, book: Book, first_day: dt.date, last_day: dt.date) -> None:
    """Remove the totals of clients who now have counted invoices in their period, and say what was exchanged.

    `first_day` and `last_day` are those of the invoices imported: the totals of these days that stay are counted too.
    """
    replaced = steps.run("replaced_totals")
    if replaced:
        steps.run("removed_totals")
        totalled, invoiced = steps.rows("replacement")[0]
        words = {"count": nb(replaced), "totals": _euros(totalled), "invoices": _euros(invoiced)}
        message = ngettext(
            "%(count)s total annuel remplacé, %(totals)s contre %(invoices)s de factures.",
            "Totaux annuels remplacés : %(count)s, %(totals)s contre %(invoices)s de factures.",
            replaced,
        )
        book.warn("replaced-totals", message % words, count=replaced, cents=totalled)
    remaining, cents = steps.rows("remaining_totals", first_day=first_day, last_day=last_day)[0]
    if remaining:
        message = ngettext(
            "%(count)s total annuel de la même période reste, %(totals)s : son client n’y a aucune facture. Vérifiez "
            "qu’il ne porte pas un autre nom ou un autre code dans les factures.",
            "%(count)s totaux annuels de la même période restent, %(totals)s : leurs clients n’y ont aucune facture. "
            "Vérifiez qu’ils ne portent pas un autre nom ou un autre code dans les factures.",
            remaining,
        )
        words = {"count": nb(remaining), "totals": _euros(cents)}
        book.warn("remaining-totals", message % words, count=remaining, cents=cents)


def _say_summed(book: Book, summed: int, rows: int) -> None:
    message = ngettext(
        "%(count)s client a plusieurs lignes pour la même période : elles sont additionnées (%(rows)s lignes).",
        "%(count)s clients ont plusieurs lignes pour la même période : elles sont additionnées (%(rows)s lignes).",
        summed,
    )
    book.warn("summed-totals", message % {"count": nb(summed), "rows": nb(rows)}, count=summed)


def _say_later(book: Book, later: int, newest: dt.date) -> None:
    message = ngettext(
        "%(count)s total porte sur une période qui commence après votre dernière facture (%(day)s) : il comptera dans "
        "les paliers quand des factures de cette période seront importées.",
        "%(count)s totaux portent sur une période qui commence après votre dernière facture (%(day)s) : ils compteront "
        "dans les paliers quand des factures de cette période seront importées.",
        later,
    )
    book.warn("later-than-invoices", message % {"count": nb(later), "day": long_day(newest)}, count=later)


def _euros(cents: int) -> str:
    return exact_eur(Decimal(cents) / 100)

"""What only the whole of a table tells, once staged: contested numbers, totals repeated on each line, identities."""

from django.utils.translation import gettext as _

from clients.imports.book import Book
from clients.imports.findings import CellError
from clients.imports.merge import Steps

FEWEST_REPEATED = 3


def check(steps: Steps, book: Book, names: list[str]) -> None:
    """Set contested and wrong documents aside, count repeated totals once, and name documents without number."""
    _contested_numbers(steps, book, names)
    if book.amounts_are_of_documents:
        _repeated_totals(steps, book)
    steps.run("set_aside_lines")
    count, cents = steps.rows("set_aside")[0]
    book.set_aside.add(cents, count)
    steps.run("unnumbered_lines")


def _contested_numbers(steps: Steps, book: Book, names: list[str]) -> None:
    repair = _("Deux clients portent ce numéro la même année : corrigez le numéro ou le client de l’une des lignes.")
    for file, line, number in sorted(steps.rows("two_clients_one_number")):
        book.error(CellError(names[file], line, "two-clients-one-number", _("Numéro"), number, repair))


def _repeated_totals(steps: Steps, book: Book) -> None:
    """A table that gives each line its document's total: never summed. Three documents at least must say so, none not;
    one is enough in an export that is known to."""
    same, different = steps.rows("repeated_totals")[0]
    if same < (1 if book.totals_repeat else FEWEST_REPEATED) or different:
        return
    book.file_cents -= sum(row[0] for row in steps.rows("single_totals"))
    message = _(
        "Chaque ligne d’une facture y répète le même montant : c’est le total de la facture, compté une seule fois."
    )
    book.warn("repeated-totals", message, count=same)

"""Which set of books, or which table, an import belongs to. Never the name of the file alone: files get renamed."""

from django.db import connection
from django.utils.translation import gettext as _

from clients.imports.book import Book
from clients.imports.findings import RefusedError
from clients.models import Import, Source

BOOKS, TABLE, ELECTRONIC = "Comptabilité", "Factures", "Factures électroniques"
HALF = 0.5

HOLDERS = """
    SELECT invoice.source_id, count(DISTINCT staged.external_id)
    FROM (SELECT DISTINCT external_id FROM clients_stagedline WHERE batch = %(batch)s AND external_id <> '') AS staged
    JOIN clients_invoice AS invoice ON invoice.external_id = staged.external_id
    JOIN clients_source AS source ON source.id = invoice.source_id AND source.kind = 'fec'
    GROUP BY invoice.source_id
    HAVING count(DISTINCT staged.external_id) >= %(half)s * (
        SELECT count(DISTINCT external_id) FROM clients_stagedline WHERE batch = %(batch)s
    )
    ORDER BY 2 DESC, 1
    LIMIT 1
"""


def source_for(batch: Import, book: Book) -> Source:
    """The source that the import names, or that its files belong to; made when it is the first of its name."""
    if batch.format == Import.Format.TABLE:
        return _named(Source.Kind.TABLE, batch.source_name or TABLE)
    if batch.format != Import.Format.FEC:
        return _named(Source.Kind.EINVOICE, batch.source_name or ELECTRONIC)
    if batch.source_name:
        return _named(Source.Kind.FEC, batch.source_name)
    if len(book.sirens) > 1:
        raise RefusedError(
            "several-companies",
            _(
                "Les fichiers portent plusieurs SIREN (%(sirens)s) : ce sont les comptabilités d’entreprises "
                "différentes. Importez-les l’une après l’autre, ou donnez un nom de source si c’est bien la même."
            )
            % {"sirens": ", ".join(sorted(book.sirens))},
        )
    siren = next(iter(book.sirens), "")
    own = f"{BOOKS} {siren}".strip()
    return (
        Source.objects.filter(kind=Source.Kind.FEC, name=own).first()
        or _same_books(batch, book, siren)
        or _named(Source.Kind.FEC, own)
    )


def _same_books(batch: Import, book: Book, siren: str) -> Source | None:
    """The books that already hold these entries, or the only books there are, whatever the file is called."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, {"batch": batch.pk, "half": HALF})
        holder = cursor.fetchone()
    if holder:
        found = Source.objects.get(pk=holder[0])
    else:
        books = list(Source.objects.filter(kind=Source.Kind.FEC)[:2])
        if len(books) != 1 or (siren and books[0].name != BOOKS):
            return None
        found = books[0]
    message = _("Le nom du fichier ne désigne pas de comptabilité connue ; ses écritures continuent « %(source)s ».")
    book.warn("adopted-source", message % {"source": found.name})
    return found


def _named(kind: str, name: str) -> Source:
    return Source.objects.get_or_create(kind=kind, name=name)[0]

"""Filling the staging tables by COPY, in chunks, each committed with the progress it makes."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from clients.imports.book import Book, Row, clean, text_rows
from clients.imports.claim import beat
from clients.models import Import, StagedClient, StagedInvoice, StagedLine, StagedLink, StagedService, StagedTotal

CHUNK_ROWS = 25_000
LINE_COLUMNS = ("batch", "row", *Row._fields)
CLIENT_COLUMNS = [
    "batch",
    "number",
    "key_kind",
    "key",
    "name",
    "code",
    "account",
    "siren",
    "siret",
    "vat_number",
    "email",
    "phone",
    "address",
    "postcode",
    "city",
    "owner",
    "is_new",
]


def clear(batch: Import) -> None:
    """Empty this import's staging: what a worker that died left there, or what has become facts."""
    for model in (StagedLine, StagedInvoice, StagedClient, StagedService, StagedLink, StagedTotal):
        model.objects.filter(batch=batch.pk).delete()


def fill(batch: Import, rows: Iterable[Row], book: Book) -> None:
    """Stage every row, then the clients and services that they name; reading happens here, as rows are drawn."""
    texts = iter(text_rows(batch.pk, rows))
    done = 0
    while chunk := list(islice(texts, CHUNK_ROWS)):
        _copy("clients_stagedline", LINE_COLUMNS, chunk)
        done += len(chunk)
        total = max(book.expected_rows or 0, book.rows, done)
        beat(batch, rows_done=min(max(done, book.rows), total), rows_total=total)
    _copy("clients_stagedclient", CLIENT_COLUMNS, _client_rows(batch.pk, book))
    _copy("clients_stagedservice", ("batch", "number", "code", "name", "family"), _service_rows(batch.pk, book))
    _copy("clients_stagedlink", ("batch", "external_id", "named"), _link_rows(batch.pk, book))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clients_stagedline, clients_stagedclient, clients_stagedservice")


def _copy(table: str, columns: Iterable[str], lines: Iterable[str]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        text = "\n".join(lines)
        if text:
            copy.write(text + "\n")


def _client_rows(batch: int, book: Book) -> Iterator[str]:
    for number, client in enumerate(book.described):
        cells = (
            client.key_kind,
            client.key[:255],
            (client.name or client.key)[:255],
            client.code[:60],
            client.account[:255],
            client.siren,
            client.siret,
            client.vat_number,
            client.email[:254],
            client.phone[:40],
            client.address[:255],
            client.postcode[:12],
            client.city[:120],
            client.owner[:255],
        )
        yield "\t".join((str(batch), str(number), *map(clean, cells), "f"))


def _link_rows(batch: int, book: Book) -> Iterator[str]:
    for cells in sorted(book.links):
        yield "\t".join((str(batch), *map(clean, cells)))


def _service_rows(batch: int, book: Book) -> Iterator[str]:
    for number, cells in enumerate(book.service_rows):
        yield "\t".join((str(batch), str(number), *map(clean, cells)))

"""Filling the staging tables by COPY, in chunks, each committed with the progress it makes."""

import datetime as dt
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from django.utils import timezone

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
    "naf_code",
    "owner",
    "is_new",
]
SERVICE_COLUMNS = ("batch", "number", "code", "name", "family")
LINK_COLUMNS = ("batch", "external_id", "named")
TIDYING = dt.timedelta(hours=1)  # the longest that a living worker takes to empty its staging
STAGED = (StagedLine, StagedInvoice, StagedClient, StagedService, StagedLink, StagedTotal)


def clear(batch: Import) -> None:
    """Empty this import's staging: what a worker that died left there, or what has become facts."""
    for model in STAGED:
        model.objects.filter(batch=batch.pk).delete()


def forget_old() -> None:
    """Empty the staging of imports that nobody is at any more: their worker died when it had nothing left to write.

    Imports just over are left alone: their worker may be tidying up, and two who delete the same rows can deadlock.
    """
    to_do = Q(status__in=[Import.Status.QUEUED, Import.Status.RUNNING])
    at_work = Import.objects.filter(to_do | Q(heartbeat_at__gt=timezone.now() - TIDYING))
    for model in STAGED:
        model.objects.exclude(batch__in=at_work.values("pk")).delete()


class Writer:
    """Copies lines into staging in a thread of its own, one chunk at a time, while the next rows are read.

    Both speak on one connection: who is not the writer settles with it first.
    """

    def __init__(self, cursor: CursorWrapper, pool: ThreadPoolExecutor):
        self.cursor, self.pool = cursor, pool
        self.pending: Future[None] | None = None

    def write(self, lines: list[str]) -> None:
        self.pending = self.pool.submit(_copy, self.cursor, "clients_stagedline", LINE_COLUMNS, lines)

    def settle(self) -> None:
        """Wait until what was given is written. Raises what went wrong with it."""
        if self.pending:
            pending, self.pending = self.pending, None
            pending.result()


def fill(batch: Import, rows: Iterable[Row], book: Book) -> None:
    """Stage every row, then the clients and services that they name; reading happens here, as rows are drawn."""
    texts = iter(text_rows(batch.pk, rows))
    done = 0
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        writer, tell = Writer(cursor, pool), book.on_progress

        def tell_between(rows: int) -> None:
            writer.settle()  # one thing at a time on this connection
            tell(rows)

        book.on_progress = tell_between
        while chunk := list(islice(texts, CHUNK_ROWS)):
            writer.settle()
            _tell(batch, book, done)
            writer.write(chunk)
            done += len(chunk)
        writer.settle()
        _tell(batch, book, done)
        _copy(cursor, "clients_stagedclient", CLIENT_COLUMNS, _client_rows(batch.pk, book))
        _copy(cursor, "clients_stagedservice", SERVICE_COLUMNS, _service_rows(batch.pk, book))
        _copy(cursor, "clients_stagedlink", LINK_COLUMNS, _link_rows(batch.pk, book))
        cursor.execute("ANALYZE clients_stagedline, clients_stagedclient, clients_stagedservice")


def _tell(batch: Import, book: Book, done: int) -> None:
    total = max(book.expected_rows or 0, book.rows, done)
    beat(batch, rows_done=min(max(done, book.rows), total), rows_total=total)


def _copy(cursor: CursorWrapper, table: str, columns: Iterable[str], lines: Iterable[str]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
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
            client.naf_code,
            client.owner[:255],
        )
        yield "\t".join((str(batch), str(number), *map(clean, cells), "f"))


def _link_rows(batch: int, book: Book) -> Iterator[str]:
    for cells in sorted(book.links):
        yield "\t".join((str(batch), *map(clean, cells)))


def _service_rows(batch: int, book: Book) -> Iterator[str]:
    for number, cells in enumerate(book.service_rows):
        yield "\t".join((str(batch), str(number), *map(clean, cells)))

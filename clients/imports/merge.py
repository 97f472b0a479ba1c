"""One transaction that makes facts of what is staged: all of it, or nothing.

Steps are SQL files, one statement each; a lock of the database lets one import merge at a time, so that what a step
reads is still true when the next one writes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.imports.book import Book
from clients.imports.claim import LOCK_SPACE, check_wanted
from clients.models import Import, Invoice, Source

SQL = Path(__file__).parent / "sql"
MOST_CANCELLED = 0.05


class ConfirmationNeededError(Exception):
    """More invoices would disappear than a correction explains: a person decides."""

    def __init__(self, cancelled: int, covered: int):
        super().__init__(f"{cancelled}/{covered}")
        self.cancelled, self.covered = cancelled, covered


@dataclass
class Outcome:
    """What a merge did, or would do. Money in cents HT."""

    source: Source
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    cancelled: list[int] = field(default_factory=list)
    clients_created: int = 0
    imported_cents: int = 0
    first_day: date | None = None
    last_day: date | None = None
    future: int = 0
    not_counted: int = 0
    not_counted_cents: int = 0
    left_out: list[tuple[str, int, int]] = field(default_factory=list)
    boundary: list[int] = field(default_factory=list)
    unknown_owners: list[tuple[str, int]] = field(default_factory=list)
    monthly_fees: list[tuple[int, str, int]] = field(default_factory=list)
    duplicates: list[tuple[str, int]] = field(default_factory=list)


@cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


class Steps:
    """Runs SQL files with this import's parameters."""

    def __init__(self, batch: Import, source: Source | None = None):
        self.parameters: dict[str, Any] = {"batch": batch.pk, "today": timezone.localdate()}
        if source:
            self.parameters["source"] = source.pk

    def run(self, name: str, **parameters: Any) -> int:
        """The number of rows written. Raises StoppedError when somebody asked meanwhile that the import stop."""
        check_wanted(self.parameters["batch"])
        with connection.cursor() as cursor:
            cursor.execute(_statement(name), self.parameters | parameters)
            return cursor.rowcount

    def rows(self, name: str, **parameters: Any) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(_statement(name), self.parameters | parameters)
            return cursor.fetchall()


def hold_the_lock() -> None:
    """Wait for one's turn to write facts, and give this transaction the memory it needs."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '15min'")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])


@contextmanager
def unattended() -> Iterator[None]:
    """What is written inside, in this transaction, is no edit by hand: the triggers that note edits let it pass."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.unattended = 'on'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.unattended = ''")


def merge(batch: Import, book: Book, source: Source) -> Outcome:
    """What became of the staged rows, in the transaction of the caller, who commits or rolls back."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("merge() belongs inside a transaction")
    with unattended():
        return _merge(batch, book, source)


def _merge(batch: Import, book: Book, source: Source) -> Outcome:
    steps = Steps(batch, source)
    outcome = Outcome(source)
    _find_clients(steps)
    steps.run("new_services")
    steps.run("known_services")
    steps.run("staged_invoices")
    _analyze()
    if Invoice.objects.exclude(source=source).exists():
        steps.run("probable_duplicates")
    _count(steps, outcome)
    _find_absent(steps, batch, book, outcome)
    _check_money(book, outcome)
    outcome.clients_created = steps.run("new_clients")
    _describe_clients(steps, outcome)
    _write_invoices(steps, outcome)
    steps.run("left_rows")
    return outcome


def _find_clients(steps: Steps) -> None:
    """Legal identities and codes first, exact names last: a row without SIRET finds the client of the row that has "
    "it."""
    for kinds in (["code", "account", "siret", "vat"], ["name"]):
        steps.run("known_clients")
        steps.run("new_client_numbers", kinds=kinds)
        if kinds != ["name"]:
            steps.run("new_client_names")


def _describe_clients(steps: Steps, outcome: Outcome) -> None:
    steps.run("client_keys")
    is_filling = steps.run("former_clients")
    steps.run("former_owners")
    if is_filling:
        steps.run("filled_clients")
    steps.run("owners")
    outcome.unknown_owners = steps.rows("unknown_owners")


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clients_stagedinvoice")


def _count(steps: Steps, outcome: Outcome) -> None:
    (
        outcome.created, outcome.updated, outcome.unchanged, outcome.imported_cents, outcome.first_day,
        outcome.last_day, outcome.future, outcome.not_counted, outcome.not_counted_cents,
    ) = steps.rows("totals")[0]  # fmt: skip
    outcome.left_out = steps.rows("left_out")


def _check_money(book: Book, outcome: Outcome) -> None:
    """Every cent of the file is imported, excluded for a reason, or set aside."""
    excluded = sum(tally.cents for tally in book.excluded.values()) + sum(cents for _r, _n, cents in outcome.left_out)
    if book.file_cents != outcome.imported_cents + excluded + book.set_aside.cents:
        raise RuntimeError(
            f"the import does not reconcile: file {book.file_cents}, imported {outcome.imported_cents}, "
            f"excluded {excluded}, set aside {book.set_aside.cents}"
        )


def _find_absent(steps: Steps, batch: Import, book: Book, outcome: Outcome) -> None:
    """Invoices of the same journals and days that the new export no longer holds."""
    if not book.zones:
        return
    zones = [(journal, zone.first_day, zone.last_day) for zone in book.zones for journal in sorted(zone.journals)]
    journals, first_days, last_days = (list(column) for column in zip(*zones, strict=True))
    covered = {"journals": journals, "first_days": first_days, "last_days": last_days}
    prefixes = [f"{journal}/{entry}/" for journal, entry in sorted(book.set_aside_entries)]
    for invoice, is_boundary in steps.rows("absent_invoices", set_aside=prefixes, **covered):
        (outcome.boundary if is_boundary else outcome.cancelled).append(invoice)
    if outcome.cancelled and not batch.is_confirmed and not batch.is_dry_run:
        total = steps.rows("covered_invoices", **covered)[0][0]
        if len(outcome.cancelled) > total * MOST_CANCELLED:
            raise ConfirmationNeededError(len(outcome.cancelled), total)


def _write_invoices(steps: Steps, outcome: Outcome) -> None:
    """Nothing is run when nothing changes: a trigger notes each statement, and a night without news makes no run."""
    if outcome.updated:
        steps.run("former_invoices")
        steps.run("former_lines")
    if outcome.created or outcome.updated:
        steps.run("invoices")
        steps.run("invoice_lines", difference=_("Écart avec la version sans détail"))
    if outcome.cancelled:
        steps.run("former_cancelled", ids=outcome.cancelled)
        steps.run("cancelled_invoices", ids=outcome.cancelled)
    wrong = steps.rows("lines_add_up")[0][0]
    if wrong:
        raise RuntimeError(f"{wrong} invoices differ from their lines")
    outcome.monthly_fees = steps.rows("monthly_fees")
    outcome.duplicates = steps.rows("duplicate_examples")

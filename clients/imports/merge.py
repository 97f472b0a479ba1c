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
from psycopg import sql

from clients.imports import erased, totals
from clients.imports.book import Book
from clients.imports.claim import LOCK_SPACE, check_wanted
from clients.imports.plan import Plan
from clients.imports.progress import Progress
from clients.imports.verdicts import write_aliases
from clients.models import Import, ImportChange, Invoice, InvoiceLink, NamedDocument, Source, StagedLink

SQL = Path(__file__).parent / "sql"
MOST_CANCELLED = 0.05
WRITTEN = ("clients_client", "clients_clientkey", "clients_importchange", "clients_invoice", "clients_invoiceline")


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

    def __init__(self, batch: Import, source: Source | None = None, progress: Progress | None = None):
        self.batch, self.source, self.progress = batch, source, progress
        self.erased: set[str] = set()  # what the files say of clients whom somebody erased
        self.parameters: dict[str, Any] = {"batch": batch.pk, "today": timezone.localdate()}
        if source:
            self.parameters["source"] = source.pk

    def run(self, name: str, **parameters: Any) -> int:
        """The number of rows written. Raises StoppedError when somebody asked meanwhile that the import stop."""
        check_wanted(self.parameters["batch"])
        with connection.cursor() as cursor:
            cursor.execute(_statement(name), self.parameters | parameters)
            written = cursor.rowcount
        self._tell(name)
        return written

    def rows(self, name: str, **parameters: Any) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(_statement(name), self.parameters | parameters)
            found = cursor.fetchall()
        self._tell(name)
        return found

    def check_references(self) -> None:
        """Check now, rather than at the commit, that every row written names rows that are there."""
        connection.check_constraints()
        self._tell("references")

    def analyse(self, *tables: str) -> None:
        """Have the tables that this transaction filled or changed a lot analysed, without waiting for autovacuum, which
        sees nothing of them before the commit: planned for no row, a question about a year of invoices takes minutes.
        """
        for (table,) in self.rows("outgrown_tables", tables=list(tables)):
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))

    def _tell(self, step: str) -> None:
        if self.progress:
            self.progress.after(step)


def hold_the_lock() -> None:
    """Wait for one's turn to write facts, and give this transaction the memory it needs.

    The server looks every second whether this worker still lives: a killed one must not wait, nor write, for nobody,
    while its import cannot be taken up again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_connection_check_interval = '1s'")
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


def find_known(steps: Steps, plan: Plan) -> None:
    """Who of the files is somebody already known, by decision or by a key, and which of them are one."""
    if plan.services:
        write_aliases(plan, by=steps.batch.launched_by)
    assert steps.source
    steps.erased = erased.recognise(steps.batch, steps.source)
    if plan.same:
        _apply_decisions(steps, plan.same)
    steps.run("known_clients")
    if plan.same:
        steps.run("decided_groups")


def merge(steps: Steps, book: Book, plan: Plan) -> Outcome:
    """What became of the staged rows whose known clients are found, in the transaction of the caller, who commits or
    rolls back."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("merge() belongs inside a transaction")
    with unattended():
        return _merge(steps, book, plan)


def _merge(steps: Steps, book: Book, plan: Plan) -> Outcome:
    batch, source = steps.batch, steps.source
    assert source
    outcome = Outcome(source)
    _make_clients(steps, plan)
    steps.run("new_services")
    steps.run("known_services")
    steps.run("staged_invoices")
    if steps.erased:
        steps.run("erased_labels")
    _analyze()
    if Invoice.objects.exclude(source=source).exists():
        steps.run("probable_duplicates", kept=plan.kept)
    _count(steps, outcome)
    _find_absent(steps, batch, book, outcome)
    outcome.clients_created = steps.run("new_clients")
    _describe_clients(steps, outcome, plan)
    _write_invoices(steps, outcome)
    _link_documents(steps)
    _write_totals(steps, book, outcome)
    _check_money(book, outcome)
    steps.run("left_rows")
    return outcome


def _link_documents(steps: Steps) -> None:
    """Link each document to the one it names, whichever was imported first. Nothing is run when none names another."""
    if StagedLink.objects.filter(batch=steps.batch.pk).exists():
        steps.run("named_documents")
    elif not NamedDocument.objects.filter(source=steps.source).exists():
        return
    missing = steps.rows("missing_links")
    made = InvoiceLink.objects.bulk_create(
        [InvoiceLink(document_id=document, named_id=named, kind=kind) for document, named, kind in missing],
        batch_size=5_000,
    )
    ImportChange.objects.bulk_create(  # a link does not say which import made it
        [
            ImportChange(
                batch=steps.batch, table="clients_invoicelink", row_id=link.pk, action=ImportChange.Action.CREATED
            )
            for link in made
        ],
        batch_size=5_000,
    )


def _apply_decisions(steps: Steps, same: dict[str, str]) -> None:
    """Give the clients of the files that somebody recognised to whom they are."""
    known: list[tuple[str, str, int]] = []
    leaders: list[tuple[str, str, str, str]] = []
    for key, target in same.items():
        while target in same and target != key:
            target = same[target]
        kind, value = key.split(":", 1)
        target_kind, target_value = target.split(":", 1)
        if target_kind == "client":
            known.append((kind, value, int(target_value)))
        else:
            leaders.append((kind, value, target_kind, target_value))
    for name, names, rows in (
        ("decided_clients", ("kinds", "keys", "clients"), known),
        ("decided_leaders", ("kinds", "keys", "leader_kinds", "leader_keys"), leaders),
    ):
        if rows:
            steps.run(
                name, **{column: list(values) for column, values in zip(names, zip(*rows, strict=True), strict=True)}
            )


def _make_clients(steps: Steps, plan: Plan) -> None:
    """Legal identities and codes first, exact names last: a row without SIRET finds the client of the row that has it.

    Who is known was found before.
    """
    steps.run("new_client_numbers", kinds=["code", "account", "siret", "vat"])
    steps.run("new_client_names")
    steps.run("known_clients")
    steps.run("new_client_numbers", kinds=["name"])
    if plan.same:
        steps.run("decided_groups")


def _describe_clients(steps: Steps, outcome: Outcome, plan: Plan) -> None:
    steps.run("client_keys")
    is_filling = steps.run("former_clients")
    steps.run("former_owners")
    if is_filling:
        steps.run("filled_clients")
    owners = {"owner_names": list(plan.owners), "owner_ids": list(plan.owners.values())}
    steps.run("owners", **owners)
    outcome.unknown_owners = steps.rows("unknown_owners", owner_names=owners["owner_names"])


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
    if outcome.cancelled and not batch.is_confirmed:
        total = steps.rows("covered_invoices", **covered)[0][0]
        if len(outcome.cancelled) > total * MOST_CANCELLED:
            if not batch.is_dry_run:
                raise ConfirmationNeededError(len(outcome.cancelled), total)
            book.questions = {"cancelled": len(outcome.cancelled), "covered": total}


def _write_invoices(steps: Steps, outcome: Outcome) -> None:
    """Nothing is run when nothing changes: a trigger notes each statement, and a night without news makes no run."""
    if outcome.updated:
        steps.run("former_invoices")
        steps.run("former_lines")
        steps.run("changed_invoices")
    if outcome.created:
        steps.run("new_invoices")
    if outcome.created or outcome.updated:
        steps.run("invoice_lines", difference=_("Écart avec la version sans détail"))
    if outcome.cancelled:
        steps.run("former_cancelled", ids=outcome.cancelled)
        steps.run("cancelled_invoices", ids=outcome.cancelled)
    if not steps.batch.is_dry_run:
        steps.check_references()
    steps.analyse(*WRITTEN)
    wrong = steps.rows("lines_add_up")[0][0]
    if wrong:
        raise RuntimeError(f"{wrong} invoices differ from their lines")
    outcome.monthly_fees = steps.rows("monthly_fees")
    outcome.duplicates = steps.rows("duplicate_examples")


def _write_totals(steps: Steps, book: Book, outcome: Outcome) -> None:
    """Yearly totals last, once it is known which clients have invoices: those stand in the place of totals."""
    if outcome.first_day and outcome.last_day and (outcome.created or outcome.updated):
        totals.replace(steps, book, outcome.first_day, outcome.last_day)
    found = totals.write(steps, book)
    steps.analyse("clients_yearlytotal")
    outcome.created += found.created
    outcome.updated += found.updated
    outcome.unchanged += found.unchanged
    outcome.imported_cents += found.cents
    outcome.left_out += found.left_out
    outcome.first_day = min((day for day in (outcome.first_day, found.first_day) if day), default=None)
    outcome.last_day = max((day for day in (outcome.last_day, found.last_day) if day), default=None)

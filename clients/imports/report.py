"""Writing down what became of an import, and telling it: to the database, as JSON, as French text."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import CharField, Count, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Right
from clients.imports import claim
from clients.imports.book import Book
from clients.imports.findings import RefusedError, label_of
from clients.imports.merge import ConfirmationNeededError, Outcome
from clients.models import Import, ImportFinding, Invoice, Service

Severity = ImportFinding.Severity
MOST_LISTED = 10_000
ENDED = (  # the fields of an import that its end writes: the others belong to whoever watches it
    "status", "source", "source_name", "finished_at", "heartbeat_at", "rows_total", "rows_done", "created", "updated",
    "unchanged", "cancelled", "clients_created", "file_total", "imported_total", "first_day", "last_day", "learned",
)  # fmt: skip


def euros(cents: int) -> Decimal:
    """Cents as euros, exactly."""
    return Decimal(cents).scaleb(-2)


@transaction.atomic
def close(
    batch: Import,
    status: str,
    *,
    book: Book | None = None,
    outcome: Outcome | None = None,
    refusal: RefusedError | None = None,
) -> None:
    """Give an import its end, its figures and everything it has to say.

    Raises StoppedError when somebody asked meanwhile that it stop.
    """
    batch.findings.all().delete()
    book = book or (refusal.book if refusal else None)
    findings: list[ImportFinding] = []
    if refusal:
        findings.append(_refusal(batch, refusal))
    if book:
        findings += _errors(batch, book)
        findings += _warnings(batch, book)
        findings += _exclusions(batch, book)
        batch.file_total = euros(book.file_cents)
        batch.learned = {**batch.learned, "questions": book.questions}
    if outcome:
        findings += _outcome(batch, outcome)
        _take_figures(batch, outcome, status)
    else:
        _forget_figures(batch)
    ImportFinding.objects.bulk_create(findings, batch_size=1000)
    batch.status = status
    batch.heartbeat_at = timezone.now()
    batch.finished_at = batch.heartbeat_at if batch.is_final else None
    if batch.rows_total:
        batch.rows_done = batch.rows_total
    claim.end(batch, *ENDED)


@transaction.atomic
def ask(batch: Import, book: Book, needed: ConfirmationNeededError) -> None:
    """Leave an import waiting for somebody to confirm that invoices disappear."""
    batch.findings.all().delete()
    ImportFinding.objects.bulk_create(
        [_refusal(batch, RefusedError("many-cancelled", _many_cancelled(needed))), *_warnings(batch, book)]
    )
    batch.status = Import.Status.CONFIRMATION
    batch.heartbeat_at = timezone.now()
    batch.file_total, batch.imported_total = euros(book.file_cents), euros(0)
    claim.end(batch, "status", "heartbeat_at", "file_total", "imported_total")


def _many_cancelled(needed: ConfirmationNeededError) -> str:
    return _(
        "%(cancelled)s factures sur %(covered)s déjà importées pour ces journaux et ces dates ne sont plus dans le "
        "fichier : elles seraient annulées. Le fichier est peut-être partiel, ou d’une autre entreprise. Vérifiez-le, "
        "puis confirmez si ces annulations sont voulues."
    ) % {"cancelled": needed.cancelled, "covered": needed.covered}


def _take_figures(batch: Import, outcome: Outcome, status: str) -> None:
    batch.source = outcome.source if status == Import.Status.COMMITTED else None
    batch.source_name = batch.source_name or outcome.source.name
    batch.created, batch.updated, batch.unchanged = outcome.created, outcome.updated, outcome.unchanged
    batch.cancelled, batch.clients_created = len(outcome.cancelled), outcome.clients_created
    batch.imported_total = euros(outcome.imported_cents)
    batch.first_day, batch.last_day = outcome.first_day, outcome.last_day


def _forget_figures(batch: Import) -> None:
    """An import that wrote nothing counts nothing, whatever was found before it was given up."""
    batch.source, batch.first_day, batch.last_day = None, None, None
    batch.created = batch.updated = batch.unchanged = batch.cancelled = batch.clients_created = 0
    batch.imported_total = euros(0)


# --- What it has to say ---------------------------------------------------------------------------


def _refusal(batch: Import, refusal: RefusedError) -> ImportFinding:
    return ImportFinding(
        batch=batch,
        severity=Severity.REFUSAL,
        reason=refusal.reason,
        file=refusal.file[:255],
        line=refusal.line,
        repair=refusal.message,
        label=label_of(refusal.reason)[:255],
    )


def _errors(batch: Import, book: Book) -> Iterator[ImportFinding]:
    for error in book.errors:
        yield ImportFinding(
            batch=batch,
            severity=Severity.ERROR,
            reason=error.reason,
            file=error.file[:255],
            line=error.line,
            column=error.column[:120],
            value=error.value[:255],
            repair=error.repair,
            label=label_of(error.reason)[:255],
        )
    more = book.error_rows - len(book.errors)
    if more > 0:
        yield ImportFinding(
            batch=batch,
            severity=Severity.ERROR,
            reason="more-errors",
            count=more,
            repair=_("Réparez d’abord celles-ci : les suivantes ont souvent la même cause."),
            label=_("%(count)s autres lignes en erreur") % {"count": more},
        )


def _warnings(batch: Import, book: Book) -> Iterator[ImportFinding]:
    for warned in book.warnings:
        yield ImportFinding(
            batch=batch,
            severity=Severity.WARNING,
            reason=warned.reason,
            file=warned.file[:255],
            line=warned.line,
            value=warned.value[:255],
            repair=warned.message,
            label=label_of(warned.reason)[:255],
            count=warned.count,
            amount_ht=euros(warned.cents),
        )


def _exclusions(batch: Import, book: Book) -> Iterator[ImportFinding]:
    """What was left out before staging. Payment modes one by one, so that each can be restored."""
    for reason, tally in book.excluded.items():
        if reason == "payment-mode" or not tally.count:
            continue
        yield _exclusion(batch, reason, tally.count, tally.cents)
    for (code, label), tally in sorted(book.payment_modes.items(), key=lambda item: -abs(item[1].cents)):
        name = f"{code} — {label}" if label and label != code else code
        yield _exclusion(batch, "payment-mode", tally.count, tally.cents, name, code)
    for currency, tally in sorted(book.currencies.items()):
        yield _exclusion(batch, "currency", tally.count, 0, currency)
    if book.set_aside.count:
        yield _exclusion(batch, "set-aside", book.set_aside.count, book.set_aside.cents)


def _exclusion(batch: Import, reason: str, count: int, cents: int, label: str = "", value: str = "") -> ImportFinding:
    return ImportFinding(
        batch=batch,
        severity=Severity.EXCLUSION,
        reason=reason,
        count=count,
        amount_ht=euros(cents),
        label=(label or label_of(reason))[:255],
        value=value[:255],
    )


def _outcome(batch: Import, outcome: Outcome) -> Iterator[ImportFinding]:
    for reason, count, cents in outcome.left_out:
        yield _exclusion(batch, reason, count, cents)
    yield from _listed(batch, "cancelled", outcome.cancelled)
    yield from _listed(batch, "boundary-day", outcome.boundary)
    if outcome.future and outcome.last_day:
        message = _(
            "Des factures sont datées dans le futur, jusqu’au %(day)s : elles compteront à partir de leur jour."
        )
        yield _warning(batch, "future-date", message % {"day": date_format(outcome.last_day)}, outcome.future)
    if outcome.not_counted:
        yield _warning(
            batch,
            "not-counted",
            _("Gardés pour mémoire, ils n’entrent dans aucun montant."),
            outcome.not_counted,
            outcome.not_counted_cents,
        )
    for owner, count in outcome.unknown_owners:
        yield _warning(
            batch,
            "unknown-owner",
            _(
                "Personne ici ne porte ce nom ni cette adresse : ces clients restent à répartir. Invitez cette "
                "personne."
            ),
            count,
            label=owner,
        )
    for service, name, count in outcome.monthly_fees:
        message = ngettext(
            "Facturé presque chaque mois à %(count)s client : est-ce un abonnement ?",
            "Facturé presque chaque mois à %(count)s clients : est-ce un abonnement ?",
            count,
        )
        yield _warning(batch, "monthly-fee", message % {"count": count}, count, label=name, value=str(service))
    for label, cents in outcome.duplicates:
        yield _warning(
            batch,
            "probable-duplicate",
            _("Écartée : une autre source a déjà ce client, cette date et ce montant."),
            1,
            cents,
            label=label,
        )


def _warning(
    batch: Import, reason: str, message: str, count: int = 1, cents: int = 0, label: str = "", value: str = ""
) -> ImportFinding:
    return ImportFinding(
        batch=batch,
        severity=Severity.WARNING,
        reason=reason,
        repair=message,
        count=count,
        amount_ht=euros(cents),
        label=(label or label_of(reason))[:255],
        value=value[:255],
    )


def _listed(batch: Import, reason: str, ids: list[int]) -> Iterator[ImportFinding]:
    """Invoices one by one, with their number, client and day."""
    message = (
        _("Absente du nouvel export de son journal : annulée.")
        if reason == "cancelled"
        else _("Absente de ce fichier, qui commence ou finit ce jour-là : gardée. Annulez-la à la main si besoin.")
    )
    invoices = Invoice.objects.filter(pk__in=ids[:MOST_LISTED]).select_related("client").order_by("issued_on", "id")
    for invoice in invoices:
        label = f"{invoice.number} · {invoice.client.name} · {invoice.issued_on:%d/%m/%Y}"
        cents = int(invoice.amount_ht * 100)
        yield _warning(batch, reason, message, 1, cents, label, str(invoice.pk))


# --- Telling it -----------------------------------------------------------------------------------


def excluded(batch: Import) -> list[dict]:
    """Documents left out, by reason: count and euros HT, the largest first."""
    rows = (
        batch.findings.filter(severity=Severity.EXCLUSION)
        .values("reason")
        .annotate(documents=Sum("count"), amount=Sum("amount_ht"))
        .order_by("reason")
    )
    return [
        {"reason": row["reason"], "label": label_of(row["reason"]), "count": row["documents"], "amount": row["amount"]}
        for row in rows
    ]


def as_json(batch: Import) -> dict:
    """The report of an import with the names and types of the command's contract."""
    status = batch.status if batch.status in ("committed", "dry-run") else "refused"
    return {
        "status": status,
        "source": batch.source_name,
        "created": batch.created,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "excluded": [
            {"reason": row["reason"], "count": row["count"], "amount": f"{row['amount']:.2f}"}
            for row in excluded(batch)
        ],
        "errors": [
            {"file": f.file, "line": f.line, "column": f.column, "value": f.value, "repair": f.repair}
            for f in batch.findings.filter(severity__in=[Severity.REFUSAL, Severity.ERROR])
        ],
        "file_total": f"{batch.file_total or 0:.2f}",
        "imported_total": f"{batch.imported_total or 0:.2f}",
    }


def error_counts(batch: Import) -> list[dict]:
    """How many errors of each kind, the most frequent first."""
    rows = batch.findings.filter(severity=Severity.ERROR).values("reason").annotate(rows=Count("id"))
    return [{"label": label_of(row["reason"]), **row} for row in rows.order_by("-rows", "reason")]


# --- Monthly fees that it found -------------------------------------------------------------------


def monthly_fees(batch: Import) -> QuerySet:
    """The findings on services that look like monthly fees and are not marked as recurring yet."""
    waiting = Service.objects.filter(is_recurring=False).annotate(text=Cast("pk", CharField())).values("text")
    return batch.findings.filter(reason="monthly-fee", value__in=waiting).order_by("-count", "id")


@transaction.atomic
def mark_recurring(batch: Import, *, services: Iterable[str], by: User) -> list[int]:
    """Those of these services that this import asked about, now marked as recurring.

    Raises PermissionDenied without the right to manage settings.
    """
    if not by.may(Right.MANAGE_SETTINGS):
        raise PermissionDenied
    asked = monthly_fees(batch).filter(value__in=list(services))
    ids = [int(value) for value in asked.values_list("value", flat=True)]
    Service.objects.filter(pk__in=ids).update(is_recurring=True)
    return ids

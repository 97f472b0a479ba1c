"""One import from end to end: read, stage, check, then one transaction that writes facts, or none.

Whatever the door (page, admin, command), it is a row made by `queue.submit` and run here.
"""

import logging
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import acting_as
from clients import bells
from clients.imports import (
    claim,
    intake,
    mappings,
    on_disk,
    questions,
    rejects,
    report,
    staging,
    stopping,
    table_checks,
    traces,
    undo,
    verdicts,
    yearly,
    yearly_layout,
)
from clients.imports.book import Book, share_of_errors
from clients.imports.einvoice_rows import einvoice_rows
from clients.imports.fec_rows import fec_rows
from clients.imports.findings import RefusedError
from clients.imports.guess import guesses
from clients.imports.merge import ConfirmationNeededError, Outcome, Steps, find_known, hold_the_lock, merge
from clients.imports.plan import Plan
from clients.imports.progress import Progress
from clients.imports.sniff import Source as SniffedFile
from clients.imports.source import source_for
from clients.imports.tables import table_rows
from clients.models import Import, ImportFile, StagedLine, StagedTotal

log = logging.getLogger(__name__)
MOST_ERRORS = 0.20
READERS = {"fec": fec_rows, "einvoice": einvoice_rows}
REPAIRABLE = (  # by choosing other columns, formats or meanings
    "too-many-errors", "impossible-dates", "no-invoice", "no-client", "no-client-column", "no-date-column",
    "no-amount-column", "only-with-vat", "wrong-format", "strict",
)  # fmt: skip


def process(import_id: int) -> Import:
    """The import once its turn is over: final, waiting for a confirmation, or untouched when another worker has it."""
    with claim.claimed(import_id) as mine:
        batch = Import.objects.select_related("launched_by").get(pk=import_id)
        if mine:
            language = batch.launched_by.language if batch.launched_by else settings.LANGUAGE_CODE
            with acting_as(batch.launched_by), translation.override(language):
                try:
                    _run(batch)
                except claim.StoppedError:
                    stopping.abandon(batch)
            staging.clear(batch)
    return batch


def _run(batch: Import) -> None:
    if batch.step == Import.Step.UNDO:
        undo.run(batch)
        return
    try:
        if batch.attempts > claim.MOST_ATTEMPTS:
            raise RefusedError(
                "internal",
                _(
                    "L’import s’est interrompu trois fois de suite, sans rien écrire. Le fichier est peut-être trop "
                    "gros pour cette machine. Partagez-le en plusieurs fichiers, ou prévenez votre administrateur."
                ),
            )
        with on_disk.copies(batch) as files:
            _import(batch, files)
    except RefusedError as refusal:
        report.close(batch, _status_of(batch, refusal), refusal=refusal)
    except (claim.StoppedError, OperationalError, InterfaceError):
        raise  # stopped; or the database went away: the row stays running, and the next minute takes it up again
    except Exception:
        log.exception("import %s failed", batch.pk)
        message = _(
            "Une erreur inattendue a interrompu l’import n° %(number)s ; rien n’a été écrit. Réessayez ; si elle se "
            "répète, transmettez ce numéro à votre administrateur, qui trouvera le détail dans le journal technique."
        )
        report.close(batch, Import.Status.FAILED, refusal=RefusedError("internal", message % {"number": batch.pk}))


def _status_of(batch: Import, refusal: RefusedError) -> str:
    """What a refusal makes of an import: over, unless somebody is there who may repair it and check again."""
    if refusal.reason == "internal":
        return Import.Status.FAILED
    is_watched = batch.door == Import.Door.PAGE and batch.step == Import.Step.CHECK
    return Import.Status.CHECKED if is_watched and refusal.reason in REPAIRABLE else Import.Status.REFUSED


def _import(batch: Import, files: list[tuple[ImportFile, Path]]) -> None:
    plan = Plan.read(batch.plan)
    book = Book(table_plan=mappings.decided(batch, plan), verdicts=verdicts.known(plan), is_strict=batch.is_strict)

    def tell(rows: int) -> None:
        claim.beat(batch, rows_done=rows, rows_total=max(rows, book.expected_rows or 0))

    book.on_progress = tell
    sources = _sniffed(batch, files, book)
    batch.format = intake.format_of(sources)
    claim.beat(batch, format=batch.format)
    is_table = batch.format == Import.Format.TABLE
    totals = [source for source in sources if is_table and yearly_layout.holds(source)]
    tables = [source for source in sources if source not in totals]
    if batch.step == Import.Step.LEARN:
        if is_table and tables:
            _ask_for_columns(batch, tables, book)
            return
        claim.beat(batch, step=Import.Step.CHECK)  # the columns of the others are laid down by their format
    staging.clear(batch)
    yearly.stage(batch, totals, book)
    staging.fill(batch, READERS.get(sources[0].kind, table_rows)(tables, book), book)
    claim.beat(batch, phase=Import.Phase.CHECKING if batch.is_dry_run else Import.Phase.WRITING, rows_done=0)
    try:
        _merge(batch, book, plan, tables)
    except RefusedError:
        rejects.keep(batch, tables, book)
        raise


def _ask_for_columns(batch: Import, sources: list[SniffedFile], book: Book) -> None:
    """Leave the import waiting for somebody to confirm what its columns are."""
    found = guesses(sources, book.table_plan)
    if not found:
        raise RefusedError("empty-file", _("Aucun de ces tableaux ne contient de ligne. Exportez-les à nouveau."))
    claim.beat(batch, learned={"tables": [guess.stored() for guess in found]}, status=Import.Status.MAPPING)


def _sniffed(batch: Import, files: list[tuple[ImportFile, Path]], book: Book) -> list[SniffedFile]:
    """What there is to read in each file, whatever archive or workbook it comes in; one import holds one kind."""
    given = [intake.Given(path, stored.name, stored.sha256) for stored, path in files]
    return intake.sources_of(given, book, wanted=batch.format, is_strict=batch.is_strict)


def _check(batch: Import, book: Book) -> None:
    """Refused when too much is wrong, or anything when the import is strict."""
    if book.error_rows and batch.is_strict:
        raise RefusedError(
            "strict",
            ngettext(
                "%(count)s ligne est en erreur et l’import est strict : rien n’a été écrit. Réparez-la, ou importez "
                "sans l’option stricte pour la mettre de côté.",
                "%(count)s lignes sont en erreur et l’import est strict : rien n’a été écrit. Réparez-les, ou "
                "importez sans l’option stricte pour les mettre de côté.",
                book.error_rows,
            )
            % {"count": book.error_rows},
        ).with_book(book)
    if share_of_errors(book) > MOST_ERRORS:
        raise RefusedError(
            "too-many-errors",
            ngettext(
                "%(count)s ligne sur %(rows)s est en erreur, plus d’une sur cinq : rien n’a été écrit. Le fichier "
                "n’est sans doute pas celui que vous pensez, ou une colonne est décalée. Voyez les premières erreurs "
                "ci-dessous.",
                "%(count)s lignes sur %(rows)s sont en erreur, plus d’une sur cinq : rien n’a été écrit. Le fichier "
                "n’est sans doute pas celui que vous pensez, ou une colonne est décalée. Voyez les premières erreurs "
                "ci-dessous.",
                book.error_rows,
            )
            % {"count": book.error_rows, "rows": book.rows},
        ).with_book(book)


def _holds_documents(batch: Import) -> bool:
    lines, totals = StagedLine.objects.filter(batch=batch.pk, fate=""), StagedTotal.objects.filter(batch=batch.pk)
    return lines.exists() or totals.exists()


def _no_invoice() -> str:
    return _(
        "Aucune facture à importer : tout ce que contient le fichier est écarté ou en erreur. Les raisons sont "
        "ci-dessous. Choisissez un autre export, avec une ligne par facture et le nom du client."
    )


def _merge(batch: Import, book: Book, plan: Plan, sources: list[SniffedFile]) -> None:
    try:
        with closing(Progress(batch)) as progress, transaction.atomic():
            hold_the_lock()
            steps = Steps(batch, source_for(batch, book), progress)
            outcome = merged(steps, book, plan, [source.name for source in sources])
            if batch.is_dry_run:
                transaction.set_rollback(True)
            else:
                verdicts.write(plan, by=batch.launched_by)
                rejects.keep(batch, sources, book)
                report.close(batch, Import.Status.COMMITTED, book=book, outcome=outcome)
                if steps.erased:
                    traces.forget_files(batch)
                    traces.forget_words(steps.erased, batch=batch)
                transaction.on_commit(_ring)
    except ConfirmationNeededError as needed:
        report.ask(batch, book, needed)
        return
    if batch.is_dry_run:
        rejects.keep(batch, sources, book)
        # What the import would do; the source it would have made does not exist.
        is_watched = batch.door == Import.Door.PAGE
        status = Import.Status.CHECKED if is_watched else Import.Status.DRY_RUN
        report.close(batch, status, book=book, outcome=outcome)


def merged(steps: Steps, book: Book, plan: Plan, names: list[str]) -> Outcome:
    """What becomes of the staged rows. Refused when too much is wrong or nothing is left."""
    batch = steps.batch
    find_known(steps, plan)
    if batch.format == Import.Format.TABLE:
        table_checks.check(steps, book, names)
    book.rejected = rejects.reasons(steps, book, names)
    _check(batch, book)
    if not _holds_documents(batch):
        raise RefusedError("no-invoice", _no_invoice()).with_book(book)
    if not (batch.is_dry_run and batch.door == Import.Door.PAGE):
        return merge(steps, book, plan)
    unknown = questions.services(steps)
    outcome = merge(steps, book, plan)
    book.questions |= questions.asked(steps, plan) | {"services": unknown}
    return outcome


def _ring() -> None:
    """Wake what follows an import."""
    bells.ring(*settings.AFTER_IMPORT)

"""One import from end to end: read, stage, check, then one transaction that writes facts, or none.

Whatever the door (page, admin, command), it is a row made by `queue.submit` and run here.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit import acting_as
from clients import bells
from clients.imports import claim, report, staging, stopping, table_checks, undo
from clients.imports.book import Book, share_of_errors
from clients.imports.fec_rows import fec_rows
from clients.imports.findings import RefusedError
from clients.imports.merge import ConfirmationNeededError, Outcome, Steps, hold_the_lock, merge
from clients.imports.sniff import Source as SniffedFile
from clients.imports.sniff import sniff
from clients.imports.source import source_for
from clients.imports.tables import table_rows
from clients.models import Import, ImportFile, StagedLine

log = logging.getLogger(__name__)
MOST_ERRORS = 0.20


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
        with _on_disk(batch) as files:
            _import(batch, files)
    except RefusedError as refusal:
        status = Import.Status.FAILED if refusal.reason == "internal" else Import.Status.REFUSED
        report.close(batch, status, refusal=refusal)
    except (claim.StoppedError, OperationalError, InterfaceError):
        raise  # stopped; or the database went away: the row stays running, and the next minute takes it up again
    except Exception:
        log.exception("import %s failed", batch.pk)
        message = _(
            "Une erreur inattendue a interrompu l’import n° %(number)s ; rien n’a été écrit. Réessayez ; si elle se "
            "répète, transmettez ce numéro à votre administrateur, qui trouvera le détail dans le journal technique."
        )
        report.close(batch, Import.Status.FAILED, refusal=RefusedError("internal", message % {"number": batch.pk}))


@contextmanager
def _on_disk(batch: Import) -> Iterator[list[tuple[ImportFile, Path]]]:
    """The files of this import in a folder of their own, gone afterwards; each written piece by piece."""
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        files = []
        for stored in batch.files.all():
            path = Path(folder) / str(stored.position)
            with path.open("wb") as copy:
                for content in stored.chunks.order_by("position").values_list("content", flat=True).iterator(4):
                    copy.write(content)
            files.append((stored, path))
        yield files


def _import(batch: Import, files: list[tuple[ImportFile, Path]]) -> None:
    book = Book()

    def tell(rows: int) -> None:
        claim.beat(batch, rows_done=rows, rows_total=max(rows, book.expected_rows or 0))

    book.on_progress = tell
    sources = _sniffed(batch, files, book)
    batch.format = Import.Format.FEC if sources[0].kind == "fec" else Import.Format.TABLE
    claim.beat(batch, format=batch.format)
    staging.clear(batch)
    is_table = batch.format == Import.Format.TABLE
    staging.fill(batch, (table_rows if is_table else fec_rows)(sources, book), book)
    claim.beat(batch, phase=Import.Phase.CHECKING)
    if is_table:
        table_checks.check(Steps(batch), book, [source.name for source in sources])
    _check(batch, book)
    if not _holds_documents(batch):
        raise RefusedError("no-invoice", _no_invoice()).with_book(book)
    claim.beat(batch, phase=Import.Phase.WRITING)
    _merge(batch, book)


def _sniffed(batch: Import, files: list[tuple[ImportFile, Path]], book: Book) -> list[SniffedFile]:
    """What each file is; the same file given twice counts once, and one import holds one kind of file."""
    found: dict[str, SniffedFile] = {}
    for stored, path in files:
        if stored.sha256 in found:
            message = _("« %(file)s » a le même contenu que « %(other)s » : il n’est lu qu’une fois.")
            other = found[stored.sha256].name
            book.warn("same-file-twice", message % {"file": stored.name, "other": other}, file=stored.name)
        else:
            found[stored.sha256] = sniff(path, stored.name, batch.format)
    if not found:
        raise RefusedError("empty-file", _("Aucun fichier n’a été reçu. Choisissez au moins un fichier à importer."))
    sources = list(found.values())
    if len({source.kind == "fec" for source in sources}) > 1:
        raise RefusedError(
            "wrong-format",
            _(
                "L’import mêle un FEC et un tableau : ce sont deux sources différentes, et la même facture compterait "
                "deux fois. Importez le FEC seul, puis, s’il le faut, le tableau."
            ),
        )
    return sources


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
    return StagedLine.objects.filter(batch=batch.pk, fate="").exists()


def _no_invoice() -> str:
    return _(
        "Aucune facture à importer : tout ce que contient le fichier est écarté ou en erreur. Les raisons sont "
        "ci-dessous. Choisissez un autre export, avec une ligne par facture et le nom du client."
    )


def _merge(batch: Import, book: Book) -> None:
    try:
        with transaction.atomic():
            hold_the_lock()
            outcome = merge(batch, book, source_for(batch, book))
            if batch.is_dry_run:
                transaction.set_rollback(True)
            else:
                report.close(batch, Import.Status.COMMITTED, book=book, outcome=outcome)
                transaction.on_commit(_ring)
    except ConfirmationNeededError as needed:
        report.ask(batch, book, needed)
        return
    if batch.is_dry_run:
        _close_dry_run(batch, book, outcome)


def _close_dry_run(batch: Import, book: Book, outcome: Outcome) -> None:
    """The report of what an import would do; the source it would have made does not exist."""
    report.close(batch, Import.Status.DRY_RUN, book=book, outcome=outcome)


def _ring() -> None:
    """Wake what follows an import."""
    bells.ring(*settings.AFTER_IMPORT)

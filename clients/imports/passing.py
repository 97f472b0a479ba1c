"""Books read for a moment: their facts are written in the caller's transaction, which is rolled back.

Nothing of what surrounds an import happens: no file is kept, nobody is told how far it is, and nothing follows.
"""

import hashlib
from pathlib import Path

from django.utils.translation import gettext as _

from clients.imports import intake, pipeline, staging
from clients.imports.book import Book
from clients.imports.fec import FecReader
from clients.imports.fec_rows import fec_rows
from clients.imports.findings import RefusedError
from clients.imports.merge import Outcome, Steps
from clients.imports.plan import Plan
from clients.imports.sniff import Source
from clients.imports.source import source_for
from clients.models import Import

MOST_LINES = 300_000  # what a page has the time for


def take_in(path: Path, name: str) -> Outcome:
    """What became of the documents of this FEC. Raises RefusedError, in the words of any import.

    Archives are opened beside `path`, in a folder that the caller empties.
    """
    book, digest = Book(), hashlib.sha256()
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256")
    given = intake.Given(path, name, digest.hexdigest())
    sources = intake.sources_of([given], book, wanted=Import.Format.FEC, is_strict=False)
    _refuse_too_long(sources, name)
    batch = Import.objects.create(format=Import.Format.FEC, status=Import.Status.RUNNING)
    staging.fill(batch, fec_rows(sources, book), book)
    steps = Steps(batch, source_for(batch, book))
    return pipeline.merged(steps, book, Plan(), [source.name for source in sources])


def _refuse_too_long(sources: list[Source], name: str) -> None:
    lines = sum(
        FecReader(source.path, name=source.name, encoding=source.encoding, file=0).count() for source in sources
    )
    if lines > MOST_LINES:
        message = _(
            "« %(file)s » compte %(lines)s lignes, plus que les %(most)s qu’un diagnostic lit d’une traite. Exportez "
            "un seul exercice, ou les journaux de ventes et de banque seulement."
        )
        raise RefusedError("too-big", message % {"file": name, "lines": lines, "most": MOST_LINES}, file=name)

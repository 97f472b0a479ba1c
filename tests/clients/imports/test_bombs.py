"""Files that swell once opened: refused or harmless, and the process that imports them hardly grows.

A few in the ordinary suite; all of them with PROVE=1.
"""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from clients.models import Import, Invoice
from tests.clients.imports.books import import_text
from tests.clients.imports.hostile import BOMBS

LIGHT = (
    "zip of zeros that claims little", "zip that claims much", "corners of a sheet", "sheet of 100,000 columns",
    "entities in a workbook", "repeated rows and columns", "table of 100,000 columns",
    "100,000 columns below the headings", "billion laughs", "entity of a file", "entities in a PDF",
)  # fmt: skip
CASES = list(BOMBS) if os.environ.get("PROVE") else LIGHT
HARMLESS = ("formatted sheet", "20 million", "number of 50 MB", "attached paper")
GROWTH = """
import resource, sys
from pathlib import Path
import django
django.setup()
from clients.imports import cells, einvoice_rows, intake
from clients.imports.book import Book
from clients.imports.findings import RefusedError

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024 * 1024)

for path in map(Path, sys.argv[1:]):
    before, book = peak(), Book()
    try:
        for source in intake.sources_of([intake.Given(path, "file", "sum")], book, wanted="auto", is_strict=False):
            if source.kind == "einvoice":
                einvoice_rows._read([source], book)
            else:
                for row in cells.rows_of(source):
                    pass
    except RefusedError:
        pass
    print(peak() - before)
"""


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_a_bomb_is_refused_in_words_or_harmless(case):
    batch = import_text(BOMBS[case](), name=case)
    if case.startswith(HARMLESS):
        assert batch.status in (Import.Status.COMMITTED, Import.Status.REFUSED)
        return
    assert (batch.status, Invoice.objects.exists()) == (Import.Status.REFUSED, False)
    assert len(batch.findings.get(severity="refusal").repair) > 60


def test_no_bomb_swells_the_process_that_imports_it(tmp_path):
    for number, case in enumerate(CASES):
        (tmp_path / str(number)).write_bytes(BOMBS[case]())
    paths = [str(tmp_path / str(number)) for number in range(len(CASES))]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", GROWTH, *paths]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    growth = dict(zip(CASES, map(int, done.stdout.split()), strict=True))
    assert max(growth.values()) < 50, growth

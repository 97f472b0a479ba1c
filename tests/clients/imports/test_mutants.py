"""Good files mutated by a seed: each imports, or is refused in words, and nothing of a refused one is written.

Sixty in the ordinary suite; two thousand with PROVE=1.
"""

import os

import pytest

from clients.models import Client, ClientKey, Import, Invoice, InvoiceLine, Service, Source
from tests.clients.imports.books import import_text
from tests.clients.imports.hostile import GOOD, mutant

pytestmark = pytest.mark.django_db

MUTANTS = 2_000 if os.environ.get("PROVE") else 60
FACTS = (Client, ClientKey, Service, Invoice, InvoiceLine, Source)


def facts():
    return [model.objects.count() for model in FACTS]


@pytest.mark.parametrize("name", GOOD)
def test_the_files_to_mutate_are_good(name):
    assert import_text(GOOD[name], name=name).status == Import.Status.COMMITTED


@pytest.mark.parametrize("seed", range(MUTANTS))
def test_a_mutant_is_imported_or_refused_in_words(seed):
    name, content = mutant(seed)
    batch = import_text(content, name=name)
    assert batch.status in (Import.Status.COMMITTED, Import.Status.REFUSED)
    if batch.status == Import.Status.REFUSED:
        refusal = batch.findings.get(severity="refusal")
        assert len(refusal.repair) > 60
        assert facts() == [0] * len(FACTS)
    for error in batch.findings.filter(severity="error"):
        assert error.repair
        assert error.file

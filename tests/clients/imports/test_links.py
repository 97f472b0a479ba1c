"""Linking documents to those they name: found one by one by their identities, however large the source is."""

import datetime as dt
import json

import pytest
from django.db import connection

from clients.imports import merge
from clients.models import Import, Invoice, InvoiceLink, Source, StagedLink
from tests.clients.imports.books import import_text
from tests.factories import ClientFactory, InvoiceFactory, SourceFactory

DOCUMENTS = 300


def rows_met(plan):
    """How many rows a plan that was run went through, the rejected ones included."""
    own = sum(amount for name, amount in plan.items() if name == "Actual Rows" or name.startswith("Rows Removed by"))
    return own * plan["Actual Loops"] + sum(map(rows_met, plan.get("Plans", [])))


def invoices(source, client, count):
    Invoice.objects.bulk_create(
        Invoice(source=source, client=client, external_id=f"F{n}/2026", issued_on=dt.date(2026, 1, 1), amount_ht=10)
        for n in range(count)
    )


@pytest.mark.django_db
def test_a_named_document_is_looked_up_by_its_identity_in_a_source_that_the_statistics_do_not_know():
    client, batch = ClientFactory(), Import.objects.create()
    invoices(SourceFactory(name="Ancienne"), client, 10 * DOCUMENTS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clients_invoice")
    source = Source.objects.create(kind=Source.Kind.TABLE, name="Nouvelle")
    invoices(source, client, DOCUMENTS)
    InvoiceFactory(source=source, client=client, external_id="A1/2026", issued_on=dt.date(2026, 2, 1), amount_ht=-10)
    StagedLink.objects.create(batch=batch.pk, external_id="A1/2026", named="F1/")

    with connection.cursor() as cursor:
        statement = (merge.SQL / "missing_links.sql").read_text(encoding="utf-8")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", {"batch": batch.pk, "source": source.pk})
        told = cursor.fetchone()[0]
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    assert plan["Actual Rows"] == 1
    assert rows_met(plan) < DOCUMENTS


@pytest.mark.django_db
def test_nothing_is_looked_up_for_an_import_that_names_no_document(monkeypatch):
    asked = []
    rows = merge.Steps.rows
    monkeypatch.setattr(merge.Steps, "rows", lambda self, name, **more: asked.append(name) or rows(self, name, **more))
    import_text(b"Client;Date;Montant HT\nDupont;13/01/2025;100\n")
    assert "lines_add_up" in asked
    assert "missing_links" not in asked
    assert not InvoiceLink.objects.exists()

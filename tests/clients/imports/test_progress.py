"""What the page is told of an import while its transaction says nothing."""

from contextlib import closing

import pytest
from django.db import connection

from clients.imports import merge, progress
from clients.models import Import
from tests.clients.imports.books import import_text

TABLE = b"Client;Date;Montant HT\nDupont;13/01/2025;100\nMartin;14/01/2025;50\n"
LONG_TABLE = b"Client;Date;Montant HT\n" + b"Dupont;13/01/2025;100\n" * 100


@pytest.mark.django_db(transaction=True)
def test_the_page_sees_a_merge_advance_before_it_commits(monkeypatch):
    run, seen = merge.Steps.run, []

    def watched(self, name, **parameters):
        written = run(self, name, **parameters)
        with closing(connection.copy()) as other, other.cursor() as cursor:
            cursor.execute("SELECT phase, rows_done, (SELECT count(*) FROM clients_invoice) FROM clients_import")
            seen.append(cursor.fetchone())
        return written

    monkeypatch.setattr(merge.Steps, "run", watched)
    assert import_text(LONG_TABLE).status == Import.Status.COMMITTED
    assert {(phase, invoices) for phase, _done, invoices in seen} == {("writing", 0)}
    assert [done for _phase, done, _invoices in seen] == sorted(done for _phase, done, _invoices in seen)
    assert seen[0][1] < seen[-1][1] <= 100


@pytest.mark.django_db
def test_an_import_whose_progress_cannot_be_told_goes_on(monkeypatch):
    monkeypatch.setattr(progress, "TELL", "SELECT nonsense(%s, %s, %s)")
    assert import_text(TABLE).created == 2


def test_the_steps_of_a_merge_are_told_as_parts_of_a_hundred():
    assert sum(progress.SHARES.values()) <= 100
    statements = {path.stem for path in merge.SQL.glob("*.sql")}
    assert set(progress.SHARES) - {"references"} <= statements

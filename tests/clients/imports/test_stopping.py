"""Stopping an import: nothing is written, or it is too late; never something in between."""

import threading
from io import BytesIO

import pytest
from django.db import connection

from clients.imports import claim, merge, pipeline, queue, report, stopping
from clients.imports.stopping import Answer
from clients.models import Client, Import, Invoice, Source, StagedLine
from tests.clients.imports.books import import_text
from tests.connections import another_connection

TABLE = b"Client;Date;Montant HT\nDupont;13/01/2025;100\nMartin;14/01/2025;50\n"
TWO_CONNECTIONS = pytest.mark.django_db(transaction=True)


def submitted():
    return queue.submit(files=[("v.csv", BytesIO(TABLE))], by=None)


def nothing_written():
    return not any(model.objects.exists() for model in (Client, Invoice, Source, StagedLine))


class Asker(threading.Thread):
    """Somebody who asks, from another session."""

    def __init__(self, batch):
        super().__init__()
        self.batch, self.answer = batch, None

    def run(self):
        try:
            self.answer = stopping.ask(self.batch)
        finally:
            connection.close()


def asked(batch):
    asker = Asker(batch)
    asker.start()
    asker.join()
    return asker.answer


@pytest.mark.django_db
def test_a_queued_import_is_abandoned_at_once_and_no_worker_takes_it():
    batch = submitted()
    assert stopping.ask(batch) == Answer.STOPPED
    batch = pipeline.process(batch.pk)
    assert (batch.status, batch.is_final, batch.finished_at is not None) == (Import.Status.ABANDONED, True, True)
    assert "arrêté" in batch.findings.get().repair
    assert nothing_written()


@pytest.mark.django_db
@pytest.mark.parametrize("status", Import.WAITING)
def test_an_import_that_waits_for_somebody_is_abandoned_at_once(status):
    batch = submitted()
    Import.objects.filter(pk=batch.pk).update(status=status)
    assert stopping.ask(batch) == Answer.STOPPED


@pytest.mark.django_db
def test_asking_twice_is_asking_once():
    batch = submitted()
    answers = stopping.ask(batch), stopping.ask(batch)
    assert answers == (Answer.STOPPED, Answer.TOO_LATE)
    assert batch.findings.count() == 1


@pytest.mark.django_db
def test_an_import_that_is_over_cannot_be_stopped():
    batch = import_text(TABLE)
    assert stopping.ask(batch) == Answer.TOO_LATE
    assert Import.objects.get().status == Import.Status.COMMITTED


@TWO_CONNECTIONS
def test_an_import_whose_worker_died_is_abandoned_at_once():
    batch = submitted()
    Import.objects.filter(pk=batch.pk).update(status=Import.Status.RUNNING)
    assert stopping.ask(batch) == Answer.STOPPED


@TWO_CONNECTIONS
def test_reading_stops_at_the_next_beat(monkeypatch):
    batch = submitted()
    beat, answers = claim.beat, []

    def asked_before(batch, **changes):
        answers.append(asked(batch)) if not answers else None
        beat(batch, **changes)

    monkeypatch.setattr(claim, "beat", asked_before)
    batch = pipeline.process(batch.pk)
    assert answers == [Answer.ASKED]
    assert batch.status == Import.Status.ABANDONED
    assert nothing_written()


@TWO_CONNECTIONS
@pytest.mark.parametrize("step", ["new_services", "staged_invoices", "new_clients", "new_invoices", "invoice_lines"])
def test_merging_stops_between_two_steps(monkeypatch, step):
    batch = submitted()
    run = merge.Steps.run

    def asked_before(self, name, **parameters):
        if name == step:
            assert asked(batch) == Answer.ASKED
        return run(self, name, **parameters)

    monkeypatch.setattr(merge.Steps, "run", asked_before)
    batch = pipeline.process(batch.pk)
    assert (batch.status, batch.created, batch.source) == (Import.Status.ABANDONED, 0, None)
    assert nothing_written()


@TWO_CONNECTIONS
def test_asking_just_before_the_last_statement_stops_it(monkeypatch):
    batch = submitted()
    end = claim.end

    def asked_before(ending, *fields):
        if ending.status == Import.Status.COMMITTED:
            assert asked(batch) == Answer.ASKED
        end(ending, *fields)

    monkeypatch.setattr(claim, "end", asked_before)
    assert pipeline.process(batch.pk).status == Import.Status.ABANDONED
    assert nothing_written()


@TWO_CONNECTIONS
def test_asking_just_after_the_last_statement_waits_for_the_commit_and_is_too_late(monkeypatch):
    batch = submitted()
    asker, close = Asker(batch), report.close

    def asked_after(*args, **options):
        close(*args, **options)
        asker.start()
        _wait_until_somebody_waits_for_a_row()

    monkeypatch.setattr(report, "close", asked_after)
    assert pipeline.process(batch.pk).status == Import.Status.COMMITTED
    asker.join()
    assert asker.answer == Answer.TOO_LATE
    assert Invoice.objects.count() == 2


@TWO_CONNECTIONS
def test_a_refusal_found_after_somebody_asked_to_stop_is_told_as_a_stop(monkeypatch):
    batch = queue.submit(files=[("v.csv", BytesIO(b"rien de lisible"))], by=None)
    close = report.close
    monkeypatch.setattr(report, "close", lambda *args, **options: (asked(batch), close(*args, **options)))
    assert pipeline.process(batch.pk).status == Import.Status.ABANDONED


@TWO_CONNECTIONS
def test_a_stopped_import_can_be_submitted_again():
    stopping.ask(submitted())
    assert import_text(TABLE).created == 2


def _wait_until_somebody_waits_for_a_row():
    with another_connection() as session:
        for _attempt in range(100_000):
            found = session.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database()"
            )
            if found.fetchone()[0]:
                return
    pytest.fail("nobody waits")

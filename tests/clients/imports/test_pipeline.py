"""The job around an import: one worker at a time, all or nothing, taken up again after a death."""

import datetime as dt
from io import BytesIO

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from clients import bells, tasks
from clients.imports import claim, fec_rows, merge, pipeline, queue
from clients.models import Client, Import, ImportChunk, Invoice, StagedClient, StagedInvoice, StagedLine, StagedService
from tests.clients.imports.books import import_text, sale, text

TABLE = b"Client;Date;Montant HT\nDupont;13/01/2025;100\nMartin;14/01/2025;50\n"


def submitted():
    return queue.submit(files=[("v.csv", BytesIO(TABLE))], by=None)


def staged():
    return sum(model.objects.count() for model in (StagedLine, StagedClient, StagedInvoice, StagedService))


@pytest.mark.django_db
def test_files_are_kept_by_pieces_with_their_hash():
    batch = queue.submit(files=[("dossier/v.csv", BytesIO(b"x" * (2 * queue.CHUNK + 5)))], by=None)
    stored = batch.files.get()
    assert (stored.name, stored.size, stored.chunks.count()) == ("v.csv", 2 * queue.CHUNK + 5, 3)
    assert len(stored.sha256) == 64


@pytest.mark.django_db
def test_an_import_is_run_once():
    batch = submitted()
    pipeline.process(batch.pk)
    again = pipeline.process(batch.pk)
    assert (again.status, again.created, Invoice.objects.count()) == (Import.Status.COMMITTED, 2, 2)


@pytest.mark.django_db
def test_staging_is_empty_after_an_import():
    import_text(TABLE)
    assert staged() == 0


@pytest.mark.django_db
def test_progress_is_complete_at_the_end():
    batch = import_text(TABLE)
    assert (batch.rows_done, batch.rows_total) == (2, 2)
    assert batch.finished_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["staged_invoices", "new_clients", "client_keys", "new_invoices", "invoice_lines"])
def test_a_worker_killed_at_any_step_leaves_nothing_and_the_next_try_succeeds(monkeypatch, step):
    batch = submitted()
    run = merge.Steps.run

    def killed(self, name, **parameters):
        if name == step:
            raise OperationalError("the server closed the connection")
        return run(self, name, **parameters)

    with monkeypatch.context() as patch:
        patch.setattr(merge.Steps, "run", killed)
        with pytest.raises(OperationalError):
            pipeline.process(batch.pk)
    assert (Invoice.objects.count(), Client.objects.count()) == (0, 0)
    assert pipeline.process(batch.pk).status == Import.Status.COMMITTED
    assert (Invoice.objects.count(), Client.objects.count(), staged()) == (2, 2, 0)


@pytest.mark.django_db(transaction=True)
def test_another_worker_leaves_a_living_workers_import_alone():
    batch = submitted()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [claim.LOCK_SPACE, batch.pk])
            assert pipeline.process(batch.pk).status == Import.Status.QUEUED
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [claim.LOCK_SPACE, batch.pk])
    finally:
        other.close()
    assert pipeline.process(batch.pk).status == Import.Status.COMMITTED


@pytest.mark.django_db
def test_an_import_that_kills_its_worker_three_times_is_given_up():
    batch = submitted()
    Import.objects.filter(pk=batch.pk).update(status=Import.Status.RUNNING, attempts=3)
    batch = pipeline.process(batch.pk)
    assert batch.status == Import.Status.FAILED
    assert "trois fois" in batch.findings.get().repair


@pytest.mark.django_db
def test_an_unexpected_error_writes_nothing_and_gives_a_number_to_quote(monkeypatch, caplog):
    monkeypatch.setattr(pipeline, "merge", lambda *args: 1 / 0)
    batch = pipeline.process(submitted().pk)
    assert batch.status == Import.Status.FAILED
    assert f"n° {batch.pk}" in batch.findings.get().repair
    assert not Client.objects.exists()


@pytest.mark.django_db
def test_the_minute_tick_rings_for_waiting_and_abandoned_imports_only(monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.process_import, "delay", rung.append)
    waiting, dead, living, done = (submitted() for _ in range(4))
    now = timezone.now()
    running = Import.objects.filter(pk__in=[dead.pk, living.pk])
    running.update(status=Import.Status.RUNNING, heartbeat_at=now)
    Import.objects.filter(pk=dead.pk).update(heartbeat_at=now - dt.timedelta(minutes=5))
    Import.objects.filter(pk=done.pk).update(status=Import.Status.COMMITTED)
    tasks.ring_for_waiting_imports()
    assert rung == [waiting.pk, dead.pk]


@pytest.mark.django_db
def test_what_follows_is_rung_after_the_commit(settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.AFTER_IMPORT = ["somewhere.after"]
    sent = []
    monkeypatch.setattr(bells.current_app, "send_task", lambda name, **options: sent.append(name), raising=False)
    with django_capture_on_commit_callbacks(execute=True):
        import_text(TABLE)
    assert sent == ["somewhere.after"]


@pytest.mark.django_db
def test_uploads_and_before_images_go_after_thirty_days():
    old, recent = import_text(TABLE), import_text(TABLE)
    Import.objects.filter(pk=old.pk).update(finished_at=timezone.now() - dt.timedelta(days=31))
    tasks.forget_old_uploads()
    assert set(ImportChunk.objects.values_list("file__batch", flat=True)) == {recent.pk}
    assert Invoice.objects.count() == 2


@pytest.mark.django_db
def test_a_confirmation_is_asked_once(monkeypatch):
    batch = submitted()
    Import.objects.filter(pk=batch.pk).update(status=Import.Status.CONFIRMATION)
    assert [queue.confirm(batch, by=None), queue.confirm(batch, by=None)] == [True, False]


@pytest.mark.django_db
def test_a_last_entry_whose_amount_cannot_be_read_is_set_aside_not_taken_for_a_cut():
    rows = [row for n in range(10) for row in sale(f"C{n}", 10_000, entry=f"{n}")]
    rows[-3]["Debit"] = "abc"
    batch = import_text(text(*rows))
    assert (batch.status, batch.created) == (Import.Status.COMMITTED, 9)
    assert batch.findings.get(severity="error").value == "abc"
    assert not batch.findings.filter(reason="unbalanced-entries").exists()


@pytest.mark.django_db
def test_reading_a_fec_tells_how_many_lines_are_done_of_how_many(monkeypatch):
    monkeypatch.setattr(fec_rows, "PROGRESS_ROWS", 3)
    beat, told = claim.beat, []
    monkeypatch.setattr(claim, "beat", lambda batch, **changes: (told.append(changes), beat(batch, **changes)))
    import_text(text(*sale("C1", 10_000, entry="1"), *sale("C2", 20_000, entry="2")))
    assert [(note["rows_done"], note["rows_total"]) for note in told if "rows_total" in note][:2] == [(3, 6), (6, 6)]

"""Rows go into staging while the next ones are read, on one connection."""

import pytest
from django.utils import timezone

from clients.imports import claim, queue, retention, staging
from clients.imports.book import Book, Row
from clients.models import Import, StagedLine, StagedService
from tests.clients.imports.books import import_text

pytestmark = pytest.mark.django_db


def row(number):
    return Row(0, number, None, "", "", "", None, None, None, "", None, None, 100, None, None, "", None, "")


def batch():
    return queue.submit(files=[], by=None)


def test_a_reader_that_tells_its_progress_meets_no_copy_under_way(monkeypatch):
    monkeypatch.setattr(staging, "CHUNK_ROWS", 5_000)
    copy, log = staging._copy, []
    monkeypatch.setattr(staging, "_copy", lambda *given: (log.append("copies"), copy(*given), log.append("copied")))
    mine, book = batch(), Book()

    def tell(rows):
        assert log.count("copies") == log.count("copied")
        claim.beat(mine, rows_done=rows)

    def rows():
        for number in range(12_000):
            if number % 5_000 == 1:
                book.on_progress(number)
            yield row(number)

    book.on_progress = tell
    staging.fill(mine, rows(), book)
    assert StagedLine.objects.filter(batch=mine.pk).count() == 12_000


def test_a_reader_that_fails_while_rows_are_written_fails_the_filling(monkeypatch):
    monkeypatch.setattr(staging, "CHUNK_ROWS", 10)

    def rows():
        yield from map(row, range(25))
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        staging.fill(batch(), rows(), Book())
    assert import_text("Client;Date;Montant HT\nDupont;13/01/2025;100\n").created == 1


@pytest.mark.parametrize(
    ("status", "stays"), [("queued", True), ("running", True), ("committed", False), ("undone", False), (None, False)]
)
def test_what_a_dead_worker_left_goes_at_night_unless_its_import_is_not_over(status, stays):
    mine = batch()
    StagedService.objects.create(batch=mine.pk, number=1, code="audit", name="Audit", family="")
    Import.objects.filter(pk=mine.pk).update(status=status) if status else mine.delete()
    retention.forget_old()
    assert StagedService.objects.exists() == stays


def test_what_a_worker_is_about_to_tidy_up_is_left_to_it():
    mine = batch()
    StagedService.objects.create(batch=mine.pk, number=1, code="audit", name="Audit", family="")
    Import.objects.filter(pk=mine.pk).update(status="committed", heartbeat_at=timezone.now())
    retention.forget_old()
    assert StagedService.objects.exists()

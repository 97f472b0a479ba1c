"""The life of a run: when it starts, what it refuses, what it replaces."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from clients.models import Invoice
from segmentation import scoring, statements
from segmentation.locks import FAMILY, Lock
from segmentation.models import Score, ScoringRun
from segmentation.scoring import AlreadyRunning, NoFacts, default_as_of, score
from tests.connections import advisory_locks, another_connection
from tests.factories import (
    ClientFactory,
    InvoiceFactory,
    ScoringRunFactory,
    SourceFactory,
    UserFactory,
    YearlyTotalFactory,
)

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def test_the_as_of_date_is_the_day_of_the_newest_counted_invoice():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    InvoiceFactory(issued_on=dt.date(2026, 10, 3), status=Invoice.Status.DRAFT)
    assert default_as_of() == dt.date(2026, 9, 15)


def test_the_as_of_date_is_at_most_yesterday_in_paris():
    InvoiceFactory(issued_on=dt.date(2026, 3, 10))
    just_after_midnight_in_paris = dt.datetime(2026, 3, 10, 0, 30, tzinfo=PARIS)
    with time_machine.travel(just_after_midnight_in_paris, tick=False):
        assert default_as_of() == dt.date(2026, 3, 9)


def test_an_explicit_date_is_taken_as_it_is():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    assert score(as_of=dt.date(2027, 1, 1)).as_of == dt.date(2027, 1, 1)


def test_scoring_without_facts_is_refused_and_leaves_no_run():
    with pytest.raises(NoFacts, match="aucune facture"):
        score()
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    with pytest.raises(NoFacts, match="31 août 2026"):
        score(as_of=dt.date(2026, 8, 31))
    assert not ScoringRun.objects.exists()


def test_a_run_remembers_who_launched_it_and_what_it_was_read_off():
    person = UserFactory()
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    run = score(by=person)
    assert (run.status, run.launched_by, run.rules.version) == ("done", person, 1)
    assert run.facts_version == scoring.facts_version()
    assert (run.rfm_window_months, run.rfm_from, run.tier_from) == (12, dt.date(2025, 9, 15), dt.date(2025, 9, 15))
    assert (run.recency_mode, run.recency_cuts) == ("thresholds", [30, 90, 180, 365])
    assert (run.frequency_mode, run.frequency_fallback) == ("thresholds", "few-clients")
    assert run.frequency_cuts == [2, 3, 6, 12]
    assert (run.scored, run.in_window, run.ranked) == (1, 1, 1)
    assert run.revenue == run.positive_revenue == Decimal("100.00")


def test_scoring_a_date_again_supersedes_the_older_run():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    first, second = score(), score()
    first.refresh_from_db()
    assert first.superseded_by == second
    assert list(ScoringRun.objects.standing()) == [second]
    assert Score.objects.of(first).count() == 1


def test_a_run_of_the_day_of_the_facts_supersedes_later_ones_of_other_facts():
    """Totals were known to the end of the year; then invoices came, up to a day of it."""
    total = YearlyTotalFactory()
    later = score()
    InvoiceFactory(client=total.client, issued_on=dt.date(2025, 12, 20))
    again = score()
    later.refresh_from_db()
    assert (later.as_of, again.as_of) == (dt.date(2025, 12, 31), dt.date(2025, 12, 20))
    assert later.superseded_by == again
    assert ScoringRun.objects.latest_at() == again


def test_a_later_date_asked_for_stands_while_facts_are_the_same():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    asked = score(as_of=dt.date(2026, 10, 31))
    score()
    assert ScoringRun.objects.latest_at() == asked
    score(as_of=dt.date(2026, 8, 31) + dt.timedelta(days=20))
    assert ScoringRun.objects.latest_at() == asked


def test_a_draft_supersedes_nothing():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    official = score()
    score(kind=ScoringRun.Kind.DRAFT)
    assert list(ScoringRun.objects.standing()) == [official]


def test_a_second_start_is_refused_while_one_runs():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    with another_connection() as running:
        running.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, Lock.OFFICIAL_RUN.value])
        with pytest.raises(AlreadyRunning, match="déjà en cours"):
            score()
    assert score().status == "done"


def test_a_run_left_running_by_a_killed_worker_is_marked_failed_by_the_next_start():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    dead = ScoringRunFactory(status=ScoringRun.Status.RUNNING, finished_at=None)
    assert score().status == "done"
    dead.refresh_from_db()
    assert dead.status == ScoringRun.Status.FAILED
    assert "arrêté" in dead.error


def test_an_error_leaves_a_failed_run_without_scores_and_the_older_one_standing(monkeypatch):
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    standing = score()
    monkeypatch.setattr(scoring, "SCORES", [*scoring.SCORES[:-1], "absent"])
    with pytest.raises(FileNotFoundError):
        score()
    failed = ScoringRun.objects.get(status="failed")
    assert "absent" in failed.error
    assert not Score.objects.of(failed).exists()
    assert list(ScoringRun.objects.standing()) == [standing]


def test_a_score_is_never_updated():
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    score()
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        Score.objects.update(r=5)


@pytest.mark.django_db(transaction=True)
def test_a_run_is_seen_running_by_others_and_leaves_no_lock_behind(monkeypatch):
    InvoiceFactory(issued_on=dt.date(2026, 9, 15))
    seen = []

    def look(run, after):
        with another_connection() as other:
            seen.extend(other.execute("SELECT status FROM segmentation_scoringrun").fetchall())

    monkeypatch.setattr(scoring, "_fill", look)
    monkeypatch.setattr(scoring, "_catch_up", lambda run: None)  # nothing was filled
    score()
    assert seen == [("running",)]
    assert advisory_locks(FAMILY) == 0


@pytest.mark.django_db(transaction=True)
def test_a_run_reads_one_state_of_the_facts(monkeypatch):
    client = InvoiceFactory(issued_on=dt.date(2026, 9, 15)).client

    class Importing:
        """A statement file during whose reading somebody else's import commits."""

        def __truediv__(self, name):
            if name == "client_facts.sql":
                with another_connection() as other:
                    other.execute("UPDATE clients_invoice SET amount_ht = 999 WHERE client_id = %s", [client.pk])
            return original / name

    original = statements.SQL
    monkeypatch.setattr(statements, "SQL", Importing())
    run = score()
    assert Score.objects.of(run).get().monetary == Decimal("100.00")
    assert run.facts_version < scoring.facts_version()


@pytest.mark.django_db(transaction=True)
def test_tables_that_changed_much_are_counted_before_they_are_read():
    source = SourceFactory()
    client = ClientFactory()
    Invoice.objects.bulk_create(
        Invoice(source=source, external_id=str(n), client=client, issued_on=dt.date(2026, 1, 1), amount_ht=1)
        for n in range(600)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
    assert "clients_invoice" in statements.count_anew("clients_invoice")
    assert statements.count_anew("clients_invoicelink") == []

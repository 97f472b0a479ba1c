import datetime as dt
import random
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine

from clients.models import Invoice
from segmentation import nightly, scoring
from segmentation.locks import FAMILY, Lock
from segmentation.models import LedgerEntry, Rules, Score, ScoringRun
from segmentation.tasks import score_new_imports, score_nightly
from tests.connections import another_connection
from tests.factories import InvoiceFactory, ScoreFactory, ScoringRunFactory

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def at(text: str):
    return time_machine.travel(dt.datetime.fromisoformat(text).replace(tzinfo=PARIS), tick=False)


@pytest.fixture
def facts():
    return InvoiceFactory(issued_on=dt.date(2026, 2, 1))


def outcomes() -> dict[str, str]:
    return {str(entry.business_date): entry.outcome for entry in LedgerEntry.objects.order_by("business_date")}


def test_a_night_is_due_from_half_past_two_in_paris():
    with at("2026-03-10T02:29"):
        assert nightly.business_date() == dt.date(2026, 3, 9)
    with at("2026-03-10T02:30"):
        assert nightly.business_date() == dt.date(2026, 3, 10)


def test_a_night_scores_once_however_often_it_is_rung(facts):
    with at("2026-03-10T02:30"):
        score_nightly()
    with at("2026-03-10T03:05"):
        score_nightly()
    assert outcomes() == {"2026-03-10": "done"}
    assert ScoringRun.objects.get().trigger == ScoringRun.Trigger.NIGHT


def test_a_night_without_anything_new_makes_no_run_and_says_so(facts):
    with at("2026-03-10T02:30"):
        nightly.run_night()
    with at("2026-03-11T02:30"):
        entry = nightly.run_night()
    assert entry.get_outcome_display() == "Rien de nouveau"
    assert ScoringRun.objects.count() == 1


@pytest.mark.parametrize("what", ["an amount", "the rules"])
def test_a_night_scores_again_when_facts_or_rules_changed(facts, what):
    with at("2026-03-10T02:30"):
        nightly.run_night()
    if what == "an amount":
        Invoice.objects.update(amount_ht=Decimal("5"))
    else:
        published = Rules.objects.filter(status="published")
        fields = published.values().get() | {"id": None, "version": 2}
        published.update(status="retired")
        version_2 = Rules.objects.create(**fields)
        version_2.grid.bulk_create(_copied_grid(version_2))
    with at("2026-03-11T02:30"):
        assert nightly.run_night().outcome == LedgerEntry.Outcome.DONE
    assert ScoringRun.objects.standing().count() == 1


def _copied_grid(rules):
    for cell in Rules.objects.get(version=1).grid.all():
        cell.pk, cell.rules = None, rules
        yield cell


def test_a_night_without_invoices_is_settled_as_such():
    with at("2026-03-10T02:30"):
        assert nightly.run_night().outcome == LedgerEntry.Outcome.NO_FACTS


def test_a_night_that_failed_is_tried_again_at_the_next_ring(facts, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(scoring, "_fill", _disk_full)
        with at("2026-03-10T02:30"), pytest.raises(OSError, match="disque"):
            nightly.run_night()
    assert outcomes() == {"2026-03-10": "failed"}
    with at("2026-03-10T03:05"):
        entry = nightly.run_night()
    assert (entry.outcome, entry.attempts) == ("done", 2)


def _disk_full(run, after):
    raise OSError("disque plein")


def test_a_night_whose_worker_was_killed_is_tried_again(facts):
    with at("2026-03-10T02:30"):
        LedgerEntry.objects.create(job=nightly.JOB, business_date=dt.date(2026, 3, 10))
    with at("2026-03-10T03:05"):
        assert nightly.run_night().outcome == LedgerEntry.Outcome.DONE


def test_nights_missed_are_caught_up_by_one_run(facts):
    with at("2026-03-10T02:30"):
        nightly.run_night()
    Invoice.objects.update(amount_ht=Decimal("5"))
    with at("2026-03-13T09:05"):
        nightly.run_night()
    assert outcomes() == {
        "2026-03-10": "done",
        "2026-03-11": "caught-up",
        "2026-03-12": "caught-up",
        "2026-03-13": "done",
    }
    assert ScoringRun.objects.count() == 2


def test_a_second_beat_leaves_the_night_to_the_first(facts):
    with another_connection() as first, at("2026-03-10T02:30"):
        first.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, Lock.SCHEDULE.value])
        assert nightly.run_night() is None
        assert nightly.score_new_facts() is None
    assert not ScoringRun.objects.exists()


def test_a_night_waits_for_a_scoring_under_way(facts):
    with another_connection() as first, at("2026-03-10T02:30"):
        first.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, Lock.OFFICIAL_RUN.value])
        assert nightly.run_night().outcome == LedgerEntry.Outcome.FAILED
    with at("2026-03-10T03:05"):
        assert nightly.run_night().outcome == LedgerEntry.Outcome.DONE


@pytest.mark.slow
@pytest.mark.parametrize("start", ["2026-03-22", "2026-10-18"])  # a fortnight around each change of clock
def test_every_business_date_has_exactly_one_success_whatever_the_outages_and_the_beats(facts, start):
    draw = random.Random(start)
    first = dt.datetime.fromisoformat(start).replace(hour=12, tzinfo=PARIS)
    moments = [first.astimezone(dt.UTC) + dt.timedelta(minutes=5 * n) for n in range(14 * 24 * 12)]
    outages = [draw.choice(moments) for _ in range(8)]
    lengths = [dt.timedelta(hours=draw.choice([1, 5, 30, 50])) for _ in outages]
    settled: dict[dt.date, dt.datetime] = {}
    up_since = moments[0]
    for moment in moments:
        if any(begin <= moment < begin + length for begin, length in zip(outages, lengths, strict=True)):
            up_since = moment
            continue
        local = moment.astimezone(PARIS)
        if local.minute != 5 and local.time() != dt.time(2, 30):
            continue
        if draw.random() < 0.1:
            Invoice.objects.update(amount_ht=Decimal(draw.randint(1, 9)))
        with time_machine.travel(moment, tick=False):
            answers = [nightly.run_night() for _beat in range(2)]
        for entry in filter(None, answers):
            assert entry.business_date not in settled
            settled[entry.business_date] = moment
            due = dt.datetime.combine(entry.business_date, dt.time(2, 30), PARIS)
            assert moment - max(due, up_since) <= dt.timedelta(hours=1, minutes=5)
    dates = list(LedgerEntry.objects.order_by("business_date").values_list("business_date", flat=True))
    assert dates == [dates[0] + dt.timedelta(days=n) for n in range(15 if dates[0].isoformat() == start else 14)]
    assert set(outcomes().values()) <= set(LedgerEntry.SETTLED)
    assert ScoringRun.objects.count() <= len(settled)


def test_new_facts_are_scored_once_and_not_again(facts):
    score_new_imports()
    score_new_imports()
    assert ScoringRun.objects.get().trigger == ScoringRun.Trigger.IMPORT
    Invoice.objects.update(amount_ht=Decimal("5"))
    assert nightly.score_new_facts().facts_version == scoring.facts_version()
    assert nightly.score_new_facts() is None


def test_scoring_an_old_date_by_hand_does_not_hide_that_facts_are_new(facts):
    InvoiceFactory(issued_on=dt.date(2026, 3, 1))
    scoring.score(as_of=dt.date(2026, 2, 15))
    assert nightly.score_new_facts().as_of == dt.date(2026, 3, 1)
    Invoice.objects.update(amount_ht=Decimal("6"))
    scoring.score(as_of=dt.date(2026, 2, 15))
    assert nightly.score_new_facts().as_of == dt.date(2026, 3, 1)


def test_a_day_that_went_by_without_facts_is_left_to_the_night():
    InvoiceFactory(issued_on=dt.date(2026, 3, 10))
    with at("2026-03-10T12:00"):
        assert nightly.score_new_facts() is None  # the only invoice is dated today
        InvoiceFactory(issued_on=dt.date(2026, 3, 1))
        assert nightly.score_new_facts().as_of == dt.date(2026, 3, 9)
    with at("2026-03-11T00:05"):
        assert nightly.score_new_facts() is None
    with at("2026-03-11T02:30"):
        assert nightly.run_night().run.as_of == dt.date(2026, 3, 10)


def test_facts_that_fail_to_be_scored_three_times_are_left_to_the_night(facts, monkeypatch):
    monkeypatch.setattr(scoring, "_fill", _disk_full)
    for _ in range(3):
        with pytest.raises(OSError, match="disque"):
            nightly.score_new_facts()
    assert nightly.score_new_facts() is None
    assert ScoringRun.objects.filter(status="failed", error="disque plein").count() == 3


def test_no_facts_are_no_reason_to_score():
    assert nightly.score_new_facts() is None


def test_runs_older_than_35_days_go_but_month_ends_and_those_made_by_hand_stay():
    long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = {}
    for day, trigger, status in [
        (dt.date(2025, 11, 29), "night", "done"),
        (dt.date(2025, 11, 30), "night", "done"),
        (dt.date(2025, 12, 15), "hand", "done"),
        (dt.date(2025, 12, 16), "import", "failed"),
        (dt.date(2025, 12, 17), "night", "done"),
    ]:
        made[day] = ScoringRunFactory(as_of=day, trigger=trigger, status=status, started_at=long_ago)
        ScoreFactory(run=made[day])
    with at("2026-03-10T02:30"):
        nightly.forget_old_runs()
    kept = [str(day) for day in ScoringRun.objects.order_by("as_of").values_list("as_of", flat=True)]
    assert kept == ["2025-11-30", "2025-12-15", "2025-12-17"]
    assert Score.objects.count() == 3


def test_a_run_that_goes_takes_along_those_it_replaced():
    long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    second = ScoringRunFactory(as_of=dt.date(2025, 11, 29), trigger="night", started_at=long_ago)
    ScoringRunFactory(as_of=dt.date(2025, 11, 29), trigger="hand", started_at=long_ago, superseded_by=second)
    newest = ScoringRunFactory(as_of=dt.date(2025, 11, 30), trigger="night", started_at=long_ago)
    with at("2026-03-10T02:30"):
        nightly.forget_old_runs()
    assert list(ScoringRun.objects.all()) == [newest]

"""Trials asked for, made and kept: each once, whoever asks and however often, and killed ones taken up again."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from clients.models import Import, Invoice
from segmentation import trials
from segmentation.locks import FAMILY, Lock
from segmentation.models import Backtest, LedgerEntry, Rules, ScoringRun
from segmentation.scoring import AlreadyRunning
from segmentation.tasks import ask_monthly_backtest, make_backtests
from tests.connections import another_connection
from tests.factories import BacktestFactory, ClientFactory, InvoiceFactory, UserFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 2, 28)


@pytest.fixture
def facts():
    """Two years of invoices of three clients, until 15 September 2026."""
    for number in range(3):
        client = ClientFactory()
        for months_ago in range(number, 24, number + 1):
            InvoiceFactory(client=client, issued_on=dt.date(2026, 9, 15) - dt.timedelta(days=30 * months_ago))


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


def test_who_asks_twice_gets_the_same(facts, director):
    first = trials.ask(as_of=AS_OF, months=6, by=director)
    assert trials.ask(as_of=AS_OF, months=6, by=director) == first
    assert trials.work_off() == 1
    assert trials.ask(as_of=AS_OF, months=6, by=director) == first
    assert trials.work_off() == 0
    assert Backtest.objects.get().launched_by == director


@pytest.mark.parametrize("what", ["facts", "rules"])
def test_asked_again_once_facts_or_rules_changed_it_is_made_again_in_the_place_of_the_former(facts, director, what):
    trials.ask(as_of=AS_OF, months=6, by=director)
    trials.work_off()
    if what == "facts":
        Invoice.objects.update(amount_ht=Decimal("7"))
    else:
        Rules.objects.update(status=Rules.Status.RETIRED)
    again = trials.ask(as_of=AS_OF, months=6, by=director)
    assert again.status == Backtest.Status.QUEUED
    Rules.objects.update(status=Rules.Status.PUBLISHED)
    trials.work_off()
    assert Backtest.objects.get() == again


@pytest.mark.parametrize("role", [Role.COMMERCIAL, Role.MANAGER, Role.MARKETING])
def test_only_who_manages_the_rules_may_ask(facts, role):
    with pytest.raises(PermissionDenied):
        trials.ask(as_of=AS_OF, months=6, by=UserFactory(roles=[role]))
    assert not Backtest.objects.exists()


def test_one_is_under_way_for_a_date_and_a_duration(facts, director):
    trials.ask(as_of=AS_OF, months=6, by=director)
    with pytest.raises(IntegrityError), transaction.atomic():
        Backtest.objects.create(as_of=AS_OF, until=dt.date(2026, 8, 28), months=6)
    trials.ask(as_of=AS_OF, months=3, by=director)
    assert trials.work_off() == 2


def test_one_that_a_killed_worker_left_running_is_made(facts):
    BacktestFactory(as_of=AS_OF, until=dt.date(2026, 8, 28), status="running", attempts=1, figures={})
    ScoringRun.objects.create(kind="backtest", status="running", as_of=AS_OF, rules=Rules.objects.get())
    make_backtests()
    assert Backtest.objects.get().status == Backtest.Status.DONE
    assert not ScoringRun.objects.exists()


def test_after_three_failures_it_is_given_up_and_says_why(facts, director, monkeypatch):
    trials.ask(as_of=AS_OF, months=6, by=director)
    monkeypatch.setattr(trials, "measured", _disk_full)
    for status in ("queued", "queued", "failed"):
        trials.work_off()
        assert Backtest.objects.get().status == status
    trials.work_off()
    trial = Backtest.objects.get()
    assert (trial.attempts, trial.error) == (3, "disque plein")


def _disk_full(**kwargs):
    raise OSError("disque plein")


def test_one_that_fails_does_not_keep_the_others_waiting(facts, director, monkeypatch):
    trials.ask(as_of=AS_OF, months=6, by=director)
    trials.ask(as_of=AS_OF, months=3, by=director)
    made = trials.measured
    monkeypatch.setattr(trials, "measured", lambda **asked: _disk_full() if asked["months"] == 6 else made(**asked))
    assert trials.work_off() == 1
    assert Backtest.objects.get(months=3).status == Backtest.Status.DONE


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time_works_them_off(facts, director):
    trials.ask(as_of=AS_OF, months=6, by=director)
    with another_connection() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, Lock.BACKTESTS.value])
        assert trials.work_off() == 0
        with pytest.raises(AlreadyRunning, match="Un essai est déjà en cours"):
            trials.run_now(as_of=AS_OF, months=6)
    assert trials.work_off() == 1


def test_each_month_end_with_enough_facts_around_it_is_tried_once(facts):
    ask_monthly_backtest()
    ask_monthly_backtest()
    trial = Backtest.objects.get()
    assert (trial.as_of, trial.months, trial.launched_by) == (AS_OF, 6, None)
    assert LedgerEntry.objects.get().outcome == LedgerEntry.Outcome.STARTED
    trials.work_off()
    assert (LedgerEntry.objects.get().outcome, LedgerEntry.objects.get().business_date) == ("done", AS_OF)
    assert trials.ask_monthly() is None
    InvoiceFactory(issued_on=dt.date(2026, 9, 30))
    assert trials.ask_monthly().as_of == dt.date(2026, 3, 31)


def test_a_month_end_that_somebody_tried_is_settled(facts):
    trials.run_now(as_of=AS_OF, months=6)
    trials.ask_monthly()
    assert LedgerEntry.objects.get().outcome == LedgerEntry.Outcome.NOTHING_NEW
    assert Backtest.objects.count() == 1


def test_less_than_a_year_before_and_six_months_after_is_too_short_to_be_tried_by_itself():
    assert trials.ask_monthly() is None
    InvoiceFactory(issued_on=dt.date(2025, 2, 28))
    InvoiceFactory(issued_on=dt.date(2026, 8, 27))
    assert trials.ask_monthly() is None
    InvoiceFactory(issued_on=dt.date(2026, 8, 28))
    assert trials.ask_monthly().as_of == AS_OF


def test_month_ends_are_offered_with_a_year_before_and_a_month_after():
    InvoiceFactory(issued_on=dt.date(2025, 2, 28))
    InvoiceFactory(issued_on=dt.date(2026, 5, 15))
    assert trials.month_ends() == [dt.date(2026, 3, 31), AS_OF]


def test_a_trial_of_facts_that_were_undone_is_made_again_or_goes_with_them(facts, director):
    kept = trials.ask(as_of=AS_OF, months=6, by=director)
    trials.work_off()
    Import.objects.create(
        status=Import.Status.UNDONE,
        undone_at=timezone.now(),
        first_day=dt.date(2026, 9, 1),
        last_day=dt.date(2026, 9, 2),
    )
    assert trials.work_off() == 0
    Import.objects.create(status=Import.Status.UNDONE, undone_at=timezone.now(), first_day=dt.date(2025, 1, 1))
    assert trials.work_off() == 1
    again = Backtest.objects.get()
    assert (again.as_of, again.status, again.launched_by) == (AS_OF, "done", director)
    assert again != kept
    Invoice.objects.all().delete()
    Import.objects.create(status=Import.Status.UNDONE, undone_at=timezone.now(), first_day=dt.date(2025, 1, 1))
    trials.work_off()
    assert not Backtest.objects.exists()

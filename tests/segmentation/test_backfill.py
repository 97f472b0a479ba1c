"""Past month-ends are scored from the invoices that are there, once, and made again when those invoices change."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from clients.models import Invoice
from segmentation import backfill, movements, nightly, scoring
from segmentation.models import LedgerEntry, Movement, ScoringRun
from segmentation.scoring import score
from segmentation.tasks import backfill_history, score_new_imports
from tests.factories import ClientFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
LAST = dt.date(2026, 9, 15)
JUNE, JULY, AUGUST = dt.date(2026, 6, 30), dt.date(2026, 7, 31), dt.date(2026, 8, 31)
OCTOBER = dt.date(2026, 10, 31)


@pytest.fixture
def invoices():
    """A client who buys in the middle of each month from June on; the facts are of the 15th of September."""
    client = ClientFactory()
    return [InvoiceFactory(client=client, issued_on=dt.date(2026, month, 15)) for month in (6, 7, 8, 9)]


def standing():
    return list(ScoringRun.objects.standing().order_by("as_of").values_list("as_of", flat=True))


def test_month_ends_are_those_that_ended_before_the_facts():
    assert backfill.month_ends(dt.date(2026, 3, 31), 2) == [dt.date(2026, 1, 31), dt.date(2026, 2, 28)]
    assert backfill.month_ends(dt.date(2026, 3, 1), 1) == [dt.date(2026, 2, 28)]


def test_month_ends_since_the_first_purchase_are_scored_oldest_first(invoices):
    made = backfill.backfill()
    assert [run.as_of for run in made] == [JUNE, JULY, AUGUST]
    assert {run.trigger for run in made} == {ScoringRun.Trigger.PAST}


def test_only_as_many_months_as_asked(invoices):
    assert [run.as_of for run in backfill.backfill(1)] == [AUGUST]


def test_doing_it_again_scores_nothing(invoices):
    backfill.backfill()
    assert backfill.backfill() == []


def test_a_month_end_that_was_scored_in_its_time_is_left_alone(invoices):
    run = score(as_of=JULY)
    InvoiceFactory(client=invoices[0].client, issued_on=JULY)
    backfill.backfill()
    assert ScoringRun.objects.standing().get(as_of=JULY) == run


def test_a_past_month_end_is_made_again_when_a_document_of_before_comes(invoices):
    backfill.backfill()
    InvoiceFactory(client=invoices[0].client, issued_on=JULY)
    assert [run.as_of for run in backfill.backfill()] == [JULY, AUGUST]


def test_a_document_of_after_changes_no_past_month_end(invoices):
    backfill.backfill()
    score()
    InvoiceFactory(client=invoices[0].client, issued_on=dt.date(2026, 9, 16))
    assert backfill.plan().due == []


def test_runs_on_show_are_compared_with_the_past_that_was_added(invoices):
    late = InvoiceFactory(client=ClientFactory(), issued_on=dt.date(2026, 9, 14)).client
    score()
    assert not Movement.objects.exists()
    backfill.backfill()
    found = Movement.objects.get(client=late)
    assert (found.is_arrival, found.former_as_of, found.as_of) == (True, AUGUST, LAST)


def test_without_any_invoice_there_is_nothing_to_score():
    with pytest.raises(CommandError, match="aucune facture"):
        call_command("backfill_runs")


# --- By itself, in the background


def test_history_comes_by_itself_after_the_first_run(invoices):
    backfill_history()
    assert standing() == []  # the run on show comes first
    score_new_imports()
    backfill_history()
    assert standing() == [JUNE, JULY, AUGUST, LAST]
    done = LedgerEntry.objects.filter(job="backfill", outcome="done").order_by("business_date")
    assert [entry.business_date for entry in done] == [JUNE, JULY, AUGUST]


def test_a_second_ring_finds_it_done(invoices):
    score_new_imports()
    backfill_history()
    made = ScoringRun.objects.count()
    backfill_history()
    assert ScoringRun.objects.count() == made


def test_history_waits_while_new_facts_do(invoices):
    score_new_imports()
    InvoiceFactory(client=invoices[0].client, issued_on=LAST)
    assert backfill.backfill_when_due() == 0


def test_a_date_that_failed_three_times_is_left_until_facts_change(invoices, monkeypatch):
    score_new_imports()

    def broken(**fields):
        raise ZeroDivisionError

    monkeypatch.setattr(backfill, "score", broken)
    backfill.backfill_when_due()
    assert set(LedgerEntry.objects.filter(job="backfill").values_list("outcome", "attempts")) == {("failed", 3)}
    monkeypatch.setattr(backfill, "score", scoring.score)
    assert backfill.backfill_when_due() == 0
    InvoiceFactory(client=invoices[0].client, issued_on=LAST)
    score_new_imports()
    assert backfill.backfill_when_due() == 3


def test_month_ends_of_the_past_are_kept_for_ever(invoices):
    backfill.backfill()
    ScoringRun.objects.update(started_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    nightly.forget_old_runs()
    assert standing() == [JUNE, JULY, AUGUST]


def test_the_command_says_what_it_did(invoices, capsys):
    score(as_of=JULY)
    call_command("backfill_runs", months=4, json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "done"
    assert [one["as_of"] for one in said["scored"]] == ["2026-06-30", "2026-08-31"]
    assert (said["already_scored"], said["without_facts"]) == (["2026-07-31"], ["2026-05-31"])


# --- Which documents are known to have changed since


def cause_after(change):
    """The cause of the movement since June, when June's documents were changed so after its run."""
    client = ClientFactory()
    InvoiceFactory(issued_on=dt.date(2024, 1, 1))
    first = InvoiceFactory(client=client, issued_on=dt.date(2026, 1, 2), amount_ht=Decimal(100))
    second = InvoiceFactory(client=client, issued_on=dt.date(2026, 6, 30), amount_ht=Decimal(100))
    score(as_of=JUNE)
    change(first, second)
    score(as_of=OCTOBER)
    return Movement.objects.get(client=client, as_of=OCTOBER).cause


def test_a_document_taken_away_is_known():
    def taken_away(first, second):
        second.lines.all().delete()
        second.delete()

    assert cause_after(taken_away) == "facts"


def test_a_document_cancelled_is_known():
    def cancelled(first, second):
        Invoice.objects.filter(pk=second.pk).update(status="cancelled")

    assert cause_after(cancelled) == "facts"


def test_a_document_given_to_somebody_else_is_known():
    def given(first, second):
        Invoice.objects.filter(pk=second.pk).update(client=ClientFactory())

    assert cause_after(given) == "facts"


def test_a_document_dated_otherwise_is_known():
    def dated(first, second):
        Invoice.objects.filter(pk=second.pk).update(issued_on=dt.date(2026, 2, 1))

    assert cause_after(dated) == "facts"


def test_a_due_date_is_no_change_of_what_is_scored():
    def due(first, second):
        Invoice.objects.update(due_on=JULY, number="F-1")

    assert cause_after(due) == "own"  # silence alone: 0 days in June, 123 in October


def test_the_past_scored_again_keeps_its_movements_exact(invoices):
    newcomer = ClientFactory()
    InvoiceFactory(client=newcomer, issued_on=dt.date(2026, 8, 20))
    backfill.backfill()
    before = list(Movement.objects.order_by("client", "as_of").values_list("client", "former_as_of", "as_of", "cause"))
    assert before
    for day in (AUGUST, JULY, JUNE):
        score(as_of=day)
    movements.catch_up()
    after = list(Movement.objects.order_by("client", "as_of").values_list("client", "former_as_of", "as_of", "cause"))
    assert after == before


def test_movements_outlive_the_nights_that_are_forgotten(invoices):
    client = ClientFactory()
    InvoiceFactory(client=client, issued_on=dt.date(2026, 9, 1))
    days = [AUGUST, dt.date(2026, 9, 2), dt.date(2026, 9, 3), dt.date(2026, 9, 4)]
    night, kept = ScoringRun.Trigger.NIGHT, ScoringRun.Trigger.HAND
    for day, trigger in zip(days, (kept, night, night, kept), strict=True):
        score(as_of=day, trigger=trigger)
    ScoringRun.objects.update(started_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    nightly.forget_old_runs()
    assert standing() == [AUGUST, days[-1]]
    assert movements.catch_up() == 0
    found = Movement.objects.get(client=client)
    assert (found.as_of, found.confirmed_on) == (days[1], days[2])


def test_a_date_that_lost_its_run_takes_its_movements_along(invoices):
    client = ClientFactory()
    InvoiceFactory(client=client, issued_on=dt.date(2026, 7, 20))
    backfill.backfill()
    assert Movement.objects.filter(client=client).earliest("as_of").as_of == JULY
    ScoringRun.objects.get(as_of=JULY).delete()
    movements.catch_up()
    found = Movement.objects.filter(client=client).earliest("as_of")
    assert (found.former_as_of, found.as_of) == (JUNE, AUGUST)

"""Yearly totals: they rank clients in tiers, in proportion to days, and say nothing of when anybody bought."""

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction

from clients.models import Invoice
from segmentation.models import Score
from segmentation.scoring import NoFacts, default_as_of, score
from tests.factories import ClientFactory, InvoiceFactory, ScoreFactory, TierScoreFactory, YearlyTotalFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought, found, totalled

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2025, 1, 1), dt.date(2025, 12, 31)


def rows_of(run):
    return {one.client.code: one for one in Score.objects.of(run).select_related("client")}


def firm_of_totals(*amounts):
    for place, amount in enumerate(amounts):
        YearlyTotalFactory(client=ClientFactory(code=f"C{place}"), amount_ht=amount)
    return score()


def test_without_invoices_the_as_of_date_is_the_last_day_of_the_newest_total():
    YearlyTotalFactory(first_day=dt.date(2024, 1, 1), last_day=dt.date(2024, 12, 31))
    YearlyTotalFactory()
    assert default_as_of() == LAST


def test_the_as_of_date_of_totals_is_at_most_yesterday():
    YearlyTotalFactory(first_day=dt.date(2026, 1, 1), last_day=dt.date(2026, 12, 31))
    with time_machine.travel(dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC), tick=False):
        assert default_as_of() == dt.date(2026, 6, 9)


def test_invoices_decide_the_as_of_date_even_beside_newer_totals():
    YearlyTotalFactory()
    InvoiceFactory(issued_on=dt.date(2025, 3, 1))
    assert default_as_of() == dt.date(2025, 3, 1)


def test_totals_of_a_whole_year_rank_clients_to_the_cent():
    run = firm_of_totals("1000.01", "500.00", "400.00", "300.00", "200.00", "0.01")
    rows = rows_of(run)
    assert (run.as_of, run.scored, run.ranked, run.revenue) == (LAST, 6, 6, Decimal("2400.02"))
    assert [rows[f"C{n}"].tier for n in range(6)] == ["A", "A", "B", "B", "B", "C"]
    assert [rows[f"C{n}"].tier_rank for n in range(6)] == [1, 2, 3, 4, 5, 6]
    assert rows["C0"].tier_revenue == Decimal("1000.01")
    assert rows["C0"].cumulative_share == Decimal("0.416667")
    assert rows["C5"].cumulative_share == 1


def test_a_client_known_by_totals_alone_has_a_tier_and_nothing_else():
    run = firm_of_totals(*"12345")
    assert (run.without_rfm, run.tiers_only, run.in_window) == ("only-totals", 5, 0)
    one = rows_of(run)["C4"]
    assert (one.r, one.f, one.m, one.fm, one.segment, one.profile) == (None, None, None, None, "", "")
    assert (one.first_purchase_on, one.last_purchase_on, one.recency_days) == (None, None, None)
    assert (one.frequency, one.monetary) == (0, 0)
    assert (one.typical_gap_days, one.at_risk, one.risk_reasons, one.amount_at_risk) == (None, False, [], 0)


def test_a_window_takes_of_a_total_its_share_of_the_days(client):
    YearlyTotalFactory(client=client, amount_ht="365.00", first_day=FIRST, last_day=LAST)
    run = score(as_of=dt.date(2026, 3, 31))  # the year holds the 275 days from the 1st of April on
    one = Score.objects.of(run).get()
    assert (one.tier_revenue, one.previous_revenue) == (Decimal("275.00"), Decimal("90.00"))


@pytest.mark.parametrize("amount", ["100.00", "0.01", "999.99", "-33.33"])
def test_two_windows_that_hold_a_whole_total_add_up_to_it_to_the_cent(client, amount):
    totalled(client, amount, dt.date(2025, 2, 3), dt.date(2026, 1, 19))
    totalled(client, "1.00", dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    one = found(client)
    assert one.tier_revenue + one.previous_revenue == Decimal(amount) + 1


def test_a_total_later_than_the_as_of_date_is_not_known_yet(client):
    bought(ClientFactory(), ago(3))
    totalled(client, "100.00", AS_OF + dt.timedelta(days=1), AS_OF + dt.timedelta(days=40))
    run = score(as_of=AS_OF)
    assert not Score.objects.of(run).filter(client=client).exists()


def test_a_total_that_gives_back_lowers_the_revenue_of_its_window(client):
    totalled(client, "100.00", dt.date(2024, 9, 1), AS_OF - dt.timedelta(days=365))
    totalled(client, "-30.00")
    one = found(client)
    assert (one.tier_revenue, one.tier, one.tier_rank) == (Decimal("-30.00"), "", None)


def test_a_client_with_nothing_but_negative_totals_is_not_scored(client):
    bought(ClientFactory(), ago(3))
    totalled(client, "-30.00")
    run = score(as_of=AS_OF)
    assert (run.scored, run.revenue) == (1, Decimal("70.00"))


def test_tiers_take_invoices_and_totals_and_scores_the_invoices_alone(client):
    """Totals of the year before, invoices of this one, and another client known by its total alone."""
    bought(client, ago(200), ago(100), ago(10), amount="100.00")
    totalled(client, "1000.00", ago(-1, months=24), ago(months=12))
    other = ClientFactory()
    totalled(other, "5000.00")
    run = score(as_of=AS_OF)
    rows = {one.client_id: one for one in Score.objects.of(run)}
    assert (run.scored, run.tiers_only, run.in_window, run.without_rfm) == (2, 1, 1, "")
    assert (rows[client.pk].tier_revenue, rows[client.pk].previous_revenue) == (300, 1000)
    assert (rows[client.pk].frequency, rows[client.pk].monetary, rows[client.pk].has_rfm) == (3, 300, True)
    assert (rows[other.pk].tier_revenue, rows[other.pk].has_rfm) == (5000, False)
    assert run.revenue == 5300


def test_a_total_counts_no_more_once_its_client_has_a_counted_invoice_in_its_period(client):
    totalled(client, "5000.00")
    (draft,) = bought(client, ago(20), amount="700.00", status=Invoice.Status.DRAFT)
    assert found(client).tier_revenue == 5000
    Invoice.objects.filter(pk=draft.pk).update(status=Invoice.Status.ISSUED)
    assert found(client).tier_revenue == 700


def test_the_oldest_total_makes_nobody_new_and_opens_no_window(client):
    totalled(client, "900.00", dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    newcomer = ClientFactory()
    bought(newcomer, ago(10))
    run = score(as_of=AS_OF)
    assert (run.rfm_window_months, run.oldest_purchase_on) == (12, ago(10))
    assert Score.objects.of(run).get(client=newcomer).segment != "new"


@pytest.mark.parametrize(
    ("first", "is_covered"), [(dt.date(2024, 1, 1), True), (dt.date(2024, 1, 2), False), (None, False)]
)
def test_a_run_knows_whether_totals_tell_of_the_whole_year_before(first, is_covered):
    YearlyTotalFactory()
    if first:
        YearlyTotalFactory(first_day=first, last_day=dt.date(2024, 12, 31))
    assert score().totals_cover_former_window is is_covered


def test_invoices_that_all_bear_one_date_give_tiers_alone():
    for amount in range(1, 6):
        bought(ClientFactory(), AS_OF, amount=f"{amount}.00")
    run = score(as_of=AS_OF)
    assert (run.without_rfm, run.tiers_only, run.ranked, run.in_window) == ("one-day", 5, 5, 0)
    assert not Score.objects.of(run).with_rfm().exists()
    assert sorted(Score.objects.of(run).values_list("tier", flat=True)) == ["A", "B", "B", "B", "C"]
    bought(ClientFactory(), ago(1))
    again = score(as_of=AS_OF)
    assert (again.without_rfm, Score.objects.of(again).with_rfm().count()) == ("", 6)


def test_one_date_is_enough_for_scores_where_there_are_too_few_clients_for_tiers():
    for _ in range(4):
        bought(ClientFactory(), AS_OF)
    assert score(as_of=AS_OF).without_rfm == ""


def test_without_any_positive_total_there_is_nothing_to_score():
    YearlyTotalFactory(amount_ht="-1.00")
    with pytest.raises(NoFacts):
        score()


@pytest.mark.parametrize(
    ("factory", "changes"),
    [
        (TierScoreFactory, {"r": 1}),
        (TierScoreFactory, {"segment": "loyal"}),
        (TierScoreFactory, {"at_risk": True}),
        (ScoreFactory, {"segment": ""}),
        (ScoreFactory, {"recency_days": None}),
    ],
)
def test_a_score_has_all_of_rfm_or_none_of_it(factory, changes):
    with pytest.raises(IntegrityError, match="rfm_together_or_not_at_all"), transaction.atomic():
        factory(**changes)


def test_exported_scores_are_empty_where_totals_tell_nothing():
    firm_of_totals(*"12345")
    out = io.StringIO()
    call_command("export_scores", stdout=out)
    row = out.getvalue().splitlines()[-1]
    name = Score.objects.get(client__code="C4").client.name
    assert row == f"C4,{name},,,0,0.00,,,,,,A,1,5.00,0.333333,false,,0.00,,,,"


def test_the_count_of_segments_holds_no_client_without_one():
    for n in range(1, 6):
        YearlyTotalFactory(amount_ht=n)
    out = io.StringIO()
    call_command("score", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["segments"], told["tiers"], told["tiers_only"]) == ({}, {"A": 1, "B": 3, "C": 1}, 5)
    assert told["without_rfm"] == "only-totals"

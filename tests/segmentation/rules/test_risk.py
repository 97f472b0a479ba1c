"""Rhythm, reasons and the amount at risk, one client on each side of each boundary."""

import datetime as dt
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta

from clients.models import InvoiceLink
from tests.segmentation.rules.facts import ago, bought, found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("gaps", "typical"), [((10, 20), "15.0"), ((10, 21), "15.5"), ((10, 20, 90), "20.0"), ((1, 2), "7.0")]
)
def test_the_typical_gap_is_the_median_of_the_gaps_at_least_7_days(client, gaps, typical):
    days, day = [ago(0)], ago(0)
    for gap in gaps:
        day -= dt.timedelta(days=gap)
        days.append(day)
    bought(client, *days)
    assert str(found().typical_gap_days) == typical


def test_a_rhythm_takes_three_purchase_days(client):
    bought(client, ago(0), ago(10), ago(10))
    assert (found().typical_gap_days, found().silence_ratio) == (None, None)


def test_a_rhythm_is_learnt_from_the_whole_history(client):
    bought(client, ago(1), ago(months=40), ago(months=80))
    assert found().typical_gap_days > 1000


@pytest.mark.parametrize(("silence", "reasons"), [(31, []), (32, ["rhythm"])])
def test_a_silence_of_more_than_twice_the_typical_gap_is_a_reason(client, silence, reasons):
    bought(client, ago(silence), ago(silence + 15), ago(silence + 31))  # a typical gap of 15.5 days
    assert (found().risk_reasons, found().at_risk) == (reasons, bool(reasons))


@pytest.mark.parametrize(
    ("recent", "former", "is_reason"),
    [("299.99", "500.00", True), ("300.00", "500.00", False), ("1.00", "499.99", False)],
)
def test_a_half_year_under_60_percent_of_the_former_one_from_500_euros_is_a_reason(
    client, history, recent, former, is_reason
):
    bought(client, ago(-1, months=18), amount=former)
    bought(client, ago(-1, months=6), amount=recent)
    assert ("decline" in found(client).risk_reasons) is is_reason


def test_the_half_years_compared_are_open_at_their_start(client, history):
    bought(client, ago(months=18), ago(-1, months=12), ago(months=6), amount="1.00")
    bought(client, ago(-1, months=18), ago(months=12), amount="10.00")
    bought(client, ago(-1, months=6), amount="100.00")
    one = found(client)
    assert (one.recent_half_revenue, one.former_half_revenue) == (Decimal(100), Decimal(20))
    assert (one.recent_half_days, one.former_half_days) == (1, 2)


@pytest.mark.parametrize(("recent", "former", "is_reason"), [(2, 4, True), (3, 5, False), (1, 3, True), (0, 2, False)])
def test_fewer_than_60_percent_of_at_least_3_purchase_days_is_a_reason(client, history, recent, former, is_reason):
    bought(client, *[ago(10 + day) for day in range(recent)], *[ago(10 + day, months=12) for day in range(former)])
    assert ("slowing" in found(client).risk_reasons) is is_reason


def test_the_two_segments_at_risk_are_a_reason(client, history):
    bought(client, *[ago(200 + 30 * n) for n in range(12)], amount="1000.00")
    assert found(client).segment in ("at-risk", "cannot-lose")
    assert "grid" in found(client).risk_reasons


def test_nobody_is_at_risk_without_a_purchase_in_the_window(client):
    bought(client, ago(0, months=24), ago(10, months=24), ago(20, months=24))
    one = found()
    assert one.silence_ratio > 2
    assert (one.at_risk, one.risk_reasons, one.amount_at_risk) == (False, [], Decimal("0.00"))


def test_the_amount_at_risk_is_the_year_ending_at_the_last_purchase_less_credit_notes_since(client, history):
    last = ago(100)
    start = last - relativedelta(months=12)
    bought(client, start, amount="1000.00")
    bought(client, start + dt.timedelta(days=1), ago(120), ago(110), last, amount="10.00")
    bought(client, ago(50), amount="-3.00")
    one = found(client)
    assert "rhythm" in one.risk_reasons
    assert one.amount_at_risk == Decimal("37.00")


def test_a_cancelled_invoice_since_the_last_purchase_changes_nothing_to_the_amount_at_risk(client, history):
    bought(client, ago(100), ago(110), ago(120), amount="10.00")
    (invoice,) = bought(client, ago(50), amount="500.00")
    (note,) = bought(client, ago(40), amount="-500.00")
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found(client).amount_at_risk == Decimal("30.00")


def test_the_amount_at_risk_is_never_below_zero(client, history):
    bought(client, ago(100), ago(110), ago(120), amount="10.00")
    bought(client, ago(50), amount="-300.00")
    assert found(client).at_risk
    assert found(client).amount_at_risk == Decimal("0.00")


def test_who_is_not_at_risk_risks_nothing(client, history):
    bought(client, ago(1))
    assert found(client).amount_at_risk == Decimal("0.00")

"""Who moved from one run to the next, why, and what confirms it: one rule at a time, on two or three hand-made runs."""

import datetime as dt
from decimal import Decimal

import pytest

from clients.models import ChangedClient
from segmentation import movements
from segmentation.models import Cause, Movement, Rules, ScoringRun
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 31)
ON_GRID = {  # what each segment is read off, under the cuts of the factory's runs
    "champions": {"r": 5, "fm": 4, "f": 4, "m": 4, "recency_days": 10, "frequency": 10, "monetary": Decimal(20000)},
    "loyal": {"r": 4, "fm": 4, "f": 4, "m": 4, "recency_days": 60, "frequency": 10, "monetary": Decimal(20000)},
    "at-risk": {"r": 2, "fm": 4, "f": 4, "m": 4, "recency_days": 200, "frequency": 10, "monetary": Decimal(20000)},
}


@pytest.fixture
def client():
    return ClientFactory()


def run_at(as_of, **fields):
    return ScoringRunFactory(as_of=as_of, **fields)


def scored(run, client, segment="loyal", **fields):
    fields = {**ON_GRID.get(segment, {}), "last_purchase_on": dt.date(2026, 4, 1), **fields}
    return ScoreFactory(run=run, client=client, segment=segment, **fields)


def move(client, former="loyal", now="at-risk", *, first=None, then=None, **fields) -> Movement:
    """The movement of this client between May and June, `first` and `then` being what is peculiar to each run."""
    may, june = run_at(MAY, **(first or {})), run_at(JUNE, **(then or {}))
    scored(may, client, former)
    scored(june, client, now, **fields)
    movements.catch_up()
    return Movement.objects.get(client=client)


def test_a_movement_says_from_to_and_when(client):
    found = move(client)
    assert (found.from_segment, found.to_segment, found.former_as_of, found.as_of) == ("loyal", "at-risk", MAY, JUNE)
    assert (found.from_tier, found.to_tier) == ("B", "B")


def test_who_stays_does_not_move(client):
    for day in (MAY, JUNE):
        scored(run_at(day), client)
    movements.catch_up()
    assert not Movement.objects.exists()


def test_without_any_run_there_is_nothing_to_compare():
    assert movements.catch_up() == 0


def test_the_first_run_of_all_moves_nobody(client):
    scored(run_at(MAY), client)
    movements.catch_up()
    assert not Movement.objects.exists()


# --- Causes, in the order they are looked for


def test_other_rules_are_the_cause_before_anything_else(client):
    published = Rules.objects.get(status="published")
    version_2 = Rules.objects.create(**published_fields(published) | {"version": 2, "status": "draft"})
    ChangedClient.objects.create(client=client, first_day=MAY, seen_by=10**9)
    assert move(client, then={"rules": version_2}).cause == Cause.RULES


def published_fields(rules):
    return Rules.objects.filter(pk=rules.pk).values().get() | {"id": None}


def test_another_window_is_another_rule(client):
    assert move(client, first={"rfm_window_months": 12}).cause == Cause.RULES


def known_by_june(client, first_day):
    """A change that the run of May did not know of, and that of June did."""
    may, june = run_at(MAY), run_at(JUNE)
    scored(may, client, "loyal")
    scored(june, client, "at-risk")
    ChangedClient.objects.create(client=client, first_day=first_day, seen_by=june.pk)
    movements.catch_up()
    return Movement.objects.get().cause


def test_a_document_of_before_that_came_since_is_the_cause(client):
    assert known_by_june(client, MAY) == Cause.FACTS


def test_a_document_of_the_day_after_is_the_client_s_own_doing(client):
    assert known_by_june(client, MAY + dt.timedelta(days=1)) == Cause.OWN


def test_a_change_that_the_former_run_knew_is_no_cause(client):
    may, june = run_at(MAY), run_at(JUNE)
    scored(may, client, "loyal")
    scored(june, client, "at-risk")
    ChangedClient.objects.create(client=client, first_day=MAY, seen_by=may.pk)
    movements.catch_up()
    assert Movement.objects.get().cause == Cause.OWN


def test_a_document_of_somebody_else_is_no_cause(client):
    assert known_by_june(client, JUNE) == Cause.OWN
    Movement.objects.all().delete()
    ScoringRun.objects.update(compared_with=None)
    ChangedClient.objects.update(client=ClientFactory(), first_day=MAY)
    movements.catch_up()
    assert Movement.objects.get().cause == Cause.OWN


def test_values_that_give_the_new_segment_under_the_old_cuts_are_own_behaviour(client):
    assert move(client).cause == Cause.OWN


def test_values_that_do_not_are_moved_by_the_others(client):
    found = move(client, "loyal", "watch", recency_days=60, frequency=10, monetary=Decimal(20000))
    assert found.cause == Cause.OTHERS


def test_the_old_cuts_are_those_of_the_former_run(client):
    stricter = {"recency_cuts": [5, 10, 20, 365]}
    assert move(client, "loyal", "at-risk", then=stricter, recency_days=60).cause == Cause.OTHERS


def test_an_amount_equal_to_a_cut_by_value_reaches_it(client):
    found = move(client, "at-risk", "loyal", monetary=Decimal(15000), frequency=8)
    assert found.cause == Cause.OWN


def test_an_amount_equal_to_a_threshold_does_not_exceed_it(client):
    thresholds = {"monetary_mode": "thresholds"}
    found = move(client, "at-risk", "loyal", first=thresholds, then=thresholds, monetary=Decimal(3000), frequency=4)
    assert found.cause == Cause.OTHERS  # M 2 and F 3: on average 3, à développer


def test_a_newcomer_s_arrival_is_its_own_doing_whatever_the_rules(client):
    run_at(MAY, rfm_window_months=12)
    scored(run_at(JUNE), client, "new")
    movements.catch_up()
    found = Movement.objects.get()
    assert (found.is_arrival, found.from_segment, found.cause) == (True, "", Cause.OWN)


def test_leaving_the_newcomers_with_time_is_own_behaviour(client):
    assert move(client, "new", "loyal").cause == Cause.OWN


def test_who_is_no_longer_scored_departs(client):
    scored(run_at(MAY), client)
    run_at(JUNE)
    movements.catch_up()
    found = Movement.objects.get()
    assert (found.is_departure, found.from_segment, found.to_segment) == (True, "loyal", "")


@pytest.mark.parametrize(("revenue", "cause"), [(5999, Cause.OTHERS), (6000, Cause.OWN)])
def test_a_change_of_tier_alone_is_own_when_the_revenue_reaches_the_former_tier(client, revenue, cause):
    may, june, first = run_at(MAY), run_at(JUNE), ClientFactory()
    for run in (may, june):
        scored(run, first, tier="A", tier_revenue=Decimal(6000))
    scored(may, client, tier="B", tier_revenue=Decimal(4000))
    scored(june, client, tier="A", tier_revenue=Decimal(revenue))
    movements.catch_up()
    found = Movement.objects.get()
    assert (found.from_tier, found.to_tier, found.cause) == ("B", "A", cause)


# --- Confirmation


def thrice(client, *segments) -> Movement:
    for day, segment in zip((MAY, JUNE, JULY), segments, strict=False):
        scored(run_at(day), client, segment)
    movements.catch_up()
    return Movement.objects.get(as_of=JUNE)


def test_a_movement_is_not_confirmed_by_its_own_run(client):
    assert thrice(client, "loyal", "at-risk").confirmed_on is None


def test_the_next_run_that_keeps_it_confirms_it(client):
    assert thrice(client, "loyal", "at-risk", "at-risk").confirmed_on == JULY


@pytest.mark.parametrize("then", ["loyal", "champions"])
def test_the_next_run_that_finds_the_client_elsewhere_does_not(client, then):
    assert thrice(client, "loyal", "at-risk", then).confirmed_on is None


def test_the_tier_has_no_say_in_a_movement_of_segment(client):
    may, june, july = (run_at(day) for day in (MAY, JUNE, JULY))
    scored(may, client, "loyal", tier="A")
    scored(june, client, "at-risk", tier="B")
    scored(july, client, "at-risk", tier="A")
    movements.catch_up()
    assert Movement.objects.get(as_of=JUNE).confirmed_on == JULY


# --- Drop: R lower by 2, or tier lower, than three months before; twice


def fallen(client, *, before=None, earlier=None, former=None, now=None, rules=None):
    """The reasons of this client in September, R and tier being given at the two month-ends and the two runs."""
    steps = [(dt.date(2026, 5, 31), earlier), (dt.date(2026, 6, 30), before)]
    steps += [(dt.date(2026, 9, 29), former), (dt.date(2026, 9, 30), now)]
    for day, fields in steps:
        run = run_at(day, **(rules or {}) if day.month < 9 else {})
        scored(run, client, "loyal", **{"r": 5, "tier": "B", **(fields or {})})
    movements.catch_up()
    risk = run.risks.filter(client=client).first()
    return risk.reasons if risk else []


def test_an_r_lower_by_2_in_two_runs_is_a_drop(client):
    assert fallen(client, former={"r": 3}, now={"r": 3}) == ["drop"]


def test_an_r_lower_by_1_is_none(client):
    assert fallen(client, former={"r": 3}, now={"r": 4}) == []


def test_a_lower_tier_in_two_runs_is_a_drop(client):
    assert fallen(client, former={"tier": "C"}, now={"tier": "C"}) == ["drop"]


def test_a_single_run_is_not_enough(client):
    assert fallen(client, now={"r": 3}) == []


def test_each_run_is_compared_with_the_month_end_of_three_months_before_it(client):
    assert fallen(client, earlier={"r": 3}, former={"r": 3}, now={"r": 3}) == []  # 29/09 − 3 months: end of May


def test_having_no_tier_is_not_a_lower_one(client):
    assert fallen(client, former={"tier": ""}, now={"tier": ""}) == []


def test_who_bought_nothing_in_the_window_is_not_falling(client):
    long_ago = {"r": 1, "last_purchase_on": dt.date(2024, 10, 31)}
    assert fallen(client, former=long_ago, now=long_ago) == []


def test_other_rules_at_the_month_end_make_no_drop(client):
    version_2 = Rules.objects.create(
        **published_fields(Rules.objects.get(status="published")) | {"version": 2, "status": "draft"}
    )
    assert fallen(client, former={"r": 3}, now={"r": 3}, rules={"rules": version_2}) == []


def test_a_drop_is_one_reason_among_the_others_and_sorted(client):
    found = {"r": 3, "at_risk": True, "risk_reasons": ["decline", "rhythm"], "amount_at_risk": Decimal(900)}
    assert fallen(client, former={"r": 3}, now=found) == ["decline", "drop", "rhythm"]

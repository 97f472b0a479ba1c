"""Planned against real, up to today: contacts, hours, euros spent, kept and won."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import Firm
from campaigns.allocation import planning
from campaigns.allocation.following import Costs, FollowUp, Tally
from campaigns.allocation.portfolios import portfolios
from campaigns.models import AllocationPlan
from segmentation.models import Rules
from tests.campaigns.allocation.world import TODAY, done
from tests.factories import (
    ApproachFactory,
    InvoiceFactory,
    ProspectFactory,
    ScoreFactory,
    ScoringRunFactory,
    TimeEntryFactory,
)

START = dt.date(2026, 10, 1)
SEPTEMBER = dt.date(2026, 9, 30)


@pytest.fixture
def plan(firm):
    return firm.plan(name="T4", starts_on=START)


def followed(plan):
    plan = AllocationPlan.objects.get(pk=plan.pk)
    return FollowUp(plan, portfolios(plan.made_by))


def at_risk_then(client, tier="A"):
    """At risk when the quarter began."""
    run = ScoringRunFactory(as_of=SEPTEMBER, rules=Rules.objects.get())
    ScoreFactory(run=run, client=client, tier=tier, at_risk=True)


def test_contacts_of_the_quarter_count_for_the_tier_and_the_portfolio(firm, plan):
    client = firm.client("A", firm.claire)
    done(client, firm.karim, dt.date(2026, 10, 1))
    done(client, firm.claire, TODAY)
    done(client, firm.claire, dt.date(2026, 9, 30))
    done(client, firm.claire, TODAY, outcome="dropped")
    found = followed(plan)
    assert (found.by_target["A"].made, found.by_person[firm.claire.pk].made, found.total.made) == (2, 2, 2)
    assert [week.isoformat() for week in found.by_week] == ["2026-09-28", "2026-12-14"]


def test_hours_are_those_noted_in_the_quarter(firm, plan):
    client = firm.client("B", firm.claire)
    for day, hours in ((START, 2), (TODAY, "1.5"), (SEPTEMBER, 8)):
        TimeEntryFactory(client=client, person=firm.claire, spent_on=day, hours=hours)
    tally = followed(plan).by_target["B"]
    assert tally.hours == Decimal("3.5")
    assert 0 < tally.planned_hours < Decimal("0.6")  # half an hour in the quarter, for the days gone by


def test_what_is_planned_up_to_today_is_told_from_what_is_to_come(firm, plan):
    for _ in range(30):
        firm.client("A", firm.claire)
    planning.adopt(plan=plan, by=firm.marc)
    found = followed(plan)
    tally = found.by_target["A"]
    assert tally.planned == 0
    assert tally.to_come == plan.contacts.count() > 0
    assert sum(week.to_come for week in found.by_week.values()) == tally.to_come


def test_a_drift_shows_once_a_tenth_is_missing():
    assert Tally(planned=10, made=8).is_late
    assert not Tally(planned=10, made=9).is_late
    assert Tally(planned=10, made=8).gap == -2
    assert not Tally().is_late


def test_kept_is_what_clients_at_risk_bought_after_they_were_contacted(firm, plan):
    client = firm.client("A", firm.claire)
    at_risk_then(client)
    InvoiceFactory(client=client, issued_on=dt.date(2026, 10, 2), amount_ht=Decimal("900.00"))  # before the call
    done(client, firm.claire, dt.date(2026, 10, 10))
    InvoiceFactory(client=client, issued_on=dt.date(2026, 10, 11), amount_ht=Decimal("300.00"))
    other = firm.client("A", firm.claire)
    InvoiceFactory(client=other, issued_on=dt.date(2026, 10, 11), amount_ht=Decimal("50.00"))
    done(other, firm.claire, dt.date(2026, 10, 10))
    found = followed(plan)
    tally = found.by_target["A"]
    assert (tally.kept, tally.kept_euros) == (1, Decimal("300.00"))
    assert found.by_week[dt.date(2026, 10, 5)].kept_euros == Decimal("300.00")


def test_whoever_only_gave_something_back_was_not_kept(firm, plan):
    client = firm.client("A", firm.claire)
    at_risk_then(client)
    done(client, firm.claire, dt.date(2026, 10, 10))
    InvoiceFactory(client=client, issued_on=dt.date(2026, 10, 12), amount_ht=Decimal("-80.00"), kind="credit_note")
    tally = followed(plan).by_target["A"]
    assert (tally.kept, tally.kept_euros) == (0, 0)


def test_a_client_kept_counts_in_the_week_they_came_back_and_their_euros_in_theirs(firm, plan):
    client = firm.client("A", firm.claire)
    at_risk_then(client)
    done(client, firm.claire, dt.date(2026, 10, 10))
    for day in (dt.date(2026, 10, 13), dt.date(2026, 10, 13), dt.date(2026, 10, 20)):
        InvoiceFactory(client=client, issued_on=day, amount_ht=Decimal("100.00"))
    weeks = followed(plan).by_week
    kept = {day.isoformat(): (one.kept, one.kept_euros) for day, one in weeks.items() if one.kept_euros}
    assert kept == {"2026-10-12": (1, Decimal(200)), "2026-10-19": (0, Decimal(100))}


def test_won_is_what_clients_of_the_quarter_brought(firm, plan):
    client = firm.client("C", firm.claire, scored={"first_purchase_on": dt.date(2026, 11, 3)})
    ProspectFactory(client=client, state="client")
    InvoiceFactory(client=client, issued_on=dt.date(2026, 11, 3), amount_ht=Decimal("700.00"))
    InvoiceFactory(client=client, issued_on=dt.date(2026, 11, 9), amount_ht=Decimal("-100.00"), kind="credit_note")
    tally = followed(plan).by_target["P"]
    assert (tally.won, tally.won_euros, tally.euros) == (1, Decimal("600.00"), Decimal("600.00"))


def test_euros_an_hour_are_those_kept_and_won():
    assert Tally(kept_euros=Decimal(300), won_euros=Decimal(100), hours=Decimal(8)).euros_per_hour == 50
    assert Tally(kept_euros=Decimal(300)).euros_per_hour is None


def test_euros_are_compared_line_by_line(firm, plan):
    planning.spend(
        plan=plan, target="A", purpose="keep", amount=Decimal("490.00"), spent_on=TODAY, label="", by=firm.marc
    )
    spent = followed(plan).spent
    assert (spent["A", "keep"].planned, spent["A", "keep"].real) == (Decimal("4900.00"), Decimal("490.00"))
    assert spent["A", "keep"].share == Decimal("0.1")
    assert spent["A", "win"].share is None
    assert sum(one.planned for one in spent.values()) == plan.budget


def test_each_cost_waits_for_five_clients():
    costs = Costs(kept=4, keeping_euros=Decimal(400), won=5, winning_euros=Decimal(2500), hourly=None)
    assert (costs.of_keeping, costs.of_winning, costs.times) == (None, 500, None)
    assert Costs(kept=5, keeping_euros=Decimal(500), won=5, winning_euros=Decimal(2500), hourly=None).times == 5


def test_contacts_cost_their_minutes_and_paid_work_does_not(firm, plan):
    Firm.objects.update_or_create(pk=1, defaults={"hourly_cost": Decimal("40.00")})
    client = firm.client("A", firm.claire)
    done(client, firm.claire, TODAY)
    done(client, firm.claire, TODAY)
    TimeEntryFactory(client=client, person=firm.claire, spent_on=TODAY, hours=300)
    costs = followed(plan).costs
    assert (costs.keeping_euros, costs.winning_euros) == (Decimal("60.00"), 0)  # twice 45 minutes


def test_contacts_cost_nothing_until_the_firm_says_what_an_hour_does(firm, plan):
    done(firm.client("A", firm.claire), firm.claire, TODAY)
    assert followed(plan).costs.keeping_euros == 0


def test_contacts_with_prospects_are_spread_evenly_and_counted(firm, plan):
    prospects = [ProspectFactory(owner=firm.claire) for _ in range(100)]  # every 90 days: 102 in a quarter of 92
    at = dt.datetime(2026, 11, 4, 10, tzinfo=dt.UTC)
    ApproachFactory(prospect=prospects[0], assignee=firm.karim, outcome="reached", done_at=at, done_by=firm.karim)
    ApproachFactory(prospect=prospects[1], assignee=firm.karim, outcome="dropped", done_at=at, done_by=firm.karim)
    found = followed(plan)
    tally = found.by_target["P"]
    assert (tally.made, tally.planned + tally.to_come) == (1, 102)
    assert tally.planned == round(102 * found.elapsed)
    assert found.by_person[firm.claire.pk].made == 1
    assert found.by_week[dt.date(2026, 11, 2)].made == 1


def test_a_quarter_to_come_has_nothing_done(firm):
    plan = firm.plan()
    done(firm.client("A", firm.claire), firm.claire, TODAY)
    found = followed(plan)
    assert (found.total.made, found.elapsed) == (0, 0)

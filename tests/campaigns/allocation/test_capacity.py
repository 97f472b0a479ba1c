"""Is a plan feasible? Hours needed and available, to the last decimal."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.roles import Role
from campaigns.allocation import capacity, planning
from campaigns.allocation.portfolios import portfolios
from campaigns.models import Prospect
from tests.campaigns.allocation.world import QUARTER
from tests.factories import ClientDepartureFactory, ProspectFactory, UserFactory

pytestmark = pytest.mark.django_db


def needed(plan):
    return capacity.needed(plan, list(plan.lines.all()), portfolios(plan.made_by))


def test_a_line_takes_its_clients_times_its_contacts_times_its_minutes(firm):
    for _ in range(4):
        firm.client("B", firm.claire)
    needs = needed(firm.plan())
    assert needs.of("B") == Decimal(2)  # 4 clients, 90 days ÷ 90, half an hour
    assert (needs.of_person(firm.claire.pk), needs.of_person(None), needs.total) == (2, 0, 2)


def test_longer_intervals_take_less_in_the_same_proportions(firm):
    firm.client("A", firm.claire)
    firm.client("C", firm.karim)
    plan = firm.plan()
    before = needed(plan)
    plan.stretch_percent = 25
    after = needed(plan)
    assert {after.of(tier) / before.of(tier) for tier in "AC"} == {Decimal("0.8")}


def test_a_manager_plans_for_their_team_and_the_clients_of_nobody(firm):
    firm.client("A", firm.claire)
    firm.client("A", None)
    firm.client("A", UserFactory())
    held = portfolios(firm.marc)
    assert held.owners == {firm.claire.pk, None}
    assert portfolios(UserFactory(roles=[Role.DIRECTION])).of("A").clients == 3


def test_who_left_asks_for_no_hour(firm):
    ClientDepartureFactory(client=firm.client("A", firm.claire))
    assert portfolios(firm.marc).of("A").clients == 0


def test_a_tier_knows_its_revenue_and_what_is_at_stake(firm):
    firm.client("A", firm.claire, revenue="800.00", stake="300.00")
    firm.client("A", firm.karim, revenue="200.00")
    held = portfolios(firm.marc).of("A")
    assert (held.clients, held.revenue, held.at_risk, held.stake) == (2, 1000, 1, 300)


def test_prospects_are_those_still_to_win_and_not_opposed(firm):
    ProspectFactory(owner=firm.claire)
    ProspectFactory(owner=firm.claire, state=Prospect.State.DISMISSED)
    ProspectFactory(owner=firm.claire, put_out=Prospect.PutOut.values[0])
    ProspectFactory(owner=firm.claire, objected_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert portfolios(firm.marc).of("P").clients == 1


def test_somebody_has_their_working_days_less_those_off_times_their_share_in_the_field(firm):
    plan = firm.plan()
    days = capacity.available(plan).working_days
    assert days == 62  # of the first quarter of 2027: neither New Year's Day nor Easter Monday
    planning.set_availability(
        person=firm.claire, starts_on=QUARTER, days_off=Decimal("2.5"), field_percent=40, by=firm.marc
    )
    times = {time.person: time for time in capacity.available(plan).times}
    assert times[firm.claire].hours == Decimal("166.6")  # 7 h × 59.5 days × 40 %
    assert (times[firm.karim].hours, times[firm.karim].is_said) == (217, False)


def test_more_days_off_than_there_are_leave_no_hour(firm):
    planning.set_availability(
        person=firm.claire, starts_on=QUARTER, days_off=Decimal(90), field_percent=100, by=firm.marc
    )
    times = {time.person: time for time in capacity.available(firm.plan()).times}
    assert times[firm.claire].hours == 0


def test_the_heaviest_load_comes_first_and_clients_of_nobody_last(firm):
    for _ in range(150):
        firm.client("A", firm.karim)
    firm.client("A", firm.claire)
    firm.client("A", None)
    plan = firm.plan()
    people = {firm.karim.pk: firm.karim, firm.claire.pk: firm.claire}
    loads = capacity.loads(needed(plan), capacity.available(plan), people)
    assert [load.person for load in loads if load.needed] == [firm.karim, firm.claire, None]
    assert [load.is_over for load in loads if load.needed] == [True, False, True]
    assert loads[0].excess == Decimal("337.5") - 217


def test_whoever_left_the_team_and_follows_clients_has_no_time(firm):
    gone = UserFactory(first_name="Odile", manager=firm.marc, is_active=False)
    firm.client("A", gone)
    plan = firm.plan()
    loads = capacity.loads(needed(plan), capacity.available(plan), {gone.pk: gone})
    assert (loads[0].person, loads[0].time, loads[0].is_over) == (gone, None, True)

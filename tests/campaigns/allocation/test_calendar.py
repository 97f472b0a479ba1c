"""The calendar of an adopted plan: who is contacted when, and the actions of each week."""

import datetime as dt
from collections import Counter

import pytest
import time_machine

from accounts.roles import Role
from campaigns.allocation import calendar, planning
from campaigns.allocation.working_days import working_days
from campaigns.models import Action, PlannedContact
from tests.campaigns.allocation.world import QUARTER, TODAY, done
from tests.factories import ActionFactory, ClientDepartureFactory, UserFactory

MONDAY = dt.date(2027, 1, 4)


def director():
    return UserFactory(roles=[Role.DIRECTION])


def adopted(firm, **fields):
    plan = firm.plan(**fields)
    planning.adopt(plan=plan, by=firm.marc)
    return plan


def test_each_client_is_contacted_once_an_interval(firm):
    for _ in range(30):
        firm.client("A", firm.claire)
    plan = adopted(firm)
    by_client = Counter(plan.contacts.values_list("client", flat=True))
    assert set(by_client.values()) == {3}  # 90 days, every 30
    first = plan.contacts.filter(client=plan.contacts.first().client).values_list("due_on", flat=True)
    assert [day.isoformat() for day in first] == ["2027-01-04", "2027-01-29", "2027-03-02"]


def test_contacts_fall_on_working_days_and_spread_evenly(firm):
    for _ in range(60):
        firm.client("B", firm.claire)
    days = list(adopted(firm).contacts.values_list("due_on", flat=True))
    plan_days = working_days(QUARTER, dt.date(2027, 3, 31))
    assert set(days) <= set(plan_days)
    assert len(days) == 60
    weeks = Counter(day.isocalendar().week for day in days)
    assert max(weeks.values()) - min(weeks[week] for week in range(2, 13)) <= 3


def test_a_long_interval_reaches_those_heard_of_longest_ago(firm):
    clients = [firm.client("C", firm.claire) for _ in range(4)]
    for days_ago, client in enumerate(clients[:2], start=1):
        done(client, firm.claire, TODAY - dt.timedelta(days=days_ago))
    reached = set(adopted(firm).contacts.values_list("client", flat=True))
    assert reached == {client.pk for client in clients[2:]}  # 90 days of 180: half of them


def test_stretched_intervals_make_fewer_contacts(firm):
    for _ in range(40):
        firm.client("B", firm.claire)
    plan = firm.plan()
    plan.stretch_percent = 100
    plan.save()
    assert planning.adopt(plan=plan, by=firm.marc) == 20


def test_nobody_gone_refusing_calls_or_planned_by_another_is_in_it(firm):
    ClientDepartureFactory(client=firm.client("A", firm.claire))
    done(firm.client("A", firm.claire), firm.claire, TODAY, outcome="stop-calling")
    shared = firm.client("A", firm.claire)
    theirs = firm.plan(name="Direction", by=director())
    planning.adopt(plan=theirs, by=theirs.made_by)
    alone = firm.client("A", firm.karim)
    plan = adopted(firm)
    assert set(theirs.contacts.values_list("client", flat=True)) == {shared.pk}
    assert set(plan.contacts.values_list("client", flat=True)) == {alone.pk}


def test_a_plan_adopted_on_the_way_begins_tomorrow(firm):
    for _ in range(10):
        firm.client("A", firm.claire)
    plan = adopted(firm, starts_on=dt.date(2026, 10, 1))
    days = plan.contacts.values_list("due_on", flat=True)
    assert min(days) >= TODAY
    assert max(days) <= dt.date(2026, 12, 31)
    assert plan.contacts.exists()


def test_the_contacts_of_a_week_become_its_actions_once(firm):
    for _ in range(30):
        firm.client("A", firm.claire)
    plan = adopted(firm)
    assert not Action.objects.exists()
    with time_machine.travel(MONDAY):
        made = calendar.call_due()
        assert calendar.call_due() == 0
    this_week = plan.contacts.filter(due_on__lte=MONDAY + dt.timedelta(days=6))
    assert made == Action.objects.count() == this_week.count() > 0
    action = Action.objects.order_by("due_on").first()
    assert (action.assignee, action.origin, action.created_by) == (firm.claire, "plan", firm.marc)
    assert action.due_on >= MONDAY


def test_whoever_is_busy_with_a_client_gets_no_second_action(firm):
    client = firm.client("A", firm.claire)
    ActionFactory(client=client, assignee=firm.claire)
    adopted(firm)
    with time_machine.travel(MONDAY):
        assert calendar.call_due() == 0
    assert PlannedContact.objects.exclude(called_at=None).count() == 1


def test_the_client_of_nobody_is_called_by_whoever_made_the_plan(firm):
    firm.client("A", None)
    adopted(firm)
    with time_machine.travel(MONDAY):
        calendar.call_due()
    assert Action.objects.get().assignee == firm.marc


def test_a_new_owner_gets_the_action(firm):
    client = firm.client("A", firm.claire)
    adopted(firm)
    client.owner = firm.karim
    client.save()
    with time_machine.travel(MONDAY):
        calendar.call_due()
    assert Action.objects.get().assignee == firm.karim


def test_a_person_sees_the_contacts_of_their_own_clients(firm):
    mine = firm.client("A", firm.claire)
    firm.client("A", firm.karim)
    adopted(firm)
    seen = PlannedContact.objects.visible_to(firm.claire)
    assert set(seen.values_list("client", flat=True)) == {mine.pk}
    assert PlannedContact.objects.visible_to(director()).count() == 6


@pytest.mark.django_db
def test_without_a_scoring_there_is_nobody_to_contact(firm):
    firm.run.delete()
    assert planning.adopt(plan=firm.plan(), by=firm.marc) == 0

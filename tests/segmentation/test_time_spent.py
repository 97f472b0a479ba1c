"""Hours of a run: each client's, each person's, their cost, against a slow and obvious reference."""

import datetime as dt
import random
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest

from accounts.models import Firm
from clients.models import TimeEntry
from segmentation import time_spent
from segmentation.models import ClientTime, Exclusion, PersonTime, Rules, ScoringRun
from segmentation.scoring import score
from tests.factories import ClientFactory, InvoiceFactory, UserFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)


@pytest.fixture
def cost():
    return Firm.objects.create(pk=Firm.ONLY, hourly_cost=Decimal("50.00"))


def spend(client, hours, *, on=dt.date(2026, 6, 1), person=None):
    return TimeEntry.objects.create(client=client, person=person or UserFactory(), spent_on=on, hours=hours)


def sold(client, amount, on=dt.date(2026, 10, 31)):
    return InvoiceFactory(client=client, issued_on=on, amount_ht=amount)


def time_of(client, run=None):
    return ClientTime.objects.get(run=run or ScoringRun.objects.latest_at(), client=client)


def test_the_first_day_of_the_window_is_out_and_its_last_day_is_in(cost):
    client = ClientFactory()
    sold(client, 1000)
    spend(client, 1, on=dt.date(2025, 10, 31))
    spend(client, 2, on=dt.date(2025, 11, 1))
    spend(client, 4, on=AS_OF)
    spend(client, 8, on=dt.date(2026, 11, 1))
    score(as_of=AS_OF)
    assert time_of(client).hours == 6


def test_revenue_and_margin_an_hour_divide_what_the_same_months_brought(cost):
    client = ClientFactory()
    sold(client, 900)
    sold(client, 5000, on=dt.date(2025, 10, 31))
    spend(client, 6)
    score(as_of=AS_OF)
    found = time_of(client)
    assert (found.revenue, found.cost) == (900, 300)
    assert found.revenue_per_hour == 150
    assert found.margin_per_hour == 100


def test_a_person_s_own_cost_prevails_over_that_of_the_firm(cost):
    client = ClientFactory()
    sold(client, 900)
    spend(client, 1)
    spend(client, 2, person=UserFactory(hourly_cost=Decimal("80.00")))
    score(as_of=AS_OF)
    assert time_of(client).cost == 50 + 160


def test_one_cost_unknown_leaves_the_margin_unknown():
    client = ClientFactory()
    sold(client, 900)
    spend(client, 1)
    spend(client, 2, person=UserFactory(hourly_cost=Decimal("80.00")))
    score(as_of=AS_OF)
    assert time_of(client).margin is None
    assert time_of(client).revenue_per_hour == 300


def test_hours_on_a_client_who_never_bought_bring_nothing_and_cost_all_the_same(cost):
    sold(ClientFactory(), 900)
    never = ClientFactory()
    spend(never, 3)
    score(as_of=AS_OF)
    assert (time_of(never).score, time_of(never).revenue, time_of(never).margin) == (None, 0, -150)


def test_an_hour_noted_after_the_run_is_in_it_at_once_for_its_client_alone(cost):
    one, other = ClientFactory(), ClientFactory()
    sold(one, 900)
    sold(other, 900)
    spend(other, 1)
    run = score(as_of=AS_OF)
    untouched = time_of(other).pk
    spend(one, 2)
    time_spent.follow([one.pk])
    assert time_of(one, run).hours == 2
    assert time_of(other, run).pk == untouched


def test_the_last_hour_taken_away_takes_the_row_away(cost):
    client = ClientFactory()
    sold(client, 900)
    entry = spend(client, 2)
    run = score(as_of=AS_OF)
    entry.delete()
    assert time_spent.is_behind(run)
    time_spent.follow([client.pk])
    assert not ClientTime.objects.exists()
    assert not time_spent.is_behind(run)


def test_a_run_of_the_past_keeps_the_hours_it_knew(cost):
    client = ClientFactory()
    sold(client, 900, on=dt.date(2026, 9, 30))
    spend(client, 2)
    former = score(as_of=dt.date(2026, 9, 30))
    sold(client, 900)
    score(as_of=AS_OF)
    spend(client, 5)
    time_spent.follow()
    assert (time_of(client, former).hours, time_of(client).hours) == (2, 7)


def test_nothing_follows_before_the_first_run():
    spend(ClientFactory(), 2)
    time_spent.follow()
    assert not ClientTime.objects.exists()


def test_hours_on_companies_of_a_group_count_for_its_head_when_groups_are_scored(cost):
    Rules.objects.update(scored_by="head")
    head, person = ClientFactory(), UserFactory()
    company = ClientFactory(head=head)
    sold(company, 900)
    spend(head, 1, person=person)
    spend(company, 2, person=person)
    run = score(as_of=AS_OF)
    found = ClientTime.objects.of(run).get()
    assert (found.client, found.hours, found.cost, found.revenue, found.score.client) == (head, 3, 150, 900, head)
    assert PersonTime.objects.of(run).get().client == head


def test_an_hour_noted_on_a_company_after_the_run_is_at_once_among_those_of_its_group(cost):
    Rules.objects.update(scored_by="head")
    head, other = ClientFactory(), ClientFactory()
    first, second = ClientFactory(head=head), ClientFactory(head=head)
    sold(first, 900)
    sold(other, 900)
    spend(second, 1)
    spend(other, 4)
    run = score(as_of=AS_OF)
    untouched = time_of(other).pk
    spend(first, 2)
    time_spent.follow([first.pk])
    assert ClientTime.objects.of(run).get(client=head).hours == 3
    assert time_of(other).pk == untouched
    assert not time_spent.is_behind(run)


def test_hours_on_a_client_that_the_rules_leave_out_are_left_out_like_its_revenue(cost):
    kept, out = ClientFactory(), ClientFactory()
    for client in (kept, out):
        sold(client, 900)
        spend(client, 2)
    Exclusion.objects.create(rules=Rules.objects.get(), client=out, motive="Interne")
    run = score(as_of=AS_OF)
    assert ClientTime.objects.of(run).get().client == kept
    assert not time_spent.is_behind(run)
    time_spent.follow([out.pk])
    assert ClientTime.objects.of(run).get().client == kept


def test_hours_agree_with_a_slow_reference_and_add_up(cost):
    """Σ hours of clients = Σ hours of people = hours of the window; costs add up to the cent."""
    drawn = random.Random(4)
    people = [UserFactory(hourly_cost=rate) for rate in (None, Decimal("41.37"), Decimal("33.33"))]
    clients = ClientFactory.create_batch(12)
    for client in clients[:9]:
        sold(client, drawn.randint(1, 900))
    expected: dict = defaultdict(Decimal)
    for _ in range(300):
        client, person = drawn.choice(clients), drawn.choice(people)
        on = dt.date(2025, 9, 1) + dt.timedelta(days=drawn.randint(0, 450))
        hours = Decimal(drawn.randint(1, 900)) / 100
        spend(client, hours, on=on, person=person)
        if dt.date(2025, 10, 31) < on <= AS_OF:
            expected[client.pk, person.pk] += hours
    run = score(as_of=AS_OF)

    rates = {person.pk: person.hourly_cost or Decimal(50) for person in people}
    costs = {
        pair: (hours * rates[pair[1]]).quantize(Decimal("0.01"), ROUND_HALF_UP) for pair, hours in expected.items()
    }
    found = PersonTime.objects.of(run).values_list("client", "person", "hours", "cost")
    assert {(client, person): (hours, price) for client, person, hours, price in found} == {
        pair: (hours, costs[pair]) for pair, hours in expected.items()
    }
    for one in ClientTime.objects.of(run):
        assert one.hours == sum(hours for pair, hours in expected.items() if pair[0] == one.client_id)
        assert one.cost == sum(price for pair, price in costs.items() if pair[0] == one.client_id)
        assert one.revenue == (one.score.tier_revenue if one.score else 0)
    assert sum(one.hours for one in ClientTime.objects.of(run)) == sum(expected.values())

"""Who is scored: clients or groups, and who is left out."""

from decimal import Decimal

import pytest
from django.db import connection

from clients.models import Client, InvoiceLine
from segmentation.groups import amounts_by_month, purchases_of, scored_by_month
from segmentation.models import Exclusion, Rules, Score, Unscored
from segmentation.scoring import score
from tests.factories import ClientFactory, ServiceFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought, found, totalled

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_group():
    Rules.objects.update(scored_by="head")


@pytest.fixture
def group(client):
    """A head and two companies."""
    return client, ClientFactory(head=client), ClientFactory(head=client)


def scored():
    """The run, the revenue of each scored client, and why the others are not."""
    run = score(as_of=AS_OF)
    revenue = dict(Score.objects.of(run).values_list("client", "tier_revenue"))
    return run, revenue, dict(Unscored.objects.of(run).values_list("client", "reason"))


def test_clients_are_scored_one_by_one_unless_the_rules_say_otherwise(group):
    for one in group:
        bought(one, ago(5))
    _run, revenue, apart = scored()
    assert set(revenue) == {one.pk for one in group}
    assert apart == {}


def test_a_group_has_one_score_on_its_head(by_group, group):
    head, first, second = group
    for one, amount in zip(group, ("10.00", "20.00", "30.00"), strict=True):
        bought(one, ago(5), amount=amount)
    _run, revenue, apart = scored()
    assert revenue == {head.pk: Decimal("60.00")}
    assert apart == {first.pk: "group", second.pk: "group"}


def test_a_head_never_invoiced_bears_the_score_of_its_companies(by_group, group):
    bought(group[1], ago(30))
    bought(group[2], ago(10))
    one = found()
    assert (one.client, one.recency_days, one.frequency) == (group[0], 10, 2)


def test_purchases_of_two_companies_on_one_day_are_one(by_group, group):
    bought(group[0], ago(30))
    bought(group[1], ago(30))
    bought(group[2], ago(20))
    assert found().frequency == 2


def test_a_credit_note_to_a_company_subtracts_from_its_group(by_group, group):
    bought(group[0], ago(30), amount="100.00")
    bought(group[1], ago(3), amount="-40.00")
    one = found()
    assert (one.recency_days, one.monetary) == (30, Decimal("60.00"))


def test_the_head_of_all_heads_stands_for_everybody_below(by_group, group):
    top = ClientFactory()
    Client.objects.filter(pk=group[0].pk).update(head=top)
    bought(group[2], ago(5))
    assert found().client == top


def test_heads_that_lead_back_to_each_other_are_one_group(by_group, client):
    other = ClientFactory(head=client)
    Client.objects.filter(pk=client.pk).update(head=other)
    bought(client, ago(5))
    bought(other, ago(9))
    assert (found().client, found().frequency) == (client, 2)


def test_totals_of_companies_count_in_their_group(by_group, group):
    totalled(group[1], 100)
    totalled(group[2], 50)
    assert found().tier_revenue == Decimal("150.00")


def test_the_year_at_stake_is_that_of_the_whole_group(by_group, group):
    bought(group[1], *(ago(days) for days in (300, 290, 280)), amount="70.00")
    bought(group[2], ago(270), amount="30.00")
    one = found()
    assert (one.at_risk, one.amount_at_risk) == (True, Decimal("240.00"))


def test_the_portfolio_weighs_the_same_by_client_and_by_group(group):
    for one in group:
        bought(one, ago(5), ago(200), amount="33.33")
    per_client = scored()[0].revenue
    Rules.objects.update(scored_by="head")
    assert scored()[0].revenue == per_client == Decimal("199.98")


def test_a_client_left_out_by_hand_has_no_score_and_weighs_on_nobody(client):
    bought(client, ago(5))
    bought(other := ClientFactory(), ago(5))
    Exclusion.objects.create(rules=Rules.objects.get(), client=other, motive="Interne")
    run, revenue, apart = scored()
    assert (set(revenue), apart) == ({client.pk}, {other.pk: "hand"})
    assert run.revenue == Decimal("100.00")
    assert Unscored.objects.get().motive == "Interne"


@pytest.mark.parametrize(
    ("rules", "reason", "other"),
    [
        ({"excluded_kinds": ["person"]}, "kind", {"kind": "person"}),
        ({"excluded_countries": ["BE"]}, "country", {"country": "BE"}),
    ],
)
def test_a_nature_or_a_country_is_left_out(client, rules, reason, other):
    Rules.objects.update(**rules)
    bought(client, ago(5))
    bought(out := ClientFactory(**other), ago(5))
    _run, revenue, apart = scored()
    assert (set(revenue), apart) == ({client.pk}, {out.pk: reason})


def test_a_company_left_out_takes_its_own_figures_out_of_its_group(by_group, group):
    for one in group:
        bought(one, ago(5), amount="10.00")
    Exclusion.objects.create(rules=Rules.objects.get(), client=group[1], motive="Interne")
    _run, revenue, apart = scored()
    assert revenue == {group[0].pk: Decimal("20.00")}
    assert apart == {group[1].pk: "hand", group[2].pk: "group"}


def test_a_head_left_out_takes_its_group_out(by_group, group):
    bought(ClientFactory(), ago(5))
    for one in group:
        bought(one, ago(5))
    Exclusion.objects.create(rules=Rules.objects.get(), client=group[0], motive="Interne")
    _run, revenue, apart = scored()
    assert len(revenue) == 1
    assert apart == {group[0].pk: "hand", group[1].pk: "head", group[2].pk: "head"}


def test_lines_of_a_service_left_out_count_nowhere(client):
    expenses = ServiceFactory()
    Rules.objects.update(excluded_services=[expenses.pk])
    bought(client, ago(40), amount="100.00", service=ServiceFactory())
    bought(client, ago(2), amount="80.00", service=expenses)
    one = found()
    assert (one.recency_days, one.frequency, one.monetary, one.tier_revenue) == (40, 1, Decimal(100), Decimal(100))


def test_who_bought_nothing_but_a_service_left_out_has_no_score(client):
    expenses = ServiceFactory()
    Rules.objects.update(excluded_services=[expenses.pk])
    bought(client, ago(2), amount="80.00", service=expenses)
    bought(ClientFactory(), ago(2))
    run, revenue, _apart = scored()
    assert client.pk not in revenue
    assert run.scored == 1


def test_a_client_that_goes_takes_its_exclusions_along(client):
    bought(ClientFactory(), ago(5))
    Exclusion.objects.create(rules=Rules.objects.get(), client=client, motive="Interne")
    scored()
    with connection.cursor() as cursor:  # as undoing an import deletes
        cursor.execute("DELETE FROM clients_client WHERE id = %s", [client.pk])
    assert not Exclusion.objects.exists()
    assert not Unscored.objects.exists()


def test_the_months_of_a_head_add_up_to_the_revenue_of_its_group(by_group, group):
    for one, days in zip(group, (5, 40, 200), strict=True):
        bought(one, ago(days), amount="10.00")
    run = score(as_of=AS_OF)
    months = amounts_by_month(run, [group[0].pk])[group[0].pk]
    assert sum(months) == Score.objects.of(run).get().tier_revenue == Decimal("30.00")
    assert [amount for _day, amount in purchases_of(run, group[0], since=ago(100))] == [Decimal(10), Decimal(10)]


def test_where_clients_are_scored_one_by_one_the_months_are_those_of_each(group):
    for one in group:
        bought(one, ago(5), amount="10.00")
    run = score(as_of=AS_OF)
    assert {pk: sum(months) for pk, months in amounts_by_month(run, [one.pk for one in group]).items()} == {
        one.pk: Decimal(10) for one in group
    }


def test_the_months_of_a_client_add_up_to_its_revenue_without_the_services_left_out(client):
    expenses = ServiceFactory()
    Rules.objects.update(excluded_services=[expenses.pk])
    bought(client, ago(40), amount="100.00", service=ServiceFactory())
    bought(client, ago(2), ago(400), amount="80.00", service=expenses)
    (mixed,) = bought(client, ago(30), amount="50.00", service=ServiceFactory())
    InvoiceLine.objects.create(invoice=mixed, position=2, service=expenses, amount_ht=Decimal("7.00"))
    type(mixed).objects.filter(pk=mixed.pk).update(amount_ht=Decimal("57.00"))
    run = score(as_of=AS_OF)
    assert sum(amounts_by_month(run, [client.pk])[client.pk]) == Score.objects.of(run).get().tier_revenue == 150
    assert purchases_of(run, client, since=ago(500)) == [(ago(40), 100), (ago(30), 50)]


def test_a_day_on_which_a_purchase_was_given_back_is_a_day_with_documents(client):
    bought(client, ago(5), amount="10.00")
    bought(client, ago(5), amount="-10.00")
    assert purchases_of(score(as_of=AS_OF), client, since=ago(100)) == [(ago(5), 0)]


@pytest.mark.parametrize("scored_by", ["client", "head"])
def test_the_months_of_a_portfolio_add_up_to_the_revenue_of_its_scores(group, scored_by):
    head, _first, second = group
    out, expenses = ClientFactory(), ServiceFactory()
    Rules.objects.update(scored_by=scored_by, excluded_services=[expenses.pk])
    for one in (*group, out):
        bought(one, ago(5), ago(200), amount="33.33")
        bought(one, ago(9), amount="7.00", service=expenses)
    for one in (second, out):
        Exclusion.objects.create(rules=Rules.objects.get(), client=one, motive="Interne")
    run = score(as_of=AS_OF)
    assert sum(scored_by_month(run, None)) == run.revenue == Decimal("133.32")
    mine = Client.objects.filter(pk__in=[head.pk, second.pk, out.pk])
    expected = sum(Score.objects.of(run).filter(client__in=mine).values_list("tier_revenue", flat=True))
    assert sum(scored_by_month(run, mine)) == expected > 0

import random
from decimal import Decimal

import pytest

from segmentation.models import Score, SegmentSlug
from segmentation.portfolio import Concentration, Portfolio
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return ScoringRunFactory()


def portfolio_of(run, *revenues, **fields):
    for revenue in revenues:
        ScoreFactory(run=run, tier_revenue=Decimal(revenue), **fields)
    return Portfolio(Score.objects.of(run))


def test_every_client_is_counted_once_however_the_portfolio_is_cut(run):
    shuffled = random.Random(7)
    for number in range(40):
        ScoreFactory(
            run=run,
            segment=shuffled.choice(SegmentSlug.values),
            tier=shuffled.choice("ABC"),
            r=shuffled.randint(1, 5),
            fm=shuffled.randint(1, 5),
            tier_revenue=Decimal(number),
        )
    portfolio = Portfolio(Score.objects.of(run))
    for cut in (portfolio.by_tier, portfolio.by_segment, portfolio.by_cell):
        assert sum(tally.clients for tally in cut.values()) == 40
        assert sum(tally.revenue for tally in cut.values()) == sum(range(40))


def test_a_negative_revenue_counts_in_the_total_and_not_in_the_shares(run):
    total = portfolio_of(run, "100", "-30").total
    assert (total.clients, total.ranked) == (2, 1)
    assert (total.revenue, total.positive_revenue) == (70, 100)


def test_risk_and_decline_add_up_the_amounts_at_stake(run):
    portfolio_of(run, "100", at_risk=True, risk_reasons=["decline", "grid"], amount_at_risk=Decimal(60))
    total = portfolio_of(run, "100", at_risk=True, risk_reasons=["rhythm"], amount_at_risk=Decimal(40)).total
    assert (total.at_risk, total.amount_at_risk) == (2, 100)
    assert (total.declining, total.declining_amount) == (1, 60)


def test_the_average_basket_is_the_amount_divided_by_the_purchase_days(run):
    assert portfolio_of(run, "1", monetary=Decimal(300), frequency=4).total.average_basket == 75
    assert Portfolio(Score.objects.none()).total.average_basket is None


def test_eighty_percent_is_reached_by_the_fewest_clients(run):
    assert portfolio_of(run, "50", "30", "10", "10").concentration().for_eighty_percent == 2
    assert portfolio_of(run, "0.01").concentration().for_eighty_percent == 3


def test_the_first_client_and_the_first_five_are_told(run):
    found = portfolio_of(run, "40", "20", "10", "10", "10", "10").concentration()
    assert (found.first, found.first_few) == (40, 90)
    assert found.first_share == Decimal("0.4")


@pytest.mark.parametrize("count", [1, 3, 5, 14, 60, 137])
def test_the_pile_of_revenues_agrees_with_a_plain_walk(run, count):
    ties = random.Random(count)
    revenues = sorted((ties.choice([10, 25, 25, 400, 12.5]) for _ in range(count)), reverse=True)
    found = portfolio_of(run, *revenues).concentration()
    assert len(found.steps) == min(50, count)
    assert [step.cumulative for step in found.steps] == [Decimal(sum(revenues[: step.place])) for step in found.steps]
    assert found.steps[-1].place == count


def test_nobody_with_a_revenue_makes_no_pile(run):
    assert portfolio_of(run, "0", "-5").concentration() == Concentration()


def test_shares_are_those_of_the_clients_one_may_see(run):
    owner = UserFactory()
    portfolio_of(run, "900")
    ScoreFactory(run=run, tier_revenue=Decimal(100), client=ClientFactory(owner=owner))
    assert Portfolio(Score.objects.of(run).visible_to(owner)).concentration().total == 100


def test_two_statements_whatever_the_number_of_clients(run, django_assert_num_queries):
    portfolio = portfolio_of(run, *range(1, 30))
    with django_assert_num_queries(2):
        portfolio.concentration()
        assert portfolio.by_tier
        assert portfolio.by_segment
        assert portfolio.by_cell

"""Segments and tiers, one client on each side of each boundary."""

from decimal import Decimal

import pytest

from segmentation.models import GridCell, Score, SegmentSlug
from segmentation.scoring import score
from tests.factories import ClientFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought, firm, found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("silence", "segment"), [(89, "new"), (90, "first-purchases")])
def test_a_client_is_new_for_less_than_90_days(client, history, silence, segment):
    bought(client, ago(silence))
    assert found(client).segment == segment


@pytest.mark.parametrize(("days", "is_new"), [(90, False), (91, True)])
def test_nobody_is_new_in_the_first_90_days_of_the_facts(client, days, is_new):
    bought(ClientFactory(), ago(days))
    bought(client, ago(0))
    assert (found(client).segment == "new") is is_new


@pytest.mark.parametrize(("since", "is_new"), [(89, True), (90, False), (2000, False)])
def test_a_known_date_of_arrival_prevails(history, since, is_new):
    client = ClientFactory(client_since=ago(since))
    bought(client, ago(200), ago(10))
    assert (found(client).segment == "new") is is_new


def test_a_date_of_arrival_after_the_as_of_date_is_not_known_yet(history):
    client = ClientFactory(client_since=ago(-1))
    bought(client, ago(200))
    assert found(client).segment != "new"


@pytest.mark.parametrize(("last", "segment"), [(ago(-1, months=13), "dormant"), (ago(months=13), "lost")])
def test_a_lost_client_who_bought_in_the_last_13_months_is_dormant(client, history, last, segment):
    bought(client, last)
    assert found(client).segment == segment


def test_every_profile_new_or_not_has_exactly_one_segment_and_none_is_unreachable():
    grid = {(cell.r, cell.fm): cell.segment for cell in GridCell.objects.filter(rules__version=1)}
    reached = {"new", "dormant"} | {
        grid[r, (f + m + 1) // 2] for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)
    }
    assert len(grid) == 25
    assert reached == set(SegmentSlug.values)


def tiers(amounts):
    clients = firm(amounts)
    by_client = {s.client_id: s for s in Score.objects.of(score(as_of=AS_OF))}
    return [by_client[client.pk] for client in clients]


def test_tiers_take_20_then_70_percent_of_the_clients_rounded_up():
    letters = "".join(found.tier for found in tiers(range(11, 0, -1)))
    assert letters == "AAABBBBBCCC"  # 2.2 and 7.7 of 11


def test_amounts_equal_to_a_cut_are_in_the_better_tier_and_share_a_rank():
    found = tiers([10, 9, 9, 9, 5, 4, 3, 3, 1, 1])
    assert "".join(one.tier for one in found) == "AAAABBBBCC"
    assert [one.tier_rank for one in found] == [1, 2, 2, 2, 5, 6, 7, 7, 9, 9]


def test_the_cumulative_share_takes_in_equal_amounts_and_six_decimals_half_up():
    found = tiers([3, 2, 2, 1, 1])
    assert [str(one.cumulative_share) for one in found] == ["0.333333", "0.777778", "0.777778", "1.000000", "1.000000"]


def test_a_client_without_positive_revenue_has_no_tier_and_counts_for_none(client, history):
    found = tiers([5, 4, 3, 2, 1])
    assert [one.tier for one in found] == ["A", "B", "B", "B", "C"]
    bought(client, ago(5), amount="10.00")
    bought(client, ago(2), amount="-10.00")
    run = score(as_of=AS_OF)
    none = Score.objects.of(run).get(client=client)
    assert (none.tier, none.tier_rank, none.cumulative_share, run.ranked) == ("", None, None, 5)


def test_fewer_than_five_clients_have_no_tiers():
    assert {(one.tier, one.tier_rank, one.cumulative_share) for one in tiers([4, 3, 2, 1])} == {("", None, None)}


def test_the_revenues_of_tiers_add_up_to_that_of_the_run(client):
    tiers(["0.01", "0.02", "1234567.89", "10.00", "5.55"])
    bought(client, ago(1), amount="-3.00")
    run = score(as_of=AS_OF)
    ranked = sum(Score.objects.of(run).exclude(tier="").values_list("tier_revenue", flat=True))
    assert ranked == run.positive_revenue == Decimal("1234583.47")
    assert run.revenue == Decimal("1234580.47")

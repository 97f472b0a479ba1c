"""R, F and M, one client on each side of each boundary."""

from decimal import Decimal

import pytest

from clients.models import Invoice
from segmentation.models import Rules, Score
from segmentation.scoring import score
from tests.factories import ClientFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought, firm, found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("silence", "r"), [(0, 5), (30, 5), (31, 4), (90, 4), (91, 3), (180, 3), (181, 2), (365, 2), (366, 1)]
)
def test_recency_is_read_off_its_thresholds(client, history, silence, r):
    bought(client, ago(silence))
    assert found(client).r == r


@pytest.mark.parametrize(("purchases", "f"), [(1, 1), (2, 2), (3, 3), (5, 3), (6, 4), (11, 4), (12, 5)])
def test_few_clients_have_their_frequency_read_off_thresholds(client, purchases, f):
    bought(client, *[ago(day) for day in range(purchases)])
    assert found().f == f
    assert found().run.frequency_fallback == "few-clients"


def monetary_scores(clients):
    by_client = dict(Score.objects.of(score(as_of=AS_OF)).values_list("client", "m"))
    return [by_client[client.pk] for client in clients]


def test_amounts_are_ranked_by_value_from_thirty_clients_on():
    clients = firm(range(1, 31))
    assert monetary_scores(clients) == [1] * 6 + [2] * 6 + [3] * 6 + [4] * 6 + [5] * 6
    Invoice.objects.filter(client=clients[0]).delete()
    assert monetary_scores(clients[1:])[0] == 1
    assert Score.objects.order_by("-id").first().run.monetary_fallback == "few-clients"


def test_equal_amounts_get_equal_scores_counted_by_the_strictly_worse():
    clients = firm([1] * 7 + [2] * 7 + [3, 4, 5] + [6] * 7 + [7] * 6)  # 7, 14, 15, 16, 17 and 24 of 30 are worse
    assert monetary_scores(clients) == [1] * 7 + [2] * 7 + [3, 3, 3] + [3] * 7 + [5] * 6


def test_the_cuts_kept_are_the_least_values_found_and_empty_levels_have_none():
    firm([1] * 13 + [2] * 5 + [3] * 6 + [4] * 5 + [5] * 1)  # 13, 18, 24 and 29 of 30 are worse
    run = score(as_of=AS_OF)
    assert run.monetary_mode == "value"
    assert run.monetary_cuts == [None, Decimal("2.00"), Decimal("3.00"), Decimal("4.00")]


def test_fewer_than_five_different_values_are_not_ranked():
    firm([1] * 10 + [2] * 10 + [3] * 9 + [4])
    assert score(as_of=AS_OF).monetary_fallback == "few-values"


def test_values_whose_best_would_not_have_five_are_not_ranked():
    firm([*range(1, 23), *[100] * 8])
    assert score(as_of=AS_OF).monetary_fallback == "no-five"
    Invoice.objects.all().delete()
    firm([*range(1, 25), *[100] * 6])
    assert score(as_of=AS_OF).monetary_mode == "value"


def test_an_amount_that_is_not_positive_scores_one_and_counts():
    clients = firm(range(1, 31))
    for client in clients[:10]:
        bought(client, ago(0), amount="-50.00")
    scores = monetary_scores(clients)
    assert scores[:10] == [1] * 10
    assert scores[10:] == [2] * 2 + [3] * 6 + [4] * 6 + [5] * 6
    assert Score.objects.first().run.monetary_cuts[0] == Decimal("11.00")


def test_amounts_of_which_none_is_positive_all_score_one():
    clients = firm(range(1, 31))
    for number, client in enumerate(clients):
        bought(client, ago(0), amount=str(-30 - number % 3))
    assert monetary_scores(clients) == [1] * 30
    run = Score.objects.first().run
    assert (run.monetary_fallback, run.monetary_cuts) == ("no-five", None)


def test_amounts_by_thresholds_are_read_off_the_rounded_quintiles_of_positive_ones():
    clients = firm(["1234.50", "95.50", "149.99", "25.00", "9999.00"])
    run = score(as_of=AS_OF)
    assert run.monetary_cuts == [Decimal(25), Decimal(96), Decimal(150), Decimal(1200)]
    assert monetary_scores(clients) == [5, 2, 3, 1, 5]


def test_published_thresholds_replace_the_quintiles():
    Rules.objects.update(monetary_mode="thresholds", monetary_thresholds=[10, 20, 30, 40])
    assert monetary_scores(firm(["10.00", "10.01", "40.00", "40.01"])) == [1, 2, 4, 5]


def test_recency_may_be_ranked_by_value_too():
    Rules.objects.update(recency_mode="value")
    clients = [ClientFactory() for _ in range(30)]
    for number, client in enumerate(clients):
        bought(client, ago(number))
    run = score(as_of=AS_OF)
    assert run.recency_cuts == [5, 11, 17, 23]
    assert Score.objects.of(run).get(client=clients[5]).r == 5
    assert Score.objects.of(run).get(client=clients[6]).r == 4


def test_a_client_without_purchase_in_the_window_has_111(client):
    bought(client, ago(months=24))
    bought(ClientFactory(), ago(1))
    assert (found(client).profile, found(client).frequency) == ("111", 0)
    assert found(client).run.in_window == 1

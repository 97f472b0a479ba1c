"""Two runs side by side: who changes, counted once, and weighed the same in the figures and in the list."""

from decimal import Decimal

import pytest

from accounts.roles import Role
from clients.models import Client
from segmentation.comparison import Comparison, Weight
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, TierScoreFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(db):
    return ScoringRunFactory()


@pytest.fixture
def after(db):
    return ScoringRunFactory(kind="draft")


@pytest.fixture
def compared(before, after):
    return Comparison(before, after, Client.objects.all())


def scored(before, after, was=None, now=None, **client):
    """A client with these differences between its two scores; None where a run does not score it."""
    one = ClientFactory(**client)
    if was is not None:
        ScoreFactory(run=before, client=one, **was)
    if now is not None:
        ScoreFactory(run=after, client=one, **now)
    return one


def test_a_client_that_stays_in_its_place_does_not_change(before, after, compared):
    scored(before, after, {"tier_revenue": Decimal(10)}, {"tier_revenue": Decimal(99), "frequency": 3, "f": 2})
    assert (compared.everybody.clients, compared.moved) == (1, Weight())
    assert list(compared.moving()) == []


@pytest.mark.parametrize(
    ("kind", "now"),
    [("palier", {"tier": "A"}), ("segment", {"segment": "champions"}), ("risque", {"at_risk": True})],
)
def test_a_change_is_found_under_its_kind(before, after, compared, kind, now):
    client = scored(before, after, {}, now)
    assert list(compared.moving(kind)) == list(compared.moving()) == [client]
    assert compared.weight(kind).clients == 1
    others = {"palier", "segment", "risque", "score"} - {kind}
    assert all(compared.weight(other).clients == 0 for other in others)


def test_who_is_scored_by_one_run_alone_changes(before, after, compared):
    gone = scored(before, after, {"tier_revenue": Decimal(500)}, None)
    come = scored(before, after, None, {"tier_revenue": Decimal(70)})
    ClientFactory()  # scored by neither
    assert list(compared.moving("score")) == [gone, come]
    assert compared.moved == Weight(2, Decimal(570))
    assert [(one.was_scored, one.is_scored) for one in compared.moving()] == [(True, False), (False, True)]


def test_a_company_that_joins_its_group_is_weighed_once(before, after, compared):
    scored(before, after, {"tier_revenue": Decimal(1000)}, {"tier_revenue": Decimal(1400), "tier": "A"})
    scored(before, after, {"tier_revenue": Decimal(400)}, None)
    assert compared.moved.revenue == Decimal(1400)


def test_figures_picture_and_list_add_up(before, after, compared):
    for tier, other in [("A", "B"), ("B", "B"), ("B", "C"), ("C", ""), ("", "C")]:
        scored(before, after, {"tier": tier}, {"tier": other})
    assert sum(weight.clients for _was, _now, weight in compared.by_tier) == compared.everybody.clients == 5
    changing = sum(weight.clients for was, now, weight in compared.by_tier if was != now)
    assert changing == compared.weight("palier").clients == compared.moving("palier").count() == 4


def test_a_client_known_by_totals_alone_has_a_tier_and_no_segment(before, after, compared):
    client = ClientFactory()
    TierScoreFactory(run=before, client=client, tier="A")
    TierScoreFactory(run=after, client=client, tier="B")
    assert [(was, now) for was, now, _weight in compared.by_segment] == [("", "")]
    assert compared.moving().get() == client


def test_risk_is_counted_before_and_after(before, after, compared):
    stake = {"at_risk": True, "amount_at_risk": Decimal(300)}
    scored(before, after, stake, stake)
    scored(before, after, {}, {"at_risk": True, "amount_at_risk": Decimal(50)})
    was, now = compared.at_risk
    assert (was.clients, was.amount, now.clients, now.amount) == (1, Decimal(300), 2, Decimal(350))


def test_only_the_clients_given_are_compared(before, after):
    person = UserFactory(roles=[Role.COMMERCIAL])
    own = scored(before, after, {"tier": "A"}, {"tier": "B"}, owner=person)
    scored(before, after, {"tier": "A"}, {"tier": "B"})
    compared = Comparison(before, after, Client.objects.visible_to(person))
    assert list(compared.moving()) == [own]
    assert compared.moved.clients == 1

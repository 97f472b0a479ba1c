from decimal import Decimal

import pytest

from accounts.roles import Role
from cockpit.scope import scope_of
from cockpit.takeaways import takeaways
from segmentation.portfolio import Portfolio
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return ScoringRunFactory()


def sentences(run, role=Role.DIRECTION, user=None):
    scope = scope_of(user or UserFactory(roles=[role]), None)
    portfolio = Portfolio(scope.scores(run))
    return takeaways(portfolio, portfolio.concentration(), scope, run)


def followed(run, **fields):
    return ScoreFactory(run=run, client=ClientFactory(owner=UserFactory()), **fields)


def at_risk(run, amount, segment):
    return followed(run, segment=segment, at_risk=True, amount_at_risk=Decimal(amount), tier_revenue=Decimal(amount))


def test_nothing_stands_out_nothing_is_said(run):
    for _number in range(12):
        followed(run)
    assert sentences(run) == []


def test_the_most_euros_come_first_and_three_at_most(run):
    at_risk(run, 300, "cannot-lose")
    at_risk(run, 200, "at-risk")
    followed(run, segment="new", tier_revenue=Decimal(50))
    followed(run, segment="to-develop", tier_revenue=Decimal(40))
    found = sentences(run)
    assert [takeaway.amount for takeaway in found] == [300, 300, 200]


def test_those_not_to_lose_and_the_others_at_risk_are_told_apart(run):
    at_risk(run, 300, "cannot-lose")
    at_risk(run, 200, "loyal")
    words = {takeaway.tone: takeaway for takeaway in sentences(run)}
    assert "<b>1 client à ne pas perdre</b> pèse 300" in words["seg-cannot-lose"].sentence
    assert words["seg-cannot-lose"].url.endswith("?segment=cannot-lose")
    assert words["seg-at-risk"].url.endswith("?segment=loyal")


def test_a_client_who_weighs_a_tenth_is_named_as_a_dependency(run):
    followed(run, tier_revenue=Decimal(100))
    for _number in range(9):
        followed(run, tier_revenue=Decimal(95))
    assert "Votre premier client fait 10" in sentences(run)[0].sentence


def test_clients_whom_nobody_follows_are_told_to_who_may_share_them_out(run):
    for _number in range(12):
        ScoreFactory(run=run, tier_revenue=Decimal(10))
    assert "12 clients ne sont suivis par personne" in sentences(run)[0].sentence
    assert sentences(run, Role.MARKETING) == []


def test_a_salesperson_reads_sentences_about_their_own_clients(run):
    at_risk(run, 300, "cannot-lose")
    assert sentences(run, user=UserFactory(roles=[Role.COMMERCIAL])) == []


def test_each_sentence_stands_on_its_own(run):
    at_risk(run, 200, "at-risk")
    assert "1 client à risque</b> s’éloigne\u00a0:" in sentences(run)[0].sentence
    at_risk(run, 100, "cannot-lose")
    said = " ".join(takeaway.sentence for takeaway in sentences(run))
    assert "hors «\u00a0À ne pas perdre\u00a0»" in said
    assert "autre" not in said

"""Bilan des appels: the figures in words first, of the portfolio that its reader may see."""

import datetime as dt

import pytest

from accounts.roles import Role
from segmentation.models import Rules
from tests.campaigns.test_returns import THEN, bought, called, risky
from tests.factories import ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/actions/bilan/"


@pytest.fixture
def claire():
    return UserFactory(roles=[Role.COMMERCIAL])


@pytest.fixture
def months(claire):
    """A run old enough to be judged, with a client of Claire's who was called and one of nobody's who was not."""
    run = ScoringRunFactory(as_of=THEN, rules=Rules.objects.get())
    ScoringRunFactory(as_of=dt.date(2026, 10, 31), rules=run.rules)
    mine, other = risky(run, owner=claire), risky(run)
    called(mine, 3)
    bought(mine, 5, "382.00")
    bought(other, 5, "210.00")
    return run


def words(client, user, query=""):
    client.force_login(user)
    return " ".join(client.get(ADDRESS + query).content.decode().replace(" ", " ").replace(" ", " ").split())


def test_the_direction_reads_both_sides_in_words_and_that_it_proves_nothing(client, months):
    text = words(client, UserFactory(roles=[Role.DIRECTION]))
    assert "<b>1 client rappelé</b> : 1 de retour, pour 382 €. 1 non rappelé : 1 de retour, pour 210 €." in text
    assert "Un lien, pas une preuve." in text
    assert "moins de 10 clients" in text
    assert "Sans commercial" in text


def test_a_salesperson_reads_their_own_portfolio_alone(client, months, claire):
    text = words(client, claire)
    assert "382 €" in text
    assert "210 €" not in text
    assert "Tous ont été rappelés." in text


def test_a_portfolio_may_be_chosen_by_who_leads_several(client, months, claire):
    text = words(client, UserFactory(roles=[Role.DIRECTION]), f"?portefeuille={claire.pk}&mois=1")
    assert "382 €" in text
    assert "210 €" not in text


def test_without_enough_time_passed_the_page_says_so(client):
    ScoringRunFactory(as_of=THEN, rules=Rules.objects.get())
    assert "Rien à juger pour l’instant" in words(client, UserFactory(roles=[Role.DIRECTION]), "?au=n’importe&mois=77")


def test_the_page_asks_as_many_questions_for_one_client_as_for_thirty(
    client, months, claire, django_assert_max_num_queries
):
    for _ in range(30):
        called(risky(months, owner=claire, reasons=["decline"], amount="10.00"), 2)
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    with django_assert_max_num_queries(14):
        assert client.get(ADDRESS).status_code == 200

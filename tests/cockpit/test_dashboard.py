import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Firm
from accounts.roles import Role
from segmentation.models import Score
from tests.factories import ActionFactory, ClientFactory, InvoiceFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
HOME = "/"


@pytest.fixture(autouse=True)
def _just_after_the_data():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def run():
    return ScoringRunFactory(ranked=5, oldest_purchase_on=dt.date(2023, 1, 2))


@pytest.fixture
def direction(client):
    person = UserFactory(roles=[Role.DIRECTION])
    client.force_login(person)
    return person


def seen(response):
    """The page as read: no tags, plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def five_clients(run, **fields):
    """A of 600, B of 200 and 100, C of 60 and 40: 60 % of the revenue with 20 % of the clients."""
    for place, (tier, revenue) in enumerate([("A", 600), ("B", 200), ("B", 100), ("C", 60), ("C", 40)], start=1):
        ScoreFactory(run=run, tier=tier, tier_rank=place, tier_revenue=Decimal(revenue), **fields)


def test_without_a_run_the_first_steps_come_instead(client, direction):
    assert client.get(HOME).headers["Location"] == f"{reverse('cockpit:welcome')}?attente=1"


def test_the_figures_say_how_revenue_is_shared_and_never_assume_80_20(client, direction, run):
    five_clients(run)
    page = seen(client.get(HOME))
    assert "3 clients sur 5 font 80 % du total" not in page
    assert "2 clients sur 5 font 80 % du total (40 % des clients)" in page
    assert "Dépendance au palier A 60 %" in page
    assert "5 clients, 1,0 k€ sur 12 mois glissants au 31 octobre 2026" in page


def test_graphic_table_and_list_tell_the_same_number(client, direction, run):
    five_clients(run)
    response = client.get(HOME)
    board = response.context["board"]
    drawn = {ribbon.tier: (ribbon.clients, ribbon.revenue) for ribbon in board.ribbons.ribbons}
    tabled = {row.letter: (row.clients, row.revenue) for row in board.tiers}
    listed = Score.objects.of(run).visible_to(direction).filter(tier="B").count()
    assert drawn == tabled
    assert board.pareto.marks[0].revenue == tabled["A"][1]
    assert board.tiers[1].tally.clients == listed == 2
    assert f'href="{response.context["links"].clients}?palier=B"' in response.content.decode()


def test_the_map_and_its_legend_count_every_client_once(client, direction, run):
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RFM])
    five_clients(run)
    board = client.get(HOME).context["board"]
    assert sum(cell.tally.clients for _fm, cells in board.map for cell in cells) == 5
    assert sum(row.tally.clients for row in board.segments) == 5
    assert sum(row.share for row in board.segments) == 1


@pytest.mark.parametrize(
    ("measure", "text"), [("ca", "1,0 k€ 5 cl."), ("panier", "1,0 k€ 5 cl."), ("n’importe", "5 100 %")]
)
def test_the_map_shows_clients_revenue_or_the_average_basket(client, direction, run, measure, text):
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RFM])
    five_clients(run)
    assert text in seen(client.get(HOME, {"mesure": measure}))


def test_a_simple_firm_sees_the_tiers_and_no_map(client, direction, run):
    five_clients(run)
    page = seen(client.get(HOME))
    assert "Trois paliers pour décider" in page
    assert "Carte RFM" not in page


def test_a_salesperson_reads_their_own_portfolio_only_and_first_whom_to_call(client, run):
    person = UserFactory(roles=[Role.COMMERCIAL])
    five_clients(run)
    ScoreFactory(run=run, tier_revenue=Decimal(77), client=ClientFactory(owner=person))
    client.force_login(person)
    response = client.get(HOME)
    assert response.context["board"].total.revenue == 77
    assert response.context["sections"][0] == "cockpit/dashboard/_calls.html"


def test_a_manager_narrows_the_page_to_one_person_and_every_link_follows(client, run):
    manager = UserFactory(roles=[Role.MANAGER])
    person = UserFactory(manager=manager)
    five_clients(run)
    ScoreFactory(run=run, tier_revenue=Decimal(77), client=ClientFactory(owner=person))
    client.force_login(manager)
    response = client.get(HOME, {"portefeuille": person.pk})
    assert response.context["board"].total.revenue == 77
    assert f"palier=A&amp;portefeuille={person.pk}" in response.content.decode()


def test_whom_to_call_first_is_sorted_by_euros_and_leaves_out_what_is_planned(client, direction, run):
    for name, amount in [("Petit", 100), ("Gros", 900), ("Prévu", 500)]:
        ScoreFactory(run=run, client=ClientFactory(name=name), at_risk=True, amount_at_risk=Decimal(amount))
    ActionFactory(client=Score.objects.get(amount_at_risk=500).client)
    calls = client.get(HOME).context["board"].calls
    assert [score.client.name for score in calls] == ["Gros", "Petit"]


def test_old_data_ask_for_an_import(client, direction):
    five_clients(ScoringRunFactory(as_of=dt.date(2026, 9, 20), ranked=5))
    assert "Données au 20 sept. 2026 : les silences et les risques s’arrêtent à cette date" in seen(client.get(HOME))


def test_four_clients_make_no_tiers_and_the_page_says_why(client, direction):
    run = ScoringRunFactory(ranked=4)
    for revenue in (40, 30, 20, 10):
        ScoreFactory(run=run, tier="", tier_rank=None, tier_revenue=Decimal(revenue))
    page = seen(client.get(HOME))
    assert "il faut au moins 5 clients facturés sur la période, et il n’y en a que 4" in page
    assert "part du premier client : 40 %" in page


def test_an_empty_portfolio_says_why_it_is_empty(client, run):
    person = UserFactory(roles=[Role.COMMERCIAL])
    client.force_login(person)
    assert "Aucun client ne vous est affecté" in seen(client.get(HOME))
    ClientFactory(owner=person)
    assert "Il contient 1 client, mais aucune facture positive" in seen(client.get(HOME))


def test_an_evolution_needs_a_whole_year_before(client, direction):
    run = ScoringRunFactory(ranked=5, oldest_purchase_on=dt.date(2025, 6, 1))
    five_clients(run, previous_revenue=Decimal(10))
    assert client.get(HOME).context["board"].revenue_evolution is None
    assert "pas encore d’année précédente complète" in seen(client.get(HOME))


def test_the_course_of_the_revenue_is_that_of_the_last_twelve_months_of_the_portfolio(client, direction, run):
    five_clients(run)
    assert 'class="sl' not in client.get(HOME).content.decode()
    cache.clear()
    for months_ago, amount in [(0, 100), (1, 200), (13, 400)]:
        InvoiceFactory(issued_on=run.as_of - relativedelta(months=months_ago), amount_ht=Decimal(amount))
    page = client.get(HOME)
    assert page.context["board"].months == [0] * 10 + [200, 100]
    assert page.content.decode().count('class="sl') == 1


def test_the_course_of_the_other_figures_needs_two_runs_of_two_months(client, direction, run):
    five_clients(run)
    before = ScoringRunFactory(as_of=run.as_of - relativedelta(months=1))
    five_clients(before, at_risk=True, amount_at_risk=Decimal(10))
    courses = client.get(HOME).context["board"].courses
    assert courses.at_risk == (50, 0)
    assert courses.clients == (5, 5)
    assert client.get(HOME).content.decode().count('class="sl') >= 2


def test_a_portfolio_draws_its_own_courses(client, direction, run):
    mine = ClientFactory(owner=UserFactory(roles=[Role.COMMERCIAL]))
    InvoiceFactory(client=mine, issued_on=run.as_of, amount_ht=Decimal(70))
    InvoiceFactory(issued_on=run.as_of, amount_ht=Decimal(900))
    ScoreFactory(run=run, client=mine)
    client.force_login(mine.owner)
    assert client.get(HOME).context["board"].months[-1] == 70


@pytest.mark.parametrize("clients", [3, 60])
def test_as_many_queries_for_three_clients_as_for_sixty(
    client, direction, run, clients, settings, django_assert_num_queries
):
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RFM])
    for _number in range(clients):
        ScoreFactory(run=run, client__owner=direction, at_risk=True, amount_at_risk=Decimal(10))
    client.get(HOME)  # the aggregates of the run are remembered
    with django_assert_num_queries(11 if settings.REDIS_URL else 12):  # without Redis, what is remembered is in a table
        client.get(HOME)

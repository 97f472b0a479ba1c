"""The pages of the segmentation: tiers, map, size against behaviour. What they count is what their links list."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.core.cache import cache

from accounts.models import Firm
from accounts.roles import Role
from cockpit.contradictions import contradictions, crossing
from segmentation.models import LifetimeValue, Rules, Score
from segmentation.portfolio import Portfolio
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
TIERS, MAP, CROSSING = "/segmentation/paliers/", "/segmentation/rfm/", "/segmentation/croisement/"
PAGES = [TIERS, MAP, CROSSING]


@pytest.fixture(autouse=True)
def _just_after_the_data():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def run():
    return ScoringRunFactory(ranked=6, oldest_purchase_on=dt.date(2023, 1, 2))


@pytest.fixture
def firm(db):
    return Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RFM])


@pytest.fixture
def direction(client, firm):
    person = UserFactory(roles=[Role.DIRECTION])
    client.force_login(person)
    return person


@pytest.fixture
def six(run):
    """Two of tier A about to leave and just arrived, two of B, two of C that could grow; one has no tier."""
    found = [("A", 600, "cannot-lose"), ("A", 300, "new"), ("B", 200, "loyal"), ("B", 100, "loyal")]
    found += [("C", 60, "to-develop"), ("C", 40, "champions"), ("", 0, "lost")]
    return [
        ScoreFactory(run=run, tier=tier, tier_rank=place, tier_revenue=Decimal(revenue), segment=segment)
        for place, (tier, revenue, segment) in enumerate(found, start=1)
    ]


def seen(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", unescape(text))


@pytest.mark.parametrize("url", PAGES)
def test_without_a_run_the_page_says_what_to_do(client, direction, url):
    assert "Aucun calcul n’a encore été fait" in seen(client.get(url))


@pytest.mark.parametrize("url", PAGES)
def test_an_empty_portfolio_says_why(client, firm, run, six, url):
    client.force_login(UserFactory())
    assert "Aucun client calculé dans ce portefeuille" in seen(client.get(url))


@pytest.mark.parametrize("url", PAGES)
def test_every_list_that_a_page_leads_to_exists(client, direction, six, url):
    links = set(re.findall(r'href="(/clients/\?[^"]+)"', client.get(url).content.decode()))
    assert links
    assert {client.get(unescape(link)).status_code for link in links} == {200}


@pytest.mark.parametrize("url", [MAP, CROSSING])
def test_without_its_part_only_the_tiers_are_shown(client, direction, firm, six, url):
    Firm.objects.update(parts=[])
    assert client.get(url).status_code == 404
    assert [page.label for page in client.get(TIERS).context["pages"]] == ["Paliers 80/20"]


@pytest.mark.parametrize("url", PAGES)
def test_the_navigation_marks_one_entry_for_all_the_pages(client, direction, six, url):
    groups = client.get(url).context["chrome"].groups
    assert [link.label for _title, links in groups for link in links if link.is_current] == ["Segmentation"]


def test_the_rules_are_a_tab_of_the_segmentation(client, direction, six):
    page = client.get("/segmentation/regles/")
    assert [tab.label for tab in page.context["pages"] if tab.is_current] == ["Règles"]
    assert "/segmentation/regles/" in [tab.url for tab in client.get(TIERS).context["pages"]]


def test_tiers_tell_what_is_measured_beside_what_the_rule_announces(client, direction, six):
    page = seen(client.get(TIERS))
    assert "33 % des clients font 69 % du chiffre d’affaires" in page
    assert "Chez vous : 33 % → 69 %." in page


def test_each_tier_has_its_average_and_the_amount_it_starts_from(client, direction, six):
    board = client.get(TIERS).context["board"]
    assert [(row.letter, row.tally.average, start) for row, start in board.tier_figures] == [
        ("A", 450, 300),
        ("B", 150, 100),
        ("C", 50, 40),
    ]


def test_the_first_clients_pile_up_and_equal_ones_share_their_rank(client, direction, run):
    for amount in (500, 200, 200, 100):
        ScoreFactory(run=run, tier_revenue=Decimal(amount))
    places = client.get(TIERS).context["board"].first_clients
    assert [(place.rank, place.score.tier_revenue, place.share) for place in places] == [
        (1, 500, Decimal("0.5")),
        (2, 200, Decimal("0.7")),
        (2, 200, Decimal("0.9")),
        (4, 100, Decimal(1)),
    ]


def test_too_few_clients_for_tiers_says_why(client, direction, run):
    ScoreFactory(run=run, tier="", tier_rank=None, cumulative_share=None)
    assert "Pas encore de paliers" in seen(client.get(TIERS))


def test_tiers_are_adopted_once_and_it_shows_who_did(client, direction, six):
    assert "Adopter ces paliers" in seen(client.get(TIERS))
    response = client.post("/segmentation/paliers/adopter/", follow=True)
    (message,) = response.context["messages"]
    assert f"Paliers adoptés le 3 nov. 2026 par {direction}" in seen(response)
    assert "Adopter ces paliers" not in seen(response)
    again = client.post("/segmentation/paliers/adopter/", follow=True)
    assert [one.extra_tags for one in again.context["messages"]] == [""]
    client.post(message.extra_tags)
    assert Rules.objects.filter(tiers_adopted_at=None).count() == Rules.objects.count()


def test_a_salesperson_adopts_nothing(client, firm, run):
    claire = UserFactory()
    client.force_login(claire)
    ScoreFactory(run=run, client=ClientFactory(owner=claire), tier="A")
    assert "Adopter ces paliers" not in seen(client.get(TIERS))
    assert client.post("/segmentation/paliers/adopter/").status_code == 403


def test_segments_have_their_medians(client, direction, run):
    for silence, purchases, revenue in [(10, 1, 100), (20, 2, 300), (60, 9, 900)]:
        ScoreFactory(run=run, segment="loyal", recency_days=silence, frequency=purchases, tier_revenue=Decimal(revenue))
    ScoreFactory(run=run, segment="watch", recency_days=5)
    board = client.get(MAP).context["board"]
    medians = {one.row.slug: one.medians for one in board.segment_figures}
    assert (medians["loyal"].silence_days, medians["loyal"].purchases, medians["loyal"].revenue) == (20, 2, 300)
    assert medians["lost"] is None


def test_the_map_gives_the_average_lifetime_value_of_each_segment(client, direction, run):
    for revenue in (100, 300):
        ScoreFactory(run=run, segment="loyal", tier_revenue=Decimal(revenue))
    former = ScoringRunFactory(as_of=dt.date(2025, 10, 31))
    LifetimeValue.objects.create(
        run=run, former=former, segment="loyal", clients=20, kept=15, is_of_firm=False, years=Decimal(4)
    )
    response = client.get(MAP)
    worth = {one.row.slug: one.worth for one in response.context["board"].segment_figures}
    assert (worth["loyal"], worth["watch"]) == (800, None)
    assert "75 % 15 sur 20" in seen(response)


def test_without_a_run_of_a_year_before_the_map_says_that_history_is_short(client, direction, six):
    assert "Valeur vie : pas assez d’historique" in seen(client.get(MAP))


def test_the_real_thresholds_are_shown_with_the_levels_that_nobody_has(client, direction, run):
    run.frequency_cuts = [2, None, 8, 16]
    run.save(update_fields=["frequency_cuts"])
    ScoreFactory(run=run)
    page = seen(client.get(MAP))
    assert "30 jours ou moins" in page
    assert "F 3/5 : personne, trop de clients sont à égalité." in page
    scale = client.get(MAP).context["board"].scales[1]
    assert [band.score for band in scale.bands if not band.words] == [3]


def test_the_crossing_counts_every_client_with_a_segment_once(six, run):
    rows = crossing(Portfolio(Score.objects.of(run)))
    assert [(row.tier, row.total.clients, row.total.revenue) for row in rows] == [
        ("A", 2, 900),
        ("B", 2, 300),
        ("C", 2, 100),
        ("", 1, 0),
    ]


def test_contradictions_are_named_with_their_verb(six, run):
    found = contradictions(crossing(Portfolio(Score.objects.of(run))))
    assert [(cell.tier, cell.segment, str(cell.advice.verb)) for cell in found] == [
        ("A", "cannot-lose", "Sauver"),
        ("A", "new", "Confirmer"),
        ("C", "champions", "Développer"),
        ("C", "to-develop", "Développer"),
    ]


def test_a_cell_counts_what_its_link_lists(client, direction, six):
    response = client.get(CROSSING)
    assert "4 clients dont la taille et le comportement se contredisent" in seen(response)
    listed = client.get("/clients/?palier=C&segment=to-develop").context["table"]
    assert listed.paginator.count == 1
    assert 'href="/clients/?palier=C&amp;segment=to-develop"' in response.content.decode()


def test_without_any_contradiction_the_page_says_so(client, direction, run):
    ScoreFactory(run=run, tier="B", segment="loyal")
    assert "Aucune contradiction entre la taille et le comportement." in seen(client.get(CROSSING))


@pytest.mark.parametrize("url", PAGES)
def test_a_page_costs_the_same_whatever_the_number_of_clients(
    client, direction, run, six, url, django_assert_max_num_queries
):
    def queries():
        cache.clear()
        with django_assert_max_num_queries(30) as captured:
            client.get(url)
        return len(captured)

    few = queries()
    for _ in range(60):
        ScoreFactory(run=run, tier="A")
    assert queries() == few

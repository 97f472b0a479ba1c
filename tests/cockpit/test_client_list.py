import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import AuditEntry, Export, Firm
from accounts.roles import Role
from clients.models import Client
from cockpit.listing import Listing
from segmentation.models import Score
from tests.factories import ActionFactory, ClientFactory, InvoiceFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/clients/"


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def claire():
    return UserFactory(last_name="Fabre")


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


@pytest.fixture
def direction(client):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


def scored(run, owner=None, revenue="6000", name="Garage", **fields):
    return ScoreFactory(run=run, client=ClientFactory(owner=owner, name=name), tier_revenue=Decimal(revenue), **fields)


def names(response):
    return [row.record.client.name for row in response.context["table"].paginated_rows]


def test_before_any_calculation_clients_are_listed_by_name(browser, claire):
    for name in ("Zoé", "Émile", "abel"):
        ClientFactory(owner=claire, name=name)
    response = browser.get(URL)
    assert names(response) == ["abel", "Émile", "Zoé"]
    assert "Aucun calcul" in response.content.decode()


def test_clients_come_by_revenue_and_those_who_never_bought_last(browser, run, claire):
    ClientFactory(owner=claire, name="Jamais")
    scored(run, claire, "10", "Petit")
    scored(run, claire, "900", "Grand")
    assert names(browser.get(URL)) == ["Grand", "Petit", "Jamais"]


def test_by_name_everybody_mixes(browser, run, claire):
    scored(run, claire, name="Zoé")
    ClientFactory(owner=claire, name="Marc")
    scored(run, claire, name="Abel")
    assert names(browser.get(URL, {"tri": "client"})) == ["Abel", "Marc", "Zoé"]
    assert names(browser.get(URL, {"tri": "-client"})) == ["Zoé", "Marc", "Abel"]


def test_a_list_in_two_parts_reads_the_same_cut_in_any_pages(run):
    for place in range(7):
        scored(run, revenue=place)
    for _ in range(6):
        ClientFactory()

    def listing():
        return Listing(run=run, clients=Client.objects.all(), scores=Score.objects.of(run))

    whole = [row.client.pk for row in listing()]
    assert len(whole) == len(set(whole)) == len(listing()) == 13
    for size in (1, 2, 5, 7, 13):
        cut = [row.client.pk for start in range(0, 13, size) for row in listing()[start : start + size]]
        assert cut == whole


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"q": "HÔTEL"}, ["Hôtel du Port"]),
        ({"palier": "A"}, ["Hôtel du Port"]),
        ({"palier": ["A", "B"]}, ["Hôtel du Port", "Garage Noël"]),
        ({"segment": "watch"}, ["Garage Noël"]),
        ({"r": "5", "fm": "5"}, ["Hôtel du Port"]),
        ({"risque": "1"}, ["Garage Noël"]),
        ({"ca_min": "5000"}, ["Hôtel du Port"]),
        ({"sans_score": "1"}, ["Jamais"]),
        ({"palier": "Z", "ca_min": "beaucoup", "r": "9"}, ["Hôtel du Port", "Garage Noël", "Jamais"]),
    ],
)
def test_each_filter_keeps_what_it_says_and_an_odd_value_filters_nothing(browser, run, claire, params, found):
    scored(run, claire, "9000", "Hôtel du Port", tier="A", r=5, fm=5)
    scored(run, claire, "900", "Garage Noël", tier="B", segment="watch", at_risk=True, r=3)
    ClientFactory(owner=claire, name="Jamais")
    response = browser.get(URL, params)
    assert names(response) == found
    assert response.context["table"].paginator.count == len(found)


def test_clients_without_owner_are_one_click_away_for_who_shares_them_out(direction, run, claire):
    scored(run, claire, name="De Claire")
    scored(run, None, name="De personne")
    assert names(direction.get(URL, {"commercial": "aucun"})) == ["De personne"]
    assert names(direction.get(URL, {"commercial": claire.pk})) == ["De Claire"]


def test_a_salesperson_never_sees_the_others_whatever_they_ask(browser, run):
    other = UserFactory()
    scored(run, other, name="Secret")
    for params in ({}, {"commercial": other.pk}, {"portefeuille": other.pk}, {"q": "Secret"}, {"tri": "client"}):
        assert names(browser.get(URL, params)) == []


def test_an_empty_portfolio_says_why(browser, run):
    assert "Aucun client ne vous est affecté" in browser.get(URL).content.decode()


def test_a_score_is_never_shown_bare(browser, run, claire):
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RFM])
    scored(run, claire)
    assert "Récence 5 sur 5, fréquence 4 sur 5, montant 3 sur 5" in browser.get(URL).content.decode()


def test_a_new_installation_does_not_show_the_three_scores(browser, run, claire):
    scored(run, claire)
    assert "R F M" not in browser.get(URL).content.decode()


def test_columns_speak_the_words_of_the_firm(browser, run, claire):
    Firm.objects.create(pk=Firm.ONLY, revenue_word=Firm.RevenueWord.FEES)
    scored(run, claire)
    assert "Honoraires 12 mois" in browser.get(URL).content.decode()


@pytest.mark.parametrize(
    "column", ["client", "palier", "segment", "dernier", "silence", "ca", "evolution", "danger", "inconnue"]
)
@pytest.mark.parametrize("direction", ["", "-"])
def test_every_column_sorts_both_ways_and_an_unknown_one_is_ignored(browser, run, claire, column, direction):
    scored(run, claire, typical_gap_days=None, silence_ratio=None, previous_revenue=Decimal(0))
    scored(run, claire)
    ClientFactory(owner=claire)
    assert len(names(browser.get(URL, {"tri": direction + column}))) == 3


def test_tier_a_comes_first_when_sorting_by_tier(browser, run, claire):
    scored(run, claire, "10", "C", tier="C")
    scored(run, claire, "1000", "A", tier="A")
    assert names(browser.get(URL, {"tri": "palier"})) == ["A", "C"]


def test_the_page_asks_the_database_as_often_for_three_rows_as_for_thirty(
    browser, run, claire, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(30) as captured:
            browser.get(URL, {"per_page": "100"})
        return len(captured)

    for _ in range(3):
        InvoiceFactory(client=scored(run, claire).client)
    ClientFactory(owner=claire)
    few = queries()
    for _ in range(27):
        score = scored(run, claire)
        InvoiceFactory(client=score.client)
        ActionFactory(client=score.client, assignee=claire)
    assert queries() == few


def test_months_of_a_row_add_up_to_its_revenue(browser, run, claire):
    score = scored(run, claire, "350")
    for day, amount in [("2025-10-31", 999), ("2025-11-01", 100), ("2026-03-05", 300), ("2026-10-31", -50)]:
        InvoiceFactory(client=score.client, issued_on=dt.date.fromisoformat(day), amount_ht=amount)
    row = next(iter(browser.get(URL).context["table"].paginated_rows)).record
    assert sum(row.months) == score.tier_revenue
    assert (row.months[0], row.months[4], row.months[11]) == (100, 300, -50)


# --- Exports ---


def exported(browser, file_format="csv", url_name="client-list-export", query=""):
    response = browser.post(reverse(f"cockpit:{url_name}", args=[file_format]) + query)
    return b"".join(response.streaming_content)


def test_the_export_holds_exactly_the_filtered_list_in_its_order(browser, run, claire):
    for place in range(30):
        scored(run, claire, str(1000 + place), f"Client {place}", tier="A")
    scored(run, claire, "5", "Hors filtre", tier="C")
    query = {"palier": "A", "tri": "ca"}
    shown = browser.get(URL, {**query, "per_page": "100"})
    lines = exported(browser, query="?palier=A&tri=ca").decode("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines[1:]] == names(shown)


def test_figures_are_the_same_on_the_page_in_the_export_and_in_the_totals(browser, run, claire):
    for amount in ("1234.56", "0.44"):
        scored(run, claire, "77.77", at_risk=True, amount_at_risk=Decimal(amount))
    total = browser.get("/a-risque/").context["totals"]
    content = exported(browser, "xlsx", "at-risk-export")
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    column = rows[0].index("CA en danger")
    assert sum(Decimal(str(row[column])) for row in rows[1:]) == total["amount"] == Decimal("1235.00")
    assert len(rows) - 1 == total["clients"]


def test_an_export_is_journaled_with_who_what_and_how_many_but_not_the_words_searched(browser, run, claire):
    scored(run, claire, name="Durand", tier="A")
    exported(browser, query="?q=Durand&palier=A")
    export = Export.objects.get()
    assert (export.exported_by, export.row_count, export.filters) == (claire, 1, "palier=A")
    assert AuditEntry.objects.filter(table="accounts_export", user_id=claire.pk).exists()


def test_an_export_of_another_kind_of_file_does_not_exist(browser, run):
    assert browser.post(reverse("cockpit:client-list-export", args=["pdf"])).status_code == 404


# --- Giving clients to somebody ---


def test_ticked_clients_are_given_to_somebody_and_taken_back(direction, run, claire):
    clients = [scored(run).client, scored(run, UserFactory()).client]
    data = {"clients": [one.pk for one in clients], "owner": claire.pk, "next": URL}
    response = direction.post(reverse("cockpit:assign-clients"), data, follow=True)
    assert "2 clients affectés à Claire Fabre." in response.content.decode()
    assert Client.objects.owned_by(claire).count() == 2
    direction.post(reverse("cockpit:undo-assignment"))
    assert [Client.objects.get(pk=one.pk).owner_id for one in clients] == [one.owner_id for one in clients]


def test_a_manager_gives_their_team_s_clients_only_to_their_team(client, run, claire):
    manager, stranger = UserFactory(roles=[Role.MANAGER]), UserFactory()
    client.force_login(manager)
    own, foreign = ClientFactory(owner=manager), ClientFactory(owner=stranger)
    url = reverse("cockpit:assign-clients")
    client.post(url, {"clients": [own.pk], "owner": stranger.pk})
    client.post(url, {"clients": [foreign.pk], "owner": manager.pk})
    assert set(Client.objects.values_list("pk", "owner_id")) == {(own.pk, manager.pk), (foreign.pk, stranger.pk)}

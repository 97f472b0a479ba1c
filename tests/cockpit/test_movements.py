"""The page of movements: flows, lists and exports say the same of the same clients, within what its reader may see."""

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Firm
from accounts.roles import Role
from cockpit.sankey import sankey
from segmentation import movements
from segmentation.models import Movement, SegmentSlug
from segmentation.shifts import turn_of
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/mouvements/"
JULY, OCTOBER, NOW = dt.date(2026, 7, 31), dt.date(2026, 10, 30), dt.date(2026, 10, 31)


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


@pytest.fixture
def runs():
    return [ScoringRunFactory(as_of=day) for day in (JULY, OCTOBER, NOW)]


def client_through(runs, *segments, owner=None, name="Garage", revenues=(6000, 6000, 6000)):
    """A client found in these segments by the runs, one after the other; None where it was not scored."""
    client = ClientFactory(owner=owner, name=name)
    for run, segment, revenue in zip(runs, segments, revenues, strict=True):
        if segment:
            ScoreFactory(run=run, client=client, segment=segment, tier_revenue=Decimal(revenue))
    return client


def names(response):
    return [row.record.client.name for row in response.context["table"].paginated_rows]


def test_a_single_run_has_nothing_to_compare_and_says_what_to_wait_for(direction):
    ScoreFactory()
    assert "Il faut deux calculs" in direction.get(URL).content.decode()


def test_a_single_run_exports_headings_alone(direction):
    ScoreFactory()
    answer = direction.post(f"{URL}export/csv/?vue=tous")
    assert len(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()) == 1


def test_without_any_run_the_page_says_so(direction):
    assert "Aucun calcul" in direction.get(URL).content.decode()


def test_by_default_the_latest_run_is_compared_with_that_of_a_quarter_before(direction, runs):
    page = direction.get(URL)
    assert (page.context["selection"].former.as_of, page.context["selection"].run.as_of) == (JULY, NOW)


def test_any_two_runs_can_be_compared(direction, runs):
    page = direction.get(URL, {"du": "2026-10-30", "au": "2026-10-31"})
    assert (page.context["selection"].former.as_of, page.context["selection"].run.as_of) == (OCTOBER, NOW)


@pytest.mark.parametrize("asked", [{"du": "hier"}, {"du": "2026-10-31", "au": "2026-07-31"}, {"au": "2020-01-01"}])
def test_days_that_name_no_run_give_the_usual_ones_in_order(direction, runs, asked):
    page = direction.get(URL, asked)
    assert page.status_code == 200
    assert page.context["selection"].former.as_of < page.context["selection"].run.as_of


def test_each_way_has_its_list(direction, runs):
    client_through(runs, "loyal", "at-risk", "at-risk", name="Décroche")
    client_through(runs, "watch", "loyal", "loyal", name="Progresse")
    client_through(runs, None, "new", "new", name="Arrive")
    client_through(runs, "dormant", "lost", "lost", name="Perdu")
    client_through(runs, "at-risk", "cannot-lose", "cannot-lose", name="Ailleurs")
    client_through(runs, "loyal", "loyal", "loyal", name="Reste")
    movements.catch_up()
    shown = {
        view: names(direction.get(URL, {"vue": view})) for view in ("progressions", "nouveaux", "perdus", "autres")
    }
    assert shown == {
        "progressions": ["Progresse"],
        "nouveaux": ["Arrive"],
        "perdus": ["Perdu"],
        "autres": ["Ailleurs"],
    }
    assert names(direction.get(URL)) == ["Décroche"]
    assert len(names(direction.get(URL, {"vue": "tous"}))) == 5


def test_who_brought_most_euros_at_either_date_comes_first(direction, runs):
    client_through(runs, "loyal", "at-risk", "at-risk", name="Petit", revenues=(500, 400, 300))
    client_through(runs, "loyal", "at-risk", "at-risk", name="Gros", revenues=(9000, 100, 100))
    movements.catch_up()
    assert names(direction.get(URL)) == ["Gros", "Petit"]


def test_a_change_of_the_last_run_waits_for_its_confirmation(direction, runs):
    client_through(runs, "loyal", "loyal", "at-risk", name="Récent")
    movements.catch_up()
    page = direction.get(URL)
    assert names(page) == []
    assert "1 changement attend" in page.content.decode()
    assert names(direction.get(URL, {"attente": "1"})) == ["Récent"]


def test_a_row_says_from_where_to_where_since_when_and_why(direction, runs):
    client_through(runs, "loyal", "at-risk", "at-risk")
    movements.catch_up()
    Movement.objects.update(cause="others")
    row = next(iter(direction.get(URL).context["table"].paginated_rows)).record
    assert (row.former.segment, row.score.segment, row.movement.as_of) == ("loyal", "at-risk", OCTOBER)
    assert "Les autres clients ont bougé" in direction.get(URL).content.decode()


def test_a_salesperson_sees_and_counts_the_movements_of_their_clients_alone(browser, claire, runs):
    client_through(runs, "loyal", "at-risk", "at-risk", owner=claire, name="À elle")
    client_through(runs, "loyal", "at-risk", "at-risk", owner=UserFactory(), name="Caché")
    movements.catch_up()
    page = browser.get(URL)
    assert names(page) == ["À elle"]
    assert page.context["board"].moved == 1


def test_a_flow_and_the_list_it_leads_to_hold_the_same_clients(direction, runs):
    for _ in range(3):
        client_through(runs, "loyal", "at-risk", "at-risk")
    client_through(runs, "champions", "at-risk", "at-risk")
    client_through(runs, None, "new", "new")
    movements.catch_up()
    board = direction.get(URL).context["board"]
    for move in board.moves:
        listed = direction.get(move.url).context["table"].paginator.count if move.url else None
        assert listed in (None, move.flow.clients)
    assert sum(move.flow.clients for move in board.moves if move.url) == 5


def test_tabs_count_what_their_lists_hold(direction, runs):
    for segments in (("loyal", "at-risk", "at-risk"), ("watch", "loyal", "loyal"), (None, "new", "new")):
        client_through(runs, *segments)
    movements.catch_up()
    page = direction.get(URL, {"vue": "tous"})
    for tab in page.context["tabs"]:
        assert direction.get(f"{URL}?{tab.query}").context["table"].paginator.count == tab.count


def test_the_export_holds_the_rows_of_the_page(direction, runs):
    client_through(runs, "loyal", "at-risk", "at-risk", name="Décroche")
    client_through(runs, "watch", "loyal", "loyal", name="Progresse")
    movements.catch_up()
    answer = direction.post(f"{URL}export/csv/?vue=tous")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "Segment au départ" in lines[0]
    assert any("Décroche" in line and "Fidèles" in line and "À risque" in line for line in lines)


def test_the_page_takes_as_many_queries_for_three_rows_as_for_thirty(direction, runs):
    for _ in range(3):
        client_through(runs, "loyal", "at-risk", "at-risk")
    movements.catch_up()
    direction.get(URL)
    with CaptureQueriesContext(connection) as few:
        direction.get(URL)
    for _ in range(22):
        client_through(runs, "champions", "watch", "watch")
    movements.catch_up()
    Movement.objects.all().update(cause="own")
    direction.get(URL)
    with CaptureQueriesContext(connection) as many:
        direction.get(URL)
    assert len(many) == len(few)


# --- From tier to tier


def ranked_through(runs, *tiers, name="Garage", segments=("loyal", "loyal", "loyal")):
    """A client found in these tiers by the runs, one after the other; None where it was not scored."""
    client = ClientFactory(name=name)
    for run, tier, segment in zip(runs, tiers, segments, strict=True):
        if tier is not None:
            ScoreFactory(run=run, client=client, segment=segment, tier=tier)
    return client


TIERS = {"par": "paliers"}


def test_a_change_of_tier_alone_has_its_list_and_is_no_change_of_segment(direction, runs):
    ranked_through(runs, "A", "B", "B", name="Descend")
    ranked_through(runs, "C", "A", "A", name="Monte")
    ranked_through(runs, None, "C", "C", name="Entre")
    ranked_through(runs, "", "C", "C", name="Revient")
    ranked_through(runs, "C", "", "", name="Sort")
    ranked_through(runs, "B", "B", "B", name="Reste", segments=("loyal", "watch", "watch"))
    ranked_through(runs, "", "", "", name="Sans palier")
    movements.catch_up()
    shown = {
        view: sorted(names(direction.get(URL, {**TIERS, "vue": view})))
        for view in ("", "progressions", "nouveaux", "perdus")
    }
    assert shown == {"": ["Descend"], "progressions": ["Monte"], "nouveaux": ["Entre", "Revient"], "perdus": ["Sort"]}
    assert "Descend" not in names(direction.get(URL, {"vue": "tous"}))
    assert "ont changé de palier" in direction.get(URL, TIERS).content.decode()


def test_a_change_of_tier_of_the_last_run_waits_for_its_confirmation(direction, runs):
    ranked_through(runs, "A", "A", "B", name="Récent")
    movements.catch_up()
    page = direction.get(URL, {**TIERS, "vue": "tous"})
    assert names(page) == []
    assert page.context["board"].pending == 1
    assert names(direction.get(URL, {**TIERS, "vue": "tous", "attente": "1"})) == ["Récent"]


def test_a_tier_kept_is_confirmed_though_the_segment_that_changed_with_it_was_not(direction, runs):
    ranked_through(runs, "A", "B", "B", name="Descend", segments=("loyal", "watch", "loyal"))
    movements.catch_up()
    assert names(direction.get(URL, {**TIERS, "vue": "tous"})) == ["Descend"]
    assert names(direction.get(URL, {**TIERS, "vue": "tous", "au": str(OCTOBER)})) == ["Descend"]


def test_a_tier_left_again_at_once_is_not_confirmed(direction, runs):
    ranked_through(runs, "A", "B", "A", name="Aller-retour", segments=("loyal", "watch", "watch"))
    movements.catch_up()
    assert names(direction.get(URL, {**TIERS, "vue": "tous", "au": str(OCTOBER)})) == []


def test_flows_of_tiers_and_the_lists_they_lead_to_hold_the_same_clients(direction, runs):
    paths = [("A", "B", "B"), ("A", "C", "C"), ("A", "C", "C"), ("", "B", "B"), ("C", "", ""), ("B", "B", None)]
    for path in paths:
        ranked_through(runs, *path)
    movements.catch_up()
    page = direction.get(URL, TIERS)
    board = page.context["board"]
    for move in board.moves:
        listed = direction.get(move.url).context["table"].paginator.count if move.url else None
        assert listed in (None, move.flow.clients)
    assert sum(move.flow.clients for move in board.moves if move.url) == 5
    assert sum(move.flow.clients for move in board.moves if move.flow.former != "none") == 5  # ranked in July
    for tab in page.context["tabs"]:
        assert direction.get(f"{URL}?{tab.query}").context["table"].paginator.count == tab.count


def test_a_row_says_from_which_tier_since_when_and_why_in_the_page_and_in_the_file(direction, runs):
    ranked_through(runs, "A", "B", "B", name="Descend")
    movements.catch_up()
    Movement.objects.update(cause="others")
    page = direction.get(URL, {**TIERS, "colonnes": "depart,palier,segment_precedent,segment_depuis,cause"})
    text = page.content.decode()
    for words in ("Palier au départ", "Dans ce palier depuis le", "Les autres clients ont bougé", "30 oct. 2026"):
        assert words in text.replace("\u00a0", " ")
    answer = direction.post(f"{URL}export/csv/?par=paliers&colonnes=depart,palier,segment_precedent,cause")
    heading, row = b"".join(answer.streaming_content).decode("utf-8-sig").replace("\u00a0", " ").splitlines()
    assert "Palier précédent" in heading
    assert row.count("Palier A") == 2


def test_the_page_of_a_client_lists_its_changes_of_tier(direction, runs, with_movements):
    client = ranked_through(runs, "A", "B", "B")
    movements.catch_up()
    page = direction.get(f"/clients/{client.pk}/")
    assert [(move.from_tier, move.to_tier) for move in page.context["sheet"].course] == [("A", "B")]
    assert "de palier en palier" in page.content.decode()


# --- Conservation


def test_flows_conserve_the_clients_of_both_runs(direction, runs):
    paths = [
        ("loyal", "at-risk", "at-risk"), ("loyal", "loyal", "watch"), (None, "new", "new"), (None, None, "new"),
        ("dormant", "lost", None), ("champions", "champions", "champions"),
    ]  # fmt: skip
    for path in paths:
        client_through(runs, *path)
    movements.catch_up()
    flows = direction.get(URL, {"attente": "1"}).context["board"].shifts.flows(with_pending=True)
    assert sum(flow.clients for flow in flows if flow.former) == 4  # everybody of July
    assert sum(flow.clients for flow in flows if flow.now) == 5  # everybody of October
    confirmed = direction.get(URL).context["board"].shifts.flows()
    assert sum(flow.clients for flow in confirmed if flow.former) == 4


def test_a_drawing_has_flows_as_thick_as_its_boxes():
    flows = [("loyal", "loyal", 5), ("loyal", "at-risk", 3), ("", "new", 2), ("champions", "at-risk", 1)]
    chart = sankey(flows)
    for side, knots in ((0, chart.sources), (1, chart.targets)):
        weights = {knot.key: knot.weight for knot in knots}
        assert weights == {key: sum(f[2] for f in flows if f[side] == key) for key in {f[side] for f in flows}}
    heights = [sum(float(knot.area.height) for knot in knots) for knots in (chart.sources, chart.targets)]
    assert heights[0] == pytest.approx(heights[1], abs=0.3)
    assert [strand.is_still for strand in chart.strands] == [True, False, False, False]


def test_nothing_to_draw_draws_nothing():
    assert sankey([]).strands == []


def test_every_change_goes_one_way_and_its_return_the_other():
    opposite = {"fall": "rise", "rise": "fall", "aside": "aside"}
    for former in SegmentSlug.values:
        for now in SegmentSlug.values:
            there, back = turn_of(former, now), turn_of(now, former)
            if "loss" not in (there, back):
                assert there is None if former == now else opposite[there] == back


# --- Elsewhere


@pytest.fixture
def with_movements():
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.MOVEMENTS])


def test_the_page_is_in_the_navigation_once_its_part_is_on(direction, runs, with_movements):
    assert 'href="/mouvements/"' in direction.get("/clients/").content.decode()


def test_a_simple_installation_does_not_show_it(direction, runs):
    client_through(runs, "loyal", "at-risk", "at-risk")
    assert "/mouvements/" not in direction.get("/").content.decode()


def test_the_dashboard_tells_of_the_movements_of_a_quarter(direction, runs, with_movements):
    client_through(runs, "loyal", "at-risk", "at-risk")
    movements.catch_up()
    text = direction.get("/").content.decode()
    assert "1 client a changé de segment depuis le" in text
    assert "depart=loyal" in text


def test_the_page_of_a_client_says_since_when_from_where_and_why(direction, runs, with_movements):
    moved = client_through(runs, "loyal", "at-risk", "at-risk")
    movements.catch_up()
    text = " ".join(direction.get(f"/clients/{moved.pk}/").content.decode().split())
    assert "depuis le 30" in text
    assert "avant : Fidèles" in text
    assert "la cause : " in text


def test_lists_can_show_the_segment_before_and_since_when(direction, runs, with_movements):
    client_through(runs, "loyal", "at-risk", "at-risk")
    movements.catch_up()
    page = direction.get("/clients/", {"colonnes": "segment,segment_precedent,segment_depuis,cause"})
    row = next(iter(page.context["table"].paginated_rows)).record
    assert (row.movement.from_segment, row.movement.as_of) == ("loyal", OCTOBER)
    assert "Segment précédent" in page.content.decode()


# --- A drop, everywhere risk is shown


@pytest.fixture
def fallen(runs):
    """A client at risk for no other reason than its drop."""
    client = ClientFactory(name="Tombé", code="T1")
    ScoreFactory(run=runs[0], client=client, r=5, last_purchase_on=JULY)
    for run in runs[1:]:
        ScoreFactory(run=run, client=client, r=3, last_purchase_on=dt.date(2026, 6, 30))
    ScoreFactory(run__as_of=dt.date(2026, 6, 30), client=client, r=5)
    movements.catch_up()
    return client


def test_a_drop_alone_puts_a_client_on_the_list_in_the_counts_and_in_the_exports(direction, fallen):
    page = direction.get("/a-risque/")
    assert names(page) == ["Tombé"]
    assert page.context["chrome"].at_risk == 1
    assert "Décrochage" in page.content.decode()
    assert names(direction.get("/clients/", {"risque": "1"})) == ["Tombé"]
    assert "Récence 3/5, contre 5/5" in direction.get(f"/clients/{fallen.pk}/").content.decode()
    out = StringIO()
    call_command("export_scores", stdout=out)
    heading, row = (line.split(",") for line in out.getvalue().splitlines())
    found = dict(zip(heading, row, strict=True))
    assert (found["at_risk"], found["risk_reasons"], found["amount_at_risk"]) == ("true", "drop", "0.00")

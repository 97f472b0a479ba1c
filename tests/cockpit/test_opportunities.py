"""The matrix of opportunities, the list behind a cell, and offers: figures, scope, reasons, exports, queries."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Export, Firm
from accounts.roles import Role
from campaigns.models import Action
from clients.figures import eur
from clients.models import Client
from cockpit.hole_list import HoleSelection, of_cell
from segmentation import opportunities as opportunities_found
from segmentation import opportunity_matrix as opportunities
from segmentation.models import Bundle, Hole, HoleReason, Offer, Offering, OfferOdds, Score
from segmentation.scoring import score
from tests.factories import ClientFactory, HoleFactory, InvoiceFactory, ScoringRunFactory, ServiceFactory, UserFactory
from tests.segmentation.opportunities_reference import scored

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)
URL = "/opportunites/"


@pytest.fixture(autouse=True)
def firm():
    return Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)


@pytest.fixture
def salesperson():
    return UserFactory()


@pytest.fixture
def services():
    return [ServiceFactory(name="Paie", family="Social"), ServiceFactory(name="Conseil", family="Gestion")]


@pytest.fixture
def run(salesperson, services):
    """Twenty clients of the firm, five of them the salesperson's: everybody has advice, nine of twenty have pay."""
    for number in range(20):
        client = ClientFactory(owner=salesperson if number < 5 else None, naf_code="5610A" if number % 2 else "6920Z")
        InvoiceFactory(client=client, issued_on=AS_OF, amount_ht=100 + number, service=services[1])
        if number % 2 and number > 1:
            InvoiceFactory(client=client, issued_on=AS_OF, amount_ht=1000 + number, service=services[0])
    return scored(as_of=AS_OF)


@pytest.fixture
def direction(client):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


@pytest.fixture
def browser(client, salesperson):
    client.force_login(salesperson)
    return client


@pytest.fixture
def cell(run, services):
    """The address of the clients without pay: known by one day of purchases alone, they are in no segment."""
    segment = Score.objects.of(run).values_list("segment", flat=True).distinct().get()
    return f"{URL}segment-{segment or 0}/{services[0].pk}/"


def listed(response):
    return [row.record.client for row in response.context["table"].paginated_rows]


def board_of(response):
    return response.context["board"]


def cell_of(response, service):
    return next(one for row in board_of(response).rows for one in row.cells if one.offering.service == service)


def test_the_matrix_says_what_the_list_behind_each_cell_holds(direction, run, services, cell):
    shown = cell_of(direction.get(URL), services[0])
    response = direction.get(cell)
    assert shown.url == cell
    assert shown.cell.missing == len(listed(response)) == 11
    assert shown.cell.euros == response.context["totals"]["euros"] > 0


def test_a_salesperson_sees_their_own_clients_with_the_chances_of_the_firm(direction, browser, run, services, cell):
    browser.force_login(UserFactory(roles=[Role.DIRECTION]))
    chances = {row.record.client: row.record.lack.odds for row in browser.get(cell).context["table"].paginated_rows}
    mine = Client.objects.filter(owner__isnull=False)
    browser.force_login(mine[0].owner)
    shown, response = cell_of(browser.get(URL), services[0]), browser.get(cell)
    assert set(listed(response)) <= set(mine)
    assert shown.cell.clients == 5
    assert shown.cell.missing == len(listed(response)) == 4
    for row in response.context["table"].paginated_rows:
        assert row.record.lack.odds == chances[row.record.client]


def test_the_best_chance_comes_first_and_is_said_in_words(direction, run, cell):
    response = direction.get(cell)
    chances = [row.record.lack.odds.propensity for row in response.context["table"].paginated_rows]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[-1]
    assert "sur 10 clients semblables l’ont" in response.content.decode()


@pytest.mark.parametrize("axis", ["segments", "paliers", "besoins", "secteurs"])
@pytest.mark.parametrize("par", ["services", "familles"])
@pytest.mark.parametrize("mesure", ["euros", "manquants", "equipes"])
def test_every_axis_and_measure_is_a_headed_table(direction, run, axis, par, mesure):
    response = direction.get(URL, {"axe": axis, "par": par, "mesure": mesure})
    assert response.status_code == 200
    if axis != "besoins":
        assert "<caption" in response.content.decode()
        assert board_of(response).rows


def test_each_cell_of_each_axis_leads_to_its_list(direction, run):
    for axis in ("segments", "paliers", "secteurs"):
        for par in ("services", "familles"):
            for row in board_of(direction.get(URL, {"axe": axis, "par": par})).rows:
                for shown in row.cells:
                    if shown.url:
                        response = direction.get(shown.url)
                        assert response.context["totals"]["clients"] == shown.cell.missing


def test_a_chosen_row_is_a_list_of_services(direction, run):
    row = board_of(direction.get(URL)).rows[0]
    response = direction.get(URL, {"ligne": row.row.slug})
    assert board_of(response).chosen.row == row.row
    assert "service par service" in response.content.decode()


def test_the_first_of_a_list_are_those_of_the_whole_whatever_was_set_aside(run, services, cell):
    """They are looked for among the groups likeliest to buy alone."""
    row, offering = cell.removeprefix(URL).strip("/").split("/")
    director = UserFactory(roles=[Role.DIRECTION])
    selection = HoleSelection(director, of_cell(QueryDict(), row, offering), run)
    first = list(selection.listing)
    Client.objects.filter(pk=first[0].client.pk).update(merged_into=first[-1].client)
    HoleFactory(client=first[1].client, service=services[0], reason="irrelevant", until=dt.date(2099, 1, 1))
    selection = HoleSelection(director, of_cell(QueryDict(), row, offering), run)
    whole = [one.client for one in selection.listing]
    assert whole == [one.client for one in first[2:]]
    for count in range(1, len(whole) + 1):
        assert [one.client for one in selection.listing[:count]] == whole[:count]
        assert [one.client for one in selection.listing[count - 1 : count]] == [whole[count - 1]]


def test_the_first_clients_of_a_cell_are_in_the_groups_likeliest_to_buy(run, services, cell):
    row, offering = cell.removeprefix(URL).strip("/").split("/")
    selection = HoleSelection(UserFactory(roles=[Role.DIRECTION]), of_cell(QueryDict(), row, offering), run)
    where = {"axis": selection.row.axis, "value": selection.row.value}
    odds = OfferOdds.objects.filter(offering=selection.offering)
    likely = selection.listing[0].lack.odds.propensity
    groups = set(odds.filter(propensity__gte=likely).values_list("group", flat=True))
    assert groups < set(odds.values_list("group", flat=True))
    assert set(opportunities.leading(selection.offering, count=1, **where)) == groups
    assert opportunities.leading(selection.offering, count=1_000, **where) is None


def test_too_few_clients_are_hatched_and_said_so(direction, services):
    for number in range(4):
        InvoiceFactory(client=ClientFactory(), issued_on=AS_OF, service=services[number == 0])
    scored(as_of=AS_OF)
    response = direction.get(URL)
    assert cell_of(response, services[0]).is_hatched
    assert "hatch" in response.content.decode()
    assert "n insuffisant" in response.content.decode()
    assert "Pas assez de clients" in direction.get(cell_of(response, services[0]).url).content.decode()


def test_holes_without_a_reason_are_outlined_until_all_are_explained(direction, run, services, cell):
    assert "gap" in direction.get(URL).content.decode()
    lacking = listed(direction.get(cell))
    for client in lacking:
        HoleFactory(client=client, service=services[0])
    shown = cell_of(direction.get(URL), services[0])
    assert (shown.cell.missing, shown.lacks_reasons) == (len(lacking), False)


@pytest.mark.parametrize("reason", list(HoleReason))
def test_reasons_are_noted_in_bulk_and_taken_back_at_once(browser, salesperson, run, services, cell, reason):
    clients = listed(browser.get(cell))
    data = {"clients": [one.pk for one in clients], "hole_reason": reason, "next": cell, "hole_note": "vu ensemble"}
    browser.post(f"{URL}motif/{services[0].pk}/", data)
    holes = Hole.objects.standing()
    assert {(hole.client, hole.said_by) for hole in holes} == {(one, salesperson) for one in clients}
    is_closing = reason in ("refused", "elsewhere", "irrelevant")
    assert cell_of(browser.get(URL), services[0]).cell.missing == (0 if is_closing else len(clients))
    browser.post(f"{URL}motifs/{holes[0].said_at.isoformat()}/annuler/")
    assert not Hole.objects.standing().exists()


def test_who_is_set_aside_has_a_tab_of_their_own_until_the_day_is_over(direction, run, services, cell):
    client = listed(direction.get(cell))[0]
    today = timezone.localdate()
    hole = HoleFactory(client=client, service=services[0], reason="irrelevant", until=today)
    assert listed(direction.get(cell, {"vue": "ecartes"})) == [client]
    assert client not in listed(direction.get(cell))
    Hole.objects.filter(pk=hole.pk).update(until=today - dt.timedelta(days=1))
    assert client in listed(direction.get(cell))
    assert client not in listed(direction.get(cell, {"vue": "sans-motif"}))


def test_giving_back_makes_the_hole_count_again(browser, run, services, cell):
    client = listed(browser.get(cell))[0]
    HoleFactory(client=client, service=services[0], reason="irrelevant", until=dt.date(2099, 1, 1))
    browser.post(f"{URL}motif/{services[0].pk}/rendre/", {"clients": client.pk, "next": cell})
    assert client in listed(browser.get(cell))


@pytest.mark.parametrize("data", [{}, {"clients": "1"}, {"clients": "1", "hole_reason": "bof"}])
def test_a_reason_that_cannot_be_noted_is_refused_in_words(browser, run, services, cell, data):
    response = browser.post(f"{URL}motif/{services[0].pk}/", {**data, "next": cell}, follow=True)
    assert not Hole.objects.exists()
    assert [message.level_tag for message in response.context["messages"]] == ["error"]


def test_a_family_has_reasons_of_its_own(direction, run, services):
    response = direction.get(URL, {"par": "familles"})
    shown = next(one for row in board_of(response).rows for one in row.cells if str(one.offering) == "Social")
    client = listed(direction.get(shown.url))[0]
    direction.post(f"{URL}motif/famille-{services[0].pk}/", {"clients": client.pk, "hole_reason": "unknown"})
    assert Hole.objects.get().family == "Social"


def test_calls_are_planned_for_the_clients_ticked(browser, run, cell):
    client = listed(browser.get(cell))[0]
    today = timezone.localdate().isoformat()
    browser.post("/actions/planifier/", {"clients": client.pk, "due_on": today, "next": cell})
    assert Action.objects.open().get().client == client


@pytest.mark.parametrize("address", ["segment-loyal/1/", "segment-bof/12/", "rien/12/", "besoin-9/12/", "tier-A/x/"])
def test_a_cell_that_does_not_exist_is_not_found(direction, run, address):
    assert direction.get(f"{URL}{address}").status_code == 404


def test_the_matrix_leaves_as_a_file_with_the_same_figures(direction, run, services):
    shown = cell_of(direction.get(URL), services[0])
    response = direction.post(f"{URL}export/csv/")
    text = b"".join(response.streaming_content).decode()
    assert f";{shown.cell.missing};" in text
    assert f"{shown.cell.euros}".replace(".", ",") in text
    assert Export.objects.get().name == "matrice-opportunites"


def test_the_clients_of_a_cell_leave_as_a_file(direction, run, cell):
    response = direction.get(cell)
    exported = direction.post(f"{cell}export/csv/")
    lines = b"".join(exported.streaming_content).decode().splitlines()
    assert len(lines) == 1 + len(listed(response))
    assert "clients semblables" in lines[1]


def test_a_saved_view_of_a_cell_opens_the_cell_again(direction, run, cell):
    arranged = direction.get(cell, {"vue": "sans-motif"}).context["selection"].arranged
    data = {"page": "opportunites", "name": "À préciser", "query": arranged, "is_shared": ""}
    response = direction.post("/vues/enregistrer/", data, follow=True)
    assert response.redirect_chain[-1][0].startswith(cell)
    assert response.context["selection"].view == "sans-motif"


def test_the_columns_of_a_cell_are_chosen_and_lead_back_to_it(direction, run, cell):
    query = direction.get(cell).context["selection"].arranged
    response = direction.post(f"{URL}colonnes/?{query}", {"colonne": ["chance", "dit_par"]}, follow=True)
    assert response.redirect_chain[-1][0].startswith(cell)
    assert response.context["selection"].columns.slugs == ("chance", "dit_par")


@pytest.mark.parametrize("more", [3, 60])
def test_the_pages_ask_as_few_questions_for_many_clients_as_for_few(direction, run, services, cell, more):
    for _ in range(more):
        client = ClientFactory()
        InvoiceFactory(client=client, issued_on=AS_OF, service=services[1])
    scored(as_of=AS_OF)
    HoleFactory(client=client, service=services[0])
    counts = []
    for url in (URL, cell):
        direction.get(url)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            direction.get(url)
        counts.append(len(captured))
    assert counts[0] <= 16
    assert counts[1] <= 26


def test_before_any_run_the_pages_say_so(direction):
    assert "Aucun calcul" in direction.get(URL).content.decode()
    assert "Aucun calcul" in direction.get(f"{URL}segment-loyal/1/").content.decode()


def test_right_after_the_first_run_the_page_asks_to_come_back(direction):
    ScoringRunFactory()
    assert "revenez dans une minute" in direction.get(URL).content.decode()


def test_until_the_next_run_has_its_own_the_opportunities_of_the_former_show(direction, run, services):
    newer = score(as_of=dt.date(2026, 11, 1))
    assert direction.get(URL).context["run"] == run
    opportunities_found.catch_up()
    assert direction.get(URL).context["run"] == newer


def test_the_page_stands_in_the_navigation_once_switched_on(direction, firm):
    assert 'href="/opportunites/"' in direction.get("/aide/").content.decode()
    Firm.objects.update(parts=[])
    assert 'href="/opportunites/"' not in direction.get("/aide/").content.decode()


# --- The page of a client


def test_the_page_of_a_client_says_what_it_lacks_with_euros_and_reason(direction, run, services):
    lack = next(one for one in opportunities.lacks_of(Client.objects.order_by("pk")[0], run))
    page = direction.get(f"/clients/{Client.objects.order_by('pk')[0].pk}/").content.decode()
    assert "Services manquants" in page
    assert eur(lack.worth) in page
    assert "clients semblables" in page


def test_an_offer_is_proposed_to_clients_of_its_segments_who_hold_part_of_it(direction, run, services):
    segment = Score.objects.of(run)[0].segment
    offer = Offer.objects.create(name="Duo", price=900, segments=[segment], created_by=UserFactory())
    offer.services.set(services)
    lacking, holding = Client.objects.order_by("pk")[0], Client.objects.order_by("pk")[3]
    assert "Duo" in direction.get(f"/clients/{lacking.pk}/").content.decode()
    assert "Duo" not in direction.get(f"/clients/{holding.pk}/").content.decode()
    HoleFactory(client=lacking, service=services[0], reason="irrelevant", until=dt.date(2099, 1, 1))
    assert "Duo" not in direction.get(f"/clients/{lacking.pk}/").content.decode()


# --- Offers


def test_a_bundle_becomes_an_offer_and_is_suggested_no_more(direction, run, services):
    Bundle.objects.create(
        run=run, first=services[0], second=services[1], clients=20, first_held=9, second_held=20, together=9
    )
    page = direction.get(f"{URL}offres/").content.decode()
    assert "9 de vos 20 bons clients ont les deux" in page
    begun = direction.get(f"{URL}offres/nouvelle/", {"service": [one.pk for one in services]})
    assert begun.context["form"].initial["services"] == [one.pk for one in services]
    data = {"name": "Duo", "services": [one.pk for one in services], "price": "900", "segments": ["loyal"]}
    direction.post(f"{URL}offres/nouvelle/", data)
    offer = Offer.objects.get()
    assert (offer.name, offer.price, set(offer.services.all())) == ("Duo", Decimal(900), set(services))
    assert "9 de vos 20" not in direction.get(f"{URL}offres/").content.decode()


def test_an_offer_of_one_service_is_refused_over_its_form(direction, services):
    data = {"name": "Solo", "services": [services[0].pk], "price": "900", "segments": ["loyal"]}
    response = direction.post(f"{URL}offres/nouvelle/", data)
    assert response.status_code == 422
    assert "au moins deux services" in response.content.decode()
    assert not Offer.objects.exists()


def test_an_offer_that_is_withdrawn_stays_readable_and_changes_no_more(direction, services):
    offer = Offer.objects.create(name="Duo", price=900, segments=["loyal"], created_by=UserFactory())
    direction.post(f"{URL}offres/{offer.pk}/retirer/")
    assert "Duo" in direction.get(f"{URL}offres/").content.decode()
    assert direction.get(f"{URL}offres/{offer.pk}/modifier/").status_code == 404


def test_offerings_are_named_by_service_or_family(run):
    assert {str(one) for one in Offering.objects.all()} == {"Paie", "Conseil", "Social", "Gestion"}

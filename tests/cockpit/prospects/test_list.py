"""The list of prospects: what each view holds, filters and orders, the file, and as many queries for 3 as for 30."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Export, Firm
from campaigns import prospecting
from clients.models import Client
from tests.cockpit.prospects.conftest import page
from tests.factories import ClientFactory, ProspectFactory, UserFactory

LIST = "/prospects/"


def names(browser, query=""):
    return [row.prospect.name for row in browser.get(f"{LIST}?{query}").context["list"].rows]


@pytest.fixture
def three(claire, portrait):
    """One most like tier A, one unlike it, one that nothing is known of."""
    like = ProspectFactory(
        name="Codeurs", owner=claire, naf_code="6201Z", workforce="11", postcode="12000", city="Rodez"
    )
    unlike = ProspectFactory(name="Avocats", owner=claire, naf_code="6910Z", postcode="34000", city="Montpellier")
    unknown = ProspectFactory(name="Mystère", owner=claire)
    prospecting.score()
    return like, unlike, unknown


def test_the_most_alike_come_first_with_their_points_and_three_reasons(browser, three):
    response = browser.get(LIST)
    rows = response.context["list"].rows
    assert [(row.prospect.name, row.prospect.points) for row in rows] == [
        ("Codeurs", 26),
        ("Avocats", -20),
        ("Mystère", None),
    ]
    assert [reason.short for reason in rows[0].reasons] == [
        "Informatique, médias et télécoms (62) : 4,0 fois",
        "10 à 19 salariés : 2,0 fois",
        "Aveyron (12) : 1,0 fois",
    ]
    assert "3 prospects, les plus ressemblants à votre palier A · Champions en tête." in page(response)


def test_somebody_else_s_prospect_is_in_no_view_and_no_count(browser, three):
    ProspectFactory(name="Ailleurs", owner=UserFactory())
    shown = browser.get(f"{LIST}?vue=tous").context["list"]
    assert shown.counts == {"ouverts": 3, "ecartes": 0, "tous": 3}
    assert "Ailleurs" not in [row.prospect.name for row in shown.rows]


def test_a_view_holds_those_still_to_win_those_kept_out_or_all(browser, claire):
    ProspectFactory(name="Ouvert", owner=claire)
    ProspectFactory(name="Refusé", owner=claire, state="dismissed")
    ProspectFactory(name="Gagné", owner=claire, state="client", client=ClientFactory())
    ProspectFactory(name="Rouge", owner=claire, put_out="sector")
    ProspectFactory(name="Repris", owner=claire, put_out="sector", kept_at=timezone.now(), kept_by=claire)
    assert names(browser) == ["Ouvert", "Repris"]
    assert names(browser, "vue=ecartes") == ["Rouge"]
    assert len(names(browser, "vue=tous")) == 5
    assert names(browser, "etat=dismissed") == ["Refusé"]
    assert browser.get(LIST).context["list"].counts == {"ouverts": 2, "ecartes": 1, "tous": 5}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=codeurs+rodez", ["Codeurs"]),
        ("secteur=J", ["Codeurs"]),
        ("departement=34", ["Avocats"]),
        ("departement=3x", ["Codeurs", "Avocats", "Mystère"]),
        ("etat=inconnu&secteur=zz&commercial=1", ["Codeurs", "Avocats", "Mystère"]),
        ("tri=nom", ["Avocats", "Codeurs", "Mystère"]),
        ("tri=-nom", ["Mystère", "Codeurs", "Avocats"]),
        ("tri=ville", ["Mystère", "Codeurs", "Avocats"]),
        ("tri=drop+table&vue=x&page=99", ["Codeurs", "Avocats", "Mystère"]),
    ],
)
def test_filters_and_orders_and_what_reads_as_none_is_left_out(browser, three, query, found):
    assert names(browser, query) == found


def test_each_filter_is_a_chip_that_takes_it_away(browser, three):
    chips = browser.get(f"{LIST}?departement=12&secteur=J&page=2").context["list"].chips
    assert [(chip.label, chip.query) for chip in chips] == [
        ("Secteur Informatique, médias et télécoms", "departement=12"),
        ("Aveyron (12)", "secteur=J"),
    ]


def test_who_leads_others_filters_by_who_follows(chief, three, claire):
    ProspectFactory(name="Libre")
    assert names(chief, "commercial=aucun") == ["Libre"]
    assert len(names(chief, f"commercial={claire.pk}")) == 3


def test_without_enough_clients_the_portrait_is_said_to_be_insufficient(browser, claire):
    ProspectFactory(name="Seul", owner=claire)
    text = page(browser.get(LIST))
    assert "Portrait insuffisant" in text
    assert "Seul" in text


def test_why_a_prospect_is_kept_out_is_said_to_who_reads_grades_alone(client, claire):
    ProspectFactory(put_out="sector")
    for role, is_told in (("direction", True), ("marketing", False)):
        client.force_login(UserFactory(roles=[role]))
        text = page(client.get(f"{LIST}?vue=ecartes"))
        assert ("clients rouges" in text) is is_told


def test_the_file_holds_what_the_list_shows_and_is_journaled(browser, three, director):
    response = browser.post(f"{LIST}export/csv/?departement=12&q=cod")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "4,0 fois plus fréquent" in lines[1]
    noted = Export.objects.get()
    assert (noted.name, noted.row_count, noted.filters) == ("prospects", 1, "departement=12")
    assert browser.post(f"{LIST}export/pdf/").status_code == 404


def test_it_asks_as_much_for_three_as_for_thirty(browser, claire, portrait):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get(LIST)
        return len(captured)

    for _n in range(3):
        ProspectFactory(owner=claire, naf_code="6201Z")
    few = queries()
    for _n in range(27):
        ProspectFactory(owner=claire, naf_code="6201Z", postcode="12000")
    assert queries() == few


def test_an_empty_list_says_what_to_do(browser, client, director):
    assert "Ceux qui vous sont confiés" in page(browser.get(LIST))
    client.force_login(director)
    assert "/prospects/importer/" in page(client.get(LIST))


def test_the_page_is_in_the_navigation_once_its_part_is_shown(browser, firm):
    assert 'href="/prospects/"' in page(browser.get("/clients/"))
    Firm.objects.update(parts=[])
    assert 'href="/prospects/"' not in page(browser.get("/clients/"))
    assert not Client.objects.exists()

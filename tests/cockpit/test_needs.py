"""The pages about needs, and needs in the lists of clients."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from accounts.roles import Role
from clients.models import Client
from segmentation.models import ClientNeed, Need, NeedEvidence, NeedRule, NeedService
from tests.factories import (
    ClientFactory,
    ClientNeedFactory,
    NafCodeFactory,
    NeedFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def firm():
    return Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.NEEDS])


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def salesperson():
    return UserFactory()


@pytest.fixture
def browser(client, director):
    client.force_login(director)
    return client


def scored(run, **client):
    return ScoreFactory(run=run, client=ClientFactory(**client)).client


def listed(response):
    return {row.record.client for row in response.context["table"].paginated_rows}


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def figures(response, need):
    return next(row for row in response.context["rows"] if row.need == need)


# --- The register ---


def test_the_register_says_what_each_need_amounts_to(browser, run):
    need = NeedFactory(name="Piloter")
    answered, open_one = (scored(run) for _n in range(2))
    ClientNeedFactory(client=answered, need=need, is_answered=True)
    ClientNeedFactory(client=open_one, need=need)
    ClientNeedFactory(client=scored(run), need=need, is_refuted=True)
    NeedEvidence.objects.create(need=need, heard_by=UserFactory(), heard_on=dt.date(2026, 1, 2))
    row = figures(browser.get("/besoins/"), need)
    assert (row.tally.clients, row.tally.revenue, row.tally.holes, row.tally.hole_revenue) == (2, 12_000, 1, 6_000)
    assert row.evidence == 1


def test_a_salesperson_s_register_counts_their_own_clients(client, run, salesperson):
    need = NeedFactory()
    ClientNeedFactory(client=scored(run, owner=salesperson), need=need)
    ClientNeedFactory(client=scored(run), need=need)
    client.force_login(salesperson)
    assert figures(client.get("/besoins/"), need).tally.clients == 1


def test_figures_lead_to_as_many_clients(browser, run):
    need = NeedFactory(slug="piloter")
    ClientNeedFactory(client=scored(run), need=need, is_answered=True)
    unscored = ClientNeedFactory(client=ClientFactory(), need=need).client
    tally = figures(browser.get("/besoins/"), need).tally
    assert len(listed(browser.get("/clients/?besoin=piloter"))) == tally.clients == 2
    assert listed(browser.get("/clients/?besoin_ouvert=piloter")) == {unscored}


def test_the_register_costs_the_same_for_3_needs_and_60(browser, run, django_assert_max_num_queries):
    def fill(count):
        for _n in range(count):
            need = NeedFactory()
            need.services.add(ServiceFactory())
            ClientNeedFactory(client=scored(run), need=need)

    fill(3)
    browser.get("/besoins/")
    with django_assert_max_num_queries(40) as few:
        browser.get("/besoins/")
    fill(57)
    with django_assert_max_num_queries(len(few)):
        browser.get("/besoins/")


def test_the_navigation_shows_needs_once_direction_switched_them_on(browser, firm):
    assert 'href="/besoins/"' in browser.get("/clients/").content.decode()
    firm.parts = []
    firm.save()
    page = browser.get("/clients/").content.decode()
    assert 'href="/besoins/"' not in page
    assert 'name="besoin"' not in page


# --- Writing needs ---


def test_a_need_is_written_changed_and_archived(browser):
    parts = {"name": "Embaucher", "situation": "je grandis", "wish": "embaucher", "aim": "tenir"}
    response = browser.post("/besoins/nouveau/", parts)
    need = Need.objects.get()
    assert response.url == f"/besoins/{need.pk}/"
    assert "Quand je grandis, je veux embaucher, pour tenir." in browser.get(response.url).content.decode()
    browser.post(f"/besoins/{need.pk}/modifier/", {**parts, "name": "Recruter", "position": ""})
    browser.post(f"/besoins/{need.pk}/suivre/", {"suivi": "0"})
    need.refresh_from_db()
    assert (need.name, need.slug, need.is_active) == ("Recruter", "embaucher", False)


def test_a_need_with_a_part_missing_is_not_saved_and_says_so(browser):
    response = browser.post("/besoins/nouveau/", {"name": "Embaucher", "situation": "je grandis", "wish": "x"})
    assert response.context["form"].errors.keys() == {"aim"}
    assert not Need.objects.exists()


def test_a_rule_is_counted_before_it_is_saved(browser, run):
    need, client = NeedFactory(), scored(run, naf_code="4321A")
    sent = {"naf": "f, 62.01z", "months": "12", "match": "any"}
    response = browser.post(f"/besoins/{need.pk}/regle/", {**sent, "apercu": "1"})
    assert response.context["preview"].found == 1
    assert not NeedRule.objects.exists()
    browser.post(f"/besoins/{need.pk}/regle/", sent)
    assert NeedRule.objects.get().naf_prefixes == ["F", "6201Z"]
    assert ClientNeed.objects.get().client == client
    assert browser.get(f"/besoins/{need.pk}/regle/").context["form"].initial["naf"] == "F, 62.01Z"


def test_what_is_no_activity_is_named(browser):
    need = NeedFactory()
    response = browser.post(f"/besoins/{need.pk}/regle/", {"naf": "F, 44", "months": "12", "match": "any"})
    assert "« 44 » n’est ni une section" in str(response.context["form"].errors["naf"])


def test_the_grid_says_which_services_answer_and_leaves_the_others(browser):
    need, service, other = NeedFactory(), ServiceFactory(), ServiceFactory()
    need.services.add(other)
    sent = {"service": [service.pk], "reponse": [f"{need.pk}-{service.pk}", "x-1", f"{need.pk}"]}
    response = browser.post("/besoins/services/", sent)
    assert said(response) == ["1 case changée."]
    assert set(need.services.all()) == {service, other}
    browser.post("/besoins/services/", {"service": [service.pk, other.pk]})
    assert not NeedService.objects.exists()


def test_the_grid_finds_services_without_accents(browser):
    NeedFactory()
    found, _other = ServiceFactory(name="Révision"), ServiceFactory(name="Paie")
    assert [service for service, _cells in browser.get("/besoins/services/?q=revis").context["rows"]] == [found]


# --- What clients need ---


def test_a_need_heard_on_the_client_page_shows_there_and_in_the_register(client, run, salesperson):
    heard, need = scored(run, owner=salesperson), NeedFactory(name="Piloter")
    client.force_login(salesperson)
    sent = {"need": need.pk, "quote": "J’avance à vue", "heard_on": "2026-10-05", "next": f"/clients/{heard.pk}/"}
    assert said(client.post(f"/clients/{heard.pk}/besoins/", sent)) == [f"{heard.name} : besoin « Piloter » noté."]
    assert "« J’avance à vue »" in client.get(f"/clients/{heard.pk}/").content.decode()
    assert "« J’avance à vue »" in client.get(f"/besoins/{need.pk}/").content.decode()


def test_what_a_colleague_s_client_said_is_not_read(client, run, salesperson):
    need = NeedFactory()
    NeedEvidence.objects.create(
        need=need, client=scored(run), heard_by=UserFactory(), heard_on=dt.date(2026, 1, 2), quote="Confidence"
    )
    client.force_login(salesperson)
    assert "Confidence" not in client.get(f"/besoins/{need.pk}/").content.decode()


def test_several_clients_get_a_need_and_one_click_takes_it_back(browser, run):
    need, clients = NeedFactory(name="Piloter"), [scored(run) for _n in range(2)]
    ClientNeedFactory(client=clients[0], need=need, origin="rule", noted_by=None)
    response = browser.post("/clients/besoin/", {"clients": [one.pk for one in clients], "need": need.pk})
    assert said(response) == ["2 clients associés au besoin « Piloter »."]
    assert set(ClientNeed.objects.values_list("origin", flat=True)) == {"bulk"}
    for _click in range(2):
        browser.post("/clients/besoin/annuler/")
    assert list(ClientNeed.objects.values_list("client", "origin", "noted_by")) == [(clients[0].pk, "rule", None)]


def test_a_need_is_taken_from_several_clients_on_its_page_and_given_back(browser, run):
    held = [ClientNeedFactory(client=scored(run), need=need) for need in [NeedFactory()] for _n in range(2)]
    need = held[0].need
    browser.post(f"/besoins/{need.pk}/retirer/", {"clients": [one.client_id for one in held]})
    assert listed(browser.get(f"/besoins/{need.pk}/")) == set()
    browser.post("/clients/besoin/annuler/")
    assert listed(browser.get(f"/besoins/{need.pk}/")) == {one.client for one in held}


def test_nothing_ticked_is_said(browser):
    assert said(browser.post("/clients/besoin/", {"need": NeedFactory().pk})) == [
        "Cochez des clients et choisissez un besoin."
    ]


def test_a_day_to_come_is_refused_and_said(browser, run):
    client, tomorrow = scored(run), timezone.localdate() + dt.timedelta(days=1)
    response = browser.post(f"/clients/{client.pk}/besoins/", {"need": NeedFactory().pk, "heard_on": tomorrow})
    assert "Cette date est à venir" in said(response)[0]
    assert not ClientNeed.objects.exists()


def test_the_page_of_a_need_narrows_its_clients(browser, run):
    need = NeedFactory()
    wanted = ClientNeedFactory(client=scored(run, name="Garage Noël"), need=need).client
    ClientNeedFactory(client=scored(run, name="Pharmacie"), need=need)
    scored(run, name="Garage sans besoin")
    assert listed(browser.get(f"/besoins/{need.pk}/?q=garage")) == {wanted}
    assert listed(browser.get(f"/besoins/{need.pk}/?besoin=autre")) == set(Client.objects.filter(needs__need=need))


# --- Filters and columns ---


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("besoin=piloter", {"a"}),
        ("besoin=piloter&besoin=papier", {"a", "b"}),
        ("besoin=aucun", {"c"}),
        ("besoin=piloter&besoin=aucun", {"a", "c"}),
        ("besoin=disparu", {"a", "b", "c"}),
        ("secteur=F", {"a"}),
        ("secteur=F&secteur=J", {"a", "b"}),
        ("secteur=aucun", {"c"}),
        ("secteur=J&secteur=aucun", {"b", "c"}),
        ("secteur=inconnu", {"b"}),
        ("activite=43.2", {"a"}),
        ("activite=electr", {"a"}),
        ("secteur=F&besoin=papier", set()),
    ],
)
@pytest.mark.parametrize("url", ["/clients/", "/a-risque/"])
def test_lists_are_narrowed_by_need_and_by_sector(browser, run, url, query, names):
    clients = {
        name: ClientFactory(name=name, naf_code=code) for name, code in zip("abc", ("4321A", "6299X", ""), strict=True)
    }
    for client in clients.values():
        ScoreFactory(run=run, client=client, at_risk=True, risk_reasons=["rhythm"])
    NafCodeFactory(code="4321A", label="Travaux électriques")
    ClientNeedFactory(client=clients["a"], need=NeedFactory(slug="piloter"))
    ClientNeedFactory(client=clients["b"], need=NeedFactory(slug="papier"))
    assert {client.name for client in listed(browser.get(f"{url}?{query}"))} == names


def test_filters_are_said_in_words_and_taken_away(browser, run):
    NeedFactory(slug="piloter", name="Piloter")
    asked = "besoin=piloter&besoin_ouvert=piloter&secteur=F&secteur=inconnu&activite=62"
    chips = browser.get(f"/clients/?{asked}").context["selection"].chips
    assert {chip.label for chip in chips} == {
        "Besoin « Piloter »",
        "Besoin « Piloter », sans service",
        "Secteur Construction",
        "Code NAF inconnu",
        "Activité « 62 »",
    }
    without = next(chip for chip in chips if chip.label == "Secteur Construction")
    assert "secteur=F" not in without.query
    assert "secteur=inconnu" in without.query


def test_columns_say_needs_sector_and_activity_in_as_many_queries_whatever_the_rows(
    browser, run, django_assert_max_num_queries
):
    need = NeedFactory(name="Piloter")
    NafCodeFactory(code="4321A", label="Travaux électriques")
    ClientNeedFactory(client=scored(run, naf_code="4321A"), need=need)
    address = "/clients/?colonnes=besoins,secteur,activite,naf&per_page=100"
    page = browser.get(address).content.decode()
    for words in ("Piloter", "Construction", "Travaux électriques", "43.21A"):
        assert words in page
    with django_assert_max_num_queries(60) as few:
        browser.get(address)
    for _n in range(60):
        ClientNeedFactory(client=scored(run, naf_code="4321A"), need=need)
    with django_assert_max_num_queries(len(few)):
        browser.get(address)


def test_the_client_page_flags_a_code_that_nobody_knows(browser, run):
    NafCodeFactory(code="4321A", label="Travaux électriques")
    known, unknown = scored(run, naf_code="4321A"), scored(run, naf_code="6299X")
    assert "Travaux électriques" in browser.get(f"/clients/{known.pk}/").content.decode()
    assert "pas dans la nomenclature" not in browser.get(f"/clients/{known.pk}/").content.decode()
    assert "pas dans la nomenclature" in browser.get(f"/clients/{unknown.pk}/").content.decode()


# --- The crossing ---


@pytest.mark.parametrize(
    ("axis", "heading"), [("segment", "Fidèles"), ("palier", "Palier B · Réguliers"), ("secteur", "Construction")]
)
@pytest.mark.parametrize(
    ("measure", "text", "count"), [("clients", "2", 2), ("euros", "12\u202f000", 2), ("trous", "1", 1)]
)
def test_each_cell_of_the_crossing_leads_to_its_clients(browser, run, axis, heading, measure, text, count):
    need = NeedFactory()
    ClientNeedFactory(client=scored(run, naf_code="4321A"), need=need, is_answered=True)
    ClientNeedFactory(client=scored(run, naf_code="4391B"), need=need)
    scored(run, naf_code="4391B")
    table = browser.get(f"/besoins/croisement/?par={axis}&mesure={measure}").context["crossing"]
    cell = table.rows[0][1][table.headings.index(heading)]
    assert cell.text.startswith(text)
    assert len(listed(browser.get(cell.url))) == count


def test_the_crossing_costs_the_same_for_3_needs_and_60(browser, run, django_assert_max_num_queries):
    for _n in range(3):
        ClientNeedFactory(client=scored(run))
    browser.get("/besoins/croisement/")
    with django_assert_max_num_queries(40) as few:
        browser.get("/besoins/croisement/")
    for _n in range(57):
        ClientNeedFactory(client=scored(run))
    with django_assert_max_num_queries(len(few)):
        browser.get("/besoins/croisement/?par=secteur")


@pytest.mark.parametrize("name", ["needs", "need-crossing", "need-services"])
def test_pages_without_any_need_say_what_to_do(browser, name):
    assert browser.get(reverse(f"cockpit:{name}")).status_code == 200

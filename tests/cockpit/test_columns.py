"""The columns of a list: chosen, ordered, remembered, carried by an address; what each says on a page and in a file."""

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import Firm, ListSettings, User
from accounts.roles import Role
from cockpit.columns import COLUMNS
from tests.factories import (
    ActionFactory,
    ClientFactory,
    ContactFactory,
    InvoiceFactory,
    ScoreFactory,
    ScoringRunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LISTS = {"clients": "/clients/", "a-risque": "/a-risque/"}
CHOICE = {"/clients/": "/clients/colonnes/", "/a-risque/": "/a-risque/colonnes/"}
EXPORTS = {"/clients/": "cockpit:client-list-export", "/a-risque/": "cockpit:at-risk-export"}
EVERY = ",".join(slug for slug in COLUMNS if slug != "client")
both = pytest.mark.parametrize("url", LISTS.values())


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


def scored(run, claire, name="Garage", **fields):
    client = {key: fields.pop(key) for key in ("city", "code", "siren", "postcode", "phone", "email") if key in fields}
    fields = {"amount_at_risk": Decimal("120.50"), "risk_reasons": ["rhythm"], **fields}
    return ScoreFactory(run=run, client=ClientFactory(owner=claire, name=name, **client), at_risk=True, **fields)


def shown(response):
    return list(response.context["table"].chosen.slugs)


def names(response):
    return [row.record.client.name for row in response.context["table"].paginated_rows]


def seen(response):
    """The words of the rows of the page, without marks, one plain space between them."""
    body = re.search(r"<tbody>(.*)</tbody>", response.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body.group(1)).split()) if body else ""


def exported(browser, url, query="", *, file_format="ods", **sent):
    response = browser.post(reverse(EXPORTS[url], args=[file_format]) + query, sent)
    content = io.BytesIO(b"".join(response.streaming_content))
    return CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()


# --- Choosing ---


@both
def test_the_columns_of_the_address_show_in_its_order(browser, run, claire, url):
    scored(run, claire)
    response = browser.get(url, {"colonnes": "siren,ville,ca"})
    assert shown(response) == ["siren", "ville", "ca"]
    headers = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]*)', response.content.decode())
    assert headers[1:5] == ["Client", "SIREN", "Ville", "CA 12 mois"]


@both
@pytest.mark.parametrize("asked", ["", "inconnue", "client", ",,", "owner__password", "\0"])
def test_a_column_that_does_not_exist_is_passed_over(browser, run, claire, url, asked):
    scored(run, claire)
    usual = shown(browser.get(url))
    assert shown(browser.get(url, {"colonnes": asked})) == usual
    assert shown(browser.get(url, {"colonnes": f"{asked},ville,ville"})) == ["ville"]


@both
def test_what_a_person_chooses_is_remembered_for_that_list_alone(browser, run, claire, url):
    scored(run, claire)
    other = next(one for one in LISTS.values() if one != url)
    usual = shown(browser.get(other))
    response = browser.post(CHOICE[url], {"colonne": ["ville", "ca"]}, follow=True)
    assert response.redirect_chain[0][0] == f"{url}?vue="
    assert shown(response) == shown(browser.get(url)) == ["ville", "ca"]
    assert shown(browser.get(other)) == usual
    browser.force_login(UserFactory(roles=[Role.DIRECTION]))
    assert shown(browser.get(url)) != ["ville", "ca"]


@both
def test_the_columns_of_the_product_come_back_in_one_click(browser, run, claire, url):
    scored(run, claire)
    usual = shown(browser.get(url))
    browser.post(CHOICE[url], {"colonne": ["ville"]})
    browser.post(CHOICE[url], {"colonne": ["ville"], "defaut": "1"})
    assert shown(browser.get(url)) == usual


@pytest.mark.parametrize(
    ("button", "moved", "order"),
    [
        ("monter", "ca", ["ville", "ca", "palier"]),
        ("descendre", "ville", ["palier", "ville", "ca"]),
        ("monter", "ville", ["ville", "palier", "ca"]),
        ("descendre", "ca", ["ville", "palier", "ca"]),
        ("monter", "inconnue", ["ville", "palier", "ca"]),
    ],
)
def test_a_column_moves_one_place_and_the_page_stays_on_it(browser, run, button, moved, order):
    response = browser.post("/clients/colonnes/?q=dax", {"colonne": ["ville", "palier", "ca"], button: moved})
    assert ListSettings.objects.get().columns == order
    where = "/clients/?q=dax" if moved == "inconnue" else f"/clients/colonnes/?q=dax#colonne-{moved}"
    assert response["Location"] == where


def test_choosing_columns_goes_back_to_the_list_as_it_was(browser, run):
    response = browser.post("/clients/colonnes/?q=dax&palier=A&colonnes=siren", {"colonne": ["ville"]})
    assert response["Location"] == "/clients/?q=dax&palier=A"


def test_the_page_offers_the_columns_of_the_address_first_then_all_the_others(browser, run):
    rows = browser.get("/clients/colonnes/?colonnes=siren,ville").context["rows"]
    assert [(row["slug"], row["is_shown"]) for row in rows[:3]] == [("siren", True), ("ville", True), ("code", False)]
    assert (rows[0]["rises"], rows[0]["falls"], rows[1]["rises"], rows[1]["falls"]) == (False, True, True, False)


def test_the_three_scores_are_offered_when_the_firm_shows_them(browser, run, claire):
    scored(run, claire)
    assert shown(browser.get("/clients/", {"colonnes": "rfm,ville"})) == ["ville"]
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RFM])
    assert shown(browser.get("/clients/", {"colonnes": "rfm,ville"})) == ["rfm", "ville"]


# --- What columns say ---


@both
@pytest.mark.parametrize("slug", [slug for slug in COLUMNS if slug != "client"])
def test_each_column_is_drawn_with_and_without_a_score(browser, run, claire, url, slug):
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)  # some columns are of a part, some of a right
    User.objects.filter(pk=claire.pk).update(roles=[Role.DIRECTION])
    scored(run, claire)
    ClientFactory(owner=claire, name="Jamais")
    assert shown(browser.get(url, {"colonnes": slug})) == [slug]


def test_a_column_says_what_it_is_called(browser, run, claire):
    score = scored(
        run,
        claire,
        city="Dax",
        code="C7",
        siren="552100554",
        postcode="40100",
        tier_rank=3,
        cumulative_share=Decimal("0.421"),
        previous_revenue=Decimal("5500"),
        frequency=12,
        monetary=Decimal("12000"),
    )
    ContactFactory(client=score.client, name="Ève", email="eve@b.example", phone="0102")
    said = seen(browser.get("/clients/", {"colonnes": EVERY}))
    for text in ("Dax", "C7", "552100554", "40100", "Claire Fabre", "Ève", "eve@b.example", "0102", "42", "Rythme"):
        assert text in said
    for amount in ("5 500 €", "12 000 €", "121 €", "42 %"):
        assert amount in said


def test_the_main_contact_answers_for_a_client_without_number_or_address(browser, run, claire):
    client = scored(run, claire).client
    ContactFactory(client=client, name="Abel", phone="01", email="abel@b.example")
    ContactFactory(client=client, name="Zoé", phone="02", email="zoe@b.example", is_main=True)
    said = seen(browser.get("/clients/", {"colonnes": "contact,telephone,email"}))
    assert "Zoé 02 zoe@b.example" in said
    assert "Abel" not in said


def test_who_objects_to_messages_is_not_written_to_from_a_list_either(browser, run, claire):
    client = scored(run, claire).client
    ContactFactory(client=client, email="zoe@b.example", objected_at="2026-10-01T10:00:00Z")
    assert "zoe@b.example" not in seen(browser.get("/clients/", {"colonnes": "email"}))
    assert "zoe@b.example" not in str(exported(browser, "/clients/", "?colonnes=email"))


def test_a_client_is_one_since_the_date_somebody_knows_else_its_first_purchase(browser, run, claire):
    known = scored(run, claire, "Connu", first_purchase_on=dt.date(2024, 1, 15)).client
    known.client_since = dt.date(2011, 3, 1)
    known.save()
    scored(run, claire, "Compté", first_purchase_on=dt.date(2024, 1, 15))
    response = browser.get("/clients/", {"colonnes": "depuis", "tri": "depuis"})
    assert names(response) == ["Connu", "Compté"]
    assert "1 mars 2011" in seen(response)


def test_a_name_does_not_repeat_what_a_column_says(browser, run, claire):
    scored(run, claire, city="Dax")
    assert seen(browser.get("/clients/", {"colonnes": "ville"})).count("Dax") == 1
    assert seen(browser.get("/clients/", {"colonnes": "ville,commercial"})).count("Claire Fabre") == 1
    assert seen(browser.get("/clients/", {"colonnes": "ca"})).count("Dax, Claire Fabre") == 1


def test_months_are_drawn_once_when_they_have_their_own_column(browser, run, claire):
    InvoiceFactory(client=scored(run, claire).client, issued_on=run.as_of)
    assert browser.get("/clients/").content.decode().count('class="spark"') == 1
    assert browser.get("/clients/", {"colonnes": "evolution,mois"}).content.decode().count('class="spark"') == 1
    assert browser.get("/clients/", {"colonnes": "ville"}).content.decode().count('class="spark"') == 0


# --- Sorting ---


@pytest.mark.parametrize("slug", [slug for slug, column in COLUMNS.items() if column.sorts])
@pytest.mark.parametrize("url", LISTS.values())
def test_every_column_that_says_so_sorts_both_ways(browser, run, claire, url, slug):
    scored(run, claire, "Un", city="Dax", code="1", previous_revenue=Decimal(0))
    scored(run, claire, "Deux", city="", code="", typical_gap_days=None, silence_ratio=None)
    ClientFactory(owner=claire, name="Jamais")
    for direction in ("", "-"):
        found = names(browser.get(url, {"tri": direction + slug, "colonnes": slug}))
        assert sorted(found) == (["Deux", "Jamais", "Un"] if url == "/clients/" else ["Deux", "Un"])


def test_towns_and_codes_sort_with_the_empty_ones_last_and_clients_who_never_bought_among_the_others(
    browser, run, claire
):
    for name, city in [("A", "dax"), ("B", ""), ("C", "Bayonne"), ("E", "Évreux"), ("F", "Foix")]:
        scored(run, claire, name, city=city)
    ClientFactory(owner=claire, name="D", city="Castres")
    assert names(browser.get("/clients/", {"tri": "ville"})) == ["C", "D", "A", "E", "F", "B"]
    assert names(browser.get("/clients/", {"tri": "-ville"})) == ["F", "E", "A", "D", "C", "B"]


def test_a_list_is_sorted_by_a_column_that_it_does_not_show_on_the_page_as_in_the_file(browser, run, claire):
    scored(run, claire, "Peu", amount_at_risk=Decimal(1), tier_revenue=Decimal(900))
    scored(run, claire, "Beaucoup", amount_at_risk=Decimal(9), tier_revenue=Decimal(100))
    query = "?tri=-danger&colonnes=ville"
    assert names(browser.get(f"/clients/{query}")) == ["Beaucoup", "Peu"]
    assert [row[1] for row in exported(browser, "/clients/", query)[1:]] == ["Beaucoup", "Peu"]


# --- Cost ---


@both
def test_whatever_its_columns_a_list_asks_as_often_for_three_rows_as_for_thirty(
    browser, run, claire, url, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(32) as captured:
            browser.get(url, {"per_page": "100", "colonnes": EVERY})
        return len(captured)

    for _ in range(3):
        InvoiceFactory(client=scored(run, claire).client)
    few = queries()
    for _ in range(27):
        client = scored(run, claire).client
        ContactFactory(client=client)
        ActionFactory(client=client, assignee=claire)
    assert queries() == few


def test_a_list_reads_only_what_its_columns_show(browser, run, claire, django_assert_max_num_queries):
    scored(run, claire)
    with django_assert_max_num_queries(32) as every:
        browser.get("/clients/", {"colonnes": EVERY})
    with django_assert_max_num_queries(32) as one:
        browser.get("/clients/", {"colonnes": "ville"})
    assert len(every) - len(one) == 6  # months, next actions, contacts, departures, clients and prospects recommended


# --- Files ---


@both
def test_a_file_holds_who_each_client_is_then_the_columns_of_the_page(browser, run, claire, url):
    scored(run, claire, "Garage Noël", city="Dax", code="C7", siren="552100554")
    heading, row = exported(browser, url, "?colonnes=siren,ville,ca")
    assert heading == ["Code", "Client", "Ville", "Commercial", "SIREN", "CA 12 mois"]
    assert row == ["C7", "Garage Noël", "Dax", "Claire Fabre", "552100554", 6000]


@both
def test_a_file_follows_the_columns_remembered(browser, run, claire, url):
    scored(run, claire)
    browser.post(CHOICE[url], {"colonne": ["danger"]})
    assert exported(browser, url)[0] == ["Code", "Client", "Ville", "Commercial", "CA en danger"]


@both
def test_a_file_may_hold_every_column(browser, run, claire, url):
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RFM])
    InvoiceFactory(client=scored(run, claire).client, issued_on=run.as_of, amount_ht=Decimal("77.70"))
    heading, row = exported(browser, url, "?colonnes=ville", toutes="1")
    assert len(heading) == len(set(heading)) == len(row)
    told = dict(zip(heading, row, strict=True))
    assert told["Récence (1 à 5)"] == 5
    assert told["CA en danger"] == 120.5
    assert told["CA oct. 2026"] == 77.7
    assert told["Dernier achat"] == dt.date(2026, 10, 1)
    assert told["À risque"] == "oui"


@pytest.mark.parametrize("file_format", ["xlsx", "ods"])
def test_numbers_and_dates_are_the_same_in_the_file_as_on_the_page(browser, run, claire, file_format):
    scored(run, claire, tier_revenue=Decimal("1234.56"), previous_revenue=Decimal("1160.30"))
    query = "?colonnes=ca,ca_precedent,evolution,dernier"
    row = exported(browser, "/clients/", query, file_format=file_format)[1]
    assert row[4:] == [1234.56, 1160.3, 6.4, dt.date(2026, 10, 1)]
    said = seen(browser.get(f"/clients/{query}"))
    for text in ("1 235 €", "1 160 €", "+6 %", "1 oct. 2026"):
        assert text in said


def test_a_client_without_a_score_leaves_its_figures_empty(browser, run, claire):
    ClientFactory(owner=claire, name="Jamais", code="C9")
    heading, row = exported(browser, "/clients/", f"?colonnes={EVERY}")
    told = dict(zip(heading, row, strict=True))
    assert told["Code"] == "C9"
    assert {told[name] for name in ("CA 12 mois", "Rang", "Dernier achat", "Motifs", "À risque")} == {""}

"""A firm, or a client, known by yearly totals alone: tiers everywhere, nowhere a made-up segment or risk."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Firm
from accounts.roles import Role
from segmentation.models import SegmentSlug
from segmentation.scoring import score
from tests.factories import (
    ActionFactory,
    ClientFactory,
    InvoiceFactory,
    ScoreFactory,
    ScoringRunFactory,
    TierScoreFactory,
    UserFactory,
    YearlyTotalFactory,
)

pytestmark = pytest.mark.django_db
SEGMENT_BADGES = [f"badge seg-{slug}" for slug in SegmentSlug.values]


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def browser(client, director):
    Firm.objects.update_or_create(pk=Firm.ONLY, defaults={"parts": [Firm.Part.RFM]})
    client.force_login(director)
    return client


@pytest.fixture
def firm():
    """Six clients with totals of 2024 and 2025, scored."""
    clients = [ClientFactory(name=f"Client {letter}") for letter in "ABCDEF"]
    for place, one in enumerate(clients):
        YearlyTotalFactory(client=one, amount_ht=Decimal(1000 * (6 - place)))
        YearlyTotalFactory(
            client=one, first_day=dt.date(2024, 1, 1), last_day=dt.date(2024, 12, 31), amount_ht=Decimal("2000")
        )
    score()
    return clients


def html(browser, name, *args, **params):
    response = browser.get(reverse(name, args=args), params)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def assert_no_segment(page):
    assert not [badge for badge in SEGMENT_BADGES if badge in page]


def test_the_dashboard_shows_the_curve_the_ribbons_and_the_tiers(browser, firm):
    page = html(browser, "cockpit:dashboard")
    for words in (
        "6 clients, 21 k€",
        "La loi des 80/20",
        "Dépendance au palier A",
        "Palier C · Occasionnels",
        "+75,0 %",
    ):
        assert words in page
    assert page.count("Trois paliers pour décider") == 1


def test_the_dashboard_says_why_the_rest_is_empty_and_what_to_import(browser, firm):
    page = html(browser, "cockpit:dashboard")
    assert page.count("ne sont connus que par leur total annuel") == 2  # the RFM map, the calls
    assert "pas de date de facture, pas de risque calculé" in page
    assert "les paliers s’arrêtent à cette date" in page
    assert 'class="rfm-t"' not in page
    assert "client à risque sur" not in page
    assert "Aucun client à risque aujourd’hui" not in page
    assert_no_segment(page)


def test_the_list_of_clients_shows_tiers_and_no_segment(browser, firm):
    page = html(browser, "cockpit:client-list")
    assert page.count("Sans segment") == 6
    assert "Récence" not in page.split("<tbody>")[1]
    assert 'class="spark"' not in page
    assert_no_segment(page)


@pytest.mark.parametrize("column", ["segment", "-segment", "dernier", "-dernier", "silence", "-silence"])
def test_sorted_by_behaviour_the_list_ends_with_those_of_whom_none_is_known(browser, firm, column):
    known = ClientFactory(name="Zoé Facturée")
    for day in (11, 21, 31):
        InvoiceFactory(client=known, issued_on=dt.date(2025, 12, day))
    score()
    page = html(browser, "cockpit:client-list", tri=column)
    assert all(page.index("Zoé Facturée") < page.index(one.name) for one in firm)


def test_no_filter_on_behaviour_finds_a_client_without_any(browser, firm):
    for params in [{"segment": slug} for slug in SegmentSlug.values] + [{"r": "1"}, {"fm": "1"}, {"risque": "1"}]:
        assert "<b>0 client</b>" in html(browser, "cockpit:client-list", **params), params
    assert "<b>2 clients</b>" in html(browser, "cockpit:client-list", palier="A")
    assert "<b>0 client</b>" in html(browser, "cockpit:client-list", sans_score="1")


def test_the_page_of_a_client_says_in_words_why_it_has_a_tier_alone(browser, firm):
    page = html(browser, "cockpit:client-page", firm[0].pk)
    assert "seul un total annuel est connu, sans la date des factures" in page
    assert "Palier A · Champions : 6 000 € HT en 12 mois, rang 1 sur 6." in page
    for absent in ("R</b>", "Premier achat", "Ses achats depuis deux ans", "Ses services", "Sans segment"):
        assert absent not in page
    assert_no_segment(page)


def test_the_page_of_a_client_lists_its_yearly_totals_newest_first(browser, firm):
    page = html(browser, "cockpit:client-page", firm[0].pk)
    assert page.index("Du 1 jan. 2025 au 31 déc. 2025") < page.index("Du 1 jan. 2024 au 31 déc. 2024")
    assert "6 000 €" in page.split("Ses totaux annuels")[1]
    assert "Ses totaux annuels" not in html(browser, "cockpit:client-page", ClientFactory().pk)


def test_the_list_at_risk_says_that_risk_is_not_known_rather_than_nobody(browser, firm):
    page = html(browser, "cockpit:at-risk")
    assert "Le risque ne se calcule pas encore." in page
    assert "Il manque la date des achats" in page
    assert "0 €" not in page
    assert "Aucun client à risque aujourd’hui" not in page
    panel = html(browser, "cockpit:at-risk", client=firm[0].pk)
    assert "seul un total annuel est connu" in panel
    assert_no_segment(panel)


def test_nobody_at_risk_among_known_purchases_is_still_said_so(browser):
    ScoreFactory()
    page = html(browser, "cockpit:at-risk")
    assert "Aucun client à risque aujourd’hui" in page
    assert "Il manque la date des achats" not in page


def test_exports_leave_empty_what_nobody_knows(browser, firm):
    response = browser.post(reverse("cockpit:client-list-export", args=["csv"]), {"toutes": "1"})
    rows = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    cells = dict(zip(rows[0].split(";"), rows[1].split(";"), strict=True))
    assert (cells["Client"], cells["Palier"]) == ("Client A", "Palier A · Champions")
    assert [value for name, value in cells.items() if "Récence" in name or "Fréquence" in name] == ["", ""]
    assert (cells["Segment"], cells["Dernier achat"], cells["Silence (jours)"]) == ("", "", "")
    assert (cells["CA 12 mois"], cells["À risque"], cells["CA en danger"]) == ("6000,00", "non", "0,00")


def test_an_action_for_such_a_client_shows_no_segment(browser, firm, director):
    ActionFactory(client=firm[0], assignee=director, due_on=dt.date(2020, 1, 1))
    page = html(browser, "cockpit:action-list")
    assert "Sans segment" in page
    assert_no_segment(page)


def test_the_first_steps_lead_to_tier_a_when_nobody_can_be_at_risk(browser, firm):
    page = html(browser, "cockpit:welcome")
    assert "personne n’est dit à risque : commencez par le palier A" in page
    assert "?palier=A" in page
    assert "Voir les clients à risque" not in page


def test_in_a_mixed_firm_the_map_says_who_is_not_in_it(browser):
    run = ScoringRunFactory(tiers_only=1)
    ScoreFactory(run=run, at_risk=True, risk_reasons=["grid"], segment="at-risk", amount_at_risk=Decimal("500"))
    TierScoreFactory(run=run)
    page = html(browser, "cockpit:dashboard")
    assert "1 client n’est connu que par son total annuel" in page
    assert "1 client à risque sur 1" in page
    assert 'class="rfm-t"' in page


def test_invoices_of_one_date_are_said_to_be_the_reason(browser):
    for _ in range(5):
        last = InvoiceFactory(issued_on=dt.date(2026, 10, 1))
    score()
    assert "Toutes les factures portent la même date" in html(browser, "cockpit:dashboard")
    page = html(browser, "cockpit:client-page", last.client_id)
    assert "toutes les factures portent la même date" in page

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Firm
from accounts.roles import Role
from campaigns.models import Action
from segmentation.models import Score
from tests.factories import ActionFactory, ClientFactory, InvoiceFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/a-risque/"


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


def at_risk(run, owner=None, amount="1000", segment="at-risk", ratio="2.5", **fields):
    """A score at risk of a new client of this owner."""
    client_fields = {name: fields.pop(name) for name in ("name", "city") if name in fields}
    return ScoreFactory(
        run=run,
        client=ClientFactory(owner=owner, **client_fields),
        at_risk=True,
        risk_reasons=["grid"],
        amount_at_risk=Decimal(amount),
        segment=segment,
        silence_ratio=Decimal(ratio),
        r=2,
        **fields,
    )


def names(response):
    return [row.record.client.name for row in response.context["table"].paginated_rows]


def test_without_any_calculation_the_page_says_so_and_offers_the_import_to_who_may(client):
    client.force_login(UserFactory(roles=[Role.COMMERCIAL]))
    assert "Aucun calcul" in client.get(URL).content.decode()


def test_a_salesperson_sees_their_own_clients_at_risk_the_most_euros_first(browser, run, claire):
    at_risk(run, claire, "500", name="Petit")
    at_risk(run, claire, "9000", name="Grand")
    at_risk(run, UserFactory(), "7000", name="Celui d’un autre")
    ScoreFactory(run=run, client=ClientFactory(owner=claire, name="Tout va bien"))
    response = browser.get(URL)
    assert names(response) == ["Grand", "Petit"]
    assert "Celui d’un autre" not in response.content.decode()


def test_the_sentence_counts_and_adds_up_the_list(browser, run, claire):
    at_risk(run, claire, "500")
    at_risk(run, claire, "9000.40")
    response = browser.get(URL)
    assert response.context["totals"] == {"clients": 2, "amount": Decimal("9500.40")}
    assert "2 clients, 9\u202f500\xa0€" in response.content.decode()


def test_each_tab_counts_what_it_lists(browser, run, claire):
    planned = at_risk(run, claire, segment="cannot-lose", ratio="3.000001")
    at_risk(run, claire, ratio="3")
    ActionFactory(client=planned.client, assignee=claire)
    tabs = browser.get(URL).context["tabs"]
    assert {tab.query: tab.count for tab in tabs} == {
        "vue=": 2,
        "vue=a-ne-pas-perdre": 1,
        "vue=silence": 1,
        "vue=sans-action": 1,
    }
    for tab in tabs:
        assert len(names(browser.get(f"{URL}?{tab.query}"))) == tab.count


def test_a_manager_has_a_tab_for_their_own_and_narrows_the_list_to_one_person(client, run, claire):
    manager = UserFactory(roles=[Role.MANAGER])
    claire.manager = manager
    claire.save()
    at_risk(run, claire, name="De Claire")
    at_risk(run, manager, name="Du manager")
    at_risk(run, None, name="De personne")
    client.force_login(manager)
    assert len(names(client.get(URL))) == 3
    assert names(client.get(URL, {"vue": "mes-clients"})) == ["Du manager"]
    assert names(client.get(URL, {"portefeuille": claire.pk})) == ["De Claire"]
    assert names(client.get(URL, {"portefeuille": "moi"})) == ["Du manager"]
    assert len(names(client.get(URL, {"portefeuille": UserFactory().pk}))) == 3


def test_filters_narrow_the_list_and_each_is_a_chip_that_takes_it_away(browser, run, claire):
    at_risk(run, claire, "5000", name="Hôtel Castaing", city="Bayonne")
    at_risk(run, claire, "100", name="Hôtel du Port", city="Bayonne")
    response = browser.get(URL, {"q": "HOTEL bayonne", "ca_min": "1000", "segment": "at-risk"})
    assert names(response) == ["Hôtel Castaing"]
    chips = response.context["selection"].chips
    assert [chip.label for chip in chips] == [
        "« HOTEL bayonne »",
        "Segment À risque",
        "CA en danger d’au moins 1\u202f000\xa0€",
    ]
    assert names(browser.get(f"{URL}?{chips[2].query}")) == ["Hôtel Castaing", "Hôtel du Port"]


def test_the_sorted_header_says_so_and_links_to_the_other_direction(browser, run, claire):
    at_risk(run, claire, "10", name="Alpha")
    at_risk(run, claire, "20", name="Bêta")
    html = browser.get(URL).content.decode()
    assert html.count("aria-sort") == 1
    assert 'aria-sort="descending"' in html
    assert names(browser.get(URL, {"tri": "danger"})) == ["Alpha", "Bêta"]
    assert names(browser.get(URL, {"tri": "-client"})) == ["Bêta", "Alpha"]


@pytest.mark.parametrize("column", ["client", "segment", "silence", "danger", "ca", "evolution"])
@pytest.mark.parametrize("direction", ["", "-"])
def test_every_column_sorts_both_ways(browser, run, claire, column, direction):
    at_risk(run, claire, ratio="9")
    at_risk(run, claire, previous_revenue=Decimal(0))
    assert len(names(browser.get(URL, {"tri": direction + column}))) == 2


@pytest.mark.parametrize("per_page", ["100000", "-5", "0", "x", ""])
def test_a_page_holds_no_more_rows_than_offered(browser, run, claire, per_page):
    for _ in range(26):
        at_risk(run, claire)
    assert len(names(browser.get(URL, {"per_page": per_page}))) == 25


def test_a_page_that_does_not_exist_is_the_last_one(browser, run, claire):
    for _ in range(26):
        at_risk(run, claire)
    assert len(names(browser.get(URL, {"page": "99"}))) == 1


def test_the_page_asks_the_database_as_often_for_three_rows_as_for_thirty(
    browser, run, claire, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(30) as captured:
            browser.get(URL, {"per_page": "100"})
        return len(captured)

    for _ in range(3):
        InvoiceFactory(client=at_risk(run, claire).client)
    few = queries()
    for _ in range(27):
        ActionFactory(client=at_risk(run, claire).client, assignee=claire)
    assert queries() == few


def test_the_address_opens_the_panel_of_a_client(browser, run, claire):
    score = at_risk(run, claire, name="Agence Arnaud")
    response = browser.get(URL, {"client": score.client_id})
    assert 'id="volet-titre"' in response.content.decode()
    assert 'aria-current="true"' in response.content.decode()


def test_htmx_gets_the_panel_alone(browser, run, claire):
    score = at_risk(run, claire)
    headers = {"HX-Request": "true", "HX-Target": "volet"}
    html = browser.get(URL, {"client": score.client_id}, headers=headers).content.decode()
    assert html.lstrip().startswith("<aside")


def test_the_panel_of_somebody_else_s_client_is_not_found(browser, run):
    score = at_risk(run, UserFactory())
    assert browser.get(URL, {"client": score.client_id}).status_code == 404


def record(browser, score, **data):
    return browser.post(reverse("cockpit:record-call", args=[score.client_id]), {"next": URL, **data}, follow=True)


def test_recording_a_call_says_so_and_offers_to_undo(browser, run, claire):
    score = at_risk(run, claire, name="Agence Arnaud")
    response = record(browser, score, outcome="reached", note="Il rappelle lundi.")
    assert response.redirect_chain == [(URL, 302)]
    action = Action.objects.get()
    assert (action.note, action.done_by) == ("Il rappelle lundi.", claire)
    undo = reverse("cockpit:undo-action", args=[action.pk])
    assert f'action="{undo}"' in response.content.decode()
    browser.post(undo)
    assert not Action.objects.exists()


def test_calling_back_in_seven_days_plans_that_call(browser, run, claire):
    record(browser, at_risk(run, claire), outcome="call-back+7")
    assert Action.objects.open().get().due_on == timezone.localdate() + dt.timedelta(days=7)


def test_a_call_that_cannot_be_recorded_is_shown_again_with_its_note(browser, run, claire):
    response = record(browser, at_risk(run, claire), outcome="call-back", note="Rappeler, mais quand ?")
    assert response.status_code == 422
    assert "Indiquez quand rappeler" in response.content.decode()
    assert "Rappeler, mais quand ?" in response.content.decode()


def test_recording_never_redirects_to_another_site(browser, run, claire):
    response = record(browser, at_risk(run, claire), outcome="reached", next="https://ailleurs.example/")
    assert response.redirect_chain[0][0] == URL


@pytest.mark.parametrize("role", [Role.MARKETING, Role.ADMINISTRATOR])
def test_who_may_not_record_is_refused_and_gets_no_button(client, run, role):
    score = at_risk(run, None)
    client.force_login(UserFactory(roles=[role]))
    assert record(client, score, outcome="reached").status_code == 403
    assert "Compte rendu" not in client.get(URL, {"client": score.client_id}).content.decode()
    assert "Planifier" not in client.get(URL).content.decode()


def test_ticked_clients_get_a_call_planned_and_it_is_taken_back_in_one_click(browser, run, claire):
    scores = [at_risk(run, claire), at_risk(run, claire), at_risk(run, UserFactory())]
    data = {"clients": [s.client_id for s in scores], "due_on": timezone.localdate().isoformat(), "next": URL}
    response = browser.post(reverse("cockpit:plan-calls"), data, follow=True)
    assert "2 appels planifiés." in response.content.decode()
    assert Action.objects.open().count() == 2
    undo = str(next(iter(response.context["messages"])).extra_tags)
    browser.post(undo)
    assert not Action.objects.exists()


def test_planning_without_a_ticked_client_or_for_yesterday_says_what_to_do(browser, run, claire):
    url = reverse("cockpit:plan-calls")
    score = at_risk(run, claire)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    response = browser.post(url, {"due_on": timezone.localdate()}, follow=True)
    assert "Aucun client n’est coché" in response.content.decode()
    response = browser.post(url, {"clients": score.client_id, "due_on": yesterday}, follow=True)
    assert "Cette date est passée" in response.content.decode()


def test_reading_changes_nothing(browser, run, claire):
    score = at_risk(run, claire)
    for name in ("record-call", "plan-action"):
        assert browser.get(reverse(f"cockpit:{name}", args=[score.client_id])).status_code == 405
    assert Score.objects.count() == 1
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (["decline"], "Montant en baisse"),
        (["slowing"], "Achats espacés"),
        (["decline", "grid", "rhythm", "slowing"], "Rythme rompu, montant en baisse"),
    ],
)
def test_a_row_says_in_words_what_changed_beside_its_segment(browser, claire, run, reasons, words):
    ScoreFactory(run=run, client__owner=claire, at_risk=True, risk_reasons=reasons, amount_at_risk=Decimal(10))
    assert f'<span class="sub">{words}</span>' in browser.get(URL).content.decode()


def test_the_firm_that_charges_fees_reads_no_other_word(browser, claire, run):
    Firm.objects.create(pk=Firm.ONLY, revenue_word="honoraires", owner_word="responsable")
    at_risk(run, claire, "7000")
    page = browser.get(URL, {"ca_min": "100"}).content.decode()
    assert "d’honoraires annuels en danger" in page
    assert "Honoraires en danger d’au moins" in page
    assert "CA " not in page
    assert "chiffre d’affaires" not in page

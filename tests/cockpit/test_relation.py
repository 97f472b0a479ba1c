import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Export, Firm
from accounts.roles import Role
from campaigns.models import Action
from segmentation.models import QUESTIONS, Assessment, Grade, ReframingPlan
from segmentation.relation import assessing, grading
from tests.factories import (
    AssessmentFactory,
    ClientFactory,
    RelationFactsFactory,
    ScoreFactory,
    ScoringRunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/relation/"


@pytest.fixture(autouse=True)
def _the_part_is_shown(db):
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RELATION])


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def claire():
    return UserFactory(last_name="Fabre")


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION], last_name="Vidal")


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


def scored(run, owner, revenue="6000", name="Garage", **fields):
    client = ClientFactory(owner=owner, name=name)
    ScoreFactory(run=run, client=client, tier_revenue=Decimal(revenue), **fields)
    RelationFactsFactory(client=client, revenue=Decimal(revenue))
    return client


def rated(client, answer, rater, **fields):
    AssessmentFactory(client=client, rater=rater, **{**dict.fromkeys(QUESTIONS, answer), **fields})
    grading.grade([client.pk])
    return client


def answers(answer, **others):
    return {**dict.fromkeys(QUESTIONS, answer), "comment": "", **others}


def board(browser, **params):
    return browser.get(URL, params).context["board"]


def seen(response):
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


# --- To rate ---


def test_clients_to_rate_come_by_revenue_and_leave_once_rated(browser, run, claire):
    small, large = scored(run, claire, "10", "Petit"), scored(run, claire, "900", "Grand")
    assert [score.client for score in board(browser).page] == [large, small]
    rated(large, 4, claire)
    assert [score.client for score in board(browser).page] == [small]


def test_a_grade_of_more_than_a_year_is_to_do_again(browser, run, claire):
    client = scored(run, claire)
    rated(client, 4, claire, assessed_at=timezone.now() - dt.timedelta(days=400))
    assert [score.client for score in board(browser).page] == [client]
    rated(client, 4, claire)
    assert not board(browser).page


def test_nobody_rates_somebody_else_s_clients_nor_counts_them(browser, run):
    other = UserFactory()
    client = rated(scored(run, other), 1, other)
    scored(run, other)
    assert [tab.count for tab in board(browser).tabs] == [0, 0, 0, 0, 0]
    assert browser.get(reverse("cockpit:rate-client", args=[client.pk])).status_code == 404


def test_an_opinion_leads_to_the_next_client_and_to_the_board_after_the_last(browser, run, claire):
    clients = [scored(run, claire, revenue) for revenue in ("900", "500", "500")]
    for client, following in zip(clients, [*clients[1:], None], strict=True):
        url = reverse("cockpit:rate-client", args=[client.pk])
        response = browser.post(url, answers(4, suite="1"))
        wanted = reverse("cockpit:rate-client", args=[following.pk]) if following else URL
        assert response["Location"] == wanted
    assert Grade.objects.count() == 3


def test_a_client_may_be_passed_over(browser, run, claire):
    first, second = scored(run, claire, "900"), scored(run, claire, "500")
    for client, following in ((first, second), (second, first)):
        response = browser.get(reverse("cockpit:rate-client", args=[client.pk]))
        assert response.context["following"] == following


def test_an_opinion_says_the_colour_in_words(browser, run, claire):
    client = scored(run, claire)
    response = browser.post(reverse("cockpit:rate-client", args=[client.pk]), answers(4), follow=True)
    assert "Garage : Vert clair, 71 sur 100" in seen(response)
    assert response.redirect_chain[0][0] == f"/clients/{client.pk}/#relation"


def test_a_question_left_out_is_asked_again_and_the_others_are_kept(browser, run, claire):
    client = scored(run, claire)
    sent = answers(4)
    del sent["effort"]
    response = browser.post(reverse("cockpit:rate-client", args=[client.pk]), sent)
    assert response.status_code == 422
    assert "Choisissez une réponse de 1 à 5." in seen(response)
    assert seen(response).count("checked") == 4
    assert not Assessment.objects.exists()


def test_one_s_last_answers_are_there_to_start_from(browser, run, claire):
    client = rated(scored(run, claire), 2, claire)
    response = browser.get(reverse("cockpit:rate-client", args=[client.pk]))
    assert response.context["form"].initial["effort"] == 2


def test_a_form_sent_twice_records_one_opinion(browser, run, claire):
    url = reverse("cockpit:rate-client", args=[scored(run, claire).pk])
    token = browser.get(url).context["form"].initial["token"]
    for _ in range(2):
        browser.post(url, answers(4, token=token))
    assert Assessment.objects.count() == 1


# --- Colours ---


def test_the_split_is_beside_the_reference_and_adds_up(browser, run, claire):
    for answer, revenue in ((5, "900"), (5, "100"), (2, "50"), (4, "10")):
        rated(scored(run, claire, revenue), answer, claire)
    split = board(browser, onglet="couleurs").split
    assert [(share.row.clients, share.share, share.reference) for share in split.shares] == [
        (2, Decimal("0.5"), Decimal("0.20")),
        (1, Decimal("0.25"), None),
        (1, Decimal("0.25"), None),
        (0, Decimal(0), Decimal("0.10")),
    ]
    assert (split.shares[0].row.revenue, split.total.revenue, split.total.hours) == (1000, 1060, 240)
    assert sum(person.total.clients for person in split.people) == split.total.clients
    assert "50 % en vert foncé (repère : 20 %), 0 % en rouge (repère : 10 %)" in seen(browser.get(URL))


def test_a_colour_leads_to_the_clients_that_it_counts(browser, run, claire):
    rated(scored(run, claire, name="Bon"), 5, claire)
    rated(scored(run, claire, name="Moyen"), 2, claire)
    page = seen(browser.get(URL, {"onglet": "couleurs"}))
    assert "/clients/?note=dark-green" in page
    response = browser.get("/clients/?note=dark-green")
    assert [row.record.client.name for row in response.context["table"].paginated_rows] == ["Bon"]
    assert "Relation : vert foncé" in seen(response)


def test_each_person_s_clients_are_told_apart_for_who_leads_them(client, run, claire, director):
    client.force_login(director)
    rated(scored(run, claire), 5, claire)
    rated(scored(run, None), 2, director)
    people = board(client, onglet="couleurs").split.people
    assert [(person.owner, person.total.clients) for person in people] == [(claire, 1), (None, 1)]
    assert board(client, portefeuille=claire.pk).split.total.clients == 1


# --- Disagreements, red, plans ---


def test_disagreements_are_listed_with_their_width(client, run, claire, director):
    client.force_login(director)
    disputed = rated(rated(scored(run, claire), 5, claire), 2, director)
    rated(scored(run, claire), 4, claire)
    response = client.get(URL, {"onglet": "desaccords"})
    assert [row.grade.client for row in response.context["board"].rows] == [disputed]
    assert "3 points sur une question" in seen(response)
    assert "Les avis divergent" in seen(client.get(f"/clients/{disputed.pk}/"))


def test_red_waits_on_the_page_and_its_confirmation_opens_a_plan(client, run, claire, director):
    client.force_login(director)
    red = scored(run, claire)
    assessing.assess(client=red, answers=dict.fromkeys(QUESTIONS, 1), by=claire)
    assert [row.grade.client for row in board(client, onglet="rouges").rows] == [red]
    assert "Confirmer le rouge" in seen(client.get(f"/clients/{red.pk}/"))
    response = client.post(reverse("cockpit:decide-red", args=[red.pk]), {"decision": "confirm"})
    assert response["Location"] == reverse("cockpit:reframing-plan", args=[red.pk])
    assert Grade.objects.get().colour == "red"


def test_who_proposed_red_is_not_offered_to_confirm_it(browser, run, claire, director):
    red = scored(run, claire)
    assessing.assess(client=red, answers=dict.fromkeys(QUESTIONS, 1), by=claire)
    page = seen(browser.get(f"/clients/{red.pk}/"))
    assert "compté orange tant que personne d’autre" in page
    assert "Confirmer le rouge" not in page
    browser.post(reverse("cockpit:decide-red", args=[red.pk]), {"decision": "confirm"})
    assert Grade.objects.get().red == "proposed"


def test_red_set_aside_says_why(client, run, claire, director):
    client.force_login(director)
    red = scored(run, claire)
    assessing.assess(client=red, answers=dict.fromkeys(QUESTIONS, 1), by=claire)
    client.post(reverse("cockpit:decide-red", args=[red.pk]), {"decision": "set-aside", "motive": "Année de reprise"})
    assert "Rouge écarté par Claire Vidal : Année de reprise" in seen(client.get(f"/clients/{red.pk}/"))


def plan(client, owner, **fields):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    return {"kind": "price", "what": "Nouveau devis.", "owner": owner.pk, "due_on": tomorrow.isoformat(), **fields}


def test_a_plan_is_opened_put_among_the_actions_changed_and_closed(browser, run, claire):
    client = scored(run, claire)
    url = reverse("cockpit:reframing-plan", args=[client.pk])
    browser.post(url, plan(client, claire, in_actions="on"))
    opened = ReframingPlan.objects.get()
    assert (opened.kind, opened.owner) == ("price", claire)
    assert (Action.objects.get().kind, Action.objects.get().note) == ("other", "")
    browser.post(url, plan(client, claire, kind="exit"))
    assert [row.kind for row in board(browser, onglet="plans").page] == ["exit"]
    browser.post(url, {"clore": "1", "outcome": "Parti chez un confrère."})
    assert "Parti chez un confrère." in seen(browser.get(URL, {"onglet": "plans"}))
    assert ReframingPlan.objects.get().closed_by == claire


def test_a_plan_without_a_word_or_an_end_without_an_outcome_is_asked_again(browser, run, claire):
    client = scored(run, claire)
    url = reverse("cockpit:reframing-plan", args=[client.pk])
    assert browser.post(url, plan(client, claire, what="")).status_code == 422
    assert not ReframingPlan.objects.exists()
    browser.post(url, plan(client, claire))
    response = browser.post(url, {"clore": "1", "outcome": ""})
    assert response.status_code == 422
    assert "Notez ce qui en est sorti" in seen(response)


# --- Elsewhere ---


def test_the_page_of_a_client_tells_its_colour_why_and_who_thinks_what(browser, run, claire, director):
    client = rated(scored(run, claire), 4, claire, comment="Très organisé.")
    rated(client, 3, director)
    page = seen(browser.get(f"/clients/{client.pk}/"))
    for words in (
        "Vert clair, 64 sur 100",
        "Très organisé.",
        "Effort 4/5 (léger)",
        "Revoir mon avis",
        "Points sur 100",
    ):
        assert words in page


@pytest.mark.parametrize("url", ["/clients/", "/a-risque/"])
def test_the_grade_is_a_column_and_a_filter_of_both_lists(browser, run, claire, url):
    client = rated(scored(run, claire, at_risk=True), 2, claire)
    rated(scored(run, claire, at_risk=True, name="Autre"), 5, claire)
    response = browser.get(url, {"colonnes": "note", "note": "orange"})
    (row,) = response.context["table"].paginated_rows
    assert row.record.client == client
    assert row.record.grade.colour == "orange"
    assert seen(response).count('class="grade g-3"') == 1


def test_where_the_firm_does_not_show_the_relation_nothing_of_it_shows(browser, run, claire):
    Firm.objects.update(parts=[])
    client = rated(scored(run, claire), 2, claire)
    for url in ("/clients/?colonnes=note&note=orange", f"/clients/{client.pk}/", f"/a-risque/?client={client.pk}"):
        page = seen(browser.get(url))
        assert "Orange" not in page
        assert "/relation/" not in page


def test_who_has_another_role_that_sees_all_reads_the_grades_of_their_own_clients_only(client, run, claire):
    both = UserFactory(roles=[Role.COMMERCIAL, Role.ADMINISTRATOR])
    client.force_login(both)
    theirs, mine = rated(scored(run, claire, "9000"), 2, claire), rated(scored(run, both), 2, both)
    rows = client.get("/clients/", {"colonnes": "note"}).context["table"].paginated_rows
    assert [(row.record.client, bool(row.record.grade)) for row in rows] == [(theirs, False), (mine, True)]
    assert client.get("/clients/", {"note": "orange"}).context["table"].paginator.count == 1
    assert "Pas encore noté" not in seen(client.get(f"/clients/{theirs.pk}/"))


# --- Files ---


def exported(browser, query="", **ticked):
    content = b"".join(browser.post(f"/clients/export/csv/{query}", ticked).streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content), delimiter=";"))


def test_a_grade_leaves_only_when_it_is_asked_for_and_the_journal_says_so(browser, run, claire):
    rated(scored(run, claire), 2, claire)
    assert "Note de relation" not in exported(browser)[0]
    assert "Note de relation" not in exported(browser, toutes="1")[0]
    assert not Export.objects.filter(filters__contains="avec_note").exists()
    for query, ticked in (("", {"avec_note": "1"}), ("", {"avec_note": "1", "toutes": "1"}), ("?colonnes=note", {})):
        heading, row = exported(browser, query, **ticked)
        assert row[heading.index("Note de relation")] == "Orange"
    assert Export.objects.filter(filters__contains="avec_note=1").count() == 3


def test_a_grade_does_not_leave_with_who_may_not_read_it(client, run, claire):
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    rated(scored(run, claire), 2, claire)
    for query in ("", "?colonnes=note"):
        assert "Orange" not in str(exported(client, query, avec_note="1", toutes="1"))
    assert not Export.objects.filter(filters__contains="avec_note").exists()


# --- Cost ---


@pytest.mark.parametrize("tab", ["a-noter", "couleurs", "desaccords", "rouges", "plans"])
def test_each_tab_asks_the_database_as_often_for_three_rows_as_for_thirty(
    client, run, claire, director, tab, django_assert_max_num_queries
):
    client.force_login(director)

    def queries():
        with django_assert_max_num_queries(30) as captured:
            client.get(URL, {"onglet": tab})
        return len(captured)

    def some(count):
        for _ in range(count):
            scored(run, claire)
            disputed = rated(rated(scored(run, claire), 5, claire), 1, director)
            rated(scored(run, claire), 1, claire)
            ReframingPlan.objects.create(
                client=disputed, what="Voir.", owner=claire, opened_by=claire, due_on=timezone.localdate()
            )

    some(3)
    few = queries()
    some(7)
    assert queries() == few


@pytest.mark.parametrize("url", ["/clients/", "/mouvements/"])
def test_lists_sort_by_grade_the_best_first_and_without_one_last(browser, run, claire, url):
    former = ScoringRunFactory(as_of=run.as_of - dt.timedelta(days=100))
    for name, answer in (("Zoé", 5), ("Adam", 1), ("Milieu", 3), ("Sans", None)):
        client = scored(run, claire, name=name)
        ScoreFactory(run=former, client=client, segment="champions")
        if answer:
            rated(client, answer, claire)
    page = browser.get(url, {"vue": "tous", "attente": "1", "tri": "note", "colonnes": "note"})
    assert [row.record.client.name for row in page.context["table"].paginated_rows] == ["Zoé", "Milieu", "Adam", "Sans"]
    page = browser.get(url, {"vue": "tous", "attente": "1", "tri": "-note", "colonnes": "note"})
    assert [row.record.client.name for row in page.context["table"].paginated_rows] == ["Adam", "Milieu", "Zoé", "Sans"]


def test_the_order_of_a_list_tells_no_grade_to_who_may_not_read_it(client, run, claire):
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    for name, answer in (("Zoé", 5), ("Adam", 1)):
        rated(scored(run, claire, name=name, revenue="9000" if name == "Adam" else "10"), answer, claire)
    page = client.get("/clients/", {"tri": "note"})
    assert [row.record.client.name for row in page.context["table"].paginated_rows] == ["Adam", "Zoé"]


def test_size_against_behaviour_is_narrowed_to_one_colour_and_so_are_its_links(browser, run, claire):
    Firm.objects.update(parts=[Firm.Part.RELATION, Firm.Part.RFM])
    good, bad = (scored(run, claire, name=name, tier="A", segment="cannot-lose") for name in ("Bon", "Moins"))
    colour = rated(good, 5, claire).grade.colour
    rated(bad, 1, claire)
    url = "/segmentation/croisement/"
    assert browser.get(url).context["board"].total.clients == 2
    page = browser.get(url, {"note": colour})
    assert page.context["board"].total.clients == 1
    assert f"palier=A&amp;segment=cannot-lose&amp;note={colour}" in page.content.decode()
    listed = browser.get("/clients/", {"palier": "A", "segment": "cannot-lose", "note": colour})
    assert [row.record.client.name for row in listed.context["table"].paginated_rows] == ["Bon"]
    assert "Personne ici" in browser.get(url, {"note": "light-green"}).content.decode()


def test_size_against_behaviour_offers_no_colour_to_who_may_read_none(client, run, claire):
    Firm.objects.update(parts=[Firm.Part.RELATION, Firm.Part.RFM])
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    colour = rated(scored(run, claire), 5, claire).grade.colour
    scored(run, claire)
    page = client.get("/segmentation/croisement/", {"note": colour})
    assert page.context["board"].total.clients == 2
    assert 'name="note"' not in page.content.decode()

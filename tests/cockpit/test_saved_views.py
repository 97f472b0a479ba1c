"""Saved views: tabs beside the product's own, through which each reader sees their own clients and no more."""

from decimal import Decimal

import pytest
from django.http import QueryDict
from django.urls import reverse

from accounts.models import SavedView
from accounts.roles import Role
from cockpit.tabs import MOST_SHOWN, arranged
from tests.factories import ActionFactory, ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
SAVE = "/vues/enregistrer/"


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


def scored(run, owner, name, **fields):
    client = {"city": fields.pop("city", "")}
    fields = {"at_risk": True, "amount_at_risk": Decimal(10), "risk_reasons": ["grid"], **fields}
    return ScoreFactory(run=run, client=ClientFactory(owner=owner, name=name, **client), **fields)


def names(response):
    return [row.record.client.name for row in response.context["table"].paginated_rows]


def tabs(response):
    context = response.context
    return context["tabs"] if "tabs" in context else context["agenda"].tabs


def tab(response, label):
    return next(one for one in tabs(response) if one.label == label)


def current(response):
    return [one.label for one in tabs(response) if one.is_current]


def saved(browser, name, query="", page="clients", **sent):
    return browser.post(SAVE, {"page": page, "name": name, "query": query, **sent}, follow=True)


def kept(owner, name="Dax", query="q=dax", page="clients", **fields):
    return SavedView.objects.create(owner=owner, name=name, query=query, page=page, **fields)


# --- Saving ---


@pytest.mark.parametrize(("page", "url"), [("clients", "/clients/"), ("a-risque", "/a-risque/")])
def test_a_list_is_saved_as_it_is_shown_and_becomes_the_current_tab(browser, run, claire, page, url):
    for name, city in [("A", "Dax"), ("B", "Dax"), ("C", "Pau")]:
        scored(run, claire, name, city=city)
    query = "q=dax&tri=-client&colonnes=ville,ca&per_page=50"
    here = browser.get(f"{url}?{query}&page=1").context["selection"].arranged
    response = saved(browser, "Chez les Dacquois", here, page)
    assert response.redirect_chain[0][0].startswith(f"{url}?")
    assert names(response) == ["B", "A"]
    assert response.context["table"].chosen.slugs == ("ville", "ca")
    assert response.context["table"].paginator.per_page == 50
    assert current(response) == ["Chez les Dacquois"]
    assert tab(response, "Chez les Dacquois").count == 2
    assert "La vue « Chez les Dacquois » est enregistrée." in response.content.decode()


def test_actions_have_saved_views_too(client, claire):
    manager = UserFactory(roles=[Role.MANAGER])
    claire.manager = manager
    claire.save()
    ActionFactory(client=ClientFactory(owner=claire), assignee=claire)
    client.force_login(manager)
    here = client.get("/actions/?onglet=retard&personne=equipe").context["agenda"].arranged
    response = saved(client, "Retards de l’équipe", here, "actions")
    assert current(response) == ["Retards de l’équipe"]
    assert len(response.context["rows"]) == 1


def test_a_view_keeps_the_columns_of_who_saves_it(browser, run, claire):
    browser.post("/clients/colonnes/", {"colonne": ["siren", "ville"]})
    saved(browser, "Avec SIREN", browser.get("/clients/").context["selection"].arranged, is_shared="on")
    browser.force_login(UserFactory(roles=[Role.DIRECTION]))
    response = browser.get(f"/clients/?{tab(browser.get('/clients/'), 'Avec SIREN').query}")
    assert response.context["table"].chosen.slugs == ("siren", "ville")


def test_the_page_of_the_moment_is_no_part_of_a_view(browser, run, claire):
    query = arranged(QueryDict("tri=ca&page=3&client=7&q=&per_page=25&segment=loyal&segment=at-risk"), "ville")
    assert query == "colonnes=ville&segment=at-risk&segment=loyal&tri=ca"


def test_the_same_list_is_the_same_view_whatever_led_there(browser, run, claire):
    kept(claire, query="palier=A&tri=ca&colonnes=ville")
    for query in ("tri=ca&palier=A&colonnes=ville", "colonnes=ville&palier=A&tri=ca&q=&page=2&per_page=25"):
        assert current(browser.get(f"/clients/?{query}")) == ["Dax"]
    assert current(browser.get("/clients/?tri=-ca&palier=A&colonnes=ville")) == ["Tous"]


def test_a_name_already_used_is_said_over_the_form_with_a_way_out(browser, claire):
    kept(claire, "Dax")
    response = saved(browser, "dax", "palier=A")
    assert response.status_code == 422
    html = response.content.decode()
    assert "déjà une vue « dax »" in html
    assert 'name="replaces"' in html
    assert 'value="palier=A"' in html
    saved(browser, "dax", "palier=A", replaces="on")
    assert SavedView.objects.get().query == "palier=A"


@pytest.mark.parametrize("sent", [{"name": ""}, {"name": "x" * 61}, {"page": "ailleurs"}, {"query": "q=" + "x" * 3000}])
def test_what_cannot_be_saved_is_refused_in_words(browser, sent):
    response = browser.post(SAVE, {"page": "clients", "name": "Dax", "query": "q=dax", **sent})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not SavedView.objects.exists()


# --- Reading ---


def test_a_shared_view_shows_its_reader_their_own_clients_and_counts_those(client, run, claire):
    julien, direction = UserFactory(last_name="Moreau"), UserFactory(roles=[Role.DIRECTION])
    scored(run, claire, "De Claire", city="Dax")
    scored(run, julien, "De Julien", city="Dax")
    kept(claire, query="q=dax", is_shared=True)
    for reader, found in [(julien, ["De Julien"]), (claire, ["De Claire"]), (direction, ["De Claire", "De Julien"])]:
        client.force_login(reader)
        response = client.get(f"/clients/?{tab(client.get('/clients/'), 'Dax').query}")
        assert sorted(names(response)) == found
        assert tab(response, "Dax").count == len(found)


def test_a_shared_view_of_somebody_s_portfolio_opens_no_door(client, run, claire):
    scored(run, claire, "De Claire")
    kept(claire, "Portefeuille de Claire", f"portefeuille={claire.pk}&commercial={claire.pk}", is_shared=True)
    client.force_login(UserFactory())
    assert names(client.get(f"/clients/?portefeuille={claire.pk}&commercial={claire.pk}")) == []


def test_the_tabs_say_who_shares_a_view_and_put_one_s_own_first(browser, run, claire):
    kept(UserFactory(last_name="Moreau"), "À tous", is_shared=True)
    kept(UserFactory(), "À lui seul")
    kept(claire, "À moi")
    found = tabs(browser.get("/clients/"))
    assert [one.label for one in found] == ["Tous", "À moi", "À tous"]
    assert str(found[2].by) == "Claire Moreau"


def test_what_a_saved_view_asks_and_no_longer_exists_is_harmless(browser, run, claire):
    scored(run, claire, "Garage")
    view = kept(claire, "Ancienne", "disparu=1&colonnes=disparue,ville&segment=ancien&tri=disparu&vue=x&per_page=7")
    response = browser.get(f"/clients/?{view.query}")
    assert names(response) == ["Garage"]
    assert response.context["table"].chosen.slugs == ("ville",)
    assert current(response) == ["Ancienne"]


def test_the_product_s_own_tabs_let_go_of_a_saved_view_but_not_of_one_s_filters(browser, run, claire):
    kept(claire, query="palier=A&colonnes=ville")
    assert tab(browser.get("/a-risque/?segment=loyal"), "À ne pas perdre").query == "segment=loyal&vue=a-ne-pas-perdre"
    assert tab(browser.get("/clients/?palier=A&colonnes=ville"), "Tous").query == "vue="
    assert tab(browser.get("/clients/?palier=A"), "Tous").query == "palier=A"


def test_clients_have_tabs_for_who_leads_others(client, run, claire):
    manager = UserFactory(roles=[Role.MANAGER])
    claire.manager = manager
    claire.save()
    for owner, name in [(claire, "De Claire"), (manager, "Du manager"), (None, "De personne"), (UserFactory(), "Non")]:
        scored(run, owner, name)
    client.force_login(manager)
    response = client.get("/clients/?q=de")
    assert {one.label: one.count for one in tabs(response)} == {"Tous": 3, "Mes clients": 1, "Sans commercial": 1}
    for label, found in [("Mes clients", ["Du manager"]), ("Sans commercial", ["De personne"])]:
        response = client.get(f"/clients/?{tab(client.get('/clients/'), label).query}")
        assert (names(response), current(response)) == (found, [label])


def test_tabs_cost_as_much_for_one_view_as_for_all_they_can_hold(browser, run, claire, django_assert_max_num_queries):
    def queries(url):
        with django_assert_max_num_queries(32) as captured:
            browser.get(url)
        return len(captured)

    for page, url in [
        ("clients", "/clients/?vue="),
        ("a-risque", "/a-risque/?vue="),
        ("actions", "/actions/?onglet=x"),
    ]:
        kept(claire, page=page)
        few = queries(url)
        for number in range(MOST_SHOWN + 5):
            kept(UserFactory() if number % 9 == 0 else claire, f"Vue {number}", page=page, is_shared=True)
        assert queries(url) == few
        assert len([one for one in tabs(browser.get(url)) if one.label.startswith("Vue")]) <= MOST_SHOWN


# --- Opening a list with a view ---


@pytest.mark.parametrize(("page", "url"), [("clients", "/clients/"), ("a-risque", "/a-risque/")])
def test_a_list_opens_with_the_view_preferred_but_a_link_that_says_all_shows_all(browser, run, claire, page, url):
    scored(run, claire, "A", city="Dax")
    scored(run, claire, "B", city="Pau")
    view = kept(claire, page=page)
    browser.post(reverse("cockpit:open-with-view", args=[view.pk]), {"ouvrir": "1"})
    assert browser.get(url)["Location"] == f"{url}?q=dax"
    assert names(browser.get(url, follow=True)) == ["A"]
    for address in (f"{url}?vue=", f"{url}?q="):
        assert names(browser.get(address)) == ["A", "B"]
    browser.post(reverse("cockpit:open-with-view", args=[view.pk]), {"ouvrir": "0"})
    assert names(browser.get(url)) == ["A", "B"]


def test_every_figure_of_the_dashboard_leads_to_the_whole_list(browser, run, claire):
    scored(run, claire, "A")
    html = browser.get("/").content.decode()
    assert 'href="/a-risque/?vue="' in html
    assert 'href="/clients/?vue="' in html


def test_actions_open_with_the_view_preferred(browser, claire):
    view = kept(claire, page="actions", query="onglet=faites")
    browser.post(reverse("cockpit:open-with-view", args=[view.pk]), {"ouvrir": "1"})
    assert browser.get("/actions/")["Location"] == "/actions/?onglet=faites"


def test_a_view_of_nothing_but_the_page_opens_without_turning_round(browser, run, claire):
    view = kept(claire, query="")
    browser.post(reverse("cockpit:open-with-view", args=[view.pk]), {"ouvrir": "1"})
    assert browser.get("/clients/", follow=True).status_code == 200


# --- Arranging ---


def test_a_view_is_renamed_shared_moved_and_deleted(browser, claire):
    first, second = kept(claire, "A"), kept(claire, "B", position=1)
    browser.post(reverse("cockpit:change-view", args=[second.pk]), {"name": " Bis ", "is_shared": "on"})
    browser.post(reverse("cockpit:move-view", args=[second.pk]))
    assert [(one.name, one.is_shared) for one in SavedView.objects.all()] == [("Bis", True), ("A", False)]
    browser.post(reverse("cockpit:delete-view", args=[first.pk]))
    assert [one.name for one in SavedView.objects.all()] == ["Bis"]


def test_a_deleted_view_comes_back_once(browser, claire):
    view = kept(claire, "A", "palier=A", is_shared=True)
    response = browser.post(reverse("cockpit:delete-view", args=[view.pk]), follow=True)
    assert reverse("cockpit:undo-view") in response.content.decode()
    for _ in range(2):
        browser.post(reverse("cockpit:undo-view"))
    again = SavedView.objects.get()
    assert (again.owner, again.name, again.query, again.is_shared) == (claire, "A", "palier=A", True)


def test_a_new_name_in_use_or_empty_is_refused_in_words(browser, claire):
    view, _other = kept(claire, "A"), kept(claire, "B")
    for name, words in [("b", "déjà une vue « b »"), ("", "obligatoire")]:
        response = browser.post(reverse("cockpit:change-view", args=[view.pk]), {"name": name}, follow=True)
        assert words in response.content.decode()
    view.refresh_from_db()
    assert view.name == "A"


@pytest.mark.parametrize("act", ["change-view", "move-view", "open-with-view", "delete-view"])
def test_nobody_touches_another_s_own_view(client, claire, act):
    view = kept(claire)
    for role in Role.values:
        client.force_login(UserFactory(roles=[role]))
        assert client.post(reverse(f"cockpit:{act}", args=[view.pk]), {"name": "Pris"}).status_code == 404
    view.refresh_from_db()
    assert view.name == "Dax"


def test_a_shared_view_may_be_opened_with_by_all_changed_by_its_owner_and_deleted_by_who_manages_the_settings(
    client, claire
):
    view = kept(claire, is_shared=True)
    julien, direction = UserFactory(), UserFactory(roles=[Role.DIRECTION])
    addresses = {act: reverse(f"cockpit:{act}", args=[view.pk]) for act in ("change-view", "delete-view")}
    for person, deleted in [(julien, 404), (direction, 302)]:
        client.force_login(person)
        assert client.post(reverse("cockpit:open-with-view", args=[view.pk]), {"ouvrir": "1"}).status_code == 302
        assert client.post(addresses["change-view"], {"name": "Pris"}).status_code == 404
        assert client.post(addresses["delete-view"]).status_code == deleted
    assert not SavedView.objects.exists()
    assert client.post(reverse("cockpit:undo-view")).status_code == 302  # what was somebody else's does not come back
    assert not SavedView.objects.exists()


def test_the_page_of_views_lists_one_s_own_and_the_shared_ones(browser, claire):
    assert "Aucune vue enregistrée" in browser.get("/vues/").content.decode()
    kept(claire, "La mienne")
    kept(UserFactory(last_name="Moreau"), "La sienne", page="actions", is_shared=True)
    kept(UserFactory(), "Cachée")
    html = browser.get("/vues/").content.decode()
    assert "La mienne" in html
    assert "partagée par Claire Moreau" in html
    assert "Cachée" not in html
    assert "Supprimer pour tous" not in html


def test_a_strange_address_saved_as_a_view_only_ever_leads_to_the_list(browser, claire):
    strange = ("//ailleurs.example", "javascript:alert(1)", '"><script>', "a=b#c", "%00=1", "\n=1")
    for number, query in enumerate(strange):
        response = browser.post(SAVE, {"page": "clients", "name": f"Vue {number}", "query": query})
        assert response["Location"].startswith("/clients/?")
        assert browser.get(response["Location"]).status_code == 200
    assert "<script>" not in browser.get("/vues/").content.decode().replace('<script src="', "")

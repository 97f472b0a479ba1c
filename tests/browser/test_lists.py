"""Lists arranged by their reader: columns and saved views, by keyboard, without script, on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import ListSettings, SavedView
from tests.access.world import Who

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
EVERY = (
    "code,ville,code_postal,commercial,telephone,email,contact,siren,naf,depuis,palier,segment,rfm,dernier,silence,"
    "ca,ca_precedent,evolution,mois,rang,cumul,frequence,montant,danger,motifs,action"
)
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def broken_rules(page, within=None):
    found = Axe().run(page, context=within, options=RULES).response["violations"]
    return [(rule["id"], [node["html"][:140] for node in rule["nodes"]]) for rule in found]


def save_view(page, name):
    page.locator(".tabs summary").click()
    page.get_by_label("Nom de la vue").fill(name)
    page.get_by_role("button", name="Enregistrer", exact=True).click()


@pytest.mark.parametrize("url", ["/clients/", "/a-risque/"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_a_list_of_every_column_fits_its_window_and_breaks_no_rule(open_as, url, theme, width):
    page = open_as(Who.DIRECTION, width=width, theme=theme)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{url}?colonnes={EVERY}")
    page.locator(".tabs summary").click()
    assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0
    assert page.locator(".tabs .menu-list").bounding_box()["x"] >= 0
    assert broken_rules(page, ".tabs") == []
    page.keyboard.press("Escape")  # open, it lies over the first row
    assert broken_rules(page) == []
    assert said == []


def test_on_a_phone_each_chosen_column_stands_under_its_name(open_as, world):
    page = open_as(Who.OWNER, width=390)
    page.goto("/clients/?colonnes=code,action,dernier")
    cell = page.locator("td[data-label=Code]")
    expect(cell).to_be_visible()
    expect(cell).to_have_text(world.sides["own"].client.code)
    expect(page.locator("td[data-label='Prochaine action']")).to_be_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('td[data-label=Code]'), '::before').content") != "none"
    )


def test_columns_are_chosen_moved_and_given_back_without_any_script(open_as):
    page = open_as(Who.OWNER, width=390, java_script_enabled=False)
    page.goto("/clients/?q=garage")
    page.get_by_role("link", name="Colonnes").click()
    page.get_by_label("SIREN").check()
    page.get_by_role("button", name="Enregistrer les colonnes").last.click()
    page.wait_for_url("**/clients/?q=garage")
    expect(page.locator("td[data-label=SIREN]")).to_have_count(1)
    page.get_by_role("link", name="Colonnes").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Monter SIREN").click()
    assert ListSettings.objects.get().columns[-2] == "siren"
    page.get_by_role("button", name="Colonnes par défaut").click()
    expect(page.locator("td[data-label=SIREN]")).to_have_count(0)


def test_a_view_is_saved_renamed_and_deleted_without_any_script(open_as):
    page = open_as(Who.OWNER, width=390, java_script_enabled=False)
    page.goto("/clients/?q=garage&tri=client")
    save_view(page, "Les garages")
    expect(page.locator(".tabs [aria-current=page]")).to_contain_text("Les garages")
    page.goto("/vues/")
    row = page.locator("li", has=page.get_by_role("link", name="Les garages"))
    row.get_by_label("Nom").fill("Garages")
    row.get_by_label("Partagée avec l’équipe").check()
    row.get_by_role("button", name="Enregistrer Les garages").click()
    expect(page.get_by_role("button", name="Supprimer Garages")).to_be_visible()
    view = SavedView.objects.get(name="Garages")
    assert view.is_shared
    page.get_by_role("button", name="Supprimer Garages").click()
    expect(page.get_by_role("button", name="Supprimer Garages")).to_have_count(0)
    assert not SavedView.objects.filter(pk=view.pk).exists()
    page.get_by_role("button", name="Annuler", exact=True).click()
    expect(page.get_by_role("button", name="Supprimer Garages")).to_be_visible()
    assert SavedView.objects.filter(name="Garages").exists()


def test_a_view_is_saved_by_keyboard_alone(open_as):
    page = open_as(Who.OWNER)
    page.goto("/a-risque/?segment=loyal")
    page.locator(".tabs summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Mes fidèles")
    page.keyboard.press("Enter")
    page.locator(".tabs [aria-current=page]", has_text="Mes fidèles").wait_for()
    page.locator(".tabs summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1440, "dark")])
def test_the_form_that_says_a_name_is_taken_and_the_page_of_views_break_no_rule(open_as, width, theme):
    page = open_as(Who.OWNER, width=width, theme=theme)
    for _ in range(2):
        page.goto("/clients/")
        save_view(page, "Toujours la même")
    expect(page.get_by_label("Remplacer la vue de ce nom")).to_be_visible()
    for address in (None, "/vues/"):
        if address:
            page.goto(address)
        assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0
        assert broken_rules(page) == []


@pytest.mark.parametrize("file_format", ["ods", "xlsx", "csv"])
def test_a_list_is_downloaded_with_every_column(open_as, file_format):
    page = open_as(Who.DIRECTION)
    page.goto("/clients/")
    page.locator(".head summary", has_text="Exporter").click()
    page.get_by_label("Toutes les colonnes").check()
    with page.expect_download() as started:
        page.get_by_role("button", name=file_format.upper()).click()
    assert started.value.suggested_filename.endswith(f".{file_format}")
    assert started.value.path().stat().st_size > 500

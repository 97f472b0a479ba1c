"""What the script adds for who uses the keyboard, and what stays without it."""

import pytest
from playwright.sync_api import expect

from tests.access.world import Who

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_slash_goes_to_the_search_and_question_mark_to_the_help(open_as):
    page = open_as(Who.DIRECTION)
    page.goto("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.wait_for_url("**/aide/")


def test_shortcuts_switched_off_stay_off(open_as, world):
    world.people[Who.DIRECTION].keyboard_shortcuts = False
    world.people[Who.DIRECTION].save()
    page = open_as(Who.DIRECTION)
    page.goto("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"


def test_j_walks_down_the_list_x_ticks_the_row_and_the_bar_counts(open_as):
    page = open_as(Who.DIRECTION)
    page.goto("/a-risque/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tbody input:checked")).to_have_count(1)
    expect(page.locator(".bulk")).to_be_visible()
    expect(page.locator("[data-count]").first).to_have_text("1")


def test_escape_closes_the_account_menu_and_gives_the_focus_back(open_as):
    page = open_as(Who.DIRECTION)
    page.goto("/")
    page.locator("summary.me").click()
    expect(page.locator(".menu-list").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    assert page.evaluate("document.activeElement.className") == "me"


def test_ticking_all_rows_ticks_and_counts_each(open_as):
    page = open_as(Who.DIRECTION)
    page.goto("/clients/")
    page.locator("[data-all]").check()
    assert page.locator("tbody input:checked").count() == page.locator("tbody tr").count() == 2


@pytest.mark.parametrize("address", ["/", "/clients/", "/a-risque/", "/actions/", "/aide/"])
def test_pages_and_menus_work_without_the_script(open_as, address):
    page = open_as(Who.DIRECTION, java_script_enabled=False)
    page.goto(address)
    page.locator("summary.me").click()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()


@pytest.mark.parametrize(("theme", "ground"), [("dark", "rgb(16, 20, 28)"), ("light", "rgb(244, 243, 239)")])
def test_the_theme_chosen_prevails_over_the_device(open_as, world, theme, ground):
    world.people[Who.DIRECTION].theme = theme
    world.people[Who.DIRECTION].save()
    page = open_as(Who.DIRECTION, theme="light" if theme == "dark" else "dark")
    page.goto("/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_the_dashboard_prints_on_two_pages_at_most(open_as, tmp_path):
    page = open_as(Who.DIRECTION)
    page.goto("/")
    page.emulate_media(media="print")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") + printed.count(b"/Type /Page>") <= 2


def test_the_bar_of_a_phone_holds_five_pages_at_most(open_as):
    page = open_as(Who.DIRECTION, width=390)
    page.goto("/")
    shown = [link for link in page.locator("nav.side a").all() if link.is_visible()]
    assert 3 <= len(shown) <= 5
    assert page.locator(".menu a[href='/reglages/']").count() == 1

"""Every page in Chromium: nothing on the console, nothing wider than the window, no rule of accessibility broken."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.access.table import ADMINISTRATION, PAGES, address_of
from tests.access.world import Who

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDTHS = [1440, 768, 390, 320]
SEEN_BY_STRANGERS = {"account_login", "account_reset_password", "cockpit:accessibility"}


def is_a_page(page):
    """Whether it shows a page of ours to Direction: no file, no answer to a machine, no error."""
    return (
        page.get is not None
        and Who.DIRECTION in page.get
        and page not in ADMINISTRATION
        and page.shows == 200
        and Who.DIRECTION not in page.leads_on
        and "export" not in page.name
        and page.name not in ("healthz", "readyz", "clients:model")
    )


def addresses(world):
    return {page.name: address_of(page, world.sides["own"]) for page in PAGES if is_a_page(page)}


def visit(page, address):
    """What goes wrong when this address is opened, in windows from a small phone to a large screen."""
    said = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wider = page.evaluate(WIDER_THAN_THE_WINDOW)
        if wider > 0:
            said.append(f"{wider} px wider than a window of {width}")
    return said


def broken_rules(page):
    """The rules of accessibility that this page breaks, each with where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found]


def test_no_page_is_wider_than_its_window_nor_says_a_word_on_the_console(open_as, world):
    wrong = {}
    for name, address in addresses(world).items():
        page = open_as(Who.DIRECTION)
        wrong[name] = visit(page, address)
        page.context.close()
    assert {name: troubles for name, troubles in wrong.items() if troubles} == {}


def side_of(page, who, world):
    """The side whose things this person may see on this page; None when there is none."""
    for side in world.sides.values():
        if not (page.of_a_client and who not in side.seen_by) and not (page.of_one_person and who != side.holder):
            return side
    return None


@pytest.mark.parametrize("who", [who for who in Who if who not in (Who.STRANGER, Who.DIRECTION)])
def test_no_role_meets_an_error_nor_a_word_on_the_console(open_as, world, who):
    said, wrong, seen = [], {}, 0
    page = open_as(who)
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    for declared in PAGES:
        side = side_of(declared, who, world)
        if side is None or not is_a_page(declared) or who not in declared.get or who in declared.leads_on:
            continue
        answer = page.goto(address_of(declared, side))
        seen += 1
        if answer.status != 200 or said:
            wrong[declared.name] = [answer.status, *said]
            said.clear()
    assert wrong == {}
    assert seen > 40


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1440, "dark")])
def test_no_page_breaks_a_rule_of_accessibility(open_as, world, width, theme):
    page = open_as(Who.DIRECTION, width=width, theme=theme)
    wrong = {}
    for name, address in addresses(world).items():
        page.goto(address)
        wrong[name] = broken_rules(page)
    assert {name: troubles for name, troubles in wrong.items() if troubles} == {}


@pytest.mark.parametrize("name", sorted(SEEN_BY_STRANGERS))
def test_pages_for_strangers_are_as_clean(open_as, world, name):
    page = open_as(Who.STRANGER, width=390)
    declared = next(page for page in PAGES if page.name == name)
    assert visit(page, address_of(declared, world.sides["own"])) == []
    assert broken_rules(page) == []

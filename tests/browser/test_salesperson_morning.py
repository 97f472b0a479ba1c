"""Half past eight: log in, see who is leaving and why, call, write down what was said."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from campaigns.models import Action
from tests.access.world import Who
from tests.factories import ClientFactory, ScoreFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "un mot de passe assez long"
PHONE, DESK = 390, 1440
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def said():
    """Everything a page says on its console."""
    return []


@pytest.fixture
def morning(open_as, world, said):
    """A function: the browser of the salesperson, logged in through the form, in a window of this width."""

    def logged_in(width, **options):
        page = open_as(Who.STRANGER, width=width, **options)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto("/connexion/")
        page.fill("input[type=email]", world.people[Who.OWNER].email)
        page.fill("input[type=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/")
        page.goto("/a-risque/")
        return page

    return logged_in


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_salesperson_reads_why_a_client_leaves_and_records_the_call(morning, world, said, width):
    page, mine, other = morning(width), world.sides["own"].client, world.sides["other"].client
    assert page.get_by_role("link", name=mine.name, exact=True).count() == 1
    assert page.get_by_text(other.name, exact=True).count() == 0

    page.get_by_role("link", name=mine.name, exact=True).click()
    panel = page.locator("aside.panel")
    panel.wait_for()
    page.wait_for_url(f"**client={mine.pk}")
    expect(panel.get_by_role("heading", name="Pourquoi ce client est ici")).to_be_visible()
    expect(panel).to_contain_text("son rythme habituel")

    panel.locator("textarea").fill("Il attend notre devis.")
    panel.get_by_role("button", name="Joint", exact=True).click()
    page.get_by_role("button", name="Annuler", exact=True).wait_for()
    expect(page.locator("aside.panel .events")).to_contain_text("Il attend notre devis.")
    call = Action.objects.get(outcome="reached", note="Il attend notre devis.")
    assert (call.client, call.done_by) == (mine, world.people[Who.OWNER])
    assert said == []


def test_the_whole_morning_is_done_without_a_mouse(morning, world):
    page, mine = morning(DESK), world.sides["own"].client
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("aside.panel").wait_for()
    page.wait_for_function("document.activeElement.id === 'volet-titre'")
    page.keyboard.press("e")
    page.keyboard.type("Rappeler lundi.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Message laissé
    page.get_by_role("button", name="Annuler", exact=True).wait_for()
    assert Action.objects.filter(client=mine, outcome="message-left", note="Rappeler lundi.").exists()

    page.keyboard.press("Escape")
    page.wait_for_function(f"document.activeElement.id === 'client-{mine.pk}'")
    expect(page.locator("aside.panel")).to_have_count(0)


def test_going_back_closes_the_panel(morning, world):
    page = morning(DESK)
    page.get_by_role("link", name=world.sides["own"].client.name, exact=True).click()
    page.locator("aside.panel").wait_for()
    page.go_back()
    page.locator("aside.panel").wait_for(state="detached")
    expect(page.locator("table#liste")).to_be_visible()


def test_a_call_is_recorded_and_undone_without_any_script(morning, world):
    page, mine = morning(PHONE, java_script_enabled=False), world.sides["own"].client
    page.get_by_role("link", name=mine.name, exact=True).click()
    page.locator("aside.panel textarea").fill("Sans script.")
    page.locator("aside.panel").get_by_role("button", name="Joint", exact=True).click()
    undo = page.get_by_role("button", name="Annuler", exact=True)
    expect(undo).to_be_visible()
    assert Action.objects.filter(note="Sans script.").exists()
    undo.click()
    expect(undo).to_have_count(0)
    assert not Action.objects.filter(note="Sans script.").exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, PHONE, 768, DESK])
def test_the_open_panel_breaks_no_rule_and_fits_the_window(open_as, world, said, width, theme):
    page = open_as(Who.OWNER, width=width, theme=theme)
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"/a-risque/?client={world.sides['own'].client.pk}")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []
    assert said == []


def tab_to(page, words):
    """Presses Tab until what has the focus says these words."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.innerText || document.activeElement.value || ''"):
            return
    pytest.fail(f"no Tab leads to “{words}”")


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_calls_at_half_past_eight_then_a_plan_and_a_season_without_a_mouse(morning, world, said, width):
    owner, names = world.people[Who.OWNER], ("Alpha", "Bravo", "Charlie")
    for place, name in enumerate(names):
        score = {"at_risk": True, "risk_reasons": ["rhythm"], "amount_at_risk": Decimal(90_000 - 10_000 * place)}
        ScoreFactory(run=world.run, client=ClientFactory(name=name, owner=owner), **score)
    page = morning(width)

    tab_to(page, "Commencer mes appels")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Alpha", level=1).wait_for()
    page.keyboard.press("3")  # call back in seven days
    page.get_by_role("heading", name="Bravo", level=1).wait_for()
    page.goto("/a-risque/")

    for _ in names:
        page.keyboard.press("j")
        page.keyboard.press("x")
    tab_to(page, "Planifier un appel")
    page.keyboard.press("Enter")
    page.get_by_text("2 appels planifiés.").wait_for()  # Alpha has one: the call back
    planned = Action.objects.open().filter(client__name__in=names)
    assert dict(planned.values_list("client__name", "origin")) == {
        "Alpha": "action",
        "Bravo": "risk",
        "Charlie": "risk",
    }

    page.goto(f"/clients/{planned.get(client__name='Charlie').client_id}/")
    tab_to(page, "C’est saisonnier")
    page.keyboard.press("Enter")
    tab_to(page, "Noter l’appel et écarter l’alerte")
    page.keyboard.press("Enter")
    page.get_by_text("Charlie : appel noté").first.wait_for()
    page.goto("/a-risque/")
    expect(page.get_by_role("link", name="Charlie", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Bravo", exact=True)).to_have_count(1)
    page.goto("/actions/")
    expect(page.locator(".lead")).to_contain_text("2 sur 5")  # Bravo, a prospect, and what was late already, remain
    assert said == []

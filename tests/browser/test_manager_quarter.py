"""The manager shares out next quarter: copies the last one, protects first, locks, fits, compares, adopts, follows.

The same path is walked by mouse, by keyboard alone, and without any script.
"""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.allocation import planning
from campaigns.models import AllocationPlan, PlannedContact
from tests.access.world import Who
from tests.factories import ClientFactory, ScoreFactory, TimeEntryFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
HOURS = {"A": 46, "B": 20, "C": 34}
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
REVENUE = {"A": "8000", "B": "1600", "C": "400"}


@pytest.fixture
def quarter(world):
    """The first day of next quarter; the one before it had its hours, a third of them on small clients."""
    person = world.people[Who.OWNER]
    first = planning.next_quarter(timezone.localdate())
    for tier, hours in HOURS.items():
        client = ClientFactory(owner=person)
        ScoreFactory(run=world.run, client=client, tier=tier, tier_revenue=Decimal(REVENUE[tier]))
        TimeEntryFactory(
            client=client, person=person, spent_on=timezone.localdate() - dt.timedelta(days=1), hours=hours
        )
    return first


def totals(page):
    return page.locator("#bureau table tfoot td b").all_inner_texts()


def make(page, *, name, preset):
    page.goto("/allocation/")
    page.get_by_label("Nom du scénario").fill(name)
    page.get_by_label("Budget total").fill("10000")
    page.get_by_label("Partir de").select_option(preset)
    page.get_by_role("button", name="Créer le scénario").click()
    page.wait_for_url("**/allocation/*/")


def test_a_manager_shares_out_next_quarter(open_as, world, quarter):
    said = []
    page = open_as(Who.MANAGER)
    page.on("console", lambda message: said.append(message.text))
    make(page, name="Comme avant", preset="precedent")
    make(page, name="Protéger", preset="article")
    page.get_by_role("button", name="Protéger d’abord").click()
    expect(page.locator("#keeping_percent")).to_have_value("85")

    page.fill("#winning-P", "70")
    page.press("#winning-P", "Tab")
    expect(page.locator("#winning-C")).to_have_value("30")
    page.check("#lock-winning-P")
    expect(page.locator("#winning-P")).to_have_attribute("readonly", "")
    page.get_by_role("button", name="Fidéliser, Palier A · Champions : un point de moins").click()
    expect(page.locator("#keeping-A")).to_have_value("74")
    assert totals(page) == ["100 %", "100 %"]
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status").filter(has_text="est enregistré")).to_be_visible()

    page.goto("/allocation/")
    for name in ("Comme avant", "Protéger"):
        page.get_by_label(f"Comparer {name}", exact=True).check()
    page.get_by_role("button", name="Comparer les cochés").click()
    expect(page.get_by_role("heading", name="Côte à côte")).to_be_visible()
    page.get_by_role("link", name="Protéger", exact=True).click()
    page.locator("summary", has_text="Adopter pour le").click()
    page.get_by_role("button", name="Oui, adopter").click()
    expect(page.get_by_text("au calendrier").first).to_be_visible()
    page.get_by_role("link", name="Prévu et réalisé").click()
    expect(page.get_by_role("heading", name="Semaine par semaine")).to_be_visible()
    assert PlannedContact.objects.filter(due_on__gte=quarter).exists()
    assert said == []


def test_shares_are_set_without_a_mouse(open_as, world, quarter):
    page = open_as(Who.MANAGER)
    make(page, name="Au clavier", preset="article")
    page.focus("#keeping-A-plus")
    for _ in range(3):
        before = page.locator("#keeping-A").input_value()
        page.keyboard.press("Enter")
        expect(page.locator("#keeping-A")).to_have_value(str(int(before) + 1))
        assert page.evaluate("document.activeElement.id") == "keeping-A-plus"
    assert totals(page) == ["100 %", "100 %"]
    page.locator('[data-pair="keeping-B"]').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#keeping-B")).to_have_value("18")
    assert page.locator("#keeping-A").input_value() == "73"
    page.get_by_role("button", name="Enregistrer").focus()
    page.keyboard.press("Enter")
    page.get_by_text("est enregistré").wait_for()
    assert AllocationPlan.objects.get(name="Au clavier").lines.get(target="A").keeping == 73


def test_everything_works_without_a_script(open_as, world, quarter):
    page = open_as(Who.MANAGER, java_script_enabled=False)
    make(page, name="Sans script", preset="article")
    page.get_by_role("button", name="Fidéliser, Palier A · Champions : un point de plus").click()
    assert page.locator("#keeping-A").input_value() == "71"
    page.fill("#keeping-B", "10")
    page.get_by_role("button", name="Équilibrer").last.click()
    assert page.locator("#keeping-A").input_value() == "71"
    assert totals(page) == ["100 %", "100 %"]
    page.get_by_role("button", name="Enregistrer").click()
    assert AllocationPlan.objects.get(name="Sans script").lines.get(target="B").keeping == 10


def test_a_plan_prints_on_one_sheet(open_as, world, quarter):
    page = open_as(Who.MANAGER)
    make(page, name="À imprimer", preset="article")
    assert len(SHEET.findall(page.pdf(format="A4", prefer_css_page_size=True))) == 1

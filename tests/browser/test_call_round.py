"""Mes appels by keys alone, on a phone's width: three clients, three outcomes, and back to the list."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from campaigns.models import Action
from tests.access.world import Who
from tests.factories import ClientFactory, ScoreFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_three_calls_by_keys_alone(open_as, world):
    owner, run = world.people[Who.OWNER], world.run
    for name, amount in (("Alpha", 90_000), ("Bravo", 80_000)):
        client = ClientFactory(name=name, owner=owner)
        ScoreFactory(run=run, client=client, at_risk=True, amount_at_risk=Decimal(amount))
    page, said = open_as(Who.OWNER, width=390), []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/a-risque/")
    page.get_by_role("button", name="Commencer mes appels").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/a-risque/tournee/")
    expect(page.locator("h1")).to_have_text("Alpha")

    page.keyboard.press("e")
    page.keyboard.type("Il rappelle lundi, 3 dossiers à voir.")
    page.keyboard.press("Tab")
    page.keyboard.press("1")
    page.get_by_role("heading", name="Bravo", level=1).wait_for()
    assert Action.objects.done().get(client__name="Alpha").note == "Il rappelle lundi, 3 dossiers à voir."
    page.keyboard.press("3")
    page.get_by_text("3 sur 3").wait_for()
    page.keyboard.press("5")
    page.get_by_role("heading", name="Vos appels sont faits").wait_for()
    expect(page.locator(".lead")).to_contain_text("2 appels")
    recorded = Action.objects.done().filter(client__name__in=["Alpha", "Bravo"])
    assert dict(recorded.values_list("client__name", "outcome")) == {"Alpha": "reached", "Bravo": "call-back"}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert said == []


def test_4_opens_the_refusal_and_needs_a_motive(open_as, world):
    page = open_as(Who.OWNER, width=390)
    page.goto("/a-risque/")
    page.get_by_role("button", name="Commencer mes appels").click()
    page.wait_for_url("**/a-risque/tournee/")
    page.keyboard.press("4")
    page.get_by_role("button", name="Ne plus appeler ce client").click()
    expect(page.get_by_text("Notez pourquoi il ne faut plus appeler ce client.")).to_be_visible()

"""Actions planned by hand, grouped, answered in a row; and the chain from an alert to a list that changed."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Firm
from accounts.roles import Role
from campaigns.models import Action
from segmentation.models import Hole
from tests.factories import (
    ActionFactory,
    ClientFactory,
    InvoiceFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def claire():
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    return UserFactory()


@pytest.fixture
def claire_at(client, claire):
    client.force_login(claire)
    return client


def words(response):
    return " ".join(response.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def planned(browser, **values):
    asked = {"who": "Garage Noël", "kind": "visit", "service": "", "due_on": TOMORROW, "assignee": ""} | values
    return browser.post("/actions/nouvelle/", asked)


def test_an_action_is_planned_for_a_client_found_by_name_or_code(claire_at, claire):
    one = ClientFactory(owner=claire, name="Garage Noël", code="C042")
    for who in ("garage noel", "C042", "Noël"):
        assert planned(claire_at, who=who)["Location"] == "/actions/"
    action = Action.objects.get()
    assert (action.client, action.kind, action.assignee, action.origin) == (one, "visit", claire, "hand")


def test_several_clients_are_offered_to_choose_from(claire_at, claire):
    _first, second = (ClientFactory(owner=claire, name=f"Garage {name}") for name in ("Noël", "Roux"))
    ClientFactory(name="Garage d’un autre")
    page = planned(claire_at, who="garage")
    assert page.status_code == 422
    assert "Garage Noël" in words(page)
    assert "Garage d’un autre" not in words(page)
    planned(claire_at, who="garage", chosen=second.pk)
    assert Action.objects.get().client == second


@pytest.mark.parametrize("who", ["Personne", "x" * 255])
def test_nobody_under_these_words_is_said(claire_at, who):
    page = planned(claire_at, who=who)
    assert page.status_code == 422
    assert "Aucun client sous ces mots." in words(page)


def test_a_client_of_somebody_else_is_not_found_even_by_its_number(claire_at):
    other = ClientFactory(name="Garage Noël", owner=UserFactory())
    assert planned(claire_at, chosen=other.pk).status_code == 422
    assert not Action.objects.exists()


def test_a_manager_plans_for_a_colleague(client, claire):
    manager = UserFactory(roles=[Role.MANAGER])
    claire.manager = manager
    claire.save()
    ClientFactory(owner=claire, name="Garage Noël")
    client.force_login(manager)
    planned(client, assignee=claire.pk)
    assert Action.objects.get().assignee == claire


def test_actions_are_grouped_by_client_or_by_person(claire_at, claire):
    for name in ("Roux", "Abadie"):
        one = ClientFactory(owner=claire, name=name)
        for days in (2, 1):
            due_on = timezone.localdate() - dt.timedelta(days=days)
            ActionFactory(client=one, assignee=claire, kind="visit" if days > 1 else "call", due_on=due_on)
    page = words(claire_at.get("/actions/?onglet=retard&groupe=client"))
    assert page.count('scope="rowgroup"') == 2
    assert page.index(">Abadie</th>") < page.index(">Roux</th>")
    assert 'scope="rowgroup"' not in words(claire_at.get("/actions/?onglet=retard&groupe=pirate"))


def test_an_offer_is_refused_in_its_row_and_the_next_step_planned(claire_at, claire):
    service = ServiceFactory(name="Tableaux de bord")
    one = ActionFactory(client=ClientFactory(owner=claire), assignee=claire, kind="offer", service=service)
    page = words(claire_at.get("/actions/?onglet=retard"))
    assert "Tableaux de bord" in page
    assert "Refusée" in page
    answer = {"outcome": "refused", "note": "Plus tard.", "next_kind": "call", "next_on": TOMORROW, "minutes": ""}
    claire_at.post(f"/actions/{one.pk}/terminer/", answer)
    assert Hole.objects.standing().get().service == service
    assert Action.objects.open().get().kind == "call"


def test_a_next_step_without_a_day_says_so(claire_at, claire):
    one = ActionFactory(client=ClientFactory(owner=claire), assignee=claire, kind="visit")
    page = claire_at.post(f"/actions/{one.pk}/terminer/", {"outcome": "done", "next_kind": "call"}, follow=True)
    assert "Dites pour quel jour prévoir la suite." in words(page)
    assert Action.objects.open().get() == one


def test_what_was_accepted_tells_its_invoice(claire_at, claire):
    one = ActionFactory(
        client=ClientFactory(owner=claire), assignee=claire, kind="offer", service=ServiceFactory(),
        outcome="accepted", done_at=timezone.now() - dt.timedelta(days=9), done_by=claire,
    )  # fmt: skip
    assert "Pas encore facturé" in words(claire_at.get("/actions/?onglet=faites"))
    InvoiceFactory(client=one.client, service=one.service, amount_ht=1200, issued_on=timezone.localdate())
    assert "Facturé 1 200 €" in words(claire_at.get("/actions/?onglet=faites"))


def test_from_an_alert_to_an_action_to_an_outcome_to_a_list_that_changed(claire_at, claire):
    run = ScoringRunFactory()
    amounts = dict.fromkeys(("monetary", "tier_revenue", "amount_at_risk"), 9000)
    noel, roux = (ClientFactory(owner=claire, name=name) for name in ("Garage Noël", "Garage Roux"))
    for one in (noel, roux):
        ScoreFactory(run=run, client=one, at_risk=True, risk_reasons=["rhythm"], **amounts)

    def at_risk():
        page = words(claire_at.get("/a-risque/"))
        return [one.name for one in (noel, roux) if f'id="client-{one.pk}"' in page]

    assert at_risk() == ["Garage Noël", "Garage Roux"]
    ticked = {"clients": [noel.pk, roux.pk], "due_on": timezone.localdate(), "origin": "risk", "next": "/a-risque/"}
    claire_at.post("/actions/planifier/", ticked)
    assert set(Action.objects.open().values_list("client", "origin")) == {(noel.pk, "risk"), (roux.pk, "risk")}
    assert "0 sur 2" in words(claire_at.get("/actions/"))

    season = {"outcome": "seasonal", "seasonal_until": TOMORROW, "note": "Ferme l’hiver."}
    claire_at.post(f"/clients/{noel.pk}/appel/", season)
    assert at_risk() == ["Garage Roux"]
    assert "1 sur 2" in words(claire_at.get("/actions/"))
    call = Action.objects.get(client=noel)
    assert (call.outcome, call.origin, call.note) == ("reached", "risk", "Ferme l’hiver.")

    claire_at.post(f"/actions/{call.pk}/annuler/")
    assert at_risk() == ["Garage Noël", "Garage Roux"]

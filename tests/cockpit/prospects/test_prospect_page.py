"""The page of one prospect: why it is worth a call, what is done and undone, and its calls among the actions."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Firm
from campaigns import prospecting
from campaigns.models import Approach, Prospect
from clients.models import Client
from tests.cockpit.prospects.conftest import page, undo
from tests.factories import ApproachFactory, ClientFactory, ProspectFactory, UserFactory

TODAY = dt.date(2026, 11, 3)


def leroy(owner, **fields):
    return ProspectFactory(**{"name": "Atelier Leroy", "owner": owner, "naf_code": "6201Z"} | fields)


def fresh(prospect):
    return Prospect.objects.get(pk=prospect.pk)


def post(browser, prospect, act, **data):
    return browser.post(f"/prospects/{prospect.pk}/{act}/", data, follow=True)


def test_it_gives_the_reasons_and_the_counts_only_to_who_sees_all_clients(browser, client, claire, director, portrait):
    prospect = leroy(claire, postcode="12000")
    prospecting.score()
    text = page(browser.get(f"/prospects/{prospect.pk}/"))
    assert "(62) : 4,0 fois plus fréquent dans le palier A" in text
    assert "12 sur 30" not in text
    client.force_login(director)
    assert "12 sur 30, contre 10 sur 100" in page(client.get(f"/prospects/{prospect.pk}/"))


def test_somebody_else_s_is_not_found(browser):
    assert browser.get(f"/prospects/{leroy(UserFactory()).pk}/").status_code == 404


def test_a_change_of_state_is_undone_from_its_message(browser, claire):
    prospect = leroy(claire)
    response = post(browser, prospect, "etat/interested")
    assert "Atelier Leroy : intéressé." in page(response)
    assert fresh(prospect).state == "interested"
    undo(browser, response)
    assert fresh(prospect).state == "new"
    assert "Cet état n’existe pas" in page(post(browser, prospect, "etat/client"))


def test_it_becomes_a_client_and_that_is_undone(browser, claire):
    prospect = leroy(claire)
    response = post(browser, prospect, "client")
    assert f'href="/clients/{Client.objects.get().pk}/"' in page(response)
    undo(browser, response)
    assert (fresh(prospect).state, Client.objects.count()) == ("new", 0)


def test_a_client_followed_by_somebody_else_is_not_named(browser, claire):
    client = ClientFactory(owner=UserFactory(), name="Secret")
    text = page(browser.get(f"/prospects/{leroy(claire, state='client', client=client).pk}/"))
    assert "suivi par quelqu’un d’autre" in text
    assert "Secret" not in text


def test_an_objection_and_the_rule_are_undone_too(browser, claire):
    prospect = leroy(claire, put_out="sector")
    response = post(browser, prospect, "opposition")
    assert "Planifier" not in page(response)
    undo(browser, response)
    assert fresh(prospect).objected_at is None
    response = post(browser, prospect, "remettre")
    assert "Remis dans la liste le 3 nov. 2026" in page(response)
    undo(browser, response)
    assert fresh(prospect).is_kept_out


def test_a_call_is_planned_seen_among_the_actions_noted_and_reopened(browser, claire):
    prospect = leroy(claire, phone="05 65 00 00 00")
    response = post(browser, prospect, "planifier", kind="call", due_on="2026-11-03")
    assert "Appel prévu pour le 3 nov. 2026" in page(response)
    agenda = browser.get("/actions/?onglet=aujourdhui")
    assert "Atelier Leroy" in page(agenda)
    assert agenda.context["agenda"].counts["aujourdhui"] == 1
    call = Approach.objects.get()
    sent = {"outcome": "reached", "note": "Rappeler.", "next": f"/prospects/{prospect.pk}/"}
    response = browser.post(f"/prospects/actions/{call.pk}/", sent, follow=True)
    assert "Atelier Leroy : « Joint » est noté." in page(response)
    assert (fresh(prospect).state, fresh(prospect).last_contact_on) == ("contacted", TODAY)
    assert "1 sur 1" in page(browser.get("/actions/?onglet=faites"))
    undo(browser, response)
    assert Approach.objects.open().exists()


def test_what_cannot_be_planned_or_noted_says_why(browser, claire):
    prospect = leroy(claire)
    assert "Ce jour est passé" in page(post(browser, prospect, "planifier", kind="call", due_on="2026-11-02"))
    assert not Approach.objects.exists()
    call = ApproachFactory(prospect=prospect, assignee=claire)
    browser.post(f"/prospects/actions/{call.pk}/", {"outcome": "client"})
    assert Approach.objects.open().exists()


def test_actions_show_prospects_once_their_part_is_shown(browser, claire):
    ApproachFactory(prospect=leroy(claire), assignee=claire, due_on=TODAY)
    Firm.objects.update(parts=[])
    assert "Atelier Leroy" not in page(browser.get("/actions/?onglet=aujourdhui"))


def test_one_is_typed_by_hand_scored_at_once_and_corrected(browser, claire, portrait):
    sent = {"name": "Codeurs", "naf_code": "62.01Z", "siret": "732 829 320 00074", "postcode": "12000"}
    response = browser.post("/prospects/nouveau/", sent, follow=True)
    prospect = Prospect.objects.get()
    assert "Codeurs est enregistré." in page(response)
    assert (prospect.owner, prospect.siren, prospect.naf_code, prospect.points) == (claire, "732829320", "6201Z", 17)
    browser.post(f"/prospects/{prospect.pk}/modifier/", sent | {"naf_code": "69.20Z"})
    assert fresh(prospect).points == -20


def test_a_number_that_does_not_exist_two_companies_or_a_double_are_refused(browser, claire):
    ProspectFactory(siret="55208131766522", siren="552081317")
    for wrong, why in (
        ({"siret": "73282932000075"}, "Ce SIRET n’existe pas"),
        ({"siren": "732829321"}, "Ce SIREN n’existe pas"),
        ({"siret": "73282932000074", "siren": "552081317"}, "n’est pas celui de ce SIREN"),
        ({"siret": "55208131766522"}, "Un prospect a déjà ce SIRET"),
        ({"naf_code": "boulange"}, "Ce code NAF n’existe pas"),
    ):
        response = browser.post("/prospects/nouveau/", {"name": "Faux"} | wrong)
        assert response.status_code == 422
        assert why in page(response)
    ClientFactory(siren="732829320", name="Vert")
    assert "« Vert » est déjà client" in page(browser.post("/prospects/nouveau/", {"name": "V", "siren": "732829320"}))


def test_the_page_asks_as_much_for_one_exchange_as_for_ten(browser, claire, portrait):
    prospect = leroy(claire)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/prospects/{prospect.pk}/")
        return len(captured)

    def exchange(day):
        at = dt.datetime(2026, 10, day, tzinfo=dt.UTC)
        ApproachFactory(prospect=prospect, assignee=claire, outcome="reached", done_at=at, done_by=claire)
        ApproachFactory(prospect=prospect, assignee=claire, due_on=dt.date(2026, 12, day))

    exchange(1)
    one = queries()
    for day in range(2, 11):
        exchange(day)
    assert queries() == one

"""Events typed and imported, and the pages of the rules that they trigger."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Firm
from accounts.roles import Role
from campaigns.models import Action, TriggerRule
from clients.models import Event
from tests.factories import ClientFactory, EventFactory, TriggerRuleFactory, UserFactory

pytestmark = pytest.mark.django_db
IMPORT = "/importer/evenements/"
SIREN, OTHER = "732829320", "552100554"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def claire():
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    return UserFactory()


@pytest.fixture
def direction(client, claire):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


def page(response):
    return " ".join(response.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def sent(browser, text):
    return browser.post(IMPORT, {"file": SimpleUploadedFile("evenements.csv", text.encode(), "text/csv")})


def confirmed(browser, response, **fields):
    return browser.post(f"{IMPORT}confirmer/", {"token": response.context["kept"].token} | fields, follow=True)


def test_an_event_typed_on_the_client_page_proposes_an_action_at_once(client, claire):
    one = ClientFactory(owner=claire)
    TriggerRuleFactory(event_kind="hiring")
    client.force_login(claire)
    form = {"kind": "hiring", "happened_on": "2026-11-02", "label": "Deux vendeurs", "next": f"/clients/{one.pk}/"}
    for _twice in range(2):
        response = client.post(f"/clients/{one.pk}/evenements/", form, follow=True)
    assert Event.objects.get().label == "Deux vendeurs"
    assert Action.objects.get().note == "Recrutement du 02/11/2026."
    assert "A proposé : Appel pour le" in page(response)
    client.post(f"/evenements/{Event.objects.get().pk}/retirer/")
    assert not Event.objects.exists()


def test_a_file_is_previewed_confirmed_and_undone_with_what_it_proposed(direction, claire):
    one = ClientFactory(owner=claire, siren=SIREN, name="Tissot")
    TriggerRuleFactory()
    text = (
        f"SIREN;Événement;Date;Précision\n{SIREN};Déménagement;02/11/2026;=CMD()<script>\n{OTHER};Cession;01/11/2026;\n"
    )
    response = sent(direction, text)
    report = response.context["report"]
    assert (report.created, report.left_out, report.reasons) == (1, 1, {"SIREN inconnu": 1})
    assert "552100554" in page(response)
    assert "<script>" not in response.content.decode().split("</head>")[1].split("<footer")[0].replace("<script ", "")
    assert not Event.objects.exists()
    said = page(confirmed(direction, response))
    assert "1 événement importé. 1 action proposée." in said
    event = Event.objects.get()
    assert (event.client, event.kind, event.origin, event.label) == (one, "move", "file", "=CMD()<script>")
    again = sent(direction, text).context["report"]
    assert (again.created, again.reasons["Événement déjà connu"]) == (0, 1)
    undo = f"{IMPORT}{event.brought_by_id}/annuler/"
    assert "1 événement retiré" in page(direction.post(undo, follow=True))
    assert "0 événement" in page(direction.post(undo, follow=True))
    assert not Event.objects.exists()
    assert not Action.objects.exists()


def test_what_was_done_stays_when_its_file_is_undone(direction, claire):
    ClientFactory(owner=claire, siren=SIREN)
    TriggerRuleFactory()
    confirmed(direction, sent(direction, f"SIREN;Événement;Date\n{SIREN};Déménagement;02/11/2026\n"))
    Action.objects.update(outcome="reached", done_at="2026-11-03T09:00Z", done_by=claire)
    direction.post(f"{IMPORT}{Event.objects.get().brought_by_id}/annuler/")
    assert not Event.objects.exists()
    assert Action.objects.count() == 1


def test_a_siren_of_several_clients_is_asked(direction, claire):
    _one, other = (ClientFactory(owner=claire, siren=SIREN) for _n in range(2))
    response = sent(direction, f"SIREN;Événement;Date\n{SIREN};Cession;02/11/2026\n")
    assert response.context["report"].created == 0
    confirmed(direction, response, confirme=f"{other.pk}|siren:{SIREN}")
    assert Event.objects.get().client == other


def test_wrong_cells_say_how_to_repair_them(direction, claire):
    ClientFactory(siren=SIREN)
    rows = [f"{SIREN};Cession;0{n}/10/2026" for n in range(1, 10)] + [
        f"{SIREN};Fête;01/10/2026",
        f"{SIREN};Cession;hier",
    ]
    report = sent(direction, "SIREN;Événement;Date\n" + "\n".join(rows)).context["report"]
    assert (report.created, report.errors) == (9, 2)
    assert {problem.value for problem in report.problems} == {"Fête", "hier"}


def test_a_rule_is_written_tried_and_switched_on(direction, claire):
    EventFactory(client=ClientFactory(owner=claire, name="Tissot"))
    form = {"name": "Visite", "event_kind": "move", "action_kind": "visit", "service": "", "days": 5, "segments": []}
    rule_page = direction.post("/declencheurs/nouveau/", form).url
    assert "Mettre en marche" not in page(direction.get(rule_page))
    text = page(direction.post(f"{rule_page}essayer/", follow=True))
    assert "En douze mois, ce déclencheur aurait agi 1 fois." in text
    assert "Tissot" in text
    direction.post(f"{rule_page}marche/", {"marche": "1"})
    assert TriggerRule.objects.get().is_on
    assert "en marche depuis le 3 nov. 2026" in page(direction.get("/declencheurs/"))


def test_the_pages_ask_as_much_for_three_events_as_for_thirty(direction, claire):
    rule = TriggerRuleFactory()

    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            direction.get(url)
        return len(captured)

    urls = ("/declencheurs/", f"/declencheurs/{rule.pk}/")
    for _n in range(3):
        EventFactory(client=ClientFactory(owner=claire))
    few = [queries(url) for url in urls]
    for _n in range(27):
        EventFactory(client=ClientFactory(owner=UserFactory()))
    assert [queries(url) for url in urls] == few

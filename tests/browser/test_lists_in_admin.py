"""Lists of the administration in Chromium: brought in from a dirty file, taken out, without a word on the console."""

import pytest
from playwright.sync_api import expect

from accounts.models import Invitation
from clients.models import Client, Contact
from tests.access.world import Who
from tests.factories import ClientFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DIRTY = (
    "Nos clients au 31/03;;;;\r\n;;;;\r\nCode client;Raison sociale;Ville;Client depuis;Météo\r\n"
    + "".join(f"C{n};Société {n} d’Évreux;Évreux;01/02/2020;pluie\r\n" for n in range(40))
    + ";;;;\r\nC3;Société 3 d’Évreux;Évreux;01/02/2020;pluie\r\nC99;Boulangerie;Nîmes;hier;\r\n;;;;\r\n"
)


@pytest.fixture
def administration(open_as):
    """A page of the administration, and everything the browser has to say about it."""
    page = open_as(Who.ADMINISTRATOR)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page, said
    assert said == []


def send(page, path, content, encoding="utf-8", name="liste.csv"):
    page.goto(f"/admin/{path}/")
    page.get_by_role("link", name="Importer", exact=True).click()
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode(encoding)}
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Vérifier, sans rien écrire").click()


def test_a_dirty_list_is_checked_then_brought_in(administration):
    page, _said = administration
    before = Client.objects.count()
    send(page, "clients/client", DIRTY, encoding="cp1252")
    expect(page.get_by_text("40 lignes à créer")).to_be_visible()
    expect(page.get_by_role("cell", name="Cette date n’est pas lisible")).to_be_visible()
    expect(page.get_by_text("Ligne répétée dans le fichier")).to_be_visible()
    expect(page.get_by_text("Colonnes qui ne servent pas : Météo")).to_be_visible()
    assert Client.objects.count() == before
    page.get_by_role("button", name="Importer les autres lignes").click()
    expect(page.get_by_text("Import terminé : 40 lignes créées")).to_be_visible()
    assert Client.objects.get(code="C7").city == "Évreux"


def test_a_contact_of_a_similar_name_attaches_once_ticked(administration):
    page, _said = administration
    ClientFactory(code="G1", name="Garage Vert")
    send(page, "clients/contact", "Société;Nom\nGarage Vert SARL;Anne Roy\n")
    page.get_by_label("« Garage Vert SARL » (1 ligne) est Garage Vert (G1)").check()
    page.get_by_role("button", name="Importer", exact=True).click()
    expect(page.get_by_text("Import terminé")).to_be_visible()
    assert Contact.objects.get(name="Anne Roy").client.code == "G1"


def test_newcomers_are_invited_and_their_links_shown(administration):
    page, _said = administration
    send(page, "accounts/user", "E-mail;Rôles\nnouvelle@cabinet.example;commerciale\n")
    page.get_by_role("button", name="Importer", exact=True).click()
    expect(page.get_by_role("row", name="nouvelle@cabinet.example")).to_contain_text("/invitation/")
    assert Invitation.objects.filter(email="nouvelle@cabinet.example").exists()


def test_a_list_goes_out_as_a_workbook(administration):
    page, _said = administration
    page.goto("/admin/campaigns/prospect/")
    page.get_by_role("link", name="Exporter").click()
    with page.expect_download() as leaving:
        page.get_by_role("button", name="Exporter").click()
    assert leaving.value.suggested_filename.startswith("prospects-")

"""Messages automatiques: written, tried on the past month, switched on, and told."""

import pytest

from accounts.models import Firm
from accounts.roles import Role
from campaigns import automations
from campaigns.models import Automation
from segmentation.models import Movement
from tests.campaigns.test_audience import someone
from tests.campaigns.test_automations import TODAY, clock, enters, run  # noqa: F401
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RULE = {"name": "Un mot", "segment": "at-risk", "event_kind": "", "again": "never", "daily_cap": 5}
LIST = "/campagnes/automatiques/"


@pytest.fixture
def lea_at(client, clock):  # noqa: F811
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    return client


def words(response):
    return " ".join(response.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def made(browser, **values):
    browser.post(f"{LIST}nouveau/", RULE | values)
    return Automation.objects.latest("pk")


def test_an_empty_list_leads_to_the_first_one(lea_at):
    assert "Aucun message automatique" in words(lea_at.get(LIST))


def test_it_is_written_tried_and_switched_on(lea_at, run):  # noqa: F811
    one = made(lea_at)
    page = words(lea_at.get(f"{LIST}{one.pk}/"))
    assert "à essayer sur le mois passé" in page
    assert "Mettre en marche" not in page
    enters(someone("a@client.example", segment="at-risk", name="Garage Noël"))
    assert "Le mois passé, 1 message serait parti." in words(lea_at.post(f"{LIST}{one.pk}/essayer/", follow=True))
    page = words(lea_at.get(f"{LIST}{one.pk}/"))
    assert "Garage Noël" in page
    assert "serait parti" in page
    lea_at.post(f"{LIST}{one.pk}/marche/", {"marche": "1"})
    assert "en marche depuis le" in words(lea_at.get(LIST))
    assert automations.run_due() == 1
    assert Movement.objects.get().confirmed_on == TODAY


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"segment": ""}, "Choisissez un segment ou un événement"),
        ({"event_kind": "hiring"}, "Choisissez un segment ou un événement"),
        ({"again": "after"}, "Dites après combien de jours"),
        ({"daily_cap": 0}, "daily_cap"),
    ],
)
def test_a_rule_that_makes_no_sense_says_why(lea_at, values, said):
    answer = lea_at.post(f"{LIST}nouveau/", RULE | values)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Automation.objects.exists()


def test_its_text_is_checked_as_any_message(lea_at):
    one = made(lea_at)
    answer = lea_at.post(f"{LIST}{one.pk}/texte/", {"subject": "Objet", "body": "Bonjour {prnom},"})
    assert answer.status_code == 422
    assert "Vouliez-vous {prenom}" in words(answer)
    lea_at.post(f"{LIST}{one.pk}/texte/", {"subject": "Objet", "body": "Où en êtes-vous ?"})
    assert one.campaign.messages.get().body == "Où en êtes-vous ?"


def test_it_is_not_found_among_campaigns(lea_at):
    one = made(lea_at)
    assert "Pas encore de campagne" in words(lea_at.get("/campagnes/"))
    for address in (f"/campagnes/{one.campaign_id}/", f"/campagnes/{one.campaign_id}/rediger/"):
        assert lea_at.get(address).status_code == 404
    assert lea_at.post(f"/campagnes/{one.campaign_id}/envoyer/", {"count": 0}).status_code == 404

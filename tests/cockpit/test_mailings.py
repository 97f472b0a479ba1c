"""The pages of campaigns: begun from anywhere, written at the desk, launched by who may, told in words."""

import datetime as dt
import json
import re

import pytest
from django.utils import timezone

from accounts.models import Firm
from accounts.roles import Role
from campaigns.models import (
    Answer,
    Arm,
    Campaign,
    MailSettings,
    Proof,
    Recipient,
    StoredMessage,
    Suppression,
)
from clients.models import Client, Contact
from segmentation.models import Score
from tests.factories import (
    CampaignFactory,
    ClientFactory,
    ContactFactory,
    RecipientFactory,
    ScoreFactory,
    ScoringRunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
STATE = Recipient.State


@pytest.fixture
def run():
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    return ScoringRunFactory()


@pytest.fixture
def claire(run):
    """A salesperson."""
    return UserFactory(email="claire@cabinet.example")


@pytest.fixture
def lea(run):
    """The marketing assistant, who may send."""
    return UserFactory(roles=[Role.MARKETING], email="lea@cabinet.example")


@pytest.fixture
def lea_at(client, lea):
    client.force_login(lea)
    return client


@pytest.fixture
def claire_at(client, claire):
    client.force_login(claire)
    return client


def someone(run, owner, segment="loyal", **values):
    """A client of this segment with a contact who has an e-mail."""
    one = ClientFactory(owner=owner, **values)
    ScoreFactory(run=run, client=one, segment=segment)
    ContactFactory(client=one, email=f"contact{one.pk}@client.example")
    return one


def words(response):
    return " ".join(response.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def desk(campaign):
    return f"/campagnes/{campaign.pk}/rediger/"


# --- Beginning


def test_an_empty_list_leads_to_the_first_campaign(lea_at):
    page = words(lea_at.get("/campagnes/"))
    assert "Pas encore de campagne" in page
    assert 'href="/campagnes/nouvelle/"' in page


def test_a_salesperson_reads_their_own_campaigns_and_marketing_all(client, claire, lea):
    CampaignFactory(name="De Claire", created_by=claire)
    CampaignFactory(name="D’un autre", created_by=UserFactory())
    client.force_login(claire)
    assert "De Claire" in (page := words(client.get("/campagnes/")))
    assert "D’un autre" not in page
    client.force_login(lea)
    assert "De Claire" in (page := words(client.get("/campagnes/")))
    assert "D’un autre" in page


def test_each_view_of_the_list_counts_and_holds_its_own(lea_at, lea):
    CampaignFactory(name="À finir", created_by=lea)
    CampaignFactory(name="À relire", created_by=lea, state=Campaign.State.SUBMITTED)
    page = words(lea_at.get("/campagnes/?vue=a-approuver"))
    assert "À relire" in page
    assert "À finir" not in page
    assert "Brouillons <b>1</b>" in page


def test_clients_ticked_in_a_list_begin_a_campaign_of_their_segments(claire_at, claire, run):
    first, second = someone(run, claire, "loyal"), someone(run, claire, "at-risk")
    someone(run, claire, "champions")
    ticked = {"clients": [first.pk, second.pk], "next": "/clients/"}
    asked = claire_at.post("/campagnes/nouvelle/", ticked)
    assert asked.status_code == 200
    assert "2 clients choisis" in words(asked)
    begun = claire_at.post("/campagnes/nouvelle/", ticked | {"name": "Relance", "kind": "message"})
    campaign = Campaign.objects.get()
    assert begun["Location"] == desk(campaign)
    assert (campaign.segments, campaign.chosen) == (["loyal", "at-risk"], sorted([first.pk, second.pk]))
    assert "2 clients retenus, dont 2 à qui l’on peut écrire" in words(claire_at.get(desk(campaign)))


def test_an_address_that_makes_no_sense_begins_an_empty_draft(lea_at):
    page = lea_at.get("/campagnes/nouvelle/?segment=pirates&service=999999999999999999999&clients=x")
    assert page.status_code == 200
    assert "Pour qui" not in words(page)


# --- The desk


def test_each_segment_says_how_many_it_would_bring_and_why_others_are_left_out(lea_at, lea, run):
    someone(run, lea)
    silent = ClientFactory()
    ScoreFactory(run=run, client=silent, segment="loyal")
    page = words(lea_at.get(desk(CampaignFactory(created_by=lea))))
    assert "2 clients, e-mail prêt pour 1" in page
    assert "1 sans e-mail" in page


def test_a_message_reads_as_the_client_shown_would_read_it(lea_at, lea, run):
    someone(run, lea, name="Garage Noël")
    campaign = CampaignFactory(created_by=lea)
    campaign.messages.update(body="Bonjour {prenom|à vous},\n\n**Où** en est {client} ?")
    page = words(lea_at.get(desk(campaign)))
    assert "Ce que lira Garage Noël" in page
    assert "<strong>Où</strong> en est Garage Noël ?" in page


def test_what_a_client_is_called_is_never_read_as_html(lea_at, lea, run):
    someone(run, lea, name="<script>alert(1)</script>**gras**")
    page = lea_at.get(desk(CampaignFactory(created_by=lea))).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;**gras**" in page


def test_next_client_goes_round(lea_at, lea, run):
    clients = [someone(run, lea) for _ in range(2)]
    campaign = CampaignFactory(created_by=lea)
    seen = lea_at.get(desk(campaign)).context["desk"]
    other = seen.next_reader
    assert {seen.reader, other} == set(clients)
    assert lea_at.get(f"{desk(campaign)}?lecteur={other.pk}").context["desk"].next_reader == seen.reader


def test_a_message_that_cannot_be_read_is_not_kept_and_stays_on_the_screen(lea_at, lea, run):
    campaign = CampaignFactory(created_by=lea)
    former = campaign.messages.get().body
    typed = {"subject": "Objet", "body": "Bonjour {prnom},"}
    answer = lea_at.post(f"/campagnes/{campaign.pk}/message/", typed)
    page = words(answer)
    assert answer.status_code == 422
    assert "Bonjour {prnom}," in page
    assert "Vouliez-vous {prenom}" in page
    assert campaign.messages.get().body == former


def test_while_typing_the_fragment_says_when_the_draft_was_kept(lea_at, lea, run):
    campaign = CampaignFactory(created_by=lea)
    answer = lea_at.post(
        f"/campagnes/{campaign.pk}/message/", {"subject": "Objet", "body": "Où en êtes-vous ?"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert "Brouillon gardé à" in words(answer)
    assert "<html" not in words(answer)
    assert campaign.messages.get().body == "Où en êtes-vous ?"


def test_a_proposal_replaces_what_it_was_made_for(lea_at, lea, run):
    campaign = CampaignFactory(created_by=lea)
    fix = json.dumps(["body", "Chers clients", "Bonjour {prenom|à vous}"])
    typed = {"subject": "Objet", "body": "Chers clients, où en êtes-vous ?", "fix": fix}
    lea_at.post(f"/campagnes/{campaign.pk}/message/", typed)
    assert campaign.messages.get().body == "Bonjour {prenom|à vous}, où en êtes-vous ?"


@pytest.mark.parametrize("fix", ["", "x", "[]", '["body", 1, 2]', '["nowhere", "a", "b"]', "{}", "[1, 2, 3]"])
def test_a_fix_that_says_nothing_changes_nothing(lea_at, lea, run, fix):
    campaign = CampaignFactory(created_by=lea)
    typed = {"subject": "Objet", "body": "Où en êtes-vous ?", "fix": fix}
    assert lea_at.post(f"/campagnes/{campaign.pk}/message/", typed).status_code == 302
    assert campaign.messages.get().body == "Où en êtes-vous ?"


def test_a_message_is_kept_for_the_next_campaigns(lea_at, lea, run):
    campaign = CampaignFactory(created_by=lea)
    campaign.messages.update(subject="Le nôtre")
    lea_at.post(f"/campagnes/{campaign.pk}/message/garder/")
    lea_at.post("/campagnes/nouvelle/", {"name": "Suivante", "kind": "message", "segment": "loyal"})
    assert Campaign.objects.get(name="Suivante").messages.get().subject == "Le nôtre"


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("mesure", {"generic_share": 80, "held_share": 0, "outcome_days": 30}),
        ("mesure", {"generic_share": 0, "held_share": 0, "outcome_days": 0}),
        ("envoi", {"scheduled_for": "hier", "per_hour": ""}),
    ],
)
def test_a_part_that_is_wrong_says_why_and_changes_nothing(lea_at, lea, run, part, values):
    campaign = CampaignFactory(created_by=lea)
    page = lea_at.post(f"/campagnes/{campaign.pk}/{part}/", values, follow=True)
    told = [str(message) for message in page.context["messages"]]
    assert len(told) == 1
    assert "enregistré" not in told[0]
    before = (campaign.generic_share, campaign.outcome_days, campaign.scheduled_for)
    campaign.refresh_from_db()
    assert (campaign.generic_share, campaign.outcome_days, campaign.scheduled_for) == before


def test_a_question_asks_for_its_answers(lea_at, lea, run):
    campaign = CampaignFactory(created_by=lea, kind=Campaign.Kind.SURVEY)
    assert "Une question propose au moins deux réponses." in words(lea_at.get(desk(campaign)))
    asked = {"question": "Et maintenant ?", "choices": "Oui\nNon\nOui"}
    lea_at.post(f"/campagnes/{campaign.pk}/demande/", asked)
    campaign.refresh_from_db()
    assert campaign.choices == ["Oui", "Non"]


# --- Sending


def test_who_drafts_asks_and_who_may_send_sends_to_as_many_as_the_button_says(client, claire, lea, run):
    someone(run, claire)
    campaign = CampaignFactory(created_by=claire)
    client.force_login(claire)
    page = words(client.get(desk(campaign)))
    assert "Demander l’envoi" in page
    assert "Envoyer à" not in page
    client.post(f"/campagnes/{campaign.pk}/soumettre/")
    assert client.post(f"/campagnes/{campaign.pk}/envoyer/", {"count": 1}).status_code == 403
    client.force_login(lea)
    assert "Envoyer à 1 client" in words(client.get(desk(campaign)))
    client.post(f"/campagnes/{campaign.pk}/envoyer/", {"count": 1})
    campaign.refresh_from_db()
    assert (campaign.state, campaign.launched_by, campaign.recipients.count()) == ("sending", lea, 1)


@pytest.mark.parametrize("count", ["2", "", "-1", "beaucoup"])
def test_an_audience_that_changed_since_is_said_and_nothing_leaves(lea_at, lea, run, count):
    someone(run, lea)
    campaign = CampaignFactory(created_by=lea)
    page = lea_at.post(f"/campagnes/{campaign.pk}/envoyer/", {"count": count}, follow=True)
    assert "Il y a maintenant 1 destinataire." in words(page)
    assert not Recipient.objects.exists()


def test_a_launched_campaign_shows_its_results_and_is_done_again_as_a_draft(lea_at, lea, run):
    campaign = launched(lea)
    assert lea_at.get(desk(campaign))["Location"] == f"/campagnes/{campaign.pk}/"
    again = lea_at.post(f"/campagnes/{campaign.pk}/refaire/")
    copy = Campaign.objects.latest("pk")
    assert again["Location"] == desk(copy)
    assert (copy.state, copy.segments, copy.recipients.count()) == ("draft", campaign.segments, 0)
    assert copy.messages.get().body == campaign.messages.get().body


@pytest.mark.parametrize(("move", "state"), [("pause", "paused"), ("arreter", "cancelled")])
def test_a_campaign_under_way_is_paused_or_stopped(lea_at, lea, move, state):
    campaign = launched(lea)
    lea_at.post(f"/campagnes/{campaign.pk}/{move}/")
    campaign.refresh_from_db()
    assert campaign.state == state


# --- What came back


def launched(by, **values):
    began = timezone.now() - dt.timedelta(days=3)
    values = {"state": Campaign.State.SENDING, "launched_at": began, "launched_by": by} | values
    return CampaignFactory(created_by=by, **values)


def sent(campaign, **values):
    return RecipientFactory(campaign=campaign, **{"state": STATE.SENT, "sent_at": campaign.launched_at} | values)


def test_an_uncertain_message_waits_for_a_person(lea_at, lea):
    campaign = launched(lea)
    lost = RecipientFactory(campaign=campaign, state=STATE.UNCERTAIN, reason="L’envoi a été interrompu.")
    page = words(lea_at.get(f"/campagnes/{campaign.pk}/"))
    assert "Messages incertains" in page
    assert "L’envoi a été interrompu." in page
    lea_at.post(f"/campagnes/destinataires/{lost.pk}/regler/", {"do": "resend"})
    lost.refresh_from_db()
    assert (lost.state, lost.settled_by) == (STATE.PENDING, lea)


def test_a_reply_is_noted_once_and_taken_back(lea_at, lea):
    recipient = sent(launched(lea))
    for replied, expected in (("1", True), ("1", True), ("0", False)):
        lea_at.post(f"/campagnes/destinataires/{recipient.pk}/reponse/", {"replied": replied})
        recipient.refresh_from_db()
        assert (recipient.replied_at is not None) == expected


def test_answers_are_counted_by_segment_and_attendance_is_noted(lea_at, lea):
    later = timezone.now() + dt.timedelta(days=9)
    campaign = launched(lea, kind=Campaign.Kind.INVITATION, place="Bordeaux", starts_at=later, capacity=10)
    given = Answer.objects.create(recipient=sent(campaign), choice="yes", comment="Avec un associé.")
    Answer.objects.create(recipient=sent(campaign, segment="champions"), choice="no")
    page = words(lea_at.get(f"/campagnes/{campaign.pk}/"))
    assert "2 réponses." in page
    assert "Il reste 9 places." in page
    assert "Avec un associé." in page
    lea_at.post(f"/campagnes/reponses/{given.pk}/presence/", {"attended": "1"})
    given.refresh_from_db()
    assert (given.attended, given.attendance_noted_by) == (True, lea)


def test_without_another_arm_figures_say_what_happened_and_not_what_changed(lea_at, lea):
    campaign = launched(lea, cost=90)
    for _ in range(3):
        sent(campaign)
    page = words(lea_at.get(f"/campagnes/{campaign.pk}/"))
    assert "sans groupe à comparer" in page
    assert "Coût : 90,00 €. Soit 30,00 € par message envoyé." in page


def test_arms_are_compared_in_words_and_in_a_graphic(lea_at, lea):
    campaign = launched(lea)
    for number in range(40):
        sent(campaign, replied_at=timezone.now() if number < 20 else None)
        sent(campaign, arm=Arm.GENERIC)
    page = words(lea_at.get(f"/campagnes/{campaign.pk}/"))
    assert "Réponses : +50,0 points" in page
    assert "Concluant." in page
    assert page.count('role="img"') == 1
    assert "chiffres de l’article" in page.lower()


def test_a_salesperson_sees_only_the_recipients_of_their_portfolio(claire_at, claire):
    campaign = launched(claire)
    sent(campaign, client=ClientFactory(owner=claire, name="Le mien"))
    sent(campaign, client=ClientFactory(owner=UserFactory(), name="Celui d’un autre"))
    page = words(claire_at.get(f"/campagnes/{campaign.pk}/"))
    assert "Le mien" in page
    assert "Celui d’un autre" not in page


def test_the_client_page_tells_what_the_client_received_and_answered(lea_at, lea, run):
    campaign = launched(lea, kind=Campaign.Kind.SURVEY, question="Et maintenant ?", choices=["Bien", "Mal"])
    recipient = sent(campaign)
    Answer.objects.create(recipient=recipient, choice="Bien")
    page = words(lea_at.get(f"/clients/{recipient.client_id}/"))
    assert "Messages reçus" in page
    assert "Et maintenant ? « Bien »" in page
    assert f'href="/campagnes/{campaign.pk}/"' in page


def test_a_campaign_of_somebody_else_is_told_on_the_client_page_without_a_link(claire_at, claire, lea, run):
    recipient = sent(launched(lea, name="La leur"), client=ClientFactory(owner=claire))
    page = words(claire_at.get(f"/clients/{recipient.client_id}/"))
    assert "La leur" in page
    assert f"/campagnes/{recipient.campaign_id}/" not in page


def test_pages_ask_as_much_of_the_database_for_one_recipient_as_for_many(
    lea_at, lea, run, django_assert_max_num_queries
):
    campaign = launched(lea)
    for _ in range(30):
        sent(campaign)
    with django_assert_max_num_queries(24):
        lea_at.get(f"/campagnes/{campaign.pk}/")


# --- Settings


def test_the_firm_says_how_it_signs_and_how_often_it_writes(lea_at):
    lea_at.post("/reglages/messages/", {"sender_name": "Cabinet Roux", "most_messages": 1, "most_days": 15})
    settings = MailSettings.current()
    assert (settings.sender_name, settings.most_messages, settings.most_days) == ("Cabinet Roux", 1, 15)


def test_a_proof_needs_the_consent_that_allows_to_show_it(lea_at):
    page = lea_at.post("/reglages/messages/preuves/", {"text": "Deux jours gagnés."}, follow=True)
    assert not Proof.objects.exists()
    assert "accord donné le" in words(page).lower()
    given = {"text": "Deux jours gagnés.", "consented_on": "2026-10-01", "consent": "par e-mail"}
    lea_at.post("/reglages/messages/preuves/", given)
    assert "Deux jours gagnés." in words(lea_at.get("/reglages/messages/"))
    lea_at.post(f"/reglages/messages/preuves/{Proof.objects.get().pk}/retirer/")
    assert not Proof.objects.exists()


def test_an_objection_by_phone_stops_every_message_and_keeps_no_address(lea_at, lea, run):
    client = someone(run, lea)
    address = client.contacts.get().email
    lea_at.post("/reglages/messages/opposition/", {"address": address.upper()})
    assert Suppression.objects.get().reason == Suppression.Reason.BY_HAND
    assert "1 adresse ne reçoit plus rien" in words(lea_at.get("/reglages/messages/"))
    assert "1 se sont opposés" in words(lea_at.get(desk(CampaignFactory(created_by=lea))))


def test_a_firms_own_message_gives_the_original_back(lea_at, lea):
    own = StoredMessage.objects.create(segment="loyal", subject="Le nôtre", body="Et vous ?", edited_by=lea)
    assert "Le nôtre" in words(lea_at.get("/reglages/messages/"))
    lea_at.post(f"/reglages/messages/{own.pk}/origine/")
    assert not StoredMessage.objects.exists()


def test_nobody_writes_to_a_client_merged_into_another(lea_at, lea, run):
    Client.objects.filter(pk=someone(run, lea).pk).update(merged_into=ClientFactory())
    assert "Aucun client" in words(lea_at.get(desk(CampaignFactory(created_by=lea))))


# --- Numbers in addresses and fields are for machines


def test_a_thousand_clients_are_launched_with_the_count_that_the_button_holds(lea_at, lea, run):
    clients = Client.objects.bulk_create(ClientFactory.build(owner=lea) for _ in range(1001))
    Score.objects.bulk_create(ScoreFactory.build(run=run, client=one) for one in clients)
    Contact.objects.bulk_create(
        ContactFactory.build(client=one, email=f"contact{one.pk}@client.example") for one in clients
    )
    campaign = CampaignFactory(created_by=lea)
    page = lea_at.get(desk(campaign)).content.decode()
    [count] = re.findall(r'name="count" value="([^"]*)"', page)
    lea_at.post(f"/campagnes/{campaign.pk}/envoyer/", {"count": count})
    assert campaign.recipients.count() == 1001
    progress = re.search(r'<progress value="([^"]*)" max="([^"]*)"', results_of(lea_at, campaign))
    assert progress.groups() == ("0", "1001")


def test_the_next_client_is_found_however_large_its_number(lea_at, lea, run):
    for number in (123_456, 234_567):
        someone(run, lea, pk=number)
    campaign = CampaignFactory(created_by=lea)
    page = lea_at.get(desk(campaign)).content.decode()
    assert "lecteur=234567" in page
    assert 'name="lecteur" value="123456"' in page
    assert lea_at.get(f"{desk(campaign)}?lecteur=234567").context["desk"].reader.pk == 234_567


def results_of(browser, campaign):
    return browser.get(f"/campagnes/{campaign.pk}/").content.decode()

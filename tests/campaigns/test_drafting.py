"""Writing a campaign: each segment's message is ready, what cannot be read back is refused."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.roles import Role
from campaigns import drafting, library
from campaigns.messages.originals import original
from campaigns.models import Campaign
from segmentation.models import SegmentSlug
from tests.campaigns.test_audience import someone
from tests.factories import CampaignFactory, ContactFactory, NeedFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea():
    return UserFactory(roles=[Role.MARKETING], email="lea@cabinet.example")


def test_a_new_draft_has_a_message_for_each_segment(lea):
    campaign = drafting.start(name="Tous", segments=list(SegmentSlug.values), by=lea)
    written = {message.segment: message.subject for message in campaign.messages.all()}
    assert written == {
        slug: original(kind="message", segment=slug, language="fr").subject for slug in SegmentSlug.values
    }


def test_a_new_segment_gets_its_message_and_the_others_keep_theirs(lea):
    campaign = drafting.start(name="Deux", segments=["loyal"], by=lea)
    drafting.write(campaign=campaign, segment="loyal", subject="Le nôtre", body="Et vous ?", by=lea)
    drafting.change(campaign=campaign, values={"segments": ["loyal", "lost"], "generic_share": 20}, by=lea)
    written = {message.segment: message.subject for message in campaign.messages.all()}
    assert set(written) == {"loyal", "lost", ""}
    assert written["loyal"] == "Le nôtre"


def test_the_firms_own_message_for_a_need_comes_before_its_message_for_all(lea):
    need = NeedFactory()
    kept = {"kind": "message", "segment": "loyal", "language": "fr", "body": "Et vous ?", "by": lea}
    library.keep(subject="Pour tous", **kept)
    library.keep(subject="Pour ce besoin", need=need, **kept)
    subjects = [
        drafting.start(name="x", segments=["loyal"], need=one, by=lea).messages.get().subject for one in (need, None)
    ]
    assert subjects == ["Pour ce besoin", "Pour tous"]


@pytest.mark.parametrize("body", ["Bonjour {prnom} ?", "[ici](ftp://x.example) ?", "Une accolade { ?"])
def test_what_cannot_be_read_back_is_not_kept(lea, body):
    campaign = CampaignFactory(created_by=lea)
    former = campaign.messages.get().body
    with pytest.raises(ValidationError):
        drafting.write(campaign=campaign, segment="loyal", subject="Objet", body=body, by=lea)
    assert campaign.messages.get().body == former


def test_a_campaign_that_was_launched_no_longer_changes(lea):
    campaign = CampaignFactory(
        created_by=lea, state=Campaign.State.SENDING, launched_at=timezone.now(), launched_by=lea
    )
    for act in (
        lambda: drafting.change(campaign=campaign, values={"name": "Autre"}, by=lea),
        lambda: drafting.write(campaign=campaign, segment="loyal", subject="a", body="b ?", by=lea),
        lambda: drafting.delete(campaign=campaign, by=lea),
    ):
        with pytest.raises(ValidationError, match="déjà lancée"):
            act()


def test_a_draft_is_its_authors_and_of_those_who_see_their_clients():
    claire, marc = UserFactory(), UserFactory()
    campaign = CampaignFactory(created_by=claire)
    with pytest.raises(Campaign.DoesNotExist):
        drafting.change(campaign=campaign, values={"name": "Volée"}, by=marc)
    with pytest.raises(PermissionDenied):
        drafting.start(name="x", by=UserFactory(roles=[]))


def test_a_preview_reads_with_what_is_known_of_the_client(lea):
    ScoringRunFactory()
    client = someone("jeanne@client.example", name="Garage Noël")
    campaign = CampaignFactory(created_by=lea)
    mail = drafting.preview(campaign=campaign, message=campaign.messages.get(), client=client)
    assert "Bonjour Jeanne," in mail.text
    assert "Où en est Garage Noël ?" in mail.text


def test_a_preview_greets_whom_the_message_would_be_sent_to(lea):
    ScoringRunFactory()
    client = someone("anne@client.example")
    client.contacts.update(name="Anne Roy")
    ContactFactory(client=client, name="Luc Sans Adresse", is_main=True)
    campaign = CampaignFactory(created_by=lea)
    mail = drafting.preview(campaign=campaign, message=campaign.messages.get(), client=client)
    assert "Bonjour Anne," in mail.text


def test_a_try_reaches_who_asks_and_nobody_else(sink, lea):
    ScoringRunFactory()
    client = someone("jeanne@client.example", name="Garage Noël")
    campaign = CampaignFactory(created_by=lea)
    drafting.send_to_oneself(campaign=campaign, message=campaign.messages.get(), client=client, by=lea)
    [(recipient, message)] = sink.received
    assert recipient == "lea@cabinet.example"
    assert message["Subject"].startswith("[Essai] ")
    assert "Garage Noël" in message.get_body(("html",)).get_content()

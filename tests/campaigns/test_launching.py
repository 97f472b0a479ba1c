"""From a draft to what leaves: who may, exactly to whom was agreed, once."""

import datetime as dt
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.roles import Role
from campaigns import audience, drafting, launching, sending
from campaigns.launching import AudienceChangedError
from campaigns.models import FEWEST_FOR_ARMS, Arm, Campaign, Link, Recipient
from tests.campaigns.test_audience import someone
from tests.factories import CampaignFactory, ContactFactory, RecipientFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
STATE = Campaign.State


@pytest.fixture
def lea():
    """The marketing assistant, who may send."""
    return UserFactory(roles=[Role.MARKETING])


@pytest.fixture
def claire():
    """A salesperson, who may not."""
    return UserFactory()


def to(count, *, segments=("loyal",), start=0):
    """As many clients to write to, shared among these segments."""
    ScoringRunFactory()
    for number in range(start, start + count):
        someone(f"contact{number}@client.example", segment=segments[number % len(segments)])


def launched(campaign, by):
    count = sum(arm != Arm.HELD for arm in launching.drawn_for(campaign, audience.of(campaign, by=by)))
    return launching.launch(campaign=campaign, expected=count, by=by)


def test_a_salesperson_drafts_and_asks_but_does_not_send(claire, lea):
    ScoringRunFactory()
    someone("a@client.example", owner=claire)
    campaign = drafting.start(name="Relance", segments=["loyal"], by=claire)
    assert launching.submit(campaign=campaign, by=claire).state == STATE.SUBMITTED
    with pytest.raises(PermissionDenied):
        launching.launch(campaign=campaign, expected=1, by=claire)
    assert launching.send_back(campaign=campaign, by=lea).state == STATE.DRAFT
    assert launching.launch(campaign=campaign, expected=1, by=lea).launched_by == lea


def test_launching_needs_the_count_that_was_agreed_to(lea):
    to(3)
    campaign = CampaignFactory(created_by=lea)
    with pytest.raises(AudienceChangedError) as changed:
        launching.launch(campaign=campaign, expected=2, by=lea)
    assert changed.value.count == 3
    assert not Recipient.objects.exists()
    campaign.refresh_from_db()
    assert campaign.state == STATE.DRAFT


def test_a_second_launch_finds_it_done(lea):
    to(3)
    campaign = CampaignFactory(created_by=lea)
    first = launching.launch(campaign=campaign, expected=3, by=lea)
    again = launching.launch(campaign=campaign, expected=99, by=UserFactory(roles=[Role.DIRECTION]))
    assert (again.launched_by, again.launched_at) == (lea, first.launched_at)
    assert Recipient.objects.count() == 3


def test_nobody_to_write_to_is_said(lea):
    ScoringRunFactory()
    someone()
    with pytest.raises(ValidationError, match="Personne à qui écrire"):
        launching.launch(campaign=CampaignFactory(created_by=lea), expected=0, by=lea)


def test_arms_partition_the_audience_in_the_shares_asked_and_as_the_desk_said(lea):
    to(120, segments=("loyal", "champions"))
    campaign = drafting.start(name="Essai", segments=["loyal", "champions"], generic_share=20, held_share=10, by=lea)
    foretold = launching.drawn_for(campaign, audience.of(campaign, by=lea))
    launched(campaign, lea)
    rows = list(campaign.recipients.order_by("client_id").values_list("client_id", "arm", "state", "segment"))
    assert len({client for client, *_rest in rows}) == len(rows) == 120
    assert [arm for _client, arm, *_rest in rows] == foretold
    assert Counter(arm for _client, arm, *_rest in rows) == {"segmented": 84, "generic": 24, "held": 12}
    assert Counter((segment, arm) for _client, arm, _state, segment in rows)["loyal", "held"] == 6
    assert {state for _client, arm, state, _segment in rows if arm == "held"} == {"held"}


def test_two_drafts_draw_differently(lea):
    to(120)
    first, second = (drafting.start(name=f"Essai {n}", segments=["loyal"], held_share=50, by=lea) for n in range(2))
    assert launching.drawn_for(first, audience.of(first, by=lea)) != launching.drawn_for(
        second, audience.of(second, by=lea)
    )


def test_too_few_to_compare_all_receive_the_message_of_their_segment(lea):
    to(FEWEST_FOR_ARMS - 1)
    campaign = drafting.start(name="Essai", segments=["loyal"], generic_share=20, held_share=20, by=lea)
    launched(campaign, lea)
    assert set(campaign.recipients.values_list("arm", flat=True)) == {"segmented"}


def test_what_was_left_out_and_the_run_are_kept(lea):
    to(2)
    someone()
    ContactFactory(client=someone(), email="non@client.example", objected_at=timezone.now())
    campaign = launched(CampaignFactory(created_by=lea), lea)
    assert campaign.excluded == {audience.NO_EMAIL: 1, audience.OBJECTED: 1}
    assert campaign.run is not None


def test_each_address_of_its_messages_is_stored_once(lea):
    to(1)
    campaign = CampaignFactory(created_by=lea)
    campaign.messages.update(body="[a](https://un.example/) [b](https://deux.example/) [c](https://un.example/) ?")
    launched(campaign, lea)
    assert sorted(Link.objects.values_list("address", flat=True)) == ["https://deux.example/", "https://un.example/"]


def test_for_later_it_waits_and_a_pause_gives_it_back_to_its_hour(lea):
    to(1)
    later = timezone.now() + dt.timedelta(days=2)
    campaign = launched(CampaignFactory(created_by=lea, scheduled_for=later), lea)
    assert campaign.state == STATE.SCHEDULED
    assert campaign.recipients.get().next_try_at == later
    assert launching.pause(campaign=campaign, by=lea).state == STATE.PAUSED
    assert launching.resume(campaign=campaign, by=lea).state == STATE.SCHEDULED


def test_stopped_for_good_what_did_not_leave_never_will(lea):
    to(2)
    campaign = launched(CampaignFactory(created_by=lea), lea)
    sent = campaign.recipients.first()
    Recipient.objects.filter(pk=sent.pk).update(state=Recipient.State.SENT, sent_at=timezone.now())
    campaign = launching.cancel(campaign=campaign, by=lea)
    assert (campaign.state, campaign.ended_at is not None) == (STATE.CANCELLED, True)
    assert Counter(campaign.recipients.values_list("state", flat=True)) == {"sent": 1, "cancelled": 1}
    assert launching.resume(campaign=campaign, by=lea).state == STATE.CANCELLED


@pytest.mark.parametrize("act", [launching.pause, launching.resume, launching.cancel])
def test_only_who_may_send_pauses_and_stops(act, claire):
    campaign = CampaignFactory(
        created_by=claire, state=STATE.SENDING, launched_at=timezone.now(), launched_by=UserFactory()
    )
    with pytest.raises(PermissionDenied):
        act(campaign=campaign, by=claire)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"segments": []}, ["Choisissez au moins un segment."]),
        ({"generic_share": 20}, ["Il manque le message standard."]),
        ({"kind": "invitation"}, ["Une invitation dit où et quand."]),
        ({"kind": "survey", "question": "Et ?", "choices": ["Oui"]}, ["Une question propose au moins deux réponses."]),
        ({}, []),
    ],
)  # fmt: skip
def test_everything_that_is_missing_is_said(values, missing):
    campaign = CampaignFactory(**values)
    try:
        launching.check_ready(campaign)
        said = []
    except ValidationError as error:
        said = error.messages
    assert said == missing


def test_segments_without_a_message_are_counted():
    campaign = CampaignFactory(segments=["loyal", "lost"])
    campaign.messages.all().delete()
    with pytest.raises(ValidationError, match="Il manque le message de 2 segments"):
        launching.check_ready(campaign)


def test_of_a_stopped_campaign_nothing_is_sent_again_but_what_arrived_may_be_told(lea):
    stopped = {"state": STATE.CANCELLED, "launched_at": timezone.now(), "launched_by": lea}
    lost = RecipientFactory(campaign=CampaignFactory(created_by=lea, **stopped), state=Recipient.State.UNCERTAIN)
    assert not launching.resend(recipient=lost, by=lea)
    lost.refresh_from_db()
    assert lost.state == Recipient.State.UNCERTAIN
    assert launching.mark_sent(recipient=lost, by=lea)


def test_what_was_on_its_way_when_a_campaign_was_stopped_is_stopped_with_it(lea):
    stopped = {"state": STATE.CANCELLED, "launched_at": timezone.now(), "launched_by": lea}
    deferred = RecipientFactory(campaign=CampaignFactory(created_by=lea, **stopped))
    sending.close_finished()
    deferred.refresh_from_db()
    assert deferred.state == Recipient.State.CANCELLED


def test_one_client_in_five_at_least_reads_the_message_of_their_segment(lea):
    with pytest.raises(ValidationError, match="Un client sur cinq"):
        drafting.start(name="Essai", segments=["loyal"], generic_share=50, held_share=31, by=lea)


def test_resending_an_uncertain_message_opens_its_campaign_again(lea):
    over = {"state": STATE.DONE, "launched_at": timezone.now(), "launched_by": lea, "ended_at": timezone.now()}
    campaign = CampaignFactory(created_by=lea, **over)
    lost = RecipientFactory(campaign=campaign, state=Recipient.State.UNCERTAIN)
    assert launching.resend(recipient=lost, by=lea)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.ended_at) == (STATE.SENDING, None)
    assert not launching.mark_sent(recipient=lost, by=lea), "it is no longer uncertain"

"""The outbox: each recipient once, whoever dies, and in the state that the mail server's answer says."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from campaigns import launching, objections, sending
from campaigns.models import Campaign, Recipient, Suppression
from clients.models import Contact
from tests.campaigns.conftest import use_server
from tests.factories import CampaignFactory, ClientFactory, ContactFactory, RecipientFactory, UserFactory
from tests.mail_servers import Hostile, free_port

pytestmark = pytest.mark.django_db
STATE = Recipient.State


def a_campaign(**values):
    now = timezone.now()
    values = {"state": Campaign.State.SENDING, "launched_at": now, "launched_by": UserFactory()} | values
    return CampaignFactory(**values)


def states(campaign):
    return dict(campaign.recipients.values_list("pk", "state"))


def test_each_recipient_receives_one_message_filled_for_them(sink):
    campaign = a_campaign()
    client = ClientFactory(name="Garage Noël")
    contact = ContactFactory(client=client, name="Jeanne Roux", email="jeanne@noel.example")
    one = RecipientFactory(campaign=campaign, client=client, contact=contact, email=contact.email)
    RecipientFactory(campaign=campaign)
    assert sending.work().sent == 2
    campaign.refresh_from_db()
    assert (campaign.state, campaign.ended_at is not None) == (Campaign.State.DONE, True)
    received = dict(sink.received)
    message = received["jeanne@noel.example"]
    assert len(sink.received) == len(received) == 2
    assert "Où en est Garage Noël ?" in message.get_body(("plain",)).get_content()
    assert "Bonjour Jeanne," in message.get_body(("html",)).get_content()
    assert message["Message-ID"].startswith(f"<{campaign.pk}.{one.pk}.1.")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sending.work().sent == 0


def test_a_sender_starts_anywhere_in_a_long_queue_and_leaves_nobody_out(sink, monkeypatch):
    campaign = a_campaign()
    due = timezone.now() - dt.timedelta(minutes=1)
    queue = [RecipientFactory(campaign=campaign, next_try_at=due) for _ in range(6)]
    monkeypatch.setattr(sending, "READ_AHEAD", 5)
    monkeypatch.setattr(sending, "randint", lambda first, last: queue[3].pk)
    assert sending.work().sent == 6
    turned = [*queue[4:], *queue[:4]]
    assert [address for address, _message in sink.received] == [recipient.email for recipient in turned]


def test_a_short_queue_is_sent_in_its_order(sink):
    campaign = a_campaign()
    due = timezone.now() - dt.timedelta(minutes=1)
    queue = [RecipientFactory(campaign=campaign, next_try_at=due) for _ in range(6)]
    assert sending.work().sent == 6
    assert [address for address, _message in sink.received] == [recipient.email for recipient in queue]


def test_the_message_id_of_a_recipient_never_changes(sink):
    campaign = a_campaign()
    recipient = RecipientFactory(campaign=campaign)
    sending.work()
    Recipient.objects.filter(pk=recipient.pk).update(state=STATE.PENDING, sent_at=None)
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.SENDING)
    sending.work()
    assert sink.received[0][1]["Message-ID"] == sink.received[1][1]["Message-ID"]


def test_what_a_dead_sender_left_is_uncertain_and_never_sent_by_itself(sink):
    campaign = a_campaign()
    past = timezone.now() - dt.timedelta(seconds=1)
    lost = RecipientFactory(campaign=campaign, state=STATE.SENDING, leased_until=past)
    held = RecipientFactory(campaign=campaign, state=STATE.SENDING, leased_until=timezone.now() + sending.LEASE)
    sending.work()
    assert states(campaign) == {lost.pk: STATE.UNCERTAIN, held.pk: STATE.SENDING}
    assert sink.received == []


@pytest.mark.parametrize(
    ("script", "state", "suppressed"),
    [
        ({"RCPT": "450 busy"}, STATE.PENDING, False),
        ({"RCPT": "550 5.1.1 unknown"}, STATE.FAILED, True),
        ({"RCPT": "552 full"}, STATE.FAILED, False),
        ({"DOT": "452 later"}, STATE.PENDING, False),
        ({"DOT": "550 spam"}, STATE.FAILED, False),
        ({"MAIL": "DROP"}, STATE.PENDING, False),
        ({"DATA": "DROP"}, STATE.PENDING, False),
        ({"DOT": "DROP"}, STATE.UNCERTAIN, False),
        ({"DOT": "HANG"}, STATE.UNCERTAIN, False),
        ({}, STATE.SENT, False),
    ],
)
def test_a_hostile_server_leaves_each_recipient_in_the_state_it_deserves(settings, script, state, suppressed):
    recipient = RecipientFactory(campaign=a_campaign())
    with Hostile(**script) as server:
        use_server(settings, server.port)
        sending.work()
    recipient.refresh_from_db()
    assert recipient.state == state
    assert Suppression.objects.filter(reason="unknown").exists() == suppressed


def test_a_no_for_now_is_tried_six_times_ever_later_then_given_up(settings, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 26, 10, tzinfo=dt.UTC), tick=False)
    recipient = RecipientFactory(campaign=a_campaign())
    waits = []
    with Hostile(RCPT="450 busy") as server:
        use_server(settings, server.port)
        for _ in range(6):
            sending.work()
            recipient.refresh_from_db()
            waits.append((recipient.next_try_at - timezone.now()).total_seconds() // 60)
            assert sending.work().failed == 0
            time_machine.move_to(max(recipient.next_try_at, timezone.now()), tick=False)
    assert waits == [1, 5, 20, 60, 240, 0]
    assert (recipient.state, recipient.attempts) == (STATE.FAILED, 6)


def test_without_a_mail_server_campaigns_wait_and_say_why(settings):
    use_server(settings, free_port())
    campaign = a_campaign()
    recipient = RecipientFactory(campaign=campaign)
    sending.work()
    campaign.refresh_from_db()
    recipient.refresh_from_db()
    assert (campaign.state, recipient.state, recipient.attempts) == (Campaign.State.SENDING, STATE.PENDING, 0)
    assert "ne répond pas" in campaign.trouble


def test_a_campaign_mostly_refused_pauses_by_itself(settings):
    campaign = a_campaign()
    RecipientFactory.create_batch(30, campaign=campaign)
    with Hostile(RCPT="554 5.7.1 go away") as server:
        use_server(settings, server.port)
        sending.work()
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.PAUSED
    assert campaign.recipients.filter(state=STATE.PENDING).count() >= 18
    assert "10 des 10 derniers messages" in campaign.trouble


def test_an_address_that_objects_after_the_launch_receives_nothing(sink):
    campaign = a_campaign()
    recipient, other = RecipientFactory.create_batch(2, campaign=campaign)
    objections.object_to(recipient=recipient)
    sending.work()
    assert states(campaign) == {recipient.pk: STATE.LEFT_OUT, other.pk: STATE.SENT}


def test_an_objection_by_import_holds_too(sink):
    campaign = a_campaign()
    contact = ContactFactory(email="x@client.example", objected_at=timezone.now())
    recipient = RecipientFactory(campaign=campaign, client=contact.client, contact=contact, email=contact.email)
    sending.work()
    recipient.refresh_from_db()
    assert (recipient.state, recipient.reason) == (STATE.LEFT_OUT, "objected")


def test_who_was_written_to_often_enough_meanwhile_is_left_out(sink):
    campaign = a_campaign()
    recipient = RecipientFactory(campaign=campaign)
    now = timezone.now()
    for _ in range(2):
        RecipientFactory(email=recipient.email, client=recipient.client, state=STATE.SENT, sent_at=now)
    sending.work()
    recipient.refresh_from_db()
    assert (recipient.state, recipient.reason) == (STATE.LEFT_OUT, "too-often")


def test_a_throttle_lets_so_many_go_and_makes_up_for_a_minute_at_most(sink, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 26, 10, tzinfo=dt.UTC), tick=False)
    campaign = a_campaign(per_hour=120)
    RecipientFactory.create_batch(10, campaign=campaign)
    assert sending.work().sent == 1
    time_machine.shift(dt.timedelta(minutes=10))
    assert sending.work().sent == 3  # two that a minute allows, and the one due now


def test_a_scheduled_campaign_waits_for_its_hour(sink, time_machine):
    at = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
    time_machine.move_to(at - dt.timedelta(minutes=1), tick=False)
    campaign = a_campaign(state=Campaign.State.SCHEDULED, scheduled_for=at)
    RecipientFactory(campaign=campaign, next_try_at=at)
    assert sending.work().sent == 0
    time_machine.move_to(at, tick=False)
    assert sending.work().sent == 1


@pytest.mark.parametrize("state", [Campaign.State.PAUSED, Campaign.State.CANCELLED, Campaign.State.DRAFT])
def test_nothing_leaves_of_a_campaign_that_is_not_being_sent(sink, state):
    RecipientFactory(campaign=a_campaign(state=state))
    assert sending.work().sent == 0


def test_a_message_that_cannot_be_written_is_refused_alone(sink):
    campaign = a_campaign()
    odd, plain = RecipientFactory(campaign=campaign, segment="lost"), RecipientFactory(campaign=campaign)
    sending.work()
    assert states(campaign) == {odd.pk: STATE.FAILED, plain.pk: STATE.SENT}


def test_without_a_server_of_mails_messages_go_where_the_site_keeps_them():
    RecipientFactory(campaign=a_campaign())
    assert sending.work().sent == 1
    assert len(mail.outbox) == 1


def test_a_person_says_what_became_of_an_uncertain_message(sink):
    boss = UserFactory(roles=[Role.DIRECTION])
    campaign = a_campaign(state=Campaign.State.DONE)
    again, arrived = RecipientFactory.create_batch(2, campaign=campaign, state=STATE.UNCERTAIN)
    assert launching.mark_sent(recipient=arrived, by=boss)
    assert launching.resend(recipient=again, by=boss)
    assert not launching.resend(recipient=again, by=boss)
    assert sending.work().sent == 1
    again.refresh_from_db()
    assert (again.state, again.settled_by) == (STATE.SENT, boss)


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_message_once(sink):
    campaign = a_campaign()
    RecipientFactory.create_batch(60, campaign=campaign)

    def send():
        try:
            sending.work()
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert len(sink.received) == 60
    assert len({recipient for recipient, _message in sink.received}) == 60
    assert set(states(campaign).values()) == {STATE.SENT}


@pytest.mark.django_db(transaction=True)
def test_once_an_objection_is_answered_nothing_more_leaves_to_the_address(sink):
    """The message is on its way when the objection comes: its answer waits for the end of it."""
    campaign = a_campaign()
    recipient = RecipientFactory(campaign=campaign)
    began, answered = threading.Event(), []
    handle = sink.handle_DATA

    async def slow(server, session, envelope):
        began.set()
        assert not answered
        return await handle(server, session, envelope)

    sink.handle_DATA = slow

    def send():
        try:
            sending.work()
        finally:
            connection.close()

    sender = threading.Thread(target=send)
    sender.start()
    assert began.wait(20)
    objections.object_to(recipient=recipient)
    answered.append(len(sink.received))
    sender.join(20)
    assert answered == [1]


def test_an_objection_to_everything_is_written_on_the_contact_too():
    contact = ContactFactory(email="x@client.example")
    recipient = RecipientFactory(client=contact.client, contact=contact, email=contact.email)
    objections.object_to(recipient=recipient, scope="message")
    assert Contact.objects.get(pk=contact.pk).objected_at is None
    objections.object_to(recipient=recipient)
    objections.object_to(recipient=recipient)
    assert Contact.objects.get(pk=contact.pk).objected_at is not None
    assert Suppression.objects.count() == 2

"""Automatic messages: once per client unless said otherwise, for what happens from now on, so many a day at most."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.roles import Role
from campaigns import automations, objections, sending
from campaigns.models import Automation, Campaign, Recipient
from clients.models import Event
from segmentation.models import Movement
from tests.campaigns.test_audience import someone
from tests.factories import ClientDepartureFactory, EventFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
STATE = Recipient.State


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def lea(clock):
    return UserFactory(roles=[Role.MARKETING])


@pytest.fixture
def run(clock):
    """The run of yesterday, which was on show when anything was switched on."""
    return ScoringRunFactory(as_of=TODAY - dt.timedelta(days=1), finished_at=NOW - dt.timedelta(hours=6))


def automatic(by, *, is_on=True, **values):
    values = {"segment": "at-risk", "again": "never", "daily_cap": 20} | values
    one = automations.save(automation=Automation(**values), name="Automatique", by=by)
    if is_on:
        automations.mark_tried(automation=one, by=by)
        automations.switch(automation=one, is_on=True, by=by)
    return Automation.objects.get(pk=one.pk)


def enters(client, *, on=TODAY, segment="at-risk", **values):
    """The client enters this segment, as the run of that day confirms."""
    values = {"from_segment": "loyal", "is_arrival": False, "is_departure": False, "cause": "own"} | values
    as_of = on - dt.timedelta(days=1)
    return Movement.objects.create(
        client=client,
        former_as_of=as_of - dt.timedelta(days=1),
        as_of=as_of,
        to_segment=segment,
        confirmed_on=on,
        **values,
    )


def at_risk(number=1, **values):
    return someone(f"contact{number}@client.example", segment="at-risk", **values)


def test_who_enters_the_segment_is_written_to_once(lea, run, sink):
    automatic(lea)
    client = at_risk(name="Garage Noël")
    enters(client)
    assert [automations.run_due() for _ in range(3)] == [1, 0, 0]
    sending.work()
    [(recipient, _message)] = sink.received
    assert recipient == "contact1@client.example"
    assert Campaign.objects.get().state == Campaign.State.SENDING, "it goes on"


def test_what_was_confirmed_before_it_was_on_sends_nothing(lea, run):
    enters(at_risk(), on=run.as_of)
    automatic(lea)
    assert automations.run_due() == 0


def test_a_movement_that_is_not_confirmed_sends_nothing(lea, run):
    automatic(lea)
    move = enters(at_risk())
    Movement.objects.filter(pk=move.pk).update(confirmed_on=None)
    assert automations.run_due() == 0


def test_a_change_of_the_rules_starts_nothing(lea, run):
    automatic(lea)
    enters(at_risk(), cause="rules")
    assert automations.run_due() == 0


def test_coming_in_again_says_after_how_many_days(lea, run):
    one = automatic(lea, is_on=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Automation.objects.filter(pk=one.pk).update(again="after", again_after_days=None)


def test_who_has_left_the_segment_meanwhile_is_not_written_to(lea, run):
    automatic(lea)
    enters(someone("contact1@client.example", segment="loyal"))
    assert automations.run_due() == 0


@pytest.mark.parametrize(
    ("choice", "occurrences"), [({"again": "never"}, [1]), ({"again": "after", "again_after_days": 10}, [1, 2])]
)
def test_a_client_who_comes_back_receives_it_again_only_when_that_was_chosen(
    lea, run, sink, clock, choice, occurrences
):
    one, client = automatic(lea, **choice), at_risk()
    enters(client)
    automations.run_due()
    sending.work()
    clock.shift(dt.timedelta(days=5))
    enters(client, on=TODAY + dt.timedelta(days=5))
    assert automations.run_due() == 0, "too early"
    clock.shift(dt.timedelta(days=20))
    enters(client, on=TODAY + dt.timedelta(days=25))
    automations.run_due()
    assert sorted(one.campaign.recipients.values_list("occurrence", flat=True)) == occurrences


def test_the_rest_of_the_day_waits_for_tomorrow(lea, run, sink, clock):
    automatic(lea, daily_cap=2)
    for number in range(5):
        enters(at_risk(number))
    assert automations.run_due() == 2
    sending.work()
    assert automations.run_due() == 0
    clock.shift(dt.timedelta(days=1))
    assert automations.run_due() == 2
    sending.work()
    clock.shift(dt.timedelta(days=1))
    assert automations.run_due() == 1


@pytest.mark.parametrize("why", ["no e-mail", "objected", "left"])
def test_the_exclusions_of_any_audience_hold(lea, run, why):
    automatic(lea)
    client = someone("" if why == "no e-mail" else "contact1@client.example", segment="at-risk")
    enters(client)
    if why == "objected":
        objections.note(address="contact1@client.example", by=lea)
    if why == "left":
        ClientDepartureFactory(client=client)
    assert automations.run_due() == 0


def test_two_clients_of_one_address_receive_one_message_even_on_different_days(lea, run, sink):
    automatic(lea)
    enters(at_risk())
    automations.run_due()
    sending.work()
    enters(at_risk())
    assert automations.run_due() == 0


def test_an_event_starts_the_message_for_all(lea, run, sink):
    automatic(lea, segment="", event_kind=Event.Kind.HIRING)
    client = someone("contact1@client.example", segment="lost")
    EventFactory(client=client, kind=Event.Kind.HIRING, happened_on=TODAY, recorded_at=NOW)
    EventFactory(client=client, kind=Event.Kind.MOVE, happened_on=TODAY, recorded_at=NOW)
    assert automations.run_due() == 1
    assert sending.work().sent == 1


def test_an_event_known_before_it_was_on_starts_nothing(lea, run, clock):
    client = someone("contact1@client.example")
    EventFactory(client=client, kind=Event.Kind.HIRING, happened_on=TODAY, recorded_at=NOW)
    clock.shift(dt.timedelta(hours=1))
    automatic(lea, segment="", event_kind=Event.Kind.HIRING)
    assert automations.run_due() == 0


def test_it_is_tried_on_the_past_month_before_it_is_on(lea, run):
    one = automatic(lea, is_on=False)
    with pytest.raises(ValidationError, match="Essayez d’abord"):
        automations.switch(automation=one, is_on=True, by=lea)
    reached, silent = at_risk(), someone(segment="at-risk")
    for client, days in ((reached, 3), (silent, 29), (at_risk(3), 31)):
        enters(client, on=TODAY - dt.timedelta(days=days))
    trial = automations.mark_tried(automation=one, by=lea)
    assert [(row.client, row.why) for row in trial.rows] == [(reached, ""), (silent, "sans e-mail")]
    assert trial.sent == 1
    assert not Recipient.objects.exists()


def test_a_trial_shows_a_person_their_own_clients_alone(lea, run):
    one = automatic(lea, is_on=False)
    manager = UserFactory(roles=[Role.MANAGER])
    mine = at_risk(1, owner=UserFactory(manager=manager))
    for client in (mine, at_risk(2, owner=UserFactory())):
        enters(client)
    assert [row.client for row in automations.trial_of(one, by=manager).rows] == [mine]


def test_changing_the_rule_or_the_text_stops_it_and_asks_for_another_trial(lea, run):
    one = automatic(lea)
    automations.write(automation=one, subject="Objet", body="Et vous ?", by=lea)
    one.refresh_from_db()
    assert (one.is_on, one.tried_at, one.campaign.state) == (False, None, Campaign.State.PAUSED)
    automations.mark_tried(automation=one, by=lea)
    automations.switch(automation=one, is_on=True, by=lea)
    one.refresh_from_db()
    automations.save(automation=one, name="Autre nom", by=lea)
    one.refresh_from_db()
    assert (one.is_on, one.campaign.name) == (False, "Autre nom")


def test_what_cannot_be_read_back_is_not_kept(lea, run):
    with pytest.raises(ValidationError):
        automations.write(automation=automatic(lea), subject="Objet", body="{prnom}", by=lea)


def test_switched_off_nothing_more_leaves(lea, run, sink):
    one = automatic(lea)
    enters(at_risk())
    automations.run_due()
    automations.switch(automation=one, is_on=False, by=lea)
    sending.work()
    assert sink.received == []
    assert automations.run_due() == 0


def test_who_only_drafts_neither_writes_nor_switches_one(lea, run):
    one, claire = automatic(lea), UserFactory()
    for act in (
        lambda: automations.save(automation=Automation(segment="lost", again="never"), name="x", by=claire),
        lambda: automations.write(automation=one, subject="a", body="b ?", by=claire),
        lambda: automations.mark_tried(automation=one, by=claire),
        lambda: automations.switch(automation=one, is_on=False, by=claire),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_message(clock):
    lea = UserFactory(roles=[Role.MARKETING])
    ScoringRunFactory(as_of=TODAY - dt.timedelta(days=1), finished_at=NOW - dt.timedelta(hours=6))
    automatic(lea)
    enters(at_risk())
    ready, made = threading.Barrier(4), []

    def ring():
        ready.wait()
        try:
            made.append(automations.run_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 0, 0, 1]
    assert Recipient.objects.count() == 1


def test_it_is_not_among_the_campaigns_that_somebody_launches(lea, run):
    automatic(lea)
    assert not Campaign.objects.by_hand().exists()

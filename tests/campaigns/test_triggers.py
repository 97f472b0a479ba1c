"""Triggers: tried before they are on, fired once per event, for who follows the client, and taken back with a file."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from campaigns import triggers
from campaigns.models import Action, TriggerFiring
from clients.models import Event
from segmentation.models import LedgerEntry
from tests.factories import (
    ActionFactory,
    ClientDepartureFactory,
    ClientFactory,
    EventFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    TriggerRuleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def claire():
    return UserFactory()


@pytest.fixture
def direction():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def moved(claire):
    return EventFactory(client=ClientFactory(owner=claire))


def test_it_proposes_an_action_to_who_follows_the_client_once(claire, moved):
    rule = TriggerRuleFactory(service=ServiceFactory(name="Audit"), action_kind="visit", days=5)
    assert (triggers.fire(), triggers.fire()) == (1, 0)
    action = Action.objects.get()
    assert (action.assignee, action.kind, action.due_on) == (claire, "visit", dt.date(2026, 11, 8))
    assert action.note == "Déménagement du 20/10/2026 : proposer Audit."
    with pytest.raises(IntegrityError), transaction.atomic():
        TriggerFiring.objects.create(rule=rule, event=moved)


def test_an_action_planned_already_is_kept_and_not_doubled(claire, moved):
    planned = ActionFactory(client=moved.client, assignee=claire, kind="call", due_on=dt.date(2026, 11, 20))
    TriggerRuleFactory()
    assert triggers.fire() == 1
    assert TriggerFiring.objects.get().action == planned == Action.objects.get()


def test_it_leaves_alone_what_is_not_for_it(claire, moved):
    EventFactory(client=moved.client, kind="hiring")
    EventFactory(client=ClientFactory())  # followed by nobody
    EventFactory(client=ClientDepartureFactory(client=ClientFactory(owner=claire)).client)
    EventFactory(client=ClientFactory(owner=claire), happened_on=dt.date(2026, 11, 4))  # to come
    EventFactory(client=ClientFactory(owner=claire), happened_on=dt.date(2026, 8, 4))  # too old to act upon
    refusing = ClientFactory(owner=claire)
    ActionFactory(client=refusing, assignee=claire, outcome="stop-calling", done_at="2026-10-02T09:00Z", done_by=claire)
    EventFactory(client=refusing)
    TriggerRuleFactory()
    assert triggers.fire() == 1
    assert TriggerFiring.objects.get().event == moved


def test_segments_are_those_of_the_run_on_show(claire, moved):
    TriggerRuleFactory(segments=["loyal"])
    assert triggers.fire() == 0
    ScoreFactory(run=ScoringRunFactory(), client=moved.client, segment="loyal")
    assert triggers.fire() == 1


def test_what_was_known_before_it_was_on_does_not_fire(claire, moved):
    TriggerRuleFactory(switched_on_at=dt.datetime(2026, 11, 3, 8, tzinfo=dt.UTC))
    Event.objects.update(recorded_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    assert triggers.fire() == 0


def test_the_end_of_a_service_fires_when_it_is_found_however_old_its_last_purchase(claire):
    EventFactory(
        client=ClientFactory(owner=claire), kind="service-end", origin="invoices", happened_on=dt.date(2026, 5, 1)
    )
    TriggerRuleFactory(event_kind="service-end")
    assert triggers.fire() == 1


def test_an_anniversary_found_months_late_does_not_fire(claire):
    late = {"kind": "first-year", "origin": "invoices", "happened_on": dt.date(2026, 5, 1)}
    EventFactory(client=ClientFactory(owner=claire), **late)
    TriggerRuleFactory(event_kind="first-year")
    assert triggers.fire() == 0


def test_it_is_tried_before_it_is_on_and_again_after_a_change(direction, moved):
    rule = triggers.save(rule=TriggerRuleFactory.build(created_by=None), by=direction)
    with pytest.raises(ValidationError):
        triggers.switch(rule=rule, is_on=True, by=direction)
    assert triggers.mark_tried(rule=rule, by=direction) == 1
    triggers.switch(rule=rule, is_on=True, by=direction)
    rule.refresh_from_db()
    assert rule.is_on
    rule.days = 3
    triggers.save(rule=rule, by=direction)
    rule.refresh_from_db()
    assert (rule.tried_at, rule.is_on) == (None, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(rule).objects.filter(pk=rule.pk).update(switched_on_at=rule.created_at)


def test_a_trial_counts_the_clients_that_its_reader_sees_over_twelve_months(claire, direction, moved):
    EventFactory(client=ClientFactory())
    EventFactory(client=moved.client, happened_on=dt.date(2025, 11, 3))
    EventFactory(client=moved.client, happened_on=dt.date(2025, 11, 4))
    rule = TriggerRuleFactory(switched_on_at=None)
    assert triggers.trial_of(rule, by=claire).events.count() == 2
    assert triggers.trial_of(rule, by=direction).events.count() == 3
    assert not Action.objects.exists()


def test_only_who_keeps_the_playbook_writes_rules(claire):
    with pytest.raises(PermissionDenied):
        triggers.save(rule=TriggerRuleFactory.build(created_by=None), by=claire)


def test_the_ledger_follows_each_run_once_a_day(claire):
    assert triggers.run_due() is None  # no run yet
    run = ScoringRunFactory()
    ScoreFactory(
        run=run, client=ClientFactory(owner=claire), first_purchase_on=dt.date(2025, 10, 20),
        last_purchase_on=dt.date(2026, 10, 1),
    )  # fmt: skip
    TriggerRuleFactory(event_kind="first-year")
    entry = triggers.run_due()
    assert (entry.outcome, entry.run) == (LedgerEntry.Outcome.DONE, run)
    assert Action.objects.count() == 1
    assert triggers.run_due() is None
    later = ScoringRunFactory(as_of=dt.date(2026, 11, 1))
    assert triggers.run_due().run == later
    assert Action.objects.count() == 1

"""A round of calls: who is in it, who comes now, and what it came to."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.roles import Role
from campaigns import actions, rounds
from campaigns.models import CallRound
from clients.models import Client
from segmentation.models import Risk, Rules
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claire():
    return UserFactory(roles=[Role.COMMERCIAL])


@pytest.fixture
def run(db):
    return ScoringRunFactory(as_of=dt.date(2026, 10, 31), rules=Rules.objects.get())


@pytest.fixture
def three(claire, run):
    """Three clients of Claire's at risk, of 300, 200 and 100 €."""
    amounts = (Decimal(300), Decimal(200), Decimal(100))
    scores = [
        ScoreFactory(run=run, client=ClientFactory(owner=claire), at_risk=True, amount_at_risk=amount)
        for amount in amounts
    ]
    return [score.client for score in scores]


def begun(claire, run, clients):
    return rounds.start(clients=[client.pk for client in clients], run=run, by=claire)


def standing(claire):
    return rounds.standing_of(claire)


def record(client, claire, outcome="reached", **more):
    return actions.record_call(client=client, outcome=outcome, by=claire, **more)


def test_clients_come_in_the_order_of_the_list_each_until_it_has_an_outcome(claire, run, three):
    begun(claire, run, three)
    seen = []
    while (client := standing(claire).client) is not None:
        seen.append((standing(claire).place, client))
        record(client, claire)
    assert seen == [(1, three[0]), (2, three[1]), (3, three[2])]


def test_a_call_taken_back_is_to_be_made_again(claire, run, three):
    begun(claire, run, three)
    action = record(three[0], claire)
    assert standing(claire).client == three[1]
    actions.undo(action=action, by=claire)
    assert standing(claire).client == three[0]


def test_a_call_made_by_a_colleague_meanwhile_is_not_asked_for(claire, run, three):
    begun(claire, run, three)
    record(three[0], UserFactory(roles=[Role.DIRECTION]))
    assert standing(claire).client == three[1]
    assert standing(claire).calls == []


def test_a_call_made_before_the_round_began_does_not_count(claire, run, three):
    with time_machine.travel(timezone.now() - dt.timedelta(hours=1)):
        record(three[0], claire)
    begun(claire, run, three)
    assert standing(claire).client == three[0]


def test_who_is_passed_over_waits_to_the_end_where_it_is_named(claire, run, three):
    found = begun(claire, run, three)
    for _twice in range(2):
        rounds.pass_over(call_round=found, client=three[0].pk)
    rounds.pass_over(call_round=found, client=ClientFactory().pk)
    assert CallRound.objects.get().passed == [three[0].pk]
    assert standing(claire).client == three[1]
    assert standing(claire).passed == [three[0]]
    record(three[0], claire)
    assert standing(claire).passed == []


def test_who_is_no_longer_at_risk_is_spared_and_said_so(claire, run, three):
    begun(claire, run, three)
    later = ScoringRunFactory(as_of=dt.date(2026, 11, 1), rules=run.rules)
    for client in three[1:]:
        ScoreFactory(run=later, client=client, at_risk=True)
    assert standing(claire).client == three[1]
    assert standing(claire).spared == [three[0]]


def test_an_alert_set_aside_during_the_round_spares_its_client(claire, run, three):
    begun(claire, run, three)
    Risk.objects.filter(client=three[0]).update(hidden_until=timezone.localdate() + dt.timedelta(days=9))
    assert standing(claire).client == three[1]


def test_a_client_given_to_somebody_else_leaves_the_round(claire, run, three):
    begun(claire, run, three)
    Client.objects.filter(pk=three[0].pk).update(owner=UserFactory(roles=[Role.COMMERCIAL]))
    assert standing(claire).client == three[1]


def test_nobody_else_s_clients_nor_those_not_to_be_called_are_in_a_round(claire, run, three):
    record(three[2], claire, outcome="stop-calling", note="Le demande.")
    found = begun(claire, run, [ClientFactory(), *three, three[0]])
    assert found.clients == [three[0].pk, three[1].pk]


def test_a_round_without_anybody_does_not_begin_and_leaves_the_one_there_is(claire, run, three):
    first = begun(claire, run, three)
    assert begun(claire, run, [ClientFactory()]) is None
    assert standing(claire).call_round == first


def test_a_new_round_takes_the_place_of_the_one_before(claire, run, three):
    begun(claire, run, three)
    second = begun(claire, run, three[:1])
    assert standing(claire).call_round == second
    assert CallRound.objects.filter(ended_at=None).count() == 1
    rounds.end(second)
    assert standing(claire) is None


def test_a_round_is_over_the_next_day(claire, run, three):
    begun(claire, run, three)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert standing(claire) is None


def test_who_may_not_record_actions_has_no_round(run, three):
    with pytest.raises(PermissionDenied):
        begun(UserFactory(roles=[Role.ADMINISTRATOR]), run, three)


def test_a_round_holds_sixty_calls_at_most(claire, run):
    clients = [ClientFactory(owner=claire) for _ in range(rounds.MOST_CALLS + 1)]
    assert len(begun(claire, run, clients).clients) == rounds.MOST_CALLS


def test_at_the_end_it_says_what_the_calls_came_to(claire, run, three):
    begun(claire, run, three)
    record(three[0], claire)
    record(three[1], claire, outcome="call-back", call_back_on=timezone.localdate() + dt.timedelta(days=7))
    record(three[2], claire, outcome="message-left")
    actions.plan(client=three[0], assignee=claire, due_on=timezone.localdate(), kind="visit", by=claire)
    end = standing(claire)
    assert (end.client, len(end.calls), end.reached, end.messages, end.to_call_back) == (None, 3, 1, 1, 1)
    assert (end.appointments, end.covered) == (1, Decimal(500))

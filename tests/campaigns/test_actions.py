import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.roles import Role
from campaigns import actions
from campaigns.models import Action
from clients.models import Client, TimeEntry
from tests.factories import ActionFactory, ClientFactory, UserFactory

pytestmark = pytest.mark.django_db
Outcome = Action.Outcome


def in_days(days):
    return timezone.localdate() + dt.timedelta(days=days)


@pytest.fixture
def claire():
    return UserFactory()


@pytest.fixture
def client_of_claire(claire):
    return ClientFactory(owner=claire)


def record(client, by, outcome=Outcome.REACHED, **fields):
    return actions.record_call(client=client, by=by, outcome=outcome, **fields)


def test_a_call_that_nobody_planned_is_recorded_done(claire, client_of_claire):
    action = record(client_of_claire, claire, note="Content.")
    assert (action.outcome, action.note, action.done_by, action.assignee) == ("reached", "Content.", claire, claire)


def test_a_call_closes_the_oldest_one_planned_for_the_client(claire, client_of_claire):
    later = ActionFactory(client=client_of_claire, assignee=claire, due_on=in_days(3))
    oldest = ActionFactory(client=client_of_claire, assignee=claire, due_on=in_days(1))
    assert record(client_of_claire, claire) == oldest
    assert list(Action.objects.open()) == [later]


def test_a_visit_planned_stays_open_after_a_call(claire, client_of_claire):
    visit = ActionFactory(client=client_of_claire, assignee=claire, kind=Action.Kind.VISIT)
    assert record(client_of_claire, claire) != visit


def test_calling_back_plans_the_next_call(claire, client_of_claire):
    action = record(client_of_claire, claire, Outcome.CALL_BACK, call_back_on=in_days(7))
    assert action.followed_by.due_on == in_days(7)
    assert action.followed_by.assignee == claire


@pytest.mark.parametrize("days", [None, -1, 0])
def test_calling_back_needs_a_day_to_come(claire, client_of_claire, days):
    with pytest.raises(ValidationError):
        record(client_of_claire, claire, Outcome.CALL_BACK, call_back_on=None if days is None else in_days(days))


def test_no_more_calls_needs_a_motive_and_drops_the_calls_still_open(claire, client_of_claire):
    for days in (1, 2):
        ActionFactory(client=client_of_claire, assignee=claire, due_on=in_days(days))
    with pytest.raises(ValidationError):
        record(client_of_claire, claire, Outcome.STOP_CALLING, note="  ")
    record(client_of_claire, claire, Outcome.STOP_CALLING, note="Fermé.")
    assert not Action.objects.open().exists()


def test_the_same_form_sent_twice_records_one_call(claire, client_of_claire):
    token = uuid4()
    first = record(client_of_claire, claire, token=token)
    assert record(client_of_claire, claire, Outcome.MESSAGE_LEFT, token=token) == first
    assert Action.objects.count() == 1


@pytest.mark.parametrize("role", [Role.MARKETING, Role.ADMINISTRATOR])
def test_recording_is_refused_without_the_right(role, client_of_claire):
    with pytest.raises(PermissionDenied):
        record(client_of_claire, UserFactory(roles=[role]))


def test_somebody_else_s_client_does_not_exist(client_of_claire):
    with pytest.raises(Client.DoesNotExist):
        record(client_of_claire, UserFactory())
    with pytest.raises(Client.DoesNotExist):
        actions.plan(client=client_of_claire, assignee=UserFactory(), due_on=in_days(1), by=UserFactory())


def test_undoing_a_call_that_nobody_planned_forgets_it_and_its_follow_up(claire, client_of_claire):
    action = record(client_of_claire, claire, Outcome.CALL_BACK, call_back_on=in_days(1))
    actions.undo(action=action, by=claire)
    assert not Action.objects.exists()


def test_undoing_a_planned_call_opens_it_again(claire, client_of_claire):
    planned = ActionFactory(client=client_of_claire, assignee=claire)
    actions.undo(action=record(client_of_claire, claire, note="Non."), by=claire)
    planned.refresh_from_db()
    assert (planned.done_at, planned.outcome, planned.note, planned.done_by) == (None, "", "", None)


def test_undoing_no_more_calls_opens_the_dropped_ones_again(claire, client_of_claire):
    for days in (1, 2):
        ActionFactory(client=client_of_claire, assignee=claire, due_on=in_days(days))
    actions.undo(action=record(client_of_claire, claire, Outcome.STOP_CALLING, note="Fermé."), by=claire)
    assert Action.objects.open().count() == 2


def test_undoing_twice_changes_nothing_more(claire, client_of_claire):
    ActionFactory(client=client_of_claire, assignee=claire)
    action = record(client_of_claire, claire)
    actions.undo(action=action, by=claire)
    actions.undo(action=action, by=claire)
    assert Action.objects.open().count() == 1


def test_undoing_is_for_the_person_who_recorded_within_the_hour(claire, client_of_claire):
    action = record(client_of_claire, claire)
    with pytest.raises(PermissionDenied):
        actions.undo(action=action, by=UserFactory(roles=[Role.DIRECTION]))
    Action.objects.update(done_at=timezone.now() - dt.timedelta(minutes=61))
    with pytest.raises(ValidationError):
        actions.undo(action=action, by=claire)


def test_a_call_is_not_undone_once_the_next_one_was_made(claire, client_of_claire):
    action = record(client_of_claire, claire, Outcome.CALL_BACK, call_back_on=in_days(1))
    record(client_of_claire, claire)
    with pytest.raises(ValidationError):
        actions.undo(action=action, by=claire)


def test_planning_twice_plans_once(claire, client_of_claire):
    for _ in range(2):
        actions.plan(client=client_of_claire, assignee=claire, due_on=in_days(1), by=claire)
    assert Action.objects.count() == 1


def test_nothing_is_planned_for_yesterday_nor_for_a_person_who_may_not_see_the_client(claire, client_of_claire):
    with pytest.raises(ValidationError):
        actions.plan(client=client_of_claire, assignee=claire, due_on=in_days(-1), by=claire)
    with pytest.raises(ValidationError):
        actions.plan(client=client_of_claire, assignee=UserFactory(), due_on=in_days(1), by=claire)


def test_several_calls_are_planned_for_each_client_s_own_salesperson(claire):
    manager = UserFactory(roles=[Role.MANAGER])
    User.objects.filter(pk=claire.pk).update(manager=manager)
    own, orphan = ClientFactory(owner=claire), ClientFactory()
    planned = actions.plan_calls(clients=[own, orphan], assignee=None, due_on=in_days(1), by=manager)
    assert {(a.client, a.assignee) for a in planned.actions} == {(own, claire), (orphan, manager)}


def test_planning_several_calls_says_what_it_left_out(claire):
    planned, refusing, free, foreign = [ClientFactory(owner=claire) for _ in range(3)] + [ClientFactory()]
    ActionFactory(client=planned, assignee=claire, due_on=in_days(5))
    record(refusing, claire, Outcome.STOP_CALLING, note="Fermé.")
    outcome = actions.plan_calls(
        clients=[planned, refusing, free, foreign], assignee=claire, due_on=in_days(1), by=claire
    )
    assert [action.client for action in outcome.actions] == [free]
    assert (outcome.already_planned, outcome.not_to_call, outcome.not_theirs) == (1, 1, 0)


def test_planning_several_calls_is_taken_back_in_one_go(claire):
    planned = actions.plan_calls(
        clients=[ClientFactory(owner=claire), ClientFactory(owner=claire)],
        assignee=claire,
        due_on=in_days(1),
        by=claire,
    )
    assert actions.unplan(planned_at=planned.at, by=UserFactory()) == 0
    assert actions.unplan(planned_at=planned.at, by=claire) == 2


def test_every_change_of_an_action_is_journaled_without_its_note(claire, client_of_claire):
    record(client_of_claire, claire, note="Il divorce.")
    entry = AuditEntry.objects.get(table="campaigns_action")
    assert entry.changes["outcome"] == [None, "reached"]
    assert entry.changes["note"] is None


# --- Minutes --------------------------------------------------------------------------------------


def test_the_minutes_of_an_action_are_time_spent_on_its_client_once(claire):
    action = ActionFactory(client=ClientFactory(owner=claire), assignee=claire, kind="visit")
    for _ in range(2):
        actions.complete(action=action, outcome="done", minutes=90, by=claire)
    entry = TimeEntry.objects.get()
    assert (entry.client, entry.person, entry.hours, entry.label) == (action.client, claire, Decimal("1.5"), "Visite")


def test_a_call_counts_its_minutes_and_its_undoing_takes_them_back(claire):
    action = actions.record_call(client=ClientFactory(owner=claire), outcome="reached", minutes=20, by=claire)
    assert TimeEntry.objects.get().hours == Decimal("0.33")
    actions.undo(action=action, by=claire)
    assert not TimeEntry.objects.exists()


def test_an_action_given_up_took_no_time(claire):
    action = ActionFactory(client=ClientFactory(owner=claire), assignee=claire)
    actions.complete(action=action, outcome="dropped", minutes=90, by=claire)
    assert not TimeEntry.objects.exists()


def test_minutes_that_no_day_holds_are_refused_and_nothing_is_closed(claire):
    action = ActionFactory(client=ClientFactory(owner=claire), assignee=claire)
    with pytest.raises(ValidationError, match="entre 1 et 1 440"):
        actions.complete(action=action, outcome="done", minutes=5000, by=claire)
    action.refresh_from_db()
    assert action.done_at is None


@pytest.mark.parametrize("kind", ["thanks", "reframe"])
def test_thanking_and_reframing_are_planned_like_anything_else(client_of_claire, claire, kind):
    action = actions.plan(client=client_of_claire, assignee=claire, due_on=timezone.localdate(), kind=kind, by=claire)
    actions.complete(action=action, outcome="done", by=claire)
    assert Action.objects.done().get().kind == kind

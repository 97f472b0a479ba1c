"""Planning what must be done for a client, recording what came of it, and taking back the last thing recorded."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns.models import Action
from clients import farewells, timesheets
from clients.models import Client, Service
from segmentation import holes, time_spent
from segmentation.models import Hole, HoleReason

UNDO_WITHIN = dt.timedelta(hours=1)
MOST_MINUTES = 24 * 60
OUTCOMES = (Action.Outcome.DONE, Action.Outcome.ACCEPTED, Action.Outcome.REFUSED, Action.Outcome.DROPPED)
CALL_OUTCOMES = (
    Action.Outcome.REACHED,
    Action.Outcome.MESSAGE_LEFT,
    Action.Outcome.CALL_BACK,
    Action.Outcome.STOP_CALLING,
    Action.Outcome.LEFT,
)


@dataclass(frozen=True)
class Planned:
    """What planning the same for several clients came to: the new actions, and the clients left out and why."""

    at: dt.datetime
    actions: list[Action]
    kind: str = Action.Kind.CALL
    already_planned: int = 0
    not_to_call: int = 0
    not_theirs: int = 0
    gone: int = 0


@transaction.atomic
def plan(
    *,
    client: Client,
    assignee: User,
    due_on: dt.date,
    kind: str = Action.Kind.CALL,
    service: Service | None = None,
    origin: str = Action.Origin.HAND,
    follows: Action | None = None,
    by: User,
) -> Action:
    """The open action of this kind for this client, person, day and service: made when it was not planned yet.

    Raises PermissionDenied without the right to record actions, Client.DoesNotExist for somebody else's client,
    ValidationError for a day gone by, a client who is gone or a person who may not see the client.
    """
    client = _locked(client, by)
    _check_day(due_on)
    if farewells.gone([client.pk]):
        raise ValidationError(_("Ce client est parti : annulez d’abord son départ sur sa fiche."))
    if not Client.objects.visible_to(assignee).filter(pk=client.pk).exists():
        raise ValidationError({"assignee": _("Cette personne ne suit pas ce client : affectez-le-lui d’abord.")})
    action, _is_new = Action.objects.open().get_or_create(
        client=client,
        assignee=assignee,
        kind=kind,
        service=service,
        due_on=due_on,
        defaults={"created_by": by, "origin": origin, "follows": follows},
    )
    return action


@transaction.atomic
def plan_calls(
    *,
    clients: Iterable[Client],
    assignee: User | None,
    due_on: dt.date,
    kind: str = Action.Kind.CALL,
    service: Service | None = None,
    origin: str = Action.Origin.HAND,
    by: User,
) -> Planned:
    """One action of this kind, a call by default, for each of these clients; and what was left out: those that have one
    open already (about this service, when there is one), clients gone, and for calls, those not to be called.

    Without an assignee, each client's own salesperson gets it, and `by` those that nobody follows.
    Raises PermissionDenied without the right to record actions, ValidationError for a day gone by.
    """
    _check_right(by)
    _check_day(due_on)
    ids = [client.pk for client in clients]
    mine = list(Client.objects.visible_to(by).filter(pk__in=ids).select_for_update().order_by("pk"))
    there = Action.objects.open().filter(kind=kind, client__in=mine)
    there = there.filter(service=service) if service else there
    open_calls = set(there.values_list("client_id", flat=True))
    gone = farewells.gone(client.pk for client in mine)
    refusing = not_to_call([client.pk for client in mine]) - gone if kind == Action.Kind.CALL else set()
    left_out = open_calls | refusing | gone
    theirs = (
        {client.pk for client in mine}
        if assignee is None
        else set(Client.objects.visible_to(assignee).filter(pk__in=ids).values_list("pk", flat=True))
    )
    now = timezone.now()
    wanted = [client for client in mine if client.pk in theirs - left_out]
    actions = Action.objects.bulk_create(
        Action(
            client=client,
            assignee_id=assignee.pk if assignee else client.owner_id or by.pk,
            kind=kind,
            service=service,
            origin=origin,
            due_on=due_on,
            created_by=by,
            created_at=now,
        )
        for client in wanted
    )
    return Planned(
        at=now,
        actions=actions,
        kind=kind,
        already_planned=len(open_calls),
        not_to_call=len(refusing - open_calls),
        not_theirs=sum(client.pk not in theirs | left_out for client in mine),
        gone=len(gone),
    )


@transaction.atomic
def record_call(
    *,
    client: Client,
    outcome: str,
    note: str = "",
    call_back_on: dt.date | None = None,
    minutes: int | None = None,
    by: User,
    token: UUID | None = None,
    planned: int | None = None,
) -> Action:
    """The call just made, done: the one `planned` (its id), else the oldest open for this client, else a new one.

    "À rappeler" plans the next call for the same person; "Ne plus appeler" drops every other call still open. The
    minutes it took, when said, count as time spent on the client. The same token by the same person records once.

    Raises PermissionDenied without the right to record actions, Client.DoesNotExist for somebody else's client,
    ValidationError when the day or the motive is missing.
    """
    client = _locked(client, by)
    if token and (recorded := Action.objects.recorded_by(by).filter(token=token).first()):
        return recorded
    _check_call(outcome, note, call_back_on)
    now = timezone.now()
    calls = _open_calls().filter(client=client)
    action = calls.filter(pk=planned).first() or calls.first()
    if action is None:
        action = Action(client=client, assignee=by, due_on=timezone.localdate(), created_by=by, created_at=now)
    action.outcome, action.note, action.done_at, action.done_by, action.token = outcome, note, now, by, token
    action.minutes = minutes
    action.save()
    _count_time(action)
    if outcome == Action.Outcome.CALL_BACK:
        Action.objects.open().get_or_create(
            client=client,
            assignee=action.assignee,
            kind=Action.Kind.CALL,
            due_on=call_back_on,
            service=action.service,
            defaults={"created_by": by, "follows": action, "origin": Action.Origin.ACTION},
        )
    if outcome == Action.Outcome.STOP_CALLING:
        _open_calls().filter(client=client).update(outcome=Action.Outcome.DROPPED, done_at=now, done_by=by)
    return action


@transaction.atomic
def complete(
    *,
    action: Action,
    outcome: str,
    note: str = "",
    minutes: int | None = None,
    next_kind: str = "",
    next_on: dt.date | None = None,
    by: User,
) -> Action:
    """An action, done, dropped, accepted or refused whatever its kind. Once closed it stays as it is; its minutes are
    time spent. What was refused closes the hole of its service, an offer made without an answer yet is told there;
    `next_on` plans what comes next, of `next_kind`.

    Raises PermissionDenied without the right, Client.DoesNotExist for somebody else's client, ValidationError for an
    outcome that only a call may have, or a next day gone by.
    """
    if outcome not in OUTCOMES:
        raise ValidationError({"outcome": _("Choisissez « Faite », « Acceptée », « Refusée » ou « Abandonnée ».")})
    _locked(action.client, by)
    action = Action.objects.get(pk=action.pk)
    if action.done_at is None:
        action.outcome, action.note = outcome, note
        action.done_at, action.done_by, action.minutes = timezone.now(), by, minutes
        action.save()
        _count_time(action)
        _say_of_hole(action, by)
        if next_on is not None:
            plan(
                client=action.client, assignee=action.assignee, due_on=next_on, kind=next_kind or action.kind,
                service=action.service, origin=Action.Origin.ACTION, follows=action, by=by,
            )  # fmt: skip
    return action


@transaction.atomic
def undo(*, action: Action, by: User) -> None:
    """Takes back what this person recorded within the hour: a planned call opens again, another one goes away.

    A second time changes nothing. Raises PermissionDenied for what somebody else recorded, ValidationError when the
    hour is over or when the next call was made meanwhile.
    """
    _locked(action.client, by)
    recorded = Action.objects.filter(pk=action.pk).select_related("followed_by").first()
    if recorded is None or recorded.done_at is None:
        return
    if recorded.done_by_id != by.pk:
        raise PermissionDenied
    follow_up = Action.objects.filter(follows=recorded).first()
    if timezone.now() - recorded.done_at > UNDO_WITHIN or (follow_up and follow_up.done_at):
        raise ValidationError(_("Il est trop tard pour annuler : notez plutôt un nouvel appel."))
    if follow_up:
        follow_up.delete()
    if recorded.outcome == Action.Outcome.STOP_CALLING:
        dropped = Action.objects.recorded_by(by).filter(client=recorded.client, done_at=recorded.done_at)
        for other in dropped.exclude(pk=recorded.pk):
            reopen(other)
    _forget_time(recorded)
    _unsay_of_hole(recorded, by)
    if recorded.created_at == recorded.done_at:
        recorded.delete()
    else:
        reopen(recorded)


@transaction.atomic
def unplan(*, planned_at: dt.datetime, by: User) -> int:
    """How many actions planned together at this instant by this person were taken back: those still open.

    None once the hour is over.
    """
    _check_right(by)
    if timezone.now() - planned_at > UNDO_WITHIN:
        return 0
    planned = Action.objects.open().filter(created_by=by, created_at=planned_at, follows=None)
    return planned.visible_to(by).delete()[0]


def not_to_call(client_ids: Iterable[int]) -> set[int]:
    """Those among these clients whose last call ended on "Ne plus appeler"."""
    calls = Action.objects.done().filter(client__in=list(client_ids), kind=Action.Kind.CALL)
    last = calls.exclude(outcome=Action.Outcome.DROPPED).order_by("client_id", "-done_at").distinct("client_id")
    return {action.client_id for action in last if action.outcome == Action.Outcome.STOP_CALLING}


def _open_calls():
    return Action.objects.open().filter(kind=Action.Kind.CALL).order_by("due_on", "id")


def _check_right(by: User) -> None:
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied


def _locked(client: Client, by: User) -> Client:
    """This client, locked: two clicks on one client wait for each other."""
    _check_right(by)
    return Client.objects.visible_to(by).select_for_update().get(pk=client.pk)


def _check_day(day: dt.date) -> None:
    if day < timezone.localdate():
        raise ValidationError({"due_on": _("Cette date est passée : choisissez aujourd’hui ou plus tard.")})


def _check_call(outcome: str, note: str, call_back_on: dt.date | None) -> None:
    if outcome not in CALL_OUTCOMES:
        raise ValidationError({"outcome": _("Choisissez ce que l’appel a donné.")})
    if outcome == Action.Outcome.CALL_BACK and (call_back_on is None or call_back_on <= timezone.localdate()):
        raise ValidationError({"call_back_on": _("Indiquez quand rappeler : demain ou plus tard.")})
    if outcome == Action.Outcome.STOP_CALLING and not note.strip():
        raise ValidationError({"note": _("Notez pourquoi il ne faut plus appeler ce client.")})


def _count_time(action: Action) -> None:
    """The minutes of an action that is done are time spent on its client, by who did it, that day."""
    if action.minutes is None or action.outcome == Action.Outcome.DROPPED:
        return
    if not 0 < action.minutes <= MOST_MINUTES:
        raise ValidationError({"minutes": _("Écrivez un nombre de minutes entre 1 et 1 440.")})
    timesheets.take_from_action(
        identity=action.pk,
        client=action.client,
        person=action.done_by,
        spent_on=timezone.localdate(action.done_at),
        minutes=action.minutes,
        label=str(action.get_kind_display()),
    )
    time_spent.follow([action.client_id])


def _forget_time(action: Action) -> None:
    if action.minutes is not None:
        timesheets.forget_action(action.pk)
        time_spent.follow([action.client_id])


def _reason(action: Action) -> HoleReason | None:
    """What the outcome says of the hole of its service; None when nothing."""
    if action.service_id is None:
        return None
    if action.outcome == Action.Outcome.REFUSED:
        return HoleReason.REFUSED
    is_offered = action.outcome == Action.Outcome.DONE and action.kind == Action.Kind.OFFER
    return HoleReason.OFFERED if is_offered else None


def _say_of_hole(action: Action, by: User) -> None:
    reason = _reason(action)
    if reason:
        note = action.note.strip()[:200]
        holes.say(clients=[action.client_id], service=action.service, reason=reason, note=note, by=by)


def _unsay_of_hole(action: Action, by: User) -> None:
    """Takes back what this action said of its hole."""
    reason = _reason(action)
    told = Hole.objects.standing().filter(
        client=action.client_id, service=action.service_id, reason=reason or "", said_by=by, said_at__gte=action.done_at
    )
    if reason and told.exists():
        holes.undo(at=told.latest("said_at").said_at, by=by)


def reopen(action: Action) -> None:
    """Puts a closed action back as it was planned; one planned again meanwhile replaces it."""
    twins = Action.objects.open().filter(
        client=action.client_id, assignee=action.assignee_id, kind=action.kind, due_on=action.due_on,
        service=action.service_id,
    )  # fmt: skip
    if twins.exists():
        action.delete()
        return
    action.outcome, action.note, action.done_at, action.done_by, action.token = "", "", None, None, None
    action.minutes = None
    action.save()

"""The meeting of Monday: five decisions at most, each an action of somebody's, reviewed the Monday after."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns import actions
from campaigns.models import Action, MeetingDecision
from clients.models import Client

MOST_DECISIONS = 5


def monday_of(day: dt.date) -> dt.date:
    """The Monday of this day's week."""
    return day - dt.timedelta(days=day.weekday())


@transaction.atomic
def decide(*, client: Client, what: str, kind: str, assignee: User, due_on: dt.date, by: User) -> MeetingDecision:
    """A decision of this week's meeting, and its action.

    Raises what `actions.plan` does, and ValidationError without words, or beyond five decisions.
    """
    what = what.strip()
    if not what:
        raise ValidationError({"what": _("Écrivez ce qui est décidé.")})
    User.objects.select_for_update().get(pk=by.pk)  # two clicks on the last place wait for each other
    monday, now = monday_of(timezone.localdate()), timezone.now()
    action = actions.plan(
        client=client, assignee=assignee, due_on=due_on, kind=kind, origin=Action.Origin.MEETING, by=by
    )
    known = MeetingDecision.objects.filter(action=action).first()
    if known:
        return known
    if MeetingDecision.objects.filter(monday=monday, decided_by=by).count() >= MOST_DECISIONS:
        raise ValidationError(_("Cinq décisions suffisent pour une semaine : retirez-en une d’abord."))
    made_for_it = action.created_at >= now
    at = action.created_at if made_for_it else now
    return MeetingDecision.objects.create(monday=monday, action=action, what=what[:200], decided_by=by, decided_at=at)


@transaction.atomic
def withdraw(*, decision: MeetingDecision, by: User) -> None:
    """Takes back a decision of one's own; its action goes with it when it was made for it and nothing came of it yet.

    A second time changes nothing. Raises PermissionDenied for somebody else's decision.
    """
    if decision.decided_by_id != by.pk:
        raise PermissionDenied
    action = decision.action
    MeetingDecision.objects.filter(pk=decision.pk).delete()
    if action.done_at is None and action.created_at == decision.decided_at:
        action.delete()

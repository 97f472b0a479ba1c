"""Reframing plans: what the firm does about a client in red, who, by when, and what came of it."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from segmentation.models import ReframingPlan
from segmentation.relation import access


@transaction.atomic
def open_plan(*, client: Client, kind: str, what: str, owner: User, due_on: dt.date, by: User) -> ReframingPlan:
    """The open plan of this client: the one there is, else this new one.

    Raises PermissionDenied, Client.DoesNotExist for a client they are not in charge of, ValidationError for a day gone
    by or for somebody who is not in charge of the client.
    """
    client = _locked(client, by)
    known = ReframingPlan.objects.open().filter(client=client).first()
    if known:
        return known
    plan = ReframingPlan(client=client, opened_by=by)
    return _saved(plan, kind=kind, what=what, owner=owner, due_on=due_on)


@transaction.atomic
def change_plan(*, plan: ReframingPlan, kind: str, what: str, owner: User, due_on: dt.date, by: User) -> ReframingPlan:
    """The plan with these values; a closed one stays as it is. Raises as `open_plan` does."""
    _locked(plan.client, by)
    plan = ReframingPlan.objects.get(pk=plan.pk)
    return plan if plan.closed_at else _saved(plan, kind=kind, what=what, owner=owner, due_on=due_on)


@transaction.atomic
def close_plan(*, plan: ReframingPlan, outcome: str, by: User) -> ReframingPlan:
    """The plan, closed on what came of it; a second time changes nothing. ValidationError without a word of that."""
    _locked(plan.client, by)
    plan = ReframingPlan.objects.get(pk=plan.pk)
    if plan.closed_at:
        return plan
    if not outcome.strip():
        raise ValidationError({"outcome": _("Notez ce qui en est sorti avant de clore le plan.")})
    plan.outcome, plan.closed_by, plan.closed_at = outcome.strip(), by, timezone.now()
    plan.save()
    return plan


def hand_over(*, person: User, heir: User) -> int:
    """How many open plans of somebody who leaves went to their heir."""
    return ReframingPlan.objects.open().filter(owner=person).update(owner=heir)


def _locked(client: Client, by: User) -> Client:
    if not by.may(Right.RATE_CLIENTS):
        raise PermissionDenied
    return Client.objects.filter(pk__in=access.clients_rated_by(by)).select_for_update().get(pk=client.pk)


def _saved(plan: ReframingPlan, *, kind: str, what: str, owner: User, due_on: dt.date) -> ReframingPlan:
    if due_on < timezone.localdate() and (plan.pk is None or due_on != plan.due_on):
        raise ValidationError({"due_on": _("Cette date est passée : choisissez aujourd’hui ou plus tard.")})
    if owner.pk != plan.owner_id and not access.may_rate(owner, plan.client):
        raise ValidationError(
            {"owner": _("Cette personne n’est pas en charge de ce client : choisissez-en une autre.")}
        )
    plan.kind, plan.what, plan.owner, plan.due_on = kind, what.strip(), owner, due_on
    plan.full_clean(exclude=["client", "owner", "opened_by", "closed_by", "closed_at"])
    plan.save()
    return plan

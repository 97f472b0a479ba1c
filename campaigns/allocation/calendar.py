"""The calendar of an adopted plan: dated contacts, and each week the actions that they become."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from accounts.hierarchy import portfolios_of
from accounts.models import User
from campaigns.actions import not_to_call
from campaigns.allocation.portfolios import SQL
from campaigns.allocation.working_days import working_days
from campaigns.models import Action, AllocationPlan, PlannedContact, end_of_week
from clients import farewells
from segmentation.models import ScoringRun

BATCH = 2_000
NOBODY = 0  # stands for no owner in the statement


def fill(plan: AllocationPlan, *, today: dt.date) -> int:
    """How many contacts were written, from the day after this one or the quarter's first; this week's are called."""
    run = ScoringRun.objects.latest_at()
    if run is None:
        return 0
    owners = portfolios_of(plan.made_by)
    parameters = {
        "plan": plan.pk,
        "run": run.pk,
        "owners": None if owners is None else [owner or NOBODY for owner in owners],
        "since": max(plan.starts_on, today + dt.timedelta(days=1)),
        "working_days": working_days(plan.starts_on, plan.ends_on),
    }
    with connection.cursor() as cursor:
        cursor.execute((SQL / "planned_contacts.sql").read_text(), parameters)
        written: int = cursor.rowcount
    now = timezone.now()
    plan.contacts.filter(due_on__lt=timezone.localdate(now)).update(called_at=now)  # of weeks gone by
    call(timezone.localdate(now))
    return written


def clear(plan: AllocationPlan) -> None:
    """Takes away the contacts of a plan, and the actions it made that are still open."""
    made = plan.contacts.exclude(action=None).values("action")
    Action.objects.open().filter(pk__in=made, origin=Action.Origin.PLAN).delete()
    plan.contacts.all().delete()


def call_due() -> int:
    """How many actions the contacts of this week became; asked again, none."""
    return call(timezone.localdate())


@transaction.atomic
def call(today: dt.date) -> int:
    """How many actions the contacts up to this Sunday became, for whoever follows each client, else who made the plan.

    A client with an action open already, gone since, or not to be called, gets none: the contact is only ticked off.
    """
    due = PlannedContact.objects.filter(called_at=None, due_on__lte=end_of_week(today))
    made = 0
    while batch := list(
        due.select_related("client", "plan__made_by").select_for_update(of=("self",), skip_locked=True)[:BATCH]
    ):
        made += _call(batch, today)
    return made


def _call(batch: list[PlannedContact], today: dt.date) -> int:
    ids = [contact.client_id for contact in batch]
    busy = set(Action.objects.open().filter(client__in=ids).values_list("client_id", flat=True))
    busy |= farewells.gone(ids) | not_to_call(ids)
    now, actions = timezone.now(), []
    for contact in batch:
        contact.called_at = now
        if contact.client_id not in busy:
            busy.add(contact.client_id)
            contact.action = _action(contact, today, now)
            actions.append(contact.action)
    Action.objects.bulk_create(actions)
    PlannedContact.objects.bulk_update(batch, ["action", "called_at"])
    return len(actions)


def _action(contact: PlannedContact, today: dt.date, now: dt.datetime) -> Action:
    maker: User = contact.plan.made_by
    return Action(
        client=contact.client,
        assignee_id=contact.client.owner_id or maker.pk,
        origin=Action.Origin.PLAN,
        due_on=max(contact.due_on, today),
        created_by=maker,
        created_at=now,
    )

"""What the sample firm planned: a plan adopted for this quarter, with what it spent, and two scenarios for the next."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.hierarchy import led_by
from accounts.models import User
from accounts.roles import Role
from campaigns.allocation import planning
from campaigns.allocation.presets import Preset
from campaigns.allocation.working_days import working_days
from campaigns.models import Action, AllocationPlan, PlannedContact, Purpose, Target

PARIS = timezone.get_default_timezone()
BUDGET = Decimal(24_000)
SPENDINGS = (  # line, budget, euros, part of the quarter gone by, label
    (Target.A, Purpose.KEEPING, "1850.00", "0.2", "Petit-déjeuner des clients"),
    (Target.B, Purpose.KEEPING, "640.00", "0.4", "Invitations à la réunion de rentrée"),
    (Target.C, Purpose.WINNING, "390.00", "0.5", "Relance par courrier"),
    (Target.PROSPECTS, Purpose.WINNING, "1200.00", "0.7", "Salon des entrepreneurs"),
)
DAYS_OFF = (Decimal(5), Decimal("2.5"), Decimal(0))
FIELD_PERCENTS = (45, 40, 55)
KEPT = {Target.A: (5, 6), Target.B: (3, 4), Target.C: (1, 2)}  # contacts made, of so many
DAYS_LATE = 3


@transaction.atomic
def record(*, today: dt.date) -> int:
    """How many plans were made; none when the firm has one, or no manager to make them."""
    manager = User.objects.active().with_role(Role.MANAGER).order_by("email").first()
    if manager is None or AllocationPlan.objects.exists():
        return 0
    this, following = planning.first_day_of_quarter(today), planning.next_quarter(today)
    for first in (this, following):
        _say_who_has_time(manager, first)
    current = planning.make(name="Plan du trimestre", starts_on=this, budget=BUDGET, preset=Preset.ARTICLE, by=manager)
    planning.fit(plan=current, by=manager)
    _adopted_long_ago(current, manager, this)
    for name, preset in (("Protéger d’abord", Preset.PROTECT), ("Conquérir", Preset.CONQUER)):
        planning.make(name=name, starts_on=following, budget=BUDGET, preset=preset, by=manager)
    return AllocationPlan.objects.count()


def _say_who_has_time(manager: User, first: dt.date) -> None:
    for place, person in enumerate(led_by(manager).order_by("email")):
        planning.set_availability(
            person=person,
            starts_on=first,
            days_off=DAYS_OFF[place % len(DAYS_OFF)],
            field_percent=FIELD_PERCENTS[place % len(FIELD_PERCENTS)],
            by=manager,
        )


def _adopted_long_ago(plan: AllocationPlan, manager: User, first: dt.date) -> None:
    """As if adopted when the quarter began: its calendar starts then, what came before today is past."""
    planning.adopt(plan=plan, by=manager, today=first)
    _made(plan, manager)
    days_gone = (timezone.localdate() - first).days
    for target, purpose, euros, part, label in SPENDINGS:
        planning.spend(
            plan=plan,
            target=target,
            purpose=purpose,
            amount=Decimal(euros),
            spent_on=first + dt.timedelta(days=int(days_gone * Decimal(part))),
            label=label,
            by=manager,
        )


def _made(plan: AllocationPlan, manager: User) -> None:
    """Most of the contacts of weeks gone by were made, those of the smallest clients less often."""
    today, now = timezone.localdate(), timezone.now()
    past = list(plan.contacts.filter(due_on__lt=today, action=None).select_related("client").order_by("due_on", "id"))
    for place, contact in enumerate(past):
        made, of = KEPT[Target(contact.target)]
        day = working_days(contact.due_on, contact.due_on + dt.timedelta(days=7))[place % DAYS_LATE]
        if place % of < made and day < today:
            contact.action = _reached(contact, day, now, by=manager)
    kept = [contact for contact in past if contact.action]
    Action.objects.bulk_create([contact.action for contact in kept])
    PlannedContact.objects.bulk_update(kept, ["action"])


def _reached(contact: PlannedContact, day: dt.date, now: dt.datetime, *, by: User) -> Action:
    at = dt.datetime.combine(day, dt.time(9 + contact.client_id % 8, 15), PARIS)
    person = contact.client.owner_id or by.pk
    return Action(
        client=contact.client,
        assignee_id=person,
        origin=Action.Origin.PLAN,
        due_on=contact.due_on,
        outcome=Action.Outcome.REACHED,
        done_at=at,
        done_by_id=person,
        created_by=by,
        created_at=min(at, now),
    )

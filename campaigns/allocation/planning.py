"""Making a plan: scenarios, what is typed and locked in them, adopting one. Its figures are computed elsewhere.

Every function raises PermissionDenied without the right to plan, AllocationPlan.DoesNotExist for somebody else's plan.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.hierarchy import led_by
from accounts.models import User
from accounts.roles import Right
from campaigns.allocation import calendar, capacity
from campaigns.allocation.balance import WHOLE, CannotBalanceError, rebalanced, stretch
from campaigns.allocation.past import shares_of_hours
from campaigns.allocation.portfolios import portfolios
from campaigns.allocation.presets import INTERVALS, MINUTES, TABLES, Preset, Shares
from campaigns.models import (
    AllocationLine,
    AllocationPlan,
    Availability,
    Purpose,
    Spending,
    Target,
)

BUDGETS = {Purpose.KEEPING: "keeping", Purpose.WINNING: "winning"}
MOST_INTERVAL_DAYS, MOST_MINUTES, MOST_STRETCH = 1_000, 1_440, 1_000


@dataclass(frozen=True)
class LineValues:
    """What a person wants of one line."""

    keeping: int
    winning: int
    keeping_locked: bool
    winning_locked: bool
    interval_days: int
    minutes: int


def first_day_of_quarter(day: dt.date) -> dt.date:
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def next_quarter(day: dt.date) -> dt.date:
    """The first day of the quarter after this day's."""
    return first_day_of_quarter(day) + relativedelta(months=3)


def shares_of(preset: str, *, starts_on: dt.date, by: User) -> Shares:
    """The table of this preset; for the quarter before, its adopted plan, else the hours really spent in it.

    Raises ValidationError when nothing is known of the quarter before.
    """
    if preset in TABLES:
        return TABLES[Preset(preset)]
    former = AllocationPlan.objects.adopted().filter(made_by=by, starts_on=starts_on - relativedelta(months=3)).first()
    if former:
        lines = former.lines.all()
        return Shares(
            former.keeping_percent,
            {line.target: line.keeping for line in lines},
            {line.target: line.winning for line in lines},
        )
    spent = shares_of_hours(by, starts_on)
    if spent is None:
        raise ValidationError(
            _(
                "Le trimestre précédent n’a ni plan adopté ni heures notées : partez d’un autre préréglage, ou "
                "importez d’abord vos heures."
            )
        )
    article = TABLES[Preset.ARTICLE]
    return Shares(article.keeping_percent, spent, article.winning)


@transaction.atomic
def make(*, name: str, starts_on: dt.date, budget: Decimal, preset: str, by: User) -> AllocationPlan:
    """A new scenario. Raises ValidationError for a name already taken in this quarter, or what `shares_of` refuses."""
    _check_right(by)
    name = _free_name(name, starts_on, by)
    shares = shares_of(preset, starts_on=starts_on, by=by)
    plan = AllocationPlan.objects.create(
        name=name, starts_on=starts_on, budget=budget, keeping_percent=shares.keeping_percent, made_by=by
    )
    AllocationLine.objects.bulk_create(
        AllocationLine(
            plan=plan,
            target=target,
            keeping=shares.keeping[target],
            winning=shares.winning[target],
            interval_days=INTERVALS[target],
            minutes=MINUTES[target],
        )
        for target in Target
    )
    return plan


@transaction.atomic
def copy(*, plan: AllocationPlan, name: str, by: User) -> AllocationPlan:
    """A scenario of one's own that begins as this one, for the same quarter."""
    _check_right(by)
    plan = AllocationPlan.objects.visible_to(by).get(pk=plan.pk)
    lines = list(plan.lines.all())
    twin = AllocationPlan.objects.create(
        name=_free_name(name, plan.starts_on, by),
        starts_on=plan.starts_on,
        budget=plan.budget,
        keeping_percent=plan.keeping_percent,
        stretch_percent=plan.stretch_percent,
        made_by=by,
    )
    for line in lines:
        line.pk, line.plan = None, twin
    AllocationLine.objects.bulk_create(lines)
    return twin


@transaction.atomic
def change(
    *, plan: AllocationPlan, budget: Decimal, keeping_percent: int, lines: Mapping[str, LineValues], by: User
) -> AllocationPlan:
    """The plan with these values, as they are: nothing here corrects what a person typed.

    Raises ValidationError when a budget does not add up to 100 %, and for a plan adopted already.
    """
    plan = _draft(plan, by)
    for purpose, name in BUDGETS.items():
        total = sum(getattr(values, name) for values in lines.values())
        if total != WHOLE:
            raise ValidationError(why_not(purpose, total - WHOLE))
    for line in plan.lines.all():
        for field, value in vars(lines[line.target]).items():
            setattr(line, field, value)
        line.save()
    plan.budget, plan.keeping_percent = budget, keeping_percent
    return _saved(plan)


@transaction.atomic
def apply(*, plan: AllocationPlan, preset: str, by: User) -> AllocationPlan:
    """The plan on the shares of this preset; locked ones stay, the others make room.

    Raises ValidationError when the locks leave no room.
    """
    plan = _draft(plan, by)
    shares = shares_of(preset, starts_on=plan.starts_on, by=plan.made_by)
    lines = {line.target: line for line in plan.lines.all()}
    for purpose, name in BUDGETS.items():
        locked = [target for target, line in lines.items() if getattr(line, f"{name}_locked")]
        wished = getattr(shares, name) | {target: getattr(lines[target], name) for target in locked}
        try:
            given = rebalanced(wished, kept=locked)
        except CannotBalanceError as error:
            raise ValidationError(why_not(purpose, error.excess)) from error
        for target, line in lines.items():
            setattr(line, name, given[target])
    AllocationLine.objects.bulk_update(lines.values(), list(BUDGETS.values()))
    plan.keeping_percent = shares.keeping_percent
    return _saved(plan)


@transaction.atomic
def fit(*, plan: AllocationPlan, by: User) -> AllocationPlan:
    """The plan with every interval made longer by just what makes its hours fit; as typed again when they fit so.

    Raises ValidationError when nobody has time, or when no reasonable length would do.
    """
    plan = _draft(plan, by)
    held = portfolios(plan.made_by)
    plan.stretch_percent = 0
    needed = capacity.needed(plan, list(plan.lines.all()), held)
    percent = stretch(needed.total, capacity.available(plan).total)
    if percent is None:
        raise ValidationError(
            _("Personne n’a d’heures disponibles ce trimestre : indiquez d’abord les disponibilités.")
        )
    if percent > MOST_STRETCH:
        raise ValidationError(
            _("Il faudrait des intervalles plus de dix fois plus longs : revoyez plutôt les minutes ou les équipes.")
        )
    plan.stretch_percent = percent
    return _saved(plan)


@transaction.atomic
def unfit(*, plan: AllocationPlan, by: User) -> AllocationPlan:
    """The plan with its intervals as they were typed."""
    plan = _draft(plan, by)
    plan.stretch_percent = 0
    return _saved(plan)


@transaction.atomic
def adopt(*, plan: AllocationPlan, by: User, today: dt.date | None = None) -> int:
    """How many contacts its calendar holds, from the day after `today` or the first of the quarter on.

    Adopted twice, it is adopted once. Another plan of the same person for the quarter is given up for it, and hands
    over what was spent.
    Raises ValidationError once the quarter is over.
    """
    _check_right(by)
    User.objects.select_for_update().get(pk=plan.made_by_id)  # two plans of one person wait for each other
    plan = AllocationPlan.objects.visible_to(by).select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.is_adopted:
        return plan.contacts.count()
    if plan.ends_on < timezone.localdate():
        raise ValidationError(_("Ce trimestre est terminé : copiez plutôt ce scénario pour un trimestre à venir."))
    for former in AllocationPlan.objects.adopted().filter(made_by=plan.made_by, starts_on=plan.starts_on):
        _give_up(former)
        former.spendings.update(plan=plan)
    plan.adopted_by, plan.adopted_at = by, timezone.now()
    plan.save()
    return calendar.fill(plan, today=today or timezone.localdate())


@transaction.atomic
def give_up(*, plan: AllocationPlan, by: User) -> None:
    """The plan is a simulation again: contacts to come leave the calendar, open actions it made go, the rest stays."""
    _check_right(by)
    plan = AllocationPlan.objects.visible_to(by).select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.is_adopted:
        _give_up(plan)


@transaction.atomic
def delete(*, plan: AllocationPlan, by: User) -> None:
    """Takes a scenario away. Raises ValidationError for an adopted one, or one on which euros were noted."""
    plan = _draft(plan, by)
    if plan.spendings.exists():
        raise ValidationError(_("Des dépenses sont notées sur ce scénario : retirez-les d’abord."))
    plan.delete()


@transaction.atomic
def set_availability(
    *, person: User, starts_on: dt.date, days_off: Decimal, field_percent: int, by: User
) -> Availability:
    """How much time this person has in this quarter. Raises ValidationError for somebody whom `by` does not lead."""
    _check_right(by)
    if not led_by(by).filter(pk=person.pk).exists():
        raise ValidationError(_("Cette personne n’est pas de votre équipe."))
    found, _is_new = Availability.objects.update_or_create(
        person=person, starts_on=starts_on, defaults={"days_off": days_off, "field_percent": field_percent}
    )
    return found


@transaction.atomic
def spend(
    *, plan: AllocationPlan, target: str, purpose: str, amount: Decimal, spent_on: dt.date, label: str, by: User
) -> Spending:
    """Euros HT really spent on a line. Raises ValidationError outside the quarter, or for a day to come."""
    _check_right(by)
    plan = AllocationPlan.objects.visible_to(by).get(pk=plan.pk)
    if not plan.starts_on <= spent_on <= min(plan.ends_on, timezone.localdate()):
        raise ValidationError({"spent_on": _("Choisissez un jour du trimestre, aujourd’hui au plus tard.")})
    return Spending.objects.create(
        plan=plan, target=target, purpose=purpose, amount=amount, spent_on=spent_on, label=label, noted_by=by
    )


@transaction.atomic
def unspend(*, spending: Spending, by: User) -> None:
    """Takes back what was noted; a second time changes nothing."""
    _check_right(by)
    AllocationPlan.objects.visible_to(by).get(pk=spending.plan_id)
    Spending.objects.filter(pk=spending.pk).delete()


def balanced(shares: Mapping[str, int], *, kept: Iterable[str], purpose: Purpose) -> dict[str, int]:
    """`rebalanced`, its refusal said in words: raises ValidationError."""
    try:
        return rebalanced(shares, kept=set(kept))
    except CannotBalanceError as error:
        raise ValidationError(why_not(purpose, error.excess)) from error


def why_not(purpose: Purpose, excess: int) -> str:
    """Why a budget cannot be saved so, and the way out."""
    told = {"budget": Purpose(purpose).label, "points": abs(excess)}
    if excess > 0:
        return (
            _("%(budget)s : le total dépasse 100 %% de %(points)s points. Baissez ou déverrouillez une ligne.") % told
        )
    return _("%(budget)s : il manque %(points)s points pour faire 100 %%. Montez ou déverrouillez une ligne.") % told


def _give_up(plan: AllocationPlan) -> None:
    calendar.clear(plan)
    plan.adopted_by = plan.adopted_at = None
    plan.save()


def _free_name(name: str, starts_on: dt.date, by: User) -> str:
    name = name.strip()[:80]
    if not name:
        raise ValidationError({"name": _("Donnez un nom à ce scénario.")})
    User.objects.select_for_update().get(pk=by.pk)
    if AllocationPlan.objects.filter(made_by=by, starts_on=starts_on, name=name).exists():
        raise ValidationError({"name": _("Vous avez déjà un scénario de ce nom pour ce trimestre.")})
    return name


def _draft(plan: AllocationPlan, by: User) -> AllocationPlan:
    """This plan, locked, not adopted."""
    _check_right(by)
    plan = AllocationPlan.objects.visible_to(by).select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.is_adopted:
        raise ValidationError(_("Ce plan est adopté : copiez-le pour le corriger, puis adoptez la copie."))
    return plan


def _saved(plan: AllocationPlan) -> AllocationPlan:
    plan.changed_at = timezone.now()
    plan.save()
    return plan


def _check_right(by: User) -> None:
    if not by.may(Right.PLAN_ALLOCATION):
        raise PermissionDenied

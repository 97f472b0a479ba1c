"""Scenarios: who may make, copy, change, adopt and delete them, and what they refuse."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AuditEntry
from accounts.roles import Role
from campaigns.allocation import planning
from campaigns.allocation.planning import LineValues
from campaigns.models import Action, AllocationPlan, PlannedContact, Spending
from tests.campaigns.allocation.world import QUARTER, TODAY
from tests.factories import TimeEntryFactory, UserFactory


def shares(plan):
    return [(line.keeping, line.winning) for line in plan.lines.all()]


def values(plan, **keeping):
    """The lines as they are, but for these shares of what keeps."""
    return {
        line.target: LineValues(
            keeping.get(line.target, line.keeping), line.winning, False, False, line.interval_days, line.minutes
        )
        for line in plan.lines.all()
    }


def changed(plan, by, **keeping):
    return planning.change(plan=plan, budget=plan.budget, keeping_percent=60, lines=values(plan, **keeping), by=by)


@pytest.mark.parametrize(("day", "quarter"), [((2026, 12, 31), (2027, 1, 1)), ((2026, 3, 1), (2026, 4, 1))])
def test_the_next_quarter_follows_this_one(day, quarter):
    assert planning.next_quarter(dt.date(*day)) == dt.date(*quarter)


def test_the_article_s_table_is_where_one_begins(firm):
    plan = firm.plan()
    assert shares(plan) == [(70, 0), (20, 0), (10, 30), (0, 70)]
    assert (plan.keeping_euros, plan.winning_euros) == (Decimal("7000.00"), Decimal("3000.00"))
    assert [line.interval_days for line in plan.lines.all()] == [30, 90, 180, 90]


@pytest.mark.parametrize("preset", ["article", "proteger", "conquerir"])
def test_every_preset_shares_out_a_hundred(firm, preset):
    keeping, winning = zip(*shares(firm.plan(preset=preset)), strict=True)
    assert (sum(keeping), sum(winning)) == (100, 100)


def test_the_quarter_before_is_the_plan_adopted_for_it(firm):
    former = firm.plan(name="T4", starts_on=dt.date(2026, 10, 1))
    changed(former, firm.marc, A=65, B=25)
    planning.adopt(plan=former, by=firm.marc)
    plan = firm.plan(preset="precedent")
    assert (plan.keeping_percent, shares(plan)) == (60, [(65, 0), (25, 0), (10, 30), (0, 70)])


def test_without_a_plan_the_quarter_before_is_where_its_hours_went(firm):
    big, small = firm.client("A", firm.claire), firm.client("C", firm.claire)
    TimeEntryFactory(client=big, person=firm.claire, spent_on=dt.date(2026, 10, 5), hours=66)
    TimeEntryFactory(client=small, person=firm.claire, spent_on=dt.date(2026, 11, 5), hours=34)
    TimeEntryFactory(client=small, person=firm.claire, spent_on=dt.date(2026, 9, 30), hours=99)
    assert [keeping for keeping, _winning in shares(firm.plan(preset="precedent"))] == [66, 0, 34, 0]


def test_nothing_known_of_the_quarter_before_is_said(firm):
    with pytest.raises(ValidationError, match="ni plan adopté ni heures"):
        firm.plan(preset="precedent")


def test_a_name_is_taken_once_a_quarter(firm):
    firm.plan()
    with pytest.raises(ValidationError, match="déjà un scénario"):
        firm.plan()
    assert firm.plan(starts_on=dt.date(2027, 4, 1))
    with pytest.raises(ValidationError, match="Donnez un nom"):
        firm.plan(name="  ")


def test_what_is_typed_is_saved_to_the_letter(firm):
    plan = changed(firm.plan(), firm.marc, A=55, B=35)
    plan.refresh_from_db()
    assert [keeping for keeping, _winning in shares(plan)] == [55, 35, 10, 0]
    assert plan.keeping_percent == 60


@pytest.mark.parametrize(("share", "words"), [(80, "dépasse 100 % de 10"), (50, "il manque 20 points")])
def test_a_total_that_is_no_hundred_is_refused_and_explained(firm, share, words):
    plan = firm.plan()
    with pytest.raises(ValidationError, match=words):
        changed(plan, firm.marc, A=share)
    assert shares(plan)[0] == (70, 0)


def test_a_preset_leaves_what_is_locked(firm):
    plan = firm.plan()
    plan.lines.filter(target="P").update(winning_locked=True)
    planning.apply(plan=plan, preset="proteger", by=firm.marc)
    assert shares(plan) == [(75, 0), (20, 0), (5, 30), (0, 70)]
    plan.refresh_from_db()
    assert plan.keeping_percent == 85


def test_locks_that_leave_no_room_for_a_preset_are_explained(firm):
    plan = firm.plan()
    plan.lines.update(keeping=60, keeping_locked=True)
    with pytest.raises(ValidationError, match="dépasse 100 %"):
        planning.apply(plan=plan, preset="article", by=firm.marc)


def test_a_copy_is_one_s_own_and_changes_alone(firm):
    plan = changed(firm.plan(), firm.marc, A=60, B=30)
    twin = planning.copy(plan=plan, name="Variante", by=firm.marc)
    changed(twin, firm.marc, A=50, B=40)
    assert [keeping for keeping, _winning in shares(plan)] == [60, 30, 10, 0]
    assert twin.made_by == firm.marc


def test_stretching_makes_the_plan_fit(firm):
    for _ in range(200):
        firm.client("A", firm.claire)
    for person in (firm.claire, firm.karim):
        planning.set_availability(person=person, starts_on=QUARTER, days_off=Decimal(0), field_percent=50, by=firm.marc)
    plan = planning.fit(plan=firm.plan(), by=firm.marc)
    # 200 × 90 / 30 × 45 min = 450 h against 2 × 7 h × 62 days × 50 % = 434 h.
    assert plan.stretch_percent == 4
    assert planning.unfit(plan=plan, by=firm.marc).stretch_percent == 0


def test_nothing_fits_people_without_time(firm):
    firm.client("A", firm.claire)
    for person in (firm.claire, firm.karim):
        planning.set_availability(person=person, starts_on=QUARTER, days_off=Decimal(0), field_percent=0, by=firm.marc)
    with pytest.raises(ValidationError, match="Personne n’a d’heures"):
        planning.fit(plan=firm.plan(), by=firm.marc)


def test_an_adopted_plan_has_a_calendar_and_is_changed_no_more(firm):
    firm.client("A", firm.claire)
    plan = firm.plan()
    assert planning.adopt(plan=plan, by=firm.marc) == planning.adopt(plan=plan, by=firm.marc) == 3
    plan.refresh_from_db()
    assert (plan.adopted_by, plan.contacts.count()) == (firm.marc, 3)
    with pytest.raises(ValidationError, match="adopté"):
        changed(plan, firm.marc, A=60, B=30)
    with pytest.raises(ValidationError, match="adopté"):
        planning.delete(plan=plan, by=firm.marc)


def test_adopting_another_plan_takes_the_place_and_what_was_spent(firm):
    firm.client("A", firm.claire)
    former = firm.plan(name="T4", starts_on=dt.date(2026, 10, 1))
    planning.adopt(plan=former, by=firm.marc)
    spending = spend(former, firm.marc)
    twin = planning.copy(plan=former, name="T4 corrigé", by=firm.marc)
    planning.adopt(plan=twin, by=firm.marc)
    spending.refresh_from_db()
    former.refresh_from_db()
    assert (spending.plan, former.is_adopted, former.contacts.count()) == (twin, False, 0)
    assert twin.contacts.count() > 0


def test_giving_up_takes_open_actions_away_and_keeps_what_was_done(firm):
    one, other = firm.client("A", firm.claire), firm.client("A", firm.claire)
    plan = firm.plan(name="T4", starts_on=dt.date(2026, 10, 1))
    planning.adopt(plan=plan, by=firm.marc)
    with time_machine.travel(TODAY + dt.timedelta(days=14)):
        planning.calendar.call_due()
    assert set(Action.objects.values_list("client", flat=True)) == {one.pk, other.pk}
    Action.objects.filter(client=one).update(outcome="done", done_at=dt.datetime(2026, 12, 20, tzinfo=dt.UTC))
    planning.give_up(plan=plan, by=firm.marc)
    assert list(Action.objects.values_list("client", flat=True)) == [one.pk]
    assert not PlannedContact.objects.exists()


def test_a_quarter_that_is_over_is_not_adopted(firm):
    plan = firm.plan(starts_on=dt.date(2026, 7, 1))
    with pytest.raises(ValidationError, match="terminé"):
        planning.adopt(plan=plan, by=firm.marc)


def spend(plan, by, *, day=TODAY, amount="120.00"):
    return planning.spend(
        plan=plan, target="A", purpose="keep", amount=Decimal(amount), spent_on=day, label="Petit-déjeuner", by=by
    )


def test_euros_are_spent_within_the_quarter_and_not_in_advance(firm):
    plan = firm.plan(name="T4", starts_on=dt.date(2026, 10, 1))
    spending = spend(plan, firm.marc)
    for day in (dt.date(2026, 9, 30), TODAY + dt.timedelta(days=1)):
        with pytest.raises(ValidationError, match="jour du trimestre"):
            spend(plan, firm.marc, day=day)
    with pytest.raises(ValidationError, match="dépenses sont notées"):
        planning.delete(plan=plan, by=firm.marc)
    planning.unspend(spending=spending, by=firm.marc)
    planning.unspend(spending=spending, by=firm.marc)
    planning.delete(plan=plan, by=firm.marc)
    assert not Spending.objects.exists()
    assert not AllocationPlan.objects.exists()


def test_planning_is_a_right(firm):
    plan = firm.plan()
    for act in (planning.fit, planning.adopt, planning.give_up, planning.delete):
        with pytest.raises(PermissionDenied):
            act(plan=plan, by=firm.claire)
    assert not AllocationPlan.objects.visible_to(firm.claire).exists()


def test_a_manager_plans_for_their_team_and_reads_no_other_plan(firm):
    other = UserFactory(roles=[Role.MANAGER])
    plan = firm.plan()
    assert list(AllocationPlan.objects.visible_to(firm.marc)) == [plan]
    assert not AllocationPlan.objects.visible_to(other).exists()
    assert AllocationPlan.objects.visible_to(UserFactory(roles=[Role.DIRECTION])).exists()
    with pytest.raises(AllocationPlan.DoesNotExist):
        planning.fit(plan=plan, by=other)
    with pytest.raises(ValidationError, match="pas de votre équipe"):
        planning.set_availability(
            person=firm.claire, starts_on=QUARTER, days_off=Decimal(1), field_percent=40, by=other
        )


def test_what_is_planned_and_spent_is_in_the_journal(firm):
    plan = firm.plan(name="T4", starts_on=dt.date(2026, 10, 1))
    planning.set_availability(
        person=firm.claire, starts_on=QUARTER, days_off=Decimal(1), field_percent=40, by=firm.marc
    )
    spend(plan, firm.marc)
    planning.adopt(plan=plan, by=firm.marc)
    tables = set(AuditEntry.objects.values_list("table", flat=True))
    assert {
        "campaigns_allocationplan", "campaigns_allocationline", "campaigns_availability", "campaigns_spending"
    } <= tables  # fmt: skip

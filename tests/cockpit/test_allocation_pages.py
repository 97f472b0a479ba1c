"""Temps et budget: a desk that never alters what was typed, its calendar, what became of it."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.test import Client as Browser

from accounts.models import Firm
from campaigns.allocation import planning
from campaigns.models import AllocationPlan, Availability, Spending
from tests.campaigns.allocation.world import QUARTER, TODAY, done
from tests.campaigns.allocation.world import Firm as Team
from tests.factories import TimeEntryFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def team(db):
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    return Team()


@pytest.fixture
def marc(team):
    return browsing(team.marc)


def browsing(person):
    browser = Browser()
    browser.force_login(person)
    return browser


def form(plan, **changes):
    """What the form of this plan sends, with these changes; `keeping_A` is the share of tier A."""
    lines = {line.target: line for line in plan.lines.all()}
    sent = {"budget": str(plan.budget), "keeping_percent": plan.keeping_percent, "typed": ""}
    for target, line in lines.items():
        for name in ("keeping", "winning"):
            sent[f"{name}-{target}"] = sent[f"was-{name}-{target}"] = getattr(line, name)
            if getattr(line, f"{name}_locked"):
                sent[f"lock-{name}-{target}"] = "1"
        sent |= {f"interval-{target}": line.interval_days, f"minutes-{target}": line.minutes}
    return sent | {name.replace("_", "-") if name[-2] == "_" else name: value for name, value in changes.items()}


def keeping(plan):
    return [line.keeping for line in AllocationPlan.objects.get(pk=plan.pk).lines.all()]


def shown(answer):
    """The shares of what keeps, as the form shows them."""
    return [row.keeping.value for row in answer.context["desk"].rows]


def test_a_scenario_is_made_and_opened(marc, team):
    answer = marc.post(
        "/allocation/", {"name": "T1", "starts_on": "2027-01-01", "budget": "12 000,50", "preset": "article"}
    )
    plan = AllocationPlan.objects.get()
    assert answer["Location"] == f"/allocation/{plan.pk}/"
    assert (plan.budget, plan.made_by, plan.starts_on) == (Decimal("12000.50"), team.marc, QUARTER)


def test_a_name_taken_is_said_beside_the_form(marc, team):
    team.plan(name="T1")
    answer = marc.post("/allocation/", {"name": "T1", "starts_on": "2027-01-01", "budget": "1", "preset": "article"})
    assert answer.status_code == 422
    assert "déjà un scénario" in answer.content.decode()


def test_what_is_typed_stays_and_the_rest_makes_room(marc, team):
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, keeping_A=50, do="balance"))
    assert shown(answer) == [50, 33, 17, 0]
    assert keeping(plan) == [70, 20, 10, 0]  # nothing is saved by looking


def test_what_was_typed_a_moment_ago_stays_too(marc, team):
    plan = team.plan()
    first = marc.post(f"/allocation/{plan.pk}/", form(plan, keeping_A=50, do="balance")).context["desk"]
    sent = form(plan) | {"typed": first.typed}
    for row in first.rows:
        sent[row.keeping.name] = sent[f"was-{row.keeping.name}"] = row.keeping.value
    answer = marc.post(f"/allocation/{plan.pk}/", sent | {"keeping-B": 40})
    assert shown(answer) == [50, 40, 10, 0]


def test_a_locked_share_never_moves(marc, team):
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, keeping_A=50) | {"lock-keeping-B": "1"})
    assert shown(answer) == [50, 20, 30, 0]


@pytest.mark.parametrize(("do", "share"), [("keeping-A:+", 71), ("keeping-A:-", 69)])
def test_one_more_and_one_less_work_without_a_script(marc, team, do, share):
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, do=do))
    assert shown(answer)[0] == share
    assert sum(shown(answer)) == 100


def test_an_impossible_total_is_explained_and_cannot_be_saved(marc, team):
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, keeping_A=90, keeping_B=30, do="save"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Fidéliser : le total dépasse 100 % de 20 points" in page
    assert 'value="save" disabled aria-describedby="pourquoi"' in page
    assert keeping(plan) == [70, 20, 10, 0]
    assert shown(answer)[:2] == [90, 30]


@pytest.mark.parametrize("value", ["", "-1", "101", "douze", "1,5", "9" * 30])
def test_what_is_no_share_is_said(marc, team, value):
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, keeping_A=value, do="save"))
    assert "nombre entier de 0 à 100" in answer.content.decode()
    assert keeping(plan) == [70, 20, 10, 0]


@pytest.mark.parametrize("budget", ["", "beaucoup", "-5", "1e99", "NaN"])
def test_what_is_no_budget_is_said(marc, team, budget):
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, budget=budget, do="save"))
    assert "Budget total" in answer.content.decode()
    assert answer.status_code == 422


def test_saving_keeps_shares_locks_and_rhythm(marc, team):
    plan = team.plan()
    sent = form(plan, keeping_A=60, keeping_B=30, do="save", budget="8 000 €") | {
        "lock-winning-P": "1",
        "minutes-A": 60,
    }
    assert marc.post(f"/allocation/{plan.pk}/", sent).status_code == 302
    plan.refresh_from_db()
    assert (keeping(plan), plan.budget) == ([60, 30, 10, 0], 8000)
    lines = {line.target: line for line in plan.lines.all()}
    assert (lines["P"].winning_locked, lines["A"].winning_locked, lines["A"].minutes) == (True, False, 60)


def test_freeing_lets_everything_move_again(marc, team):
    plan = team.plan()
    sent = form(plan, do="free") | {"typed": "keeping-A keeping-B keeping-C keeping-P", "keeping-A": 80}
    answer = marc.post(f"/allocation/{plan.pk}/", sent)
    assert sum(shown(answer)) == 100
    assert answer.context["desk"].errors == []


def test_htmx_gets_the_desk_alone(marc, team):
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, keeping_A=50), headers={"hx-request": "true"})
    page = answer.content.decode()
    assert 'id="bureau"' in page
    assert "<html" not in page


def test_the_desk_says_who_took_more_than_they_bring(marc, team):
    big, small = team.client("A", team.claire, revenue="9600"), team.client("C", team.claire, revenue="400")
    for client, hours in ((big, 66), (small, 34)):
        TimeEntryFactory(client=client, person=team.claire, spent_on=dt.date(2026, 11, 3), hours=hours)
    page = marc.get(f"/allocation/{team.plan().pk}/").content.decode()
    assert "34 % des heures sont allées au Palier C · Occasionnels, pour 4 %" in page.replace("\u202f", " ").replace(
        "\xa0", " "
    )


def test_fitting_is_one_click_and_can_be_taken_back(marc, team):
    for _ in range(200):
        team.client("A", team.claire)
    plan = team.plan()
    assert "allongez tous les intervalles de 4" in marc.get(f"/allocation/{plan.pk}/").content.decode()
    answer = marc.post(f"/allocation/{plan.pk}/ajuster/", {"do": "fit"}, follow=True)
    assert "Le plan tient dans le temps de l’équipe" in answer.content.decode()
    marc.post(f"/allocation/{plan.pk}/ajuster/", {"do": "undo"})
    plan.refresh_from_db()
    assert plan.stretch_percent == 0


def test_a_client_is_handed_over_in_one_click(marc, team):
    client = team.client("A", None)
    plan = team.plan()
    page = marc.get(f"/allocation/{plan.pk}/").content.decode()
    assert f'name="clients" value="{client.pk}"' in page
    assert "Sans commercial aujourd’hui" in page


def test_scenarios_are_compared_side_by_side(marc, team):
    one, other = team.plan(name="Un"), team.plan(name="Autre", preset="conquerir", budget="4000")
    page = marc.get(f"/allocation/comparer/?plan={one.pk}&plan={other.pk}").content.decode()
    assert page.index(">Un<") < page.index(">Autre<")
    assert "2 000 €" in page.replace("\u202f", " ").replace("\xa0", " ")  # half of the second for keeping
    assert marc.get(f"/allocation/comparer/?plan={one.pk}&plan=zut").status_code == 302


def test_adopting_fills_the_calendar_that_each_sees_their_part_of(marc, team):
    mine, other = team.client("A", team.claire), team.client("A", team.karim)
    plan = team.plan()
    answer = marc.post(f"/allocation/{plan.pk}/adopter/", follow=True)
    assert "6 contacts sont au calendrier" in answer.content.decode()
    page = browsing(team.claire).get("/allocation/calendrier/?semaine=2027-01-04").content.decode()
    assert mine.name in page
    assert other.name not in page


def test_an_adopted_plan_shows_and_takes_nothing(marc, team):
    plan = team.plan()
    marc.post(f"/allocation/{plan.pk}/adopter/")
    answer = marc.post(f"/allocation/{plan.pk}/", form(plan, keeping_A=60, keeping_B=30, do="save"))
    assert 'name="do" value="save"' not in answer.content.decode()
    assert keeping(plan) == [70, 20, 10, 0]


def test_planned_and_real_are_side_by_side(marc, team):
    client = team.client("A", team.claire)
    plan = team.plan(name="T4", starts_on=dt.date(2026, 10, 1))
    planning.adopt(plan=plan, by=team.marc, today=dt.date(2026, 10, 1))
    done(client, team.claire, dt.date(2026, 10, 12))
    page = marc.get(f"/allocation/{plan.pk}/suivi/").content.decode().replace("\xa0", " ")
    assert "1 contact fait</b> pour 2 prévus au 14 déc. 2026" in page
    assert "Dérive de −1" in page


def test_euros_are_noted_and_taken_back(marc, team):
    plan = team.plan(name="T4", starts_on=dt.date(2026, 10, 1))
    planning.adopt(plan=plan, by=team.marc)
    sent = {"target": "A", "purpose": "keep", "amount": "120,50", "spent_on": "2026-11-02", "label": "Déjeuner"}
    marc.post(f"/allocation/{plan.pk}/depenses/", sent)
    spending = Spending.objects.get()
    assert spending.amount == Decimal("120.50")
    assert "Déjeuner" in marc.get(f"/allocation/{plan.pk}/suivi/").content.decode()
    marc.post(f"/allocation/depenses/{spending.pk}/retirer/")
    assert not Spending.objects.exists()


def test_somebody_s_time_is_said(marc, team):
    plan = team.plan()
    url = f"/allocation/{plan.pk}/disponibilite/"
    marc.post(url, {"person": team.claire.pk, "days_off": "2,5", "field_percent": 40})
    assert Availability.objects.get().days_off == Decimal("2.5")
    answer = marc.post(url, {"person": UserFactory().pk, "days_off": "1", "field_percent": 40}, follow=True)
    assert "nombre de jours d’absence" in answer.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_clients(marc, team, django_assert_max_num_queries):
    plan = team.plan()
    for _ in range(3):
        team.client("A", team.claire, stake="100.00")
    marc.get(f"/allocation/{plan.pk}/")
    with django_assert_max_num_queries(60) as few:
        marc.get(f"/allocation/{plan.pk}/")
    for _ in range(60):
        team.client("B", team.karim, stake="100.00")
    with django_assert_max_num_queries(len(few)):
        marc.get(f"/allocation/{plan.pk}/")


@pytest.mark.parametrize("week", ["2026-13-45", "0001-01-01", "9999-12-31", "demain", ""])
def test_an_odd_week_is_this_one(marc, team, week):
    answer = marc.get("/allocation/calendrier/", {"semaine": week})
    assert answer.context["monday"] == TODAY

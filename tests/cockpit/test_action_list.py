import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from campaigns.models import Action
from tests.factories import ActionFactory, ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/actions/"
WEDNESDAY = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _on_a_wednesday(time_machine):
    time_machine.move_to(WEDNESDAY, tick=False)


@pytest.fixture
def claire():
    return UserFactory(last_name="Fabre")


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


def in_days(days):
    return timezone.localdate() + dt.timedelta(days=days)


def promised(owner, days=0, name="Garage", **fields):
    fields.setdefault("created_at", WEDNESDAY - dt.timedelta(days=9))
    return ActionFactory(client=ClientFactory(owner=owner, name=name), assignee=owner, due_on=in_days(days), **fields)


def names(response):
    return [row.client.name for row in response.context["rows"]]


def test_each_tab_lists_what_it_counts(browser, claire):
    for days, name in [(-1, "retard"), (0, "aujourdhui"), (4, "semaine"), (5, "a-venir")]:
        promised(claire, days, name)
    promised(claire, name="faites", done_at=timezone.now(), outcome="reached", done_by=claire)
    for tab in browser.get(URL).context["agenda"].tabs:
        key = tab.query.removeprefix("onglet=")
        assert names(browser.get(f"{URL}?{tab.query}")) == [key] * tab.count == [key]


def test_what_is_late_comes_first_and_else_today(browser, claire):
    promised(claire, 0, "Aujourd’hui")
    assert names(browser.get(URL)) == ["Aujourd’hui"]
    promised(claire, -2, "En retard")
    assert names(browser.get(URL)) == ["En retard"]


def test_the_day_s_progress_counts_what_is_done_and_what_is_left(browser, claire):
    promised(claire, -1)
    promised(claire, 0)
    promised(claire, 3)
    promised(claire, done_at=timezone.now(), outcome="reached", done_by=claire)
    assert browser.get(URL).context["agenda"].progress == {"done": 1, "all": 3}


def test_a_person_sees_their_own_actions_and_a_manager_may_look_at_the_team(client, claire):
    manager = UserFactory(roles=[Role.MANAGER])
    claire.manager = manager
    claire.save()
    promised(claire, name="À Claire")
    promised(manager, name="Au manager")
    promised(UserFactory(), name="D’ailleurs")
    client.force_login(manager)
    assert names(client.get(URL)) == ["Au manager"]
    assert names(client.get(URL, {"personne": claire.pk})) == ["À Claire"]
    assert sorted(names(client.get(URL, {"personne": "equipe"}))) == ["Au manager", "À Claire"]


def test_nobody_looks_at_the_actions_of_somebody_else_s_team(browser, claire):
    stranger = UserFactory()
    promised(stranger, name="Secret")
    for person in (stranger.pk, "equipe", "x"):
        assert names(browser.get(URL, {"personne": person})) == []


def test_a_planned_call_is_closed_from_its_row(browser, claire):
    action = promised(claire)
    data = {"outcome": "reached", "note": "Tout va bien.", "planned": action.pk, "next": URL}
    browser.post(reverse("cockpit:record-call", args=[action.client_id]), data)
    action.refresh_from_db()
    assert (action.outcome, action.note) == ("reached", "Tout va bien.")


def test_a_visit_is_done_or_dropped_and_that_is_undone(browser, claire):
    visit = promised(claire, kind=Action.Kind.VISIT)
    url = reverse("cockpit:complete-action", args=[visit.pk])
    browser.post(url, {"outcome": "done", "note": "Vu sur place."})
    visit.refresh_from_db()
    assert (visit.outcome, visit.done_by) == ("done", claire)
    browser.post(reverse("cockpit:undo-action", args=[visit.pk]))
    assert Action.objects.open().get() == visit


def test_a_visit_has_no_outcome_of_a_call(browser, claire):
    visit = promised(claire, kind=Action.Kind.VISIT)
    browser.post(reverse("cockpit:complete-action", args=[visit.pk]), {"outcome": "stop-calling"})
    assert Action.objects.open().get() == visit


def test_the_page_asks_the_database_as_often_for_three_rows_as_for_thirty(
    browser, claire, django_assert_max_num_queries
):
    run = ScoringRunFactory()

    def queries():
        with django_assert_max_num_queries(30) as captured:
            browser.get(URL)
        return len(captured)

    for _ in range(3):
        ScoreFactory(run=run, client=promised(claire).client)
    few = queries()
    for _ in range(27):
        ScoreFactory(run=run, client=promised(claire).client, at_risk=True)
    assert queries() == few

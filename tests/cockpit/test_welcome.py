import datetime as dt

import pytest
from django.urls import reverse

from accounts.roles import Role
from clients.models import Import
from cockpit.welcome import first_steps
from tests.factories import ActionFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    person = UserFactory(roles=[Role.DIRECTION])
    client.force_login(person)
    return person


def test_an_empty_installation_has_everything_to_do(person):
    steps = first_steps(person)
    assert [steps.has_imported, steps.run, steps.has_chosen, steps.has_company] == [False, None, False, False]


def test_the_ribbons_stay_grey_and_without_figures_until_there_is_a_run(client, person):
    page = client.get(reverse("cockpit:welcome")).content.decode()
    assert "ribbons-wide placeholder" in page
    assert "%" not in page.partition('class="chart tiers"')[2].partition("</svg>")[0]


def test_the_ribbons_fill_with_the_first_run(client, person):
    ScoreFactory(tier="A")
    page = client.get(reverse("cockpit:welcome")).content.decode()
    assert "ribbons-wide placeholder" not in page
    assert "Ce que pèse chaque palier" in page


def test_who_waits_for_the_first_run_goes_back_to_the_dashboard_once_it_is_there(client, person):
    waiting = client.get("/").headers["Location"]
    assert client.get(waiting).status_code == 200
    ScoreFactory(tier="A")
    assert client.get(waiting).headers["Location"] == "/"
    assert client.get(reverse("cockpit:welcome")).status_code == 200


def test_five_chosen_calls_and_a_colleague_complete_the_steps(person):
    ScoringRunFactory()
    ActionFactory.create_batch(5)
    steps = first_steps(person)
    assert steps.has_chosen
    assert steps.has_company


def test_the_time_it_took_is_the_one_measured(person):
    started = dt.datetime(2026, 11, 1, 8, 0, tzinfo=dt.UTC)
    Import.objects.create(status=Import.Status.COMMITTED, launched_at=started)
    ScoringRunFactory(finished_at=started + dt.timedelta(minutes=6))
    assert first_steps(person).minutes == 6


def test_who_may_not_import_reads_who_does(client):
    client.force_login(UserFactory(roles=[Role.COMMERCIAL]))
    assert (
        "La Direction ou l’Administrateur importe les factures"
        in client.get(reverse("cockpit:welcome")).content.decode()
    )

"""The contact person of each client of tier A and who stands in: who lacks one, naming them, undoing it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from accounts.roles import Role
from campaigns import departures
from clients.models import Client
from tests.factories import ClientDepartureFactory, ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
URL, POST = "/clients/interlocuteurs/", "/clients/interlocuteurs/remplacant/"


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def manager(client):
    manager = UserFactory(roles=[Role.MANAGER])
    client.force_login(manager)
    return manager


@pytest.fixture
def team(manager):
    return [UserFactory(manager=manager) for _n in range(2)]


def top(run, name, *, tier="A", **fields):
    return ScoreFactory(run=run, client=ClientFactory(name=name, **fields), tier=tier).client


def names(response):
    return {score.client.name for score in response.context["page"]}


def test_it_lists_who_of_tier_a_lacks_an_owner_or_a_stand_in(client, run, team):
    claire, julien = team
    gone = UserFactory(is_active=False, manager=claire.manager)
    top(run, "covered", owner=claire, backup_owner=julien)
    top(run, "no owner", backup_owner=julien)
    top(run, "no stand-in", owner=claire)
    top(run, "oneself", owner=claire, backup_owner=claire)
    top(run, "left the firm", owner=claire, backup_owner=gone)
    top(run, "tier B", tier="B", owner=claire)
    ClientDepartureFactory(client=top(run, "departed", owner=claire))
    response = client.get(URL)
    assert names(response) == {"no owner", "no stand-in", "oneself", "left the firm"}
    assert response.context["lacking"] == 4
    assert client.get("/relation/").context["board"].uncovered == 4
    assert "covered" in names(client.get(f"{URL}?tous=1"))


def test_stand_ins_are_named_in_bulk_undone_and_journaled(client, run, team):
    claire, julien = team
    ids = [top(run, f"Client {n}", owner=claire).pk for n in range(3)] + [top(run, "His own", owner=julien).pk]
    response = client.post(POST, {"clients": ids, "remplacant": julien.pk}, follow=True)
    (message,) = response.context["messages"]
    assert "3 clients" in str(message)
    assert Client.objects.filter(backup_owner=julien).count() == 3
    assert AuditEntry.objects.filter(table="clients_client", changes__has_key="backup_owner_id").count() == 3
    client.post(message.extra_tags)
    client.post(message.extra_tags)  # a second click
    assert not Client.objects.exclude(backup_owner=None).exists()


def test_nobody_names_a_stand_in_for_somebody_else_s_client(client, run, team):
    other = top(run, "Other", owner=UserFactory())
    client.post(POST, {"clients": other.pk, "remplacant": team[0].pk})
    other.refresh_from_db()
    assert other.backup_owner is None


def test_who_leaves_the_firm_stands_in_for_nobody_any_more(run, team):
    claire, julien = team
    one = top(run, "Client", owner=claire, backup_owner=julien)
    departures.depart(person=julien, successor=None, by=UserFactory(roles=[Role.DIRECTION]))
    one.refresh_from_db()
    assert one.backup_owner is None


def test_it_asks_as_much_for_three_clients_as_for_thirty(client, run, team):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    for n in range(3):
        top(run, f"Client {n}", owner=team[0])
    few = queries()
    for n in range(27):
        top(run, f"Autre {n}", owner=team[1])
    assert queries() == few

import pytest

from accounts.roles import Role
from clients.models import Client
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


def visible_names(user):
    return set(Client.objects.visible_to(user).values_list("name", flat=True))


@pytest.fixture
def firm():
    """A manager, a team leader under them, a salesperson under the leader, and somebody else's salesperson."""
    manager = UserFactory(roles=[Role.MANAGER])
    leader = UserFactory(roles=[Role.MANAGER], manager=manager)
    salesperson = UserFactory(manager=leader)
    stranger = UserFactory()
    for owner in (manager, leader, salesperson, stranger, None):
        ClientFactory(name=owner.last_name if owner else "sans commercial", owner=owner)
    return manager, leader, salesperson, stranger


def test_a_salesperson_sees_their_own_clients_only(firm):
    *_, salesperson, _stranger = firm
    assert visible_names(salesperson) == {salesperson.last_name}


def test_a_manager_sees_the_team_at_any_depth_and_clients_without_owner(firm):
    manager, leader, salesperson, _ = firm
    assert visible_names(manager) == {manager.last_name, leader.last_name, salesperson.last_name, "sans commercial"}


@pytest.mark.parametrize("role", [Role.MARKETING, Role.DIRECTION, Role.ADMINISTRATOR])
def test_marketing_direction_and_administrators_see_every_client(firm, role):
    assert len(visible_names(UserFactory(roles=[role]))) == 5


def test_nobody_sees_anything_without_a_role_or_once_deactivated(firm):
    manager, *_ = firm
    manager.is_active = False
    assert visible_names(manager) == set()
    assert visible_names(UserFactory(roles=[])) == set()


def test_a_circle_of_managers_ends(firm):
    manager, leader, salesperson, _ = firm
    manager.manager = leader
    manager.save()
    assert salesperson.last_name in visible_names(manager)


def test_search_ignores_case_and_accents_and_order_of_words(db):
    ClientFactory(name="Hôtel Castaing", city="Orléans")
    assert Client.objects.search("ORLEANS hotel").count() == 1
    assert Client.objects.search("hotel bayonne").count() == 0

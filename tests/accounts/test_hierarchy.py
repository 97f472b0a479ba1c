import pytest

from accounts.hierarchy import led_by
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_salesperson_leads_themselves_alone():
    salesperson = UserFactory()
    UserFactory(manager=salesperson)
    assert list(led_by(salesperson)) == [salesperson]


def test_a_manager_leads_their_team_and_direction_everybody_with_clients():
    manager = UserFactory(roles=[Role.MANAGER])
    report = UserFactory(manager=manager)
    stranger = UserFactory()
    UserFactory(roles=[Role.MARKETING])
    UserFactory(manager=manager, is_active=False)
    direction = UserFactory(roles=[Role.DIRECTION])
    assert set(led_by(manager)) == {manager, report}
    assert set(led_by(direction)) == {manager, report, stranger, direction}

"""Who may change whom: nobody climbs by themselves, and the Direction never empties."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import team
from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def direction():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def administrator():
    return UserFactory(roles=[Role.ADMINISTRATOR])


def change(person, by, **values):
    unchanged = {name: getattr(person, name) for name in ("email", "first_name", "last_name", "roles", "manager")}
    return team.change(person=person, by=by, weekly_hours=person.weekly_hours, **{**unchanged, **values})


def test_an_administrator_gives_every_role_but_direction(administrator):
    person = change(UserFactory(), administrator, roles=[Role.MANAGER, Role.MARKETING])
    assert person.roles == [Role.MANAGER, Role.MARKETING]
    with pytest.raises(ValidationError, match="Direction"):
        change(person, administrator, roles=[Role.DIRECTION])


def test_only_direction_touches_an_account_of_direction(administrator, direction):
    UserFactory(roles=[Role.DIRECTION])
    for act in (change, lambda person, by: team.deactivate(person=person, by=by)):
        with pytest.raises(PermissionDenied):
            act(direction, administrator)


def test_nobody_gives_themselves_a_right_they_do_not_hold(administrator):
    with pytest.raises(ValidationError):
        change(administrator, administrator, roles=[Role.ADMINISTRATOR, Role.MANAGER])
    assert change(administrator, administrator, roles=[Role.ADMINISTRATOR, Role.MARKETING]).roles


def test_whoever_does_not_manage_users_changes_nobody(direction):
    for role in (Role.COMMERCIAL, Role.MANAGER, Role.MARKETING):
        person = UserFactory(roles=[role])
        with pytest.raises(PermissionDenied):
            change(person, person, roles=[Role.DIRECTION])


def test_rights_are_read_again_when_acting_not_when_logging_in(administrator):
    stale = User.objects.get(pk=administrator.pk)
    User.objects.filter(pk=administrator.pk).update(roles=[Role.COMMERCIAL])
    with pytest.raises(PermissionDenied):
        change(UserFactory(), stale, roles=[Role.MANAGER])


def test_the_last_active_direction_neither_leaves_nor_steps_down(direction):
    UserFactory(roles=[Role.DIRECTION], is_active=False)
    with pytest.raises(ValidationError, match="seule personne active"):
        change(direction, direction, roles=[Role.MANAGER])
    other = UserFactory(roles=[Role.DIRECTION])
    assert change(direction, other, roles=[Role.MANAGER]).roles == [Role.MANAGER]
    with pytest.raises(ValidationError):
        team.deactivate(person=other, by=other)


def test_nobody_deactivates_themselves(direction):
    UserFactory(roles=[Role.DIRECTION])
    with pytest.raises(ValidationError, match="son propre compte"):
        team.deactivate(person=direction, by=direction)


def test_a_manager_reports_to_nobody_below_them(direction):
    chief = UserFactory(roles=[Role.MANAGER])
    leader = UserFactory(roles=[Role.MANAGER], manager=chief)
    for impossible in (leader, chief):
        with pytest.raises(ValidationError, match="responsable"):
            change(chief, direction, manager=impossible)


def test_an_address_belongs_to_one_person_whatever_its_case(direction):
    UserFactory(email="prise@cabinet.example")
    with pytest.raises(ValidationError) as error:
        change(UserFactory(), direction, email="PRISE@cabinet.example")
    assert "email" in error.value.message_dict


def test_a_reactivated_person_has_their_former_roles(direction):
    person = UserFactory(roles=[Role.MANAGER])
    team.deactivate(person=person, by=direction)
    assert User.objects.get(pk=person.pk).rights == frozenset()
    assert team.reactivate(person=person, by=direction).roles == [Role.MANAGER]

"""The Django administration keeps the rules of the Équipe page."""

import pytest

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    administrator = UserFactory(roles=[Role.ADMINISTRATOR])
    client.force_login(administrator)
    return administrator


def post(client, person, **others):
    sent = {"first_name": "Anne", "last_name": "Roy", "email": person.email, "phone": "", "roles": ["manager"]}
    sent |= {"manager": "", "weekly_hours": "35", "language": "fr", **others}
    return client.post(f"/admin/accounts/user/{person.pk}/change/", sent)


def test_a_person_is_changed_there(client, administrator):
    person = UserFactory()
    assert post(client, person, language="en").status_code == 302
    person.refresh_from_db()
    assert (str(person), person.roles, person.language) == ("Anne Roy", [Role.MANAGER], "en")


def test_no_role_is_given_there_that_the_team_page_refuses(client, administrator):
    person = UserFactory()
    assert post(client, person, roles=["direction"]).status_code == 200
    assert post(client, administrator, roles=["administrator", "manager"]).status_code == 200
    assert set(User.objects.values_list("roles__0", flat=True)) == {"commercial", "administrator"}


def test_direction_is_out_of_reach_there_too(client, administrator):
    chief = UserFactory(roles=[Role.DIRECTION])
    assert client.get(f"/admin/accounts/user/{chief.pk}/change/").status_code == 200
    assert post(client, chief, email="pirate@b.example").status_code == 403


def test_nobody_is_deleted_there_one_by_one_or_in_bulk(client, administrator):
    person = UserFactory()
    client.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
    client.post("/admin/accounts/user/", action)
    assert User.objects.filter(pk=person.pk).exists()


def test_neither_password_nor_activity_is_changed_there(client, administrator):
    person = UserFactory()
    before = User.objects.get(pk=person.pk).password
    post(client, person, password="pirate", is_active="", is_superuser="1")
    person.refresh_from_db()
    assert (person.password, person.is_active) == (before, True)


def test_the_hash_of_an_invitation_is_never_shown(client, administrator):
    from accounts import invitations

    invitation, _token = invitations.invite(email="a@b.example", roles=["commercial"], by=administrator)
    page = client.get(f"/admin/accounts/invitation/{invitation.pk}/change/").content.decode()
    assert "a@b.example" in page
    assert invitation.token_hash not in page


def test_it_speaks_french_and_says_where_one_is(client, administrator):
    assert "Cap Clients : administration" in client.get("/admin/").content.decode()

"""Users brought in by a table: invited or changed, under the rules of the team."""

import pytest
from django.core import mail

from accounts.models import Invitation, User
from accounts.roles import RIGHTS, Right, Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def users(list_of):
    return list_of("accounts/user")


def test_a_newcomer_gets_an_invitation_by_mail_and_a_link_shown_once(users, administrator):
    chief = UserFactory(roles=[Role.MANAGER], email="chef@cabinet.example")
    users.preview(
        "E-mail;Prénom;Nom;Rôles;Responsable\nAnne@b.example;Anne;Roy;Commerciale, marketing;chef@cabinet.example\n"
    )
    assert (Invitation.objects.count(), mail.outbox) == (0, [])
    shown = users.confirm()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.roles, invitation.manager) == (
        "anne@b.example",
        ["commercial", "marketing"],
        chief,
    )
    assert invitation.invited_by == administrator
    assert not User.objects.filter(email="anne@b.example").exists()
    assert [message.to for message in mail.outbox] == [["anne@b.example"]]
    link = shown.context["invited"][0]["link"]
    assert link in shown.content.decode()
    assert link in mail.outbox[0].body


def test_a_mail_server_that_fails_is_asked_once_and_the_links_are_there(users, monkeypatch):
    calls = []

    def refused(*args, **kwargs):
        calls.append(args)
        raise OSError

    monkeypatch.setattr("accounts.invitations.send_mail", refused)
    users.preview("E-mail;Rôle\na@b.example;marketing\nc@b.example;marketing\n")
    shown = users.confirm()
    assert shown.content.decode().count("pas parti : donnez le lien") == 2
    assert len(calls) == 1


def test_the_same_file_twice_invites_nobody_again(users):
    content = "E-mail;Rôle\na@b.example;marketing\n"
    users.bring(content)
    report = users.preview(content).context["report"]
    assert report.reasons == {"Déjà invité, la réponse est attendue": 1}


def test_a_known_account_is_changed_in_the_columns_of_the_file_only(users):
    person = UserFactory(email="anne@b.example", first_name="Anne", phone="0102", roles=[Role.COMMERCIAL])
    users.bring("E-mail;Nom;Heures;Rôles\nanne@b.example;Petit;17,5;\n")
    person.refresh_from_db()
    assert (person.first_name, person.last_name, person.phone) == ("Anne", "Petit", "0102")
    assert (person.weekly_hours, person.roles) == (17.5, ["commercial"])


def test_empty_cells_never_take_roles_or_hours_away(users):
    person = UserFactory(email="anne@b.example", phone="0102")
    users.bring("E-mail;Rôles;Heures;Téléphone\nanne@b.example;;;\n", clears=True)
    person.refresh_from_db()
    assert (person.roles, person.weekly_hours, person.phone) == (["commercial"], 35, "")


@pytest.mark.parametrize("role", ["Direction", "direction", "dirigeant"])
def test_only_direction_makes_a_direction(users, role):
    person = UserFactory(email="anne@b.example")
    report = users.preview(f"E-mail;Rôles\nanne@b.example;{role}\nnouveau@b.example;{role}\n").context["report"]
    assert [problem.message.split(" :")[0] for problem in report.problems] == ["Vous ne pouvez pas donner ce rôle"] * 2
    users.confirm()
    person.refresh_from_db()
    assert (person.roles, Invitation.objects.count()) == (["commercial"], 0)


def test_direction_makes_one(users, client):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    person = UserFactory(email="anne@b.example")
    users.bring("E-mail;Rôles\nanne@b.example;Direction\n")
    person.refresh_from_db()
    assert person.roles == ["direction"]


def test_an_account_of_direction_is_out_of_reach(users):
    chief = UserFactory(email="chef@b.example", roles=[Role.DIRECTION], first_name="Inès")
    rows = "".join(f"p{n}@b.example;P;marketing\n" for n in range(5))
    report = users.preview(f"E-mail;Prénom;Rôles\nchef@b.example;Pirate;\n{rows}").context["report"]
    assert "Seule la Direction" in report.problems[0].message
    users.confirm()
    chief.refresh_from_db()
    assert chief.first_name == "Inès"


def test_nobody_gives_themselves_a_right_they_do_not_hold(users, administrator):
    users.preview(f"E-mail;Rôles\n{administrator.email};administrateur, manager\n")
    users.confirm()
    administrator.refresh_from_db()
    assert administrator.roles == ["administrator"]


def test_the_last_direction_stays(users, client):
    chief = UserFactory(roles=[Role.DIRECTION], email="chef@b.example")
    client.force_login(chief)
    report = users.preview("E-mail;Rôles\nchef@b.example;marketing\n").context["report"]
    assert report.errors == 1
    chief.refresh_from_db()
    assert chief.roles == ["direction"]


def test_an_unknown_role_and_a_missing_one_are_errors_with_the_way_out(users):
    report = users.preview("E-mail;Rôles\na@b.example;chef de bord\nc@b.example;\n").context["report"]
    assert "« chef de bord » n’est pas un rôle" in report.problems[0].message
    assert "« Commercial », « Manager »" in report.problems[0].message
    assert "sans rôle, on ne voit rien" in report.problems[1].message


def test_nobody_is_deleted_deactivated_or_given_a_password(users):
    person = UserFactory(email="anne@b.example")
    before = person.password
    users.bring("E-mail;Nom;is_active;password;delete\nanne@b.example;Petit;non;pirate;1\n")
    person.refresh_from_db()
    assert (person.password, person.is_active, person.last_name) == (before, True, "Petit")


def test_it_takes_the_right_to_manage_users(users, monkeypatch):
    without = dict(RIGHTS) | {Role.ADMINISTRATOR: RIGHTS[Role.ADMINISTRATOR] - {Right.MANAGE_USERS}}
    monkeypatch.setattr("accounts.roles.RIGHTS", without)
    assert users.browser.get("/admin/accounts/user/import/").status_code == 403
    assert users.confirm().status_code == 403
    assert "/accounts/user/import/" not in users.browser.get("/admin/accounts/user/").content.decode()

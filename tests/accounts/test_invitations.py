"""A link that works once, for a week, and is kept only as a hash."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import invitations
from accounts.models import AuditEntry, Invitation, User
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ANSWER = {"first_name": "Anne", "last_name": "Roy", "password": "cheval correct agrafe"}


@pytest.fixture
def direction():
    return UserFactory(roles=[Role.DIRECTION])


def invite(by, email="anne@cabinet.example", roles=(Role.COMMERCIAL,), **others):
    return invitations.invite(email=email, roles=roles, by=by, **others)


def accept(client, token, **others):
    return client.post(f"/invitation/{token}/", {**ANSWER, **others})


def test_an_invited_person_chooses_a_password_and_is_in(client, direction):
    manager = UserFactory(roles=[Role.MANAGER])
    invitation, token = invite(direction, manager=manager)
    assert accept(client, token)["Location"] == "/"
    anne = User.objects.get(email="anne@cabinet.example")
    assert (anne.roles, anne.manager, str(anne)) == ([Role.COMMERCIAL], manager, "Anne Roy")
    assert client.session["_auth_user_id"] == str(anne.pk)
    invitation.refresh_from_db()
    assert invitation.accepted_by == anne


def test_only_the_hash_of_the_token_is_kept(direction):
    invitation, token = invite(direction)
    assert token not in str(list(Invitation.objects.values()))
    assert invitations.opened_by(token) == invitation


def test_a_link_works_once(client, direction):
    _invitation, token = invite(direction)
    accept(client, token)
    again = accept(type(client)(), token, last_name="Autre")
    assert again.status_code == 404
    assert User.objects.filter(first_name="Anne").count() == 1


def used(direction, client):
    _invitation, token = invite(direction)
    accept(client, token)
    return token


def expired(direction, client):
    invitation, token = invite(direction)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    return token


def revoked(direction, client):
    invitation, token = invite(direction)
    invitations.revoke(invitation=invitation, by=direction)
    return token


@pytest.mark.parametrize("gone", [used, expired, revoked, lambda *_: "inconnu"])
def test_a_link_that_does_not_work_never_says_why(client, direction, gone):
    token = gone(direction, client)
    before = User.objects.count()
    page = type(client)().get(f"/invitation/{token}/")
    assert page.status_code == 404
    assert "une seule fois, pendant sept jours" in page.content.decode()
    assert accept(type(client)(), token).status_code == 404
    assert User.objects.count() == before


def test_opening_the_link_changes_nothing(client, direction):
    _invitation, token = invite(direction)
    assert client.get(f"/invitation/{token}/").status_code == 200
    assert Invitation.objects.open().count() == 1
    assert User.objects.count() == 1


def test_the_address_and_the_roles_are_those_of_the_invitation(client, direction):
    _invitation, token = invite(direction)
    accept(client, token, email="pirate@ailleurs.example", roles="direction", is_active="", manager=direction.pk)
    anne = User.objects.get(first_name="Anne")
    assert (anne.email, anne.roles, anne.manager) == ("anne@cabinet.example", [Role.COMMERCIAL], None)


@pytest.mark.parametrize("weak", ["court", "motdepasse", "anne@cabinet.example", "aaaaaaaaaa"])
def test_a_weak_password_is_refused_in_words(client, direction, weak):
    _invitation, token = invite(direction)
    page = accept(client, token, password=weak)
    assert page.status_code == 200
    assert "À corriger" in page.content.decode()
    assert not User.objects.filter(first_name="Anne").exists()


def test_a_new_invitation_to_an_address_voids_the_former_one(direction):
    _first, old = invite(direction)
    invite(direction)
    with pytest.raises(invitations.NotOpen):
        invitations.opened_by(old)


def test_somebody_who_has_an_account_is_not_invited(direction):
    UserFactory(email="anne@cabinet.example", is_active=False)
    with pytest.raises(ValidationError, match="réactivez-le"):
        invite(direction, email="Anne@Cabinet.example")


def test_an_administrator_does_not_invite_a_direction(direction):
    administrator = UserFactory(roles=[Role.ADMINISTRATOR])
    with pytest.raises(ValidationError):
        invite(administrator, roles=[Role.DIRECTION])
    invitation, _token = invite(direction, roles=[Role.DIRECTION])
    with pytest.raises(PermissionDenied):
        invitations.revoke(invitation=invitation, by=administrator)


def test_whoever_does_not_manage_users_invites_nobody():
    with pytest.raises(PermissionDenied):
        invite(UserFactory(roles=[Role.MANAGER]))


def test_the_link_is_shown_once_and_sent_by_mail(client, direction):
    client.force_login(direction)
    page = client.post("/reglages/equipe/inviter/", {"email": "anne@cabinet.example", "roles": ["commercial"]})
    link = page.context["link"]
    assert link in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["anne@cabinet.example"]
    assert link.rsplit("/", 2)[1] not in client.get("/reglages/equipe/").content.decode()


def test_without_a_mail_server_the_link_is_there_to_copy(client, direction, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
    client.force_login(direction)
    page = client.post("/reglages/equipe/inviter/", {"email": "anne@cabinet.example", "roles": ["commercial"]})
    assert "Transmettez-lui ce lien vous-même" in page.content.decode()
    assert page.context["link"] in page.content.decode()


def test_a_name_with_a_line_break_adds_no_header(direction):
    User.objects.filter(pk=direction.pk).update(last_name="Roy\r\nBcc: pirate@ailleurs.example")
    direction.refresh_from_db()
    assert invitations.send(*invite(direction))
    assert "bcc" not in mail.outbox[0].message()
    assert mail.outbox[0].recipients() == ["anne@cabinet.example"]


def test_the_first_link_makes_the_first_direction_and_types_their_address(client):
    link = invitations.first_link()
    token = link.rsplit("/", 2)[1]
    accept(client, token, email="Chef@Cabinet.example")
    assert User.objects.get().roles == [Role.DIRECTION]
    assert User.objects.get().email == "chef@cabinet.example"
    assert invitations.first_link() is None


def test_each_start_without_anybody_voids_the_link_of_the_former_one():
    old = invitations.first_link().rsplit("/", 2)[1]
    invitations.first_link()
    with pytest.raises(invitations.NotOpen):
        invitations.opened_by(old)


def test_the_command_prints_a_link(capsys):
    call_command("invite", email="anne@cabinet.example", roles="commercial,marketing")
    token = capsys.readouterr().out.strip().rsplit("/", 2)[1]
    assert invitations.opened_by(token).roles == [Role.COMMERCIAL, Role.MARKETING]
    with pytest.raises(CommandError, match="Rôle inconnu"):
        call_command("invite", roles="roi")


def test_what_happens_to_an_invitation_is_journaled_without_the_address(direction):
    invite(direction)
    entry = AuditEntry.objects.get(table="accounts_invitation")
    assert entry.changes["roles"] == [None, ["commercial"]]
    assert "anne@" not in str(entry.changes)

"""The people of the sample firm, and the passwords made for them when it is installed."""

import os
import secrets
from pathlib import Path
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from accounts.roles import Role

FIRM_NAME = "Cabinet Garance"
DOMAIN = "cabinet-garance.example"


class Member(NamedTuple):
    """Somebody who works at the sample firm; `manager` is the address of who they report to."""

    email: str
    first_name: str
    last_name: str
    role: Role
    manager: str = ""
    weekly_hours: int = 35


def _address(name: str) -> str:
    return f"{name}@{DOMAIN}"


DIRECTOR = _address("philippe.vidal")
MANAGERS = (_address("helene.castaing"), _address("marc.dubosc"))
SALESPEOPLE = tuple(_address(name) for name in ("claire.fabre", "julien.moreau", "samira.haddad", "thomas.lacaze"))
TEAM = (
    Member(DIRECTOR, "Philippe", "Vidal", Role.DIRECTION),
    Member(_address("nadia.benali"), "Nadia", "Benali", Role.ADMINISTRATOR, DIRECTOR),
    Member(MANAGERS[0], "Hélène", "Castaing", Role.MANAGER, DIRECTOR, 39),
    Member(MANAGERS[1], "Marc", "Dubosc", Role.MANAGER, DIRECTOR, 39),
    Member(SALESPEOPLE[0], "Claire", "Fabre", Role.COMMERCIAL, MANAGERS[0]),
    Member(SALESPEOPLE[1], "Julien", "Moreau", Role.COMMERCIAL, MANAGERS[0]),
    Member(SALESPEOPLE[2], "Samira", "Haddad", Role.COMMERCIAL, MANAGERS[1]),
    Member(SALESPEOPLE[3], "Thomas", "Lacaze", Role.COMMERCIAL, MANAGERS[1], 28),
    Member(_address("lea.ferrand"), "Léa", "Ferrand", Role.MARKETING, DIRECTOR, 28),
)


class Login(NamedTuple):
    """How to get in as one member; an empty password was chosen by somebody and is not known here."""

    role: str
    email: str
    password: str


@transaction.atomic
def hire(*, logins: Path) -> list[Login]:
    """How to log in as each member; those who are missing are created, the others left as they are.

    Passwords are made here and kept in the file `logins`, readable by its owner only. When that file is lost, those
    created have new passwords and the others keep theirs.
    """
    known = _read(logins)
    people = {user.email: user for user in User.objects.filter(email__in=[member.email for member in TEAM])}
    missing = [member for member in TEAM if member.email not in people]
    known |= {member.email: known.get(member.email) or secrets.token_urlsafe(12) for member in missing}
    if missing:
        _write(logins, known)
    for member in missing:
        people[member.email] = User.objects.create_user(
            member.email,
            known[member.email],
            first_name=member.first_name,
            last_name=member.last_name,
            roles=[member.role],
            manager=people.get(member.manager),
            weekly_hours=member.weekly_hours,
        )
    return [Login(str(member.role.label), member.email, known.get(member.email, "")) for member in TEAM]


def _read(logins: Path) -> dict[str, str]:
    if not logins.exists():
        return {}
    return dict(line.split("\t") for line in logins.read_text().splitlines())


def _write(logins: Path, passwords: dict[str, str]) -> None:
    """Replaces the file in one go: a kill leaves the former one or the new one."""
    logins.parent.mkdir(parents=True, exist_ok=True)
    draft = logins.with_name(f"{logins.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{email}\t{password}\n" for email, password in passwords.items()))
    draft.replace(logins)

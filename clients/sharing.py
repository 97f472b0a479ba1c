"""Sharing out the clients that nobody looks after: some of them, all those of a rule, or as a pasted list says."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet

from accounts.hierarchy import led_by
from accounts.models import User
from clients import portfolios
from clients.folding import fold
from clients.models import Client


@dataclass
class Shared:
    """What a pasted list did: how many clients changed hands, and the lines that named nobody or no such client."""

    count: int = 0
    unread: list[str] = field(default_factory=list)


def waiting(user: User, *, words: str = "", postcode: str = "") -> QuerySet[Client]:
    """The clients without owner that this person may share out: those whose name and postcode start or match so."""
    found = Client.objects.visible_to(user).unassigned()
    if words:
        found = found.search(words)
    if postcode:
        found = found.filter(postcode__startswith=postcode)
    return found


@transaction.atomic
def share_by_rule(*, owner: User, by: User, words: str = "", postcode: str = "") -> int:
    """How many clients without owner, of this name or postcode, now have this owner."""
    ids = list(waiting(by, words=words, postcode=postcode).values_list("pk", flat=True))
    return len(portfolios.assign(client_ids=ids, owner=owner, by=by))


@transaction.atomic
def share_by_list(*, text: str, by: User) -> Shared:
    """Give clients out as lines of "client; salesperson" say: a code or exact name, then an e-mail or full name."""
    people = _people(by)
    clients = _clients(by)
    asked: dict[User, list[int]] = defaultdict(list)
    shared = Shared()
    for line in filter(str.strip, text.splitlines()):
        client, _mark, person = _cells(line)
        if clients.get(fold(client)) and people.get(fold(person)):
            asked[people[fold(person)]].append(clients[fold(client)])
        else:
            shared.unread.append(line.strip())
    for owner, ids in asked.items():
        shared.count += len(portfolios.assign(client_ids=ids, owner=owner, by=by))
    return shared


def _cells(line: str) -> tuple[str, str, str]:
    """The client and the salesperson of a line: a spreadsheet pastes a tab, people type a semicolon or a comma."""
    mark = next((mark for mark in ("\t", ";", ",") if mark in line), ";")
    client, mark, person = line.rpartition(mark)
    return re.sub(r"[\t;,]+$", "", client).strip(), mark, person.strip()


def _people(by: User) -> dict[str, User]:
    """Who may be given clients, by e-mail and by name in both orders; a name that two bear is nobody's."""
    found: dict[str, User] = {}
    twice = set()
    for person in led_by(by):
        for name in {f"{person.first_name} {person.last_name}", f"{person.last_name} {person.first_name}"}:
            if fold(name) in found:
                twice.add(fold(name))
            found[fold(name)] = person
    found = {name: person for name, person in found.items() if name not in twice}
    return found | {person.email: person for person in led_by(by)}


def _clients(by: User) -> dict[str, int]:
    """Clients without owner by code and by name; what two share names none."""
    found: dict[str, int] = {}
    twice = set()
    for pk, code, name in waiting(by).values_list("pk", "code", "name"):
        for key in {fold(code), fold(name)} - {""}:
            if key in found:
                twice.add(key)
            found[key] = pk
    return {key: pk for key, pk in found.items() if key not in twice}

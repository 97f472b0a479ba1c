"""Who may read grades and who may give them, and of which clients: the only door to anything of the relation.

1. A right reaches the clients that the roles giving it reach: Direction all, a Manager their team's and those of
nobody, a Commercial their own. 2. Another role of the same person, which sees more clients, adds none. 3. A client
merged into another is that other.
"""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.hierarchy import team_ids
from accounts.models import User
from accounts.roles import Right, rights_with
from clients.models import Client
from segmentation.models import Grade, Score

Row = TypeVar("Row", bound=Model)


def clients_read_by(user: User) -> QuerySet[Client]:
    """The clients whose grade, answers and plans this person may read."""
    return _clients_of(user, Right.READ_GRADES)


def clients_rated_by(user: User) -> QuerySet[Client]:
    """The clients that this person may give an opinion on: those they are in charge of."""
    return _clients_of(user, Right.RATE_CLIENTS)


def read_by(rows: QuerySet[Row], user: User) -> QuerySet[Row]:
    """Those of these rows, each about a client, that this person may read."""
    if Right.READ_GRADES not in user.rights:
        return rows.none()
    return rows.filter(client__in=clients_read_by(user))


def with_grade(scores: QuerySet[Score], colours: Iterable[str], user: User) -> QuerySet[Score]:
    """Those of these scores whose client has one of these colours, as far as this person may know."""
    grades = read_by(Grade.objects.filter(colour__in=list(colours)), user)
    return scores.filter(client__in=grades.values("client"))


def may_rate(user: User, client: Client) -> bool:
    return clients_rated_by(user).filter(pk=client.pk).exists()


def others_in_charge(client: Client, *, but: int | None) -> list[User]:
    """The active people who may give an opinion on this client, without this one (an id)."""
    people = User.objects.active().with_right(Right.RATE_CLIENTS).exclude(pk=but)
    return [person for person in people if may_rate(person, client)]


def _clients_of(user: User, right: Right) -> QuerySet[Client]:
    rights = rights_with(user.roles, right) if user.is_active else frozenset()
    clients = Client.objects.unmerged()
    if right not in rights:
        return clients.none()
    if Right.SEE_ALL_CLIENTS in rights:
        return clients
    if Right.SEE_TEAM_CLIENTS in rights:
        return clients.filter(Q(owner__in=team_ids(user)) | Q(owner=None))
    return clients.filter(owner=user.pk)

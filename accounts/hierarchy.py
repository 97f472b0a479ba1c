"""Who reports to whom, at any depth."""

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import RIGHTS, Right

ROLES_WITH_CLIENTS = [role for role, rights in RIGHTS.items() if Right.RECORD_ACTIONS in rights]

TEAM = """
    WITH RECURSIVE team(id) AS (
        SELECT %(manager)s::bigint
        UNION  -- without ALL: a circle of managers ends instead of turning for ever
        SELECT person.id FROM accounts_user AS person JOIN team ON person.manager_id = team.id
    )
    SELECT id FROM team
"""


def team_ids(manager: User) -> list[int]:
    """The ids of this person and of everybody who reports to them, directly or not."""
    with connection.cursor() as cursor:
        cursor.execute(TEAM, {"manager": manager.pk})
        return [row[0] for row in cursor.fetchall()]


def led_by(user: User) -> QuerySet[User]:
    """The active people with clients whose work this person organises: everybody, their team, or themselves alone."""
    people = User.objects.active().filter(roles__overlap=ROLES_WITH_CLIENTS)
    if user.may(Right.SEE_ALL_CLIENTS):
        return people
    if user.may(Right.SEE_TEAM_CLIENTS):
        return people.filter(pk__in=team_ids(user))
    return people.filter(pk=user.pk)


def portfolios_of(user: User) -> set[int | None] | None:
    """The portfolios whose clients this person sees, by the id of who follows them: None for all of them.

    Clients that nobody follows are the portfolio of None.
    """
    if user.may(Right.SEE_ALL_CLIENTS):
        return None
    if user.may(Right.SEE_TEAM_CLIENTS):
        return {*team_ids(user), None}
    return {user.pk}

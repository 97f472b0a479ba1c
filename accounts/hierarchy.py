"""Who reports to whom, at any depth."""

from django.db import connection

from accounts.models import User

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

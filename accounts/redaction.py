"""Taking values out of the journal when somebody is erased; which columns changed, when and by whom stay."""

from collections.abc import Collection

from django.db import connection


def redact(table: str, ids: Collection[int], columns: Collection[str]) -> int:
    """How many entries about these rows lost the values of these columns. Nothing else of the journal can change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_redact_journal(%s, %s, %s)", [table, list(ids), list(columns)])
        redacted: int = cursor.fetchone()[0]
        return redacted

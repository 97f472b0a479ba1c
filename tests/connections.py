"""A second session on the database of the tests, outside Django's."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.db import connection


@contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    """What another process would have: it sees only what is committed."""
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)}
    with psycopg.connect(**wanted, autocommit=True) as session:
        yield session
        with suppress(psycopg.Error):  # the server lets go a little after the end of a session: not to be waited for
            session.execute("SELECT pg_advisory_unlock_all()")


def advisory_locks(family: int) -> int:
    """How many advisory locks of this family are held on the database of the tests, by anybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
            "WHERE locktype = 'advisory' AND classid = %s AND datname = current_database()",
            [family],
        )
        return cursor.fetchone()[0]

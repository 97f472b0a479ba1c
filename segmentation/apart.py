"""The tables of another company for the length of a transaction: empty, seen by nobody else, gone at its end.

A temporary table of the same name stands before each table of facts and of judgement, so that what reads and writes
facts does so there: the firm's own are neither read, nor written, nor locked, and no trigger of theirs hears of it. Of
them the other company gets what is nobody's: the segments, and the rules as they are delivered, version 1. Whatever
happens, the transaction is rolled back; temporary tables are written to no journal of the server either.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

from segmentation.models import GridCell, Rules, Segment

TABLES = r"""
    SELECT relname
    FROM pg_class
    WHERE relnamespace = %s::regnamespace AND relkind = 'r' AND relname ~ '^(clients|segmentation)_'
    ORDER BY relname
"""
SETTINGS = """
    SET LOCAL statement_timeout = '45s';
    SET LOCAL idle_in_transaction_session_timeout = '90s';
    SET LOCAL work_mem = '64MB';
    SET LOCAL jit = off;
"""


@contextmanager
def apart() -> Iterator[Rules]:
    """The rules as they are delivered, in a transaction of a company that has nothing yet."""
    with transaction.atomic():
        try:
            yield _opened()
        finally:
            transaction.set_rollback(True)


def _opened() -> Rules:
    home = _home()
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute(TABLES, [home])
        for (name,) in cursor.fetchall():
            table = sql.Identifier(name)
            cursor.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {}.{} INCLUDING ALL) ON COMMIT DROP").format(
                    table, sql.Identifier(home), table
                )
            )
        cursor.execute(sql.SQL("SET LOCAL search_path = pg_temp, {}").format(sql.Identifier(home)))
    _copy(home, Segment)
    _copy(home, Rules, "version = 1")
    _copy(home, GridCell, "rules_id IN (SELECT id FROM segmentation_rules)")
    Rules.objects.update(status=Rules.Status.PUBLISHED)
    return Rules.objects.get()


def _home() -> str:
    """The schema of the firm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def _copy(home: str, model: type[Model], condition: str = "true") -> None:
    """Gives the other company these rows of the firm."""
    table = sql.Identifier(model._meta.db_table)  # noqa: SLF001 the documented model API
    fields = model._meta.concrete_fields  # noqa: SLF001
    names: list[sql.Composable] = [sql.Identifier(str(field.column)) for field in fields]
    columns = sql.SQL(", ").join(names)
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}.{} WHERE {}")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table, columns, columns, sql.Identifier(home), table, sql.SQL(condition)))

"""Who points to a row, as the database's catalog says: the facts need not know what higher layers built on them.

Foreign keys without a constraint are not there: snapshots, such as scores, hold nothing. Those that the database
cascades are parts of the row: they move with it when clients merge, go with it, and do not hold it either.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.db import connection
from psycopg import sql


class Reference(NamedTuple):
    """A column that names rows of another table."""

    table: str
    column: str


CATALOG = """
    SELECT source.relname, named.attname
    FROM pg_constraint AS foreign_key
    JOIN pg_class AS source ON source.oid = foreign_key.conrelid
    JOIN pg_attribute AS named ON named.attrelid = foreign_key.conrelid AND named.attnum = foreign_key.conkey[1]
    WHERE foreign_key.contype = 'f'
        AND foreign_key.confrelid = %(table)s::regclass
        AND array_length(foreign_key.conkey, 1) = 1
        AND (%(parts_too)s OR foreign_key.confdeltype <> 'c')
    ORDER BY source.relname, named.attname
"""
USED = "SELECT EXISTS (SELECT FROM {holder} AS holder WHERE holder.{column} = %(id)s)"


def references_to(table: str, *, parts_too: bool = True) -> list[Reference]:
    """Every column that names rows of this table, with a constraint; without those of its parts when they are not
    wanted."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOG, {"table": table, "parts_too": parts_too})
        return [Reference(*row) for row in cursor.fetchall()]


def is_used(table: str, row_id: int, *, but: Collection[str] = ()) -> bool:
    """Whether a row of any table, but for these, names this one."""
    with connection.cursor() as cursor:
        for holder, column in references_to(table, parts_too=False):
            if holder in but:
                continue
            statement = sql.SQL(USED).format(holder=sql.Identifier(holder), column=sql.Identifier(column))
            cursor.execute(statement, {"id": row_id})
            if cursor.fetchone()[0]:
                return True
    return False


def holders(table: str, *, but: Collection[str] = ()) -> Iterator[Reference]:
    """The columns that name rows of this table, but for those of these tables."""
    return (reference for reference in references_to(table, parts_too=False) if reference.table not in but)

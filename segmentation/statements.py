"""The set-based SQL of this application, one statement a file of `segmentation/sql/`, and the settings it needs."""

from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import sql

SQL = Path(__file__).parent / "sql"
# A killed process must not keep its lock for the length of a statement: the server looks every second whether it is
# still there. The rest is what makes one pass over millions of invoices fast.
SETTINGS = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL client_connection_check_interval = '1s';
    SET LOCAL work_mem = '128MB';
    SET LOCAL jit = off;
"""
# What makes the facts readable as a run reads them, once it is known who has no score of their own (`unscored.sql`):
# `scored_documents`, and which of them are no purchase.
FACTS = (
    "documents_rewritten",
    "rewritten_by_client",
    "documents_as_written",
    "scored_documents",
    "documents_set_aside",
)
CHANGED_MUCH = """
    SELECT relname
    FROM pg_stat_user_tables
    WHERE schemaname = current_schema AND relname = ANY(%s) AND n_mod_since_analyze > 500 + n_live_tup / 10
    ORDER BY relname
"""


def prepare() -> None:
    """Gives the transaction that begins what its statements need."""
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)


def prepare_page() -> None:
    """Gives the transaction of a page that writes about every client what it needs: longer than others may take, less
    than what makes a worker be replaced (`config/gunicorn.py`)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '45s'; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")


def execute(name: str, **parameters: object) -> int:
    """The number of rows that this statement wrote."""
    with connection.cursor() as cursor:
        cursor.execute((SQL / f"{name}.sql").read_text(), parameters)
        return cursor.rowcount


def count_anew(*tables: str) -> list[str]:
    """The tables among these that were counted anew for the planner, because a tenth of their rows changed.

    The server does it by itself within a minute or so. A scoring may come before: right after a first import, a plan
    made for no invoice reads all of them once for each.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_MUCH, [list(tables)])
        changed = [name for (name,) in cursor.fetchall()]
        for name in changed:
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
    return changed


def rows(name: str, **parameters: object) -> list[dict[str, Any]]:
    """What this statement reads, each row by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute((SQL / f"{name}.sql").read_text(), parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

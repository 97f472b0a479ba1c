"""A database of the benchmark's own, on whichever server the settings name, gone when it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def own_database() -> Iterator[None]:
    """Inside, the default connection is to a new database with every migration applied; dropped on the way out."""
    former = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"capclients_bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(former, verbosity=0)


def execution_ms(sql: str) -> float:
    """How long the server itself takes for a query, in milliseconds, rows made but sent to nobody."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        return cursor.fetchone()[0][0]["Execution Time"]


def server_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0].split()[0]


def server_cpu_s() -> float:
    """Seconds of processor of the session in use; 0 where the server's processes cannot be seen from here."""
    process = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not process.exists() or "postgres" not in (stat := process.read_text()):
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

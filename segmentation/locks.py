"""One at a time: locks of the database that belong to a connection, so that a killed process frees its own by dying."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, unique

from django.db import connection

FAMILY = 7301  # the first half of the number: advisory locks are shared by the whole database


@unique
class Lock(IntEnum):
    OFFICIAL_RUN = 1
    DRAFT_RUN = 2
    BACKTEST_RUN = 3
    SCHEDULE = 4  # deciding whether a run is due, and running it
    HISTORY = 5  # scoring past dates again
    PREVIEW = 12  # trying drafts of the rules
    BACKFILL = 6  # scoring month-ends that nobody scored in their time
    OBJECTIVES = 7  # valuing objectives anew
    BACKTESTS = 8  # working off the backtests that were asked for
    HOURS = 9  # writing the hours of a run anew
    OPPORTUNITIES = 13  # writing the opportunities of the run on show
    RETENTION = 22  # removing what was kept long enough
    DIAGNOSIS = 33  # reading the books of another company, for a moment
    PORTRAIT = 31  # drawing the portrait of the run on show
    PROSPECTS = 32  # scoring prospects, and finding those that became clients
    TRIGGERS = 21  # finding events and firing the rules they trigger


@contextmanager
def held(lock: Lock) -> Iterator[bool]:
    """True while this process alone holds the lock; False, at once, when another one does."""
    key = [FAMILY, lock.value]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        is_ours = cursor.fetchone()[0]
    session = connection.connection
    try:
        yield is_ours
    finally:
        if is_ours and connection.connection is session and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)

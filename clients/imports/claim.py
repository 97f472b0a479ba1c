"""One worker at a time on an import, and a dead worker's import taken up again.

The row says who claimed it; a session lock of the database says whether that worker still lives, since the server
lets it go with the connection.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from clients.models import Import

LOCK_SPACE = 2101  # first half of the advisory lock's key: imports
SILENCE = dt.timedelta(minutes=2)
MOST_ATTEMPTS = 3


class StoppedError(Exception):
    """Somebody asked that this import stop: what it does is undone, and nothing of it stays."""


@contextmanager
def claimed(import_id: int) -> Iterator[bool]:
    """Whether this worker has the import, for as long as the block runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, import_id])
        alone = cursor.fetchone()[0]
    if not alone:
        yield False
        return
    try:
        yield _take(import_id)
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, import_id])


def ready() -> list[int]:
    """The imports that a worker should take: queued, or running but silent for minutes."""
    silent = Q(status=Import.Status.RUNNING, heartbeat_at__lt=timezone.now() - SILENCE)
    waiting = Import.objects.filter(Q(status=Import.Status.QUEUED) | silent)
    return list(waiting.order_by("id").values_list("id", flat=True))


def beat(batch: Import, **changes: Any) -> None:
    """Note that the worker lives, and how far it is. Raises StoppedError when somebody asked to stop."""
    changes["heartbeat_at"] = timezone.now()
    for name, value in changes.items():
        setattr(batch, name, value)
    if not Import.objects.filter(pk=batch.pk, cancel_asked_at=None).update(**changes):
        raise StoppedError


def check_wanted(import_id: int) -> None:
    """Raises StoppedError when somebody asked that this import stop."""
    if Import.objects.filter(pk=import_id).exclude(cancel_asked_at=None).exists():
        raise StoppedError


def end(batch: Import, *fields: str) -> None:
    """Write how an import ended: these fields of its row, in the last statement of the caller's transaction.

    Raises StoppedError when somebody asked to stop first. Asking waits for this statement's row lock, so that one of
    the two wins, never both; whatever the commit still had to check is checked before, that the lock be held briefly.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    wanted = Import.objects.filter(pk=batch.pk)
    if batch.status != Import.Status.ABANDONED:
        wanted = wanted.filter(cancel_asked_at=None)
    if not wanted.update(**{name: getattr(batch, name) for name in fields}):
        raise StoppedError


def _take(import_id: int) -> bool:
    """Claim a queued import, or one whose worker died: holding its lock proves that nobody runs it."""
    now = timezone.now()
    return bool(
        Import.objects.filter(pk=import_id, status__in=[Import.Status.QUEUED, Import.Status.RUNNING]).update(
            status=Import.Status.RUNNING,
            phase=Import.Phase.READING,
            rows_done=0,
            claimed_at=now,
            heartbeat_at=now,
            attempts=F("attempts") + 1,
        )
    )

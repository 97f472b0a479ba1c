"""Telling the database who acts, so that its audit triggers can write it down."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

from accounts.models import User

_actor: ContextVar[str] = ContextVar("actor", default="")


@contextmanager
def acting_as(user: User | None) -> Iterator[None]:
    """Changes made inside are journaled under this person's name; outside, under whoever was acting before."""
    former = _actor.set(str(user.pk) if user and user.pk else "")
    _tell(_actor.get())
    try:
        yield
    finally:
        _actor.reset(former)
        _tell(_actor.get())


def _tell(user_id: str) -> None:
    if connection.connection is None and not user_id:
        return  # nothing was ever said on this connection
    if connection.needs_rollback:
        return  # the connection is about to be rolled back, and the setting with it
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.user_id', %s, false)", [user_id])

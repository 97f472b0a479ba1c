"""What an installation needs before it serves: an up-to-date schema, a cache, its static files, its folders."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

PREPARING = 0x434150  # the number of the advisory lock that lets one process at a time prepare


def prepare() -> None:
    """Brings database, cache and static files up to date; safe to call again, and from two machines at once."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(PREPARING):
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        call_command("createcachetable", verbosity=0)
        collect_static()


@contextmanager
def one_at_a_time(number: int) -> Iterator[None]:
    """Waits for whoever holds this advisory lock, then holds it; inside, a statement waits 2 s for a table at most."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        cursor.execute("SET lock_timeout = '2s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
            cursor.execute("RESET lock_timeout")


def collect_static() -> None:
    """Copies the static files where the web process serves them from; nothing when they are the ones copied last."""
    stamp = Path(settings.STATIC_ROOT) / "copied-from"
    print_now = fingerprint(settings.BASE_DIR / "static", settings.BASE_DIR / "requirements.txt")
    if stamp.exists() and stamp.read_text() == print_now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(print_now)


def fingerprint(*sources: Path) -> str:
    """What changes whenever one of these files, or a file of these folders, does."""
    digest = hashlib.sha256()
    for source in sources:
        for file in sorted([source, *source.rglob("*")]):
            if file.is_file():
                digest.update(f"{file.relative_to(source.parent)}\n".encode() + file.read_bytes())
    return digest.hexdigest()

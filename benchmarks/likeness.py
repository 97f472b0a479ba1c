"""What comparing names takes: the check of newcomers imported into a base of many, and the page of likely doubles."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from django.core.cache import cache
from django.test import Client as Browser

from accounts.models import User
from benchmarks import files, screens, worker
from clients.models import Import

ONE_NEWCOMER_FOR = 20  # known clients


class Compared(NamedTuple):
    """Milliseconds: the whole check, the page that compares all names, the page that kept what it compared."""

    newcomers: int
    check_ms: float
    first_ms: float
    again_ms: float


def measure(clients: int) -> Compared:
    """In a base filled with so many clients, which stays as it is."""
    newcomers = clients // ONE_NEWCOMER_FOR
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nouveaux.csv"
        files.write_newcomers(path, newcomers, after=clients)
        check = worker.run(path, step=Import.Step.CHECK, door=Import.Door.PAGE)
    screens.collect_static()
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(email=screens.PEOPLE["direction"]))
    cache.clear()
    first_ms, again_ms = (screens.get(browser, "/clients/doublons/") for _ in range(2))
    return Compared(newcomers, check.seconds * 1_000, first_ms, again_ms)

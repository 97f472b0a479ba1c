"""Workers in processes of their own, on the database of the tests: held, killed, or made to run all at once."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress

from tests.surroundings import ROOT

OPEN = """
import socket, sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.AFTER_IMPORT = settings.AFTER_MERGE = []
import django
django.setup()
from tests.clients.imports import workshop
workshop.open_on(socket.socket(fileno=0))
"""
PATIENCE = 300  # seconds before a worker that says nothing fails the test


class Worker:
    """One process that does jobs one after the other (`workshop.JOBS`)."""

    def __init__(self, end: socket.socket):
        end.settimeout(PATIENCE)
        self.talk = end.makefile("rw")
        end.close()  # the line stays open for as long as `talk` is
        self.pid = json.loads(self.talk.readline())["pid"]

    def begin(self, **job) -> None:
        self.talk.write(json.dumps(job) + "\n")
        self.talk.flush()

    def hear(self) -> dict | None:
        """What it says next; None when it died."""
        try:
            word = self.talk.readline()
        except ConnectionError:
            return None
        return json.loads(word) if word else None

    def do(self, **job) -> dict | None:
        """The answer to a job, waited for; None when it died at it."""
        self.begin(**job)
        return self.hear()

    def go_on(self) -> dict | None:
        """The end of a job that was held."""
        return self.do()


class Workers:
    """Where workers come from: a process that has loaded everything."""

    def __init__(self, control: socket.socket):
        self.control = control

    @contextmanager
    def hired(self):
        """A worker for as long as the block runs, unless it is killed."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            socket.send_fds(self.control, [b"."], [theirs.fileno()])
            worker = Worker(ours.dup())
        try:
            yield worker
        finally:
            with suppress(ConnectionError):  # it may be dead
                worker.talk.close()

    @contextmanager
    def team(self, size: int):
        """As many workers."""
        with ExitStack() as hired:
            yield [hired.enter_context(self.hired()) for _ in range(size)]


@contextmanager
def workers_on(database: str, **environment):
    """Workers on this database, where `environment` says that it is."""
    ours, theirs = socket.socketpair()
    workshop = subprocess.Popen(
        [sys.executable, "-c", OPEN, database],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        stdin=theirs,
    )
    theirs.close()
    with workshop:
        try:
            yield Workers(ours)
        finally:
            ours.close()  # it ends when nobody can hire any more

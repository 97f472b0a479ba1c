"""Other processes for the tests of what several processes share."""

import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.surroundings import ROOT

USER = """
import sys
from pathlib import Path
from config.embedded.server import Server
server = Server(Path(sys.argv[1]), durable=False)
server.attach()
print("attached", flush=True)
sys.stdin.readline()
"""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}


def python(code, *arguments, **variables):
    """A Python process that runs this code with our modules, its two ends open."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT), **variables},
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def finish(process):
    """Lets a process go on to its end; its exit code."""
    process.communicate("\n", timeout=60)
    return process.returncode


@contextmanager
def user_of(folder):
    """A process that uses the embedded server of this folder, until told to finish."""
    with python(USER, folder) as process:
        try:
            assert process.stdout.readline() == "attached\n"
            yield process
        finally:
            if process.poll() is None:
                finish(process)


def wait_for_guardian(folder):
    """Waits until the guardian of this folder's server has done its work and gone."""
    with Path(folder, "postgres-guardian").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

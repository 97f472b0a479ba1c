"""Asking a confined program, and surviving its end: one that dies, lingers or says too much is a clear answer too."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any

from django.conf import settings

MOST_ANSWER = 16 * 2**20
MOST_SECONDS = 90  # less than the silence after which an import passes for abandoned
# A confined program knows nothing of the database, the secrets or the mail server.
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


class LostError(Exception):
    """The program ended before it answered: too little memory or time, or a file that breaks its reader."""


class Confined:
    """A program of `clients.imports.confined` at work, until the end of the block."""

    def __init__(self, program: str):
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own program, by the interpreter that runs this one
            [sys.executable, "-m", f"clients.imports.confined.{program}"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, seconds: float = MOST_SECONDS, **request: Any) -> dict:
        """The answer to a request. Raises LostError when there is none in time; the program is over then."""
        assert self._process.stdin
        assert self._process.stdout
        alarm = threading.Timer(seconds, self._process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            said = self._process.stdout.readline(MOST_ANSWER)
        except OSError:
            said = b""
        finally:
            alarm.cancel()
        if not said.endswith(b"\n"):
            self.stop()
            raise LostError
        answer: dict = json.loads(said)
        return answer

    def stop(self) -> None:
        """End the program and let go of everything it held."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):  # what was still to be said to it no longer matters
                    pipe.close()
        self._process.wait()

    def __enter__(self) -> "Confined":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

"""The bounds of a confined program, and its conversation: a line of JSON in, a line of JSON out."""

import contextlib
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 1024 * 2**20
SECONDS = 60
FILE_BYTES = 2048 * 2**20


class RefusalError(Exception):
    """What was asked cannot be had: a reason, with what locates it."""

    def __init__(self, reason: str, **details: Any):
        super().__init__(reason)
        self.answer = {"refused": reason, **details}


def converse(answer: Callable[[dict], dict]) -> None:
    """Answer each request of the standard input until it ends, within the bounds.

    Answers go to the standard output as it was at the start: whatever a library prints goes nowhere.
    """
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _bound(resource.RLIMIT_AS, MEMORY)
    _bound(resource.RLIMIT_FSIZE, FILE_BYTES)
    _bound(resource.RLIMIT_CORE, 0)
    for line in sys.stdin.buffer:
        _allow_more_seconds()
        try:
            said = answer(json.loads(line))
        except RefusalError as refusal:
            said = refusal.answer
        except (MemoryError, RecursionError):
            said = {"refused": "too-big"}
        out.write(json.dumps(said).encode() + b"\n")
        out.flush()


def _bound(what: int, most: int) -> None:
    """Lower a limit, where the system has it: macOS refuses some, and the time limit of the parent remains."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def _allow_more_seconds() -> None:
    """Each request has the same time of processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _bound(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + SECONDS)

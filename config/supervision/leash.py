"""Ends the supervisor's children when the supervisor is gone, however it went.

Run by path, with the standard library alone, on any Unix. Standard input is a pipe from the supervisor: `+123` for a
child started (a process group), `-123` for one ended. The pipe closes when the supervisor dies, even of kill -9.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 10.0


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line)
        if group > 0:
            groups.add(group)
        else:
            groups.discard(-group)
    end(groups)


def end(groups: set[int]) -> None:
    """Asks every process of these groups to stop, then kills those that did not."""
    send(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while send(groups, 0) and time.monotonic() < deadline:
        time.sleep(0.1)
    send(groups, signal.SIGKILL)


def send(groups: set[int], number: int) -> bool:
    """Whether any of these groups was still there to receive the signal."""
    found = False
    for group in groups:
        try:
            os.killpg(group, number)
            found = True
        except (ProcessLookupError, PermissionError):
            pass
    return found


if __name__ == "__main__":
    main()

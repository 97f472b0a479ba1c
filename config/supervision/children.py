"""One supervised program: started in a session of its own, tied to its parent's life, restarted with patience."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
PR_SET_PDEATHSIG = 1
HEALTHY_SECONDS = 10.0  # a program that lived this long had started well
HOPELESS = 4  # starts in a row that failed
LONGEST_PAUSE_SECONDS = 30.0
LARGEST_LOG_BYTES = 10 * 1024 * 1024


class Leash:
    """The small process that ends the children when we can no longer do it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-I", "-S", str(LEASH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        assert self._process.stdin is not None
        self._pipe = self._process.stdin

    def tell(self, group: int) -> None:
        """Tells of a process group started (positive) or ended (negative)."""
        with suppress(BrokenPipeError):
            self._pipe.write(f"{group:+d}\n".encode())
            self._pipe.flush()

    def release(self) -> None:
        """Lets the leash go, and waits for it; it ends whatever it was not told had ended."""
        with suppress(BrokenPipeError):
            self._pipe.close()
        self._process.wait()


@dataclass
class Child:
    """A program kept running. `log` receives what it prints."""

    name: str
    command: list[str]
    log: Path
    leash: Leash
    inherited: tuple[int, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    process: subprocess.Popen | None = None
    failures: int = 0
    started_at: float = 0.0
    not_before: float = 0.0

    def keep_running(self) -> None:
        """Starts the program if it is not running and its pause is over; one call is one look."""
        now = self.clock()
        if self.process is not None and self.process.poll() is not None:
            self.leash.tell(-self.process.pid)
            self.process = None
            self.failures = 1 if now - self.started_at >= HEALTHY_SECONDS else self.failures + 1
            self.not_before = now + min(LONGEST_PAUSE_SECONDS, 2.0 ** (self.failures - 1) / 2)
        if self.process is None and now >= self.not_before and not self.is_hopeless:
            self._start()
            self.started_at = now

    @property
    def is_hopeless(self) -> bool:
        """It failed too many times in a row right after starting: trying again will not help."""
        return self.failures >= HOPELESS

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Sends a signal to the program itself, which tells its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Ends the program and everything it started, now."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.leash.tell(-self.process.pid)

    def last_words(self) -> str:
        """The end of what it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:]) if self.log.exists() else ""

    def _start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".1.log"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own command line)
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.inherited,
                env={**os.environ, **self.environment},
                preexec_fn=_die_with(os.getpid()),
            )
        self.leash.tell(self.process.pid)


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before its program starts: on Linux, asks to be told to stop when its parent dies."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None

    def before_exec() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # whatever a shell made us ignore
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return before_exec

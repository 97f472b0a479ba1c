"""Web, worker and beat as children of one process: started together, restarted when they die, stopped together."""

import http.client
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config.supervision.children import Child, Leash

STOP_SECONDS = {signal.SIGTERM: 10.0, signal.SIGQUIT: 5.0}
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PORTS_TRIED = 50


class CannotStartError(Exception):
    """A child that fails each time it starts; its name and its last words."""

    def __init__(self, child: Child) -> None:
        super().__init__(child.name)
        self.child = child


def listening(host: str, port: int) -> socket.socket:
    """A socket listening on this port, or on the first free one of the fifty that follow; OSError when there is none.

    The children inherit it: nobody can take the port between choosing it and serving on it.
    """
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        door = socket.socket(family, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, candidate))
            door.listen(512)
        except OSError:
            door.close()
            if candidate == min(port + PORTS_TRIED, 65536) - 1:
                raise
            continue
        return door
    raise OSError


def programs(*, door: socket.socket, logs: Path, leash: Leash, environment: dict[str, str]) -> list[Child]:
    """The three programs of an installation, in the order they start."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--app", "config", "--quiet"]
    worker = ["worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    commands = {
        "web": [*python, "gunicorn", "--config", "python:config.gunicorn", "--bind", f"fd://{door.fileno()}"],
        "worker": [*celery, *worker, "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"],
    }
    return [
        Child(
            name=name,
            command=command,
            log=logs / f"{name}.log",
            leash=leash,
            inherited=(door.fileno(),) if name == "web" else (),
            environment=environment,
        )
        for name, command in commands.items()
    ]


class Supervisor:
    """Keeps children running until told to stop."""

    def __init__(self, children: list[Child], leash: Leash) -> None:
        self.children = children
        self.leash = leash
        self.stopping = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    def listen_to_signals(self) -> None:
        """From now on SIGINT, SIGTERM and SIGHUP stop everything, even where a shell had us ignore them."""
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in STOPPING_SIGNALS:
            signal.signal(number, self._stop_soon)

    def run(self, *, is_ready: Callable[[], bool], on_ready: Callable[[], None]) -> None:
        """Runs until a signal; `on_ready` is called once, when `is_ready` first says so.

        Raises CannotStartError when a child fails each time it starts. Nothing is left running either way.
        """
        announced = False
        try:
            while not self.stopping:
                for child in self.children:
                    child.keep_running()
                    if child.is_hopeless:
                        raise CannotStartError(child)
                if not announced and is_ready():
                    announced = True
                    on_ready()
                self._pause(0.5 if announced else 0.1)
        finally:
            self.stop()

    def stop(self) -> None:
        """Asks every child to finish, insists, then kills what is left; a second signal kills at once."""
        self.stopping = False
        for number, patience in STOP_SECONDS.items():
            for child in reversed(self.children):
                child.signal(number)
            deadline = time.monotonic() + patience
            while any(child.is_running for child in self.children) and time.monotonic() < deadline:
                if self.stopping:
                    break
                self._pause(0.05)
        for child in self.children:
            child.kill()
        self.leash.release()

    def _stop_soon(self, number: int, frame: object) -> None:
        self.stopping = True

    def _pause(self, seconds: float) -> None:
        """Sleeps, but not through a signal."""
        if select.select([self._wake_read], [], [], seconds)[0]:
            os.read(self._wake_read, 512)


def answers(address: tuple[str, int], path: str = "/healthz") -> bool:
    """Whether the web process behind this address says it is well."""
    knock = http.client.HTTPConnection(*address, timeout=5)
    try:
        knock.request("GET", path)
        return knock.getresponse().status == 200
    except OSError:
        return False
    finally:
        knock.close()

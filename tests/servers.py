"""Servers that a test may stop or kill: its own, never those of the machine."""

import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from config.embedded.server import Server
from tests.mail_servers import free_port


def wait_until(happened: Callable[[], bool], what: str, *, seconds: int = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return
    pytest.fail(f"not within {seconds} seconds: {what}")


def postmaster(server: Server) -> int | None:
    """The number of the process that is this server; None when there is none."""
    try:
        return int((server.data / "postmaster.pid").read_text().split("\n")[0])
    except FileNotFoundError:
        return None


class OwnRedis:
    """A Redis server on a port of its own, that keeps nothing on disk."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            [program, *options, "--dir", str(self.folder), "--loglevel", "warning"], stdout=subprocess.DEVNULL
        )
        wait_until(self.answers, "Redis answers")

    def answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.ConnectionError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def own_redis(folder: Path):
    server = OwnRedis(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()

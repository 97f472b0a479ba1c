"""Web, worker and beat together: restarted when they die, all stopped whatever ends their supervisor."""

import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from config.supervision.children import HOPELESS, Child, Leash
from config.supervision.supervisor import CannotStartError, Supervisor, listening
from tests.config.processes import python

SLEEPER = "import signal\nwhile True: signal.pause()"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(1, flush=True)\n" + SLEEPER
SUPERVISOR = """
import sys
from pathlib import Path
from config.supervision.children import Child, Leash
from config.supervision.supervisor import Supervisor
leash = Leash()
grandchildren = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
command = [sys.executable, "-c", grandchildren, "import signal; signal.pause()"]
supervisor = Supervisor([Child(name="a", command=command, log=Path(sys.argv[1], "a.log"), leash=leash)], leash)
supervisor.listen_to_signals()
supervisor.run(
    is_ready=lambda: True,
    on_ready=lambda: print(supervisor.children[0].process.pid, leash._process.pid, flush=True),
)
"""


@pytest.fixture
def leash():
    leash = Leash()
    yield leash
    leash.release()


def child(tmp_path, leash, code, **fields):
    command = [sys.executable, "-c", code]
    return Child(name="essai", command=command, log=tmp_path / "essai.log", leash=leash, **fields)


def members(group):
    """The processes of this group, those included that ended and that nobody has asked about yet."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getpgid(int(folder.name)) == group:
                yield int(folder.name)


def ends(group):
    """Whether every process of this group ends: a killed one takes a moment, longer when the machine is busy."""
    for process in members(group):
        with suppress(ProcessLookupError):
            watched = os.pidfd_open(process)
            try:
                if not select.select([watched], [], [], 30)[0]:
                    return False
            finally:
                os.close(watched)
    return True


def test_a_child_that_died_is_started_again(tmp_path, leash):
    clock = iter(range(100, 1000, 100)).__next__
    kept = child(tmp_path, leash, SLEEPER, clock=clock)
    kept.keep_running()
    first = kept.process
    first.kill()
    first.wait()
    kept.keep_running()  # sees it dead, pauses
    kept.keep_running()
    assert kept.is_running
    assert kept.process.pid != first.pid
    kept.kill()


def test_a_child_that_never_starts_stops_everything_and_says_its_last_words(tmp_path, leash):
    clock = iter(range(0, 1000, 1)).__next__
    broken = child(tmp_path, leash, "raise SystemExit('le port est pris')", clock=clock)
    healthy = child(tmp_path, leash, SLEEPER)
    supervisor = Supervisor([healthy, broken], leash)
    with pytest.raises(CannotStartError) as caught:
        supervisor.run(is_ready=lambda: False, on_ready=lambda: None)
    assert caught.value.child.last_words().count("le port est pris") == HOPELESS
    assert not healthy.is_running


def test_a_pause_grows_with_failures(tmp_path, leash):
    moments = iter([0, 1, 2, 3, 4]).__next__
    broken = child(tmp_path, leash, "raise SystemExit(1)", clock=moments)
    broken.keep_running()
    broken.process.wait()
    broken.keep_running()
    assert (broken.failures, broken.not_before) == (1, 1.5)
    broken.keep_running()
    broken.process.wait()
    broken.keep_running()
    assert (broken.failures, broken.not_before) == (2, 4.0)


def test_a_child_deaf_to_signals_is_killed(tmp_path, leash, monkeypatch):
    monkeypatch.setattr("config.supervision.supervisor.STOP_SECONDS", {signal.SIGTERM: 0.1})
    deaf = child(tmp_path, leash, STUBBORN)
    deaf.keep_running()
    group = deaf.process.pid
    Supervisor([deaf], leash).stop()
    assert ends(group)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_children_and_grandchildren(tmp_path, number):
    with python(SUPERVISOR, tmp_path) as supervisor:
        group, leash = map(int, supervisor.stdout.readline().split())
        supervisor.send_signal(number)
        assert supervisor.wait(timeout=30) == 0
    assert ends(group)
    assert ends(leash)


def test_a_signal_that_a_shell_had_ignored_is_heard(tmp_path):
    ignoring = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{SUPERVISOR}"
    with python(ignoring, tmp_path) as supervisor:
        supervisor.stdout.readline()
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(timeout=30) == 0


def test_a_killed_supervisor_leaves_no_process(tmp_path):
    with python(SUPERVISOR, tmp_path) as supervisor:
        group, leash = map(int, supervisor.stdout.readline().split())
        watched = os.pidfd_open(leash)
        supervisor.kill()
        supervisor.wait()
    assert select.select([watched], [], [], 30)[0], "the leash never ended"
    os.close(watched)
    assert ends(group)


def test_a_taken_port_gives_the_next_free_one():
    with listening("127.0.0.1", 18600) as first, listening("127.0.0.1", first.getsockname()[1]) as second:
        assert second.getsockname()[1] > first.getsockname()[1]


def test_no_free_port_is_an_error(monkeypatch):
    monkeypatch.setattr("config.supervision.supervisor.PORTS_TRIED", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            listening("127.0.0.1", taken.getsockname()[1])

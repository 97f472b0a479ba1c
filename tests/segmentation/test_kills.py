"""Scoring killed at many instants: nothing half-written, and the next start gives what an undisturbed one gives."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import Error, connection

from segmentation.locks import FAMILY
from segmentation.models import Score, ScoringRun
from segmentation.scoring import AlreadyRunning, score
from tests.connections import advisory_locks, another_connection
from tests.segmentation.test_agreement import AS_OF, drawn, exported, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def undisturbed():
    """What scoring finds when nothing happens; the run that found it is gone."""
    documents, since = drawn(3, 40)
    stored(documents, since, random.Random(3))
    score(as_of=AS_OF)
    found = exported(AS_OF)
    ScoringRun.objects.all().delete()
    return found


class CutAt:
    """Ends the session of the scoring, from another one, just before its nth statement."""

    def __init__(self, nth):
        self.nth, self.seen = nth, 0

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.nth:
            with another_connection() as killer:
                killer.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        return execute(sql, params, many, context)


def test_a_session_ended_at_any_statement_leaves_nothing_half_written(undisturbed):
    nth, survived = 0, False
    while not survived:
        nth += 1
        cut = CutAt(nth)
        try:
            with connection.execute_wrapper(cut):
                score(as_of=AS_OF)
        except Error:
            connection.close()
        survived = cut.seen < nth
        written = set(Score.objects.values_list("run__status", flat=True))
        assert written <= {"done"}
        score(as_of=AS_OF)
        assert exported(AS_OF) == undisturbed
        assert not ScoringRun.objects.filter(status="running").exists()
        ScoringRun.objects.all().delete()
    assert nth > 15


CHILD = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from django.db import connection
from segmentation import scoring, statements

class Waiting:
    def __truediv__(self, name):
        print(name, flush=True)
        if name == sys.argv[2]:
            sys.stdin.read()
        return original / name

original = statements.SQL
statements.SQL = Waiting()
scoring.score(as_of=__import__("datetime").date.fromisoformat(sys.argv[3]))
"""


@pytest.mark.parametrize("instant", ["documents_set_aside.sql", "run_cuts.sql", "drop_working_tables.sql"])
def test_a_killed_process_frees_its_lock_at_once_and_leaves_nothing_half_written(undisturbed, instant):
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, connection.settings_dict["NAME"], instant, AS_OF.isoformat()],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            while child.stdout.readline().strip() != instant:
                assert child.poll() is None
            with pytest.raises(AlreadyRunning):
                score(as_of=AS_OF)
        finally:
            child.send_signal(signal.SIGKILL)
    _wait_until_alone()
    assert ScoringRun.objects.get().status == "running"
    assert not Score.objects.exists()
    score(as_of=AS_OF)
    assert exported(AS_OF) == undisturbed
    assert sorted(ScoringRun.objects.values_list("status", flat=True)) == ["done", "failed"]


def _wait_until_alone():
    """The server notices a dead client at its next look at the connection: within milliseconds when it is idle."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if advisory_locks(FAMILY) == 0:
            return
    pytest.fail("the killed process still holds its lock")

"""PostgreSQL stopped at once, and Redis killed, while messages leave: nobody receives two, nobody is forgotten, and it
goes on by itself (reliability.md, R4 and R5). A few times in the ordinary suite; twenty of each with PROVE=1."""

import os
import random
import shutil
import subprocess
import sys
import threading
from collections import Counter

import pytest
from celery import Celery
from django.db import connection
from django.utils import timezone

from campaigns import sending
from campaigns.launching import SENDING_TASK
from campaigns.models import Campaign, Recipient
from tests.campaigns.test_kills_of_senders import a_campaign, emails
from tests.clients.imports.workers import workers_on
from tests.servers import own_redis, postmaster, wait_until
from tests.surroundings import ROOT, skip_or_fail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROVE = bool(os.environ.get("PROVE"))
OUTAGES = 20 if PROVE else 2
RECIPIENTS, MANY = 150, 500  # between two outages: of Redis, of the database
AGAIN = 90  # seconds within which it must go on
WORKER = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from config.celery import app
app.worker_main(["worker", "--concurrency", "1", "--loglevel", "warning", "--without-gossip", "--without-mingle"])
"""


def test_a_database_that_stops_at_once_loses_nobody_and_doubles_nothing(own_server, sink):
    campaign, chance, stopped = a_campaign(MANY * OUTAGES), random.Random(5), 0
    with (
        workers_on(own_server.database, DATABASE_URL="", DATA_DIR=str(own_server.folder)) as workers,
        workers.hired() as worker,  # it goes on living, and finds the server again by itself
    ):
        for _ in range(OUTAGES):
            running, after = postmaster(own_server), chance.uniform(0.1, 0.5)
            answer = worker.do(do="send", port=sink.port, act="stop", postmaster=running, after=after)
            if "error" in answer:
                stopped += 1
                wait_until(lambda stops=running: postmaster(own_server) != stops, "the server stopped")
            connection.close()
            own_server.attach(check=True)
        Recipient.objects.filter(state="sending").update(leased_until=timezone.now() - sending.LEASE)
        assert "error" not in worker.do(do="send", port=sink.port)
    assert stopped >= 1, "every stop came after the end"
    assert_once_each(campaign, sink, lost=stopped)


@pytest.fixture
def redis_server(tmp_path):
    skip_or_fail("" if shutil.which("redis-server") else "no redis-server on this machine")
    with own_redis(tmp_path) as server:
        yield server


class Supervised:
    """A worker of Celery as production runs it, started again when it dies: a kombu that loses Redis in the midst of a
    task may, while it gives back what it had not acknowledged."""

    def __init__(self, command, **variables):
        self.command, self.environment, self.stops = command, {**os.environ, **variables}, threading.Event()
        self.thread = threading.Thread(target=self._keep)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_error):
        self.stops.set()
        self.thread.join()

    def _keep(self):
        while not self.stops.is_set():
            process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment)
            while process.poll() is None and not self.stops.wait(0.1):
                pass
            process.terminate()
            process.wait(60)


@pytest.fixture
def celery_worker(redis_server, sink):
    """A worker on the tests' database, our Redis and our mail server."""
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]]
    with Supervised(command, REDIS_URL=redis_server.url, EMAIL_URL=f"smtp://127.0.0.1:{sink.port}"):
        yield


@pytest.mark.usefixtures("celery_worker")
def test_a_redis_that_is_killed_is_found_again_and_each_campaign_leaves_once(redis_server, sink):
    for _ in range(OUTAGES):
        campaign = a_campaign(RECIPIENTS)
        ring(redis_server)
        wait_until(lambda one=campaign: len(received(sink, one)) > 5, "messages leave", seconds=AGAIN)
        redis_server.kill()  # in the midst of them
        redis_server.start()
        ring(redis_server)
        wait_until(lambda one=campaign: is_over(one), "the campaign is over", seconds=AGAIN)
        assert_once_each(campaign, sink, lost=0)


def ring(server):
    """What launching a campaign does, and the clock of every minute."""
    with Celery(broker=server.url) as bell:
        bell.send_task(SENDING_TASK)


def received(sink, campaign):
    mine = set(emails(campaign))
    return Counter(recipient for recipient, _message in list(sink.received) if recipient in mine)


def is_over(campaign):
    return Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.DONE).exists()


def assert_once_each(campaign, sink, *, lost):
    """Each recipient received one message, but for at most `lost` of whom nobody knows."""
    by_state = {state: set(emails(campaign, state)) for state in ("sent", "uncertain")}
    found = received(sink, campaign)
    assert set(found.values()) == {1}
    assert by_state["sent"] | by_state["uncertain"] == set(emails(campaign))
    assert by_state["sent"] <= set(found)
    assert len(by_state["uncertain"]) <= lost
    assert is_over(campaign)

"""What runs in the processes of `workers`: everything is loaded once, then a worker is forked for each who is hired.

A worker does jobs one after the other, as Celery's do: a line of JSON asks for one, a line of JSON answers it.
"""

import json
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import date
from io import BytesIO

from django.conf import settings
from django.db import close_old_connections, connection

from campaigns import sending
from clients.imports import pipeline, queue
from segmentation import scoring


def open_on(control: socket.socket) -> None:
    """Forks a worker for each line that comes through, until the other end closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever hired them waits for their end of the line to close
    while lines := socket.recv_fds(control, 1, 1)[1]:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            _work(Line(socket.socket(fileno=lines[0])))
            os._exit(0)
        os.close(lines[0])


class Line:
    """The worker's end of what it says and hears, a line at a time."""

    def __init__(self, end: socket.socket):
        os.set_inheritable(end.fileno(), False)
        self.talk = end.makefile("rw")

    def say(self, **answer) -> None:
        self.talk.write(json.dumps(answer) + "\n")
        self.talk.flush()

    def hear(self) -> dict:
        """The next word; whoever closed the line has no more need of this worker."""
        with suppress(ConnectionError):
            word = self.talk.readline()
            if word:
                return json.loads(word)
        os._exit(0)


def _work(line: Line) -> None:
    line.say(pid=os.getpid())
    while True:
        job = line.hear()
        try:
            line.say(**JOBS[job.pop("do")](line, **job))
        except Exception as error:
            line.say(error=f"{type(error).__name__}: {error}")
        close_old_connections()


class Cut:
    """Calls something just before the nth statement, or these seconds after the beginning, whatever is being done."""

    def __init__(self, act, *, nth=None, after=None):
        self.act, self.nth, self.seen, self.was_cut = act, nth, 0, False
        self.clock = threading.Timer(after, self.now) if after is not None else None
        self.began = time.perf_counter()

    def now(self) -> None:
        self.was_cut = True
        self.act()

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.nth:
            self.now()
        return execute(sql, params, many, context)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began


@contextmanager
def cut_at(line, *, act="hold", nth=None, after=None, postmaster=None):
    """What is done inside is held, killed, or loses its database server, at one instant."""
    acts = {
        "hold": lambda: (line.say(held=True), line.hear()),
        "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "stop": lambda: os.kill(postmaster, signal.SIGQUIT),  # what `pg_ctl stop -m immediate` does
    }
    cut = Cut(acts[act], nth=nth, after=after)
    if cut.clock:
        cut.clock.start()
    try:
        with connection.execute_wrapper(cut):
            yield cut
    finally:
        if cut.clock:
            cut.clock.cancel()
            cut.clock.join()


def process(line, *, number, **instant):
    """Run one import, from its row."""
    with cut_at(line, **instant) as cut:
        batch = pipeline.process(number)
    return {"status": batch.status, "statements": cut.seen, "seconds": cut.seconds, "was_cut": cut.was_cut}


def bring(line, *, files, source="", waits=False, **instant):
    """Hand files over and import them, once all who are to do so are ready."""
    if waits:
        connection.ensure_connection()
        line.say(ready=True)
        line.hear()
    opened = [(name, BytesIO(content.encode())) for name, content in files]
    batch = queue.submit(files=opened, by=None, source_name=source)
    return {"number": batch.pk, **process(line, number=batch.pk, **instant)}


def score(line, *, as_of, times=1, **instant):
    """Score everybody at a date, some times; who comes while somebody does is sent away."""
    with cut_at(line, **instant) as cut:
        for _time in range(times):
            try:
                status = scoring.score(as_of=date.fromisoformat(as_of)).status
            except scoring.AlreadyRunning:
                status = "busy"
    return {"status": status, "statements": cut.seen}


def send(line, *, port, **instant):
    """Send what campaigns have to send, to the mail server at this port."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with cut_at(line, **instant) as cut:
        tally = sending.work(seconds=600)
    return {"sent": tally.sent, "statements": cut.seen, "was_cut": cut.was_cut}


JOBS = {"process": process, "bring": bring, "score": score, "send": send}

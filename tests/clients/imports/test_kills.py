"""An import, and an undoing, interrupted at instants spread over the whole of each: all of it is there or nothing is,
nothing stays locked, and the next try succeeds.

The worker is killed, or the server stops as when the power fails (a server of this test's own). A few instants in the
ordinary suite; a hundred of each with PROVE=1.
"""

import datetime as dt
import os
import signal
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from clients.imports import claim, pipeline, queue, staging, undo
from clients.models import Import
from tests.clients.imports.books import import_text, sale, text
from tests.clients.imports.facts import TRACES, described, every_fact
from tests.clients.imports.workers import workers_on
from tests.connections import advisory_locks, another_connection
from tests.factories import UserFactory
from tests.servers import postmaster, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PROVE = bool(os.environ.get("PROVE"))
KILLS, STOPS = (100, 100) if PROVE else (5, 2)
ROWS = 2_000 if PROVE else 200
HEAD = "N° facture;Client;Date;Montant HT;Article;E-mail;Téléphone\n"
TOTALS = "Client;CA 2023;CA 2024\n" + "".join(f"Société {n};{n * 100};{n * 150}\n" for n in range(1, 40))
SALES = [sale(f"C{n % 17}", n * 1000, entry=str(n), piece=f"FA{n}", day=f"2025{1 + n % 12:02}10") for n in range(ROWS)]


def table(*, rows, step, contact):
    """Invoices of 1 to `rows`; every `step`th has one euro more, another article and a second line."""
    lines = []
    for n in range(1, rows + 1):
        changed = n % step == 0
        who = f"Société {n % 41};{1 + n % 28:02}/{1 + n % 12:02}/2025"
        more = f"{contact}{n % 41}@clients.example;01{n % 41:08}" if contact else ";"
        lines.append(f"F{n};{who};{n + changed};{'Audit' if changed else f'Conseil {n % 5}'};{more}\n")
        if changed:
            lines.append(f"F{n};{who};7;Formation {n % 3};{more}\n")
    return HEAD + "".join(lines)


BEFORE = {
    "totaux.csv": TOTALS,
    "ventes.csv": table(rows=ROWS // 2, step=1_000_000, contact=""),
    "livres.txt": text(*(row for entry in SALES[: ROWS // 2] for row in entry)),
}
# Each creates clients, services and invoices, changes some, and replaces totals or cancels invoices.
CHANGES = {
    "ventes.csv": table(rows=ROWS, step=7, contact="contact"),
    "livres.txt": text(*(row for n, entry in enumerate(SALES) if n not in (7, 20) for row in entry)),
}


@pytest.fixture(scope="module")
def workers(django_db_setup):
    with workers_on(connection.settings_dict["NAME"]) as workers:
        yield workers


@pytest.fixture
def keeper(transactional_db):
    return UserFactory(roles=[Role.DIRECTION])


def instants(count, length):
    """As many instants, spread over a job that was seen to take this: before a statement, or in the midst of any."""
    for place in range(count):
        share = (place + 0.5) / count
        if place % 2:
            yield {"after": share * length["seconds"]}
        else:
            yield {"nth": 1 + int(share * length["statements"])}


class Changes:
    """An import of each kind and its undoing, over facts that were there: how long each takes, what each must leave."""

    def __init__(self, workers, keeper):
        self.keeper = keeper
        for name, content in BEFORE.items():
            assert import_text(content, name=name).status == Import.Status.COMMITTED
        self.before, self.before_in_words, self.after, self.lengths = every_fact(), described(), {}, {}
        with workers.hired() as worker:
            for name in (*CHANGES, *CHANGES):  # the second time shows how long it takes
                batch = self.submitted(name)
                doing = worker.do(do="process", number=batch.pk)
                self.after[name] = described()
                assert self.after[name] != self.before_in_words
                undoing = worker.do(do="process", number=self.to_undo(batch).pk)
                assert (doing["status"], undoing["status"]) == ("committed", "undone")
                self.lengths[name] = doing, undoing
                assert every_fact() == self.before
                batch.delete()

    def submitted(self, name):
        content = CHANGES[name].encode()
        return queue.submit(files=[(name, BytesIO(content))], by=None, confirmed=True)

    def to_undo(self, batch):
        assert undo.ask(batch, by=self.keeper)
        return batch

    def trials(self, count):
        """(kind, instant of the import, instant of its undoing) for as many of each."""
        for place in range(count):
            name = list(CHANGES)[place // 2 % len(CHANGES)]
            yield name, *(list(instants(count, length))[place] for length in self.lengths[name])


def interrupted(first, second, batch, *, recover, wanted, end, **instant):
    """What the first worker answered when it was interrupted; the second one then finishes what there is to finish."""
    before = every_fact(also=TRACES)
    answer = first.do(do="process", number=batch.pk, **instant)
    recover(answer)
    assert advisory_locks(claim.LOCK_SPACE) == 0
    batch.refresh_from_db()
    with time_machine.travel(timezone.now() + 2 * claim.SILENCE):
        waiting = claim.ready()
    if batch.status == end:
        assert (described(), waiting) == (wanted, [])
    else:
        assert batch.status in (Import.Status.QUEUED, Import.Status.RUNNING)
        assert every_fact(also=TRACES) == before
        assert waiting == [batch.pk]
    assert second.do(do="process", number=batch.pk)["status"] == end
    assert described() == wanted
    return answer


def try_all(changes, workers, count, *, interrupt):
    """How many imports and undoings were interrupted before their end."""
    cut = 0
    for name, doing, undoing in changes.trials(count):
        batch = changes.submitted(name)
        cut += interrupt(batch, wanted=changes.after[name], end=Import.Status.COMMITTED, **doing)
        changes.to_undo(batch)
        cut += interrupt(batch, wanted=changes.before_in_words, end=Import.Status.UNDONE, **undoing)
        assert every_fact() == changes.before
        with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
            staging.forget_old()  # as each night: a worker killed just after its commit has not tidied up
        assert not any(model.objects.exists() for model in staging.STAGED)
        batch.delete()
    return cut


def test_a_killed_importer_leaves_all_or_nothing_and_the_next_try_succeeds(workers, keeper):
    changes = Changes(workers, keeper)

    def kill(batch, **wanted):
        with workers.team(2) as (first, second):
            how = {"act": "kill", "recover": wait_until_gone}
            return interrupted(first, second, batch, **how, **wanted) is None

    killed = try_all(changes, workers, KILLS, interrupt=kill)
    assert killed >= KILLS, f"{killed} kills of {2 * KILLS} came before the end"


def test_a_server_that_stops_at_once_leaves_all_or_nothing_and_the_next_try_succeeds(own_server, keeper):
    with workers_on(own_server.database, DATABASE_URL="", DATA_DIR=str(own_server.folder)) as workers:
        changes = Changes(workers, keeper)

        def stop(batch, **wanted):
            running = postmaster(own_server)

            def start_again(answer):
                if answer.get("was_cut", True):
                    wait_until(lambda: postmaster(own_server) != running, "the server stopped")
                connection.close()
                own_server.attach(check=True)

            with workers.hired() as worker:  # it goes on living, and finds the server again by itself
                how = {"act": "stop", "postmaster": running, "recover": start_again}
                return "error" in interrupted(worker, worker, batch, **how, **wanted)

        stopped = try_all(changes, workers, STOPS, interrupt=stop)
    assert stopped >= STOPS, f"{stopped} stops of {2 * STOPS} came before the end"


def test_an_importer_killed_while_it_waits_for_its_turn_waits_no_more(workers):
    batch = queue.submit(files=[("ventes.csv", BytesIO(CHANGES["ventes.csv"].encode()))], by=None)
    with another_connection() as writer:
        writer.execute("SELECT pg_advisory_lock(%s, 0)", [claim.LOCK_SPACE])
        with workers.hired() as worker:
            worker.begin(do="process", number=batch.pk)
            wait_until(lambda: ask(WAITING) == 1, "the importer waits for its turn")
            os.kill(worker.pid, signal.SIGKILL)
        wait_until(lambda: ask(WAITING) == 0, "the killed importer left the queue")
        wait_until(lambda: advisory_locks(claim.LOCK_SPACE) == 1, "its session is over, and the lock ours alone")
    assert pipeline.process(batch.pk).status == Import.Status.COMMITTED


OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


def ask(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def wait_until_gone(answer):
    """The server notices a dead client at its next look at the connection; who answered was not killed in time."""
    if answer is None:
        wait_until(lambda: ask(OTHERS) == 0, "the killed worker's sessions ended")

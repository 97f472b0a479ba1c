"""Many importers at once, on the same files, on others, on files that share clients, services and invoices, and beside
scoring: what is there at the end is what the same imports leave one after the other.

Four importers twice in the ordinary suite; eight, twenty times with PROVE=1.
"""

import datetime as dt
import os
import random
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection

from clients.imports import claim
from clients.models import Client, Import, Invoice, Service, Source
from segmentation import nightly, scoring
from segmentation.models import ScoringRun
from tests.clients.imports.books import import_text, sale, text
from tests.clients.imports.facts import described
from tests.clients.imports.workers import workers_on
from tests.connections import advisory_locks
from tests.segmentation.test_agreement import exported

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PROVE = bool(os.environ.get("PROVE"))
IMPORTERS, ROUNDS, INSTANTS = (8, 20, 20) if PROVE else (4, 2, 3)
AS_OF = dt.date(2025, 12, 31)
HEAD = "N° facture;Code client;Client;Date;Montant HT;Article;E-mail;Téléphone\n"
TOLD_IN_TIME = 4  # statements


def invoice(n, *, mark="", clients=23, services=5, contact=False):
    """The lines of one invoice, the same in every file that holds it; only some files know how to reach the client."""
    who = n % clients
    day = AS_OF - dt.timedelta(days=n * 37 % 350)
    reach = f"c{mark}{who}@clients.example;01{who:08}" if contact else ";"
    start = f"F{mark}{n};C{mark}{who};Société {mark}{who};{day:%d/%m/%Y}"
    lines = [f"{start};{n * 13 % 900 + 1};Conseil {mark}{n % services};{reach}\n"]
    if n % 3 == 0:
        lines.append(f"{start};{n};Audit {mark}{n % 2};{reach}\n")
    return "".join(lines)


def table(numbers, **more):
    return HEAD + "".join(invoice(n, **more) for n in numbers)


def totals(clients, mark=""):
    """What clients were invoiced in a year without invoices, and in one that invoices replace."""
    rows = "".join(f"C{mark}{n};Société {mark}{n};{n + 1}000;{n + 1}500\n" for n in range(clients))
    return "Code client;Client;CA 2019;CA 2025\n" + rows


def books(mark, sales):
    return text(
        *(row for n in range(sales) for row in sale(f"{mark}{n % 9}", n * 700 + 100, entry=str(n), piece=f"{mark}{n}"))
    )


@pytest.fixture(scope="module")
def workers(django_db_setup):
    with workers_on(connection.settings_dict["NAME"]) as workers:
        yield workers


def the_same(importers):
    return [("ventes.csv", table(range(80), contact=True), "")] * importers


def the_same_books(importers):
    return [("livres.txt", books("L", 60), "")] * importers


def others(importers):
    """Tables of one source, and books of a source each; nobody in common."""
    return [
        (f"{k}.txt", books(f"L{k}", 20 + 5 * k), f"Livres {k}")
        if k % 3 == 2
        else (f"{k}.csv", table(range(30 + 10 * k), mark=f"{k}-", contact=True), "")
        for k in range(importers)
    ]


def overlapping(importers):
    """Each invoice is in three files out of eight, each client and service in all; one file holds yearly totals."""
    files = [(f"{k}.csv", table(range(20 * k, 20 * k + 60), contact=k % 2 == 0), "") for k in range(importers - 1)]
    return [*files, ("totaux.csv", totals(30), "")]


SETS = {"same": the_same, "same books": the_same_books, "others": others, "overlapping": overlapping}


def empty():
    """Back to a database without any fact, its numbers from one again."""
    call_command("flush", interactive=False, verbosity=0)


def one_after_the_other(files):
    """The facts that these files leave when nothing else happens; they stay."""
    for name, content, source in files:
        assert import_text(content, name=name, source_name=source).status == Import.Status.COMMITTED
    return described()


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def start(team, files):
    """Every worker ready with its file, then all let go."""
    for worker, (name, content, source) in zip(team, files, strict=True):
        worker.begin(do="bring", files=[(name, content)], source=source, waits=True)
    assert all(worker.hear() == {"ready": True} for worker in team)
    for worker in team:
        worker.begin()


def assert_each_row_once(wanted):
    assert described() == wanted
    counted = Import.objects.all()
    assert (
        sum(batch.created for batch in counted if not batch.files.filter(name="totaux.csv")) == Invoice.objects.count()
    )
    assert sum(batch.clients_created for batch in counted) == Client.objects.count()
    codes = Counter(Service.objects.values_list("code", flat=True))
    assert set(codes.values()) == {1}
    assert advisory_locks(claim.LOCK_SPACE) == 0


@pytest.mark.parametrize("kind", SETS)
def test_importers_at_once_leave_what_they_leave_one_after_the_other(workers, kind):
    files, order = SETS[kind](IMPORTERS), random.Random(kind)
    wanted, before = one_after_the_other(files), deadlocks()
    sources = list(Source.objects.all())
    with workers.team(IMPORTERS) as team:
        for number in range(ROUNDS):
            empty()
            if number % 2:  # otherwise who makes the source holds up the others who need it
                Source.objects.bulk_create(sources)
            order.shuffle(files)
            start(team, files)
            assert [worker.hear().get("status") for worker in team] == ["committed"] * IMPORTERS
            assert_each_row_once(wanted)
    assert deadlocks() == before


# --- Beside scoring -------------------------------------------------------------------------------

FIRST = ("ventes.csv", table(range(60)), "")


def scored():
    """What the scores are once whoever looks each minute has looked."""
    nightly.score_new_facts()
    assert not ScoringRun.objects.filter(status=ScoringRun.Status.RUNNING).exists()
    return exported(AS_OF)


@pytest.fixture
def undisturbed():
    """(scores before the overlapping files, scores after them) when nothing else happens."""
    one_after_the_other([FIRST])
    before = scored()
    one_after_the_other(overlapping(IMPORTERS))
    after = scored()
    assert after != before
    return before, after


def length_of(worker, *, over, **job):
    """How many statements a job takes, the second time: the first one also gets acquainted with the database."""
    for _time in range(2):
        empty()
        one_after_the_other(over)
        answer = worker.do(**job)
    return answer["statements"]


def spread(statements):
    """As many instants of a job of so many statements, from its first to its last but those that time decides: a job
    tells where it is when it has been silent for a while, so that another time it may take some less."""
    last = max(1, statements - TOLD_IN_TIME)
    return sorted({1 + place * (last - 1) // (INSTANTS - 1) for place in range(INSTANTS)})


def test_importing_in_the_midst_of_scoring_and_scoring_again_gives_the_scores_of_both(workers, undisturbed):
    before, after = undisturbed
    with workers.hired() as scorer:
        for nth in spread(length_of(scorer, over=[FIRST], do="score", as_of=AS_OF.isoformat())):
            empty()
            one_after_the_other([FIRST])
            assert scorer.do(do="score", as_of=AS_OF.isoformat(), nth=nth) == {"held": True}
            one_after_the_other(overlapping(IMPORTERS))
            assert scorer.go_on()["status"] == "done"
            assert exported(AS_OF) in (before, after)
            assert scored() == after


def test_scoring_in_the_midst_of_an_import_sees_nothing_of_it_and_the_next_one_all(workers, undisturbed):
    _before, after = undisturbed
    *first, last, yearly = overlapping(IMPORTERS)
    before = [FIRST, yearly, *first]
    with workers.hired() as importer:
        for nth in spread(length_of(importer, over=before, do="bring", files=[last[:2]])):
            empty()
            one_after_the_other(before)
            whole = described()
            assert importer.do(do="bring", files=[last[:2]], nth=nth) == {"held": True}
            is_written = described() != whole
            assert scoring.score(as_of=AS_OF).status == ScoringRun.Status.DONE
            assert (exported(AS_OF) == after) == is_written
            assert importer.go_on()["status"] == "committed"
            assert scored() == after


def test_importers_and_scorers_at_once_end_well(workers, undisturbed):
    _before, after = undisturbed
    files, order, stuck = overlapping(IMPORTERS), random.Random(1), deadlocks()
    with workers.team(IMPORTERS) as importers, workers.team(2) as scorers:
        for _round in range(ROUNDS):
            empty()
            wanted = one_after_the_other([FIRST])
            order.shuffle(files)
            start(importers, files)
            for scorer in scorers:
                scorer.begin(do="score", as_of=AS_OF.isoformat(), times=5)
            assert [worker.hear().get("status") for worker in importers] == ["committed"] * IMPORTERS
            assert {scorer.hear().get("status") for scorer in scorers} <= {"done", "busy"}
            assert described() != wanted
            assert scored() == after
    assert deadlocks() == stuck

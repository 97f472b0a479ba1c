"""One import, or its undoing, in a process that does nothing else, as a worker: seconds, memory, what a page sees."""

import logging
import multiprocessing
import resource
import time
from concurrent.futures import Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

import django
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from benchmarks.database import server_cpu_s
from clients.imports import pipeline, queue, undo
from clients.models import Import

LOOK_EVERY = 0.1  # seconds
STATUS = Path("/proc/self/status")


class Ran(NamedTuple):
    """An import, or an undoing, from `submit` to its end: seconds by the clock and of processors, the most memory.

    Memory is in MB; `confined_mb` is that of the largest program it started, 0 for none; `steps` counts the different
    numbers of rows done that a page could show meanwhile.
    """

    seconds: float
    cpu_s: float  # of the process and of its session of the server, where both can be seen
    peak_mb: float
    confined_mb: float
    steps: int


def run(path: Path, **how: str) -> Ran:
    """The import of a file in the database in use; `how` is for `queue.submit`. Raises RuntimeError when it fails."""
    cpu, started = time.process_time(), time.perf_counter()
    batch = queue.submit(files=[(path.name, path)], by=None, source_name="Bench", **how)
    submit_s, cpu = time.perf_counter() - started, time.process_time() - cpu
    ran = _by_a_worker(batch, ends=(Import.Status.COMMITTED, Import.Status.CHECKED))
    return ran._replace(seconds=ran.seconds + submit_s, cpu_s=ran.cpu_s + cpu)


def undo_last() -> Ran:
    """The undoing of the last import of the database in use. Raises RuntimeError when it fails."""
    batch = Import.objects.latest("pk")
    keeper = User.objects.create_user(f"annule{batch.pk}@bench.example", roles=[Role.DIRECTION])
    if not undo.ask(batch, by=keeper):
        raise RuntimeError(f"the import {batch.pk} cannot be undone: {batch.status}")
    return _by_a_worker(batch, ends=(Import.Status.UNDONE,))


def _by_a_worker(batch: Import, *, ends: tuple[Import.Status, ...]) -> Ran:
    # A fork would begin with the memory of this process; a new one loads what a worker loads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=django.setup) as pool:
        working = pool.submit(_work, str(connection.settings_dict["NAME"]), batch.pk)
        steps = _watched(working, batch.pk)
        status, ran = working.result()
    if status not in ends:
        raise RuntimeError(f"the import {batch.pk} did not end as it should: {status}")
    return ran._replace(steps=steps)


def _watched(working: Future, import_id: int) -> int:
    """How many different numbers of rows done were seen while it worked."""
    seen = set()
    while not wait([working], timeout=LOOK_EVERY).done:
        seen.update(Import.objects.filter(pk=import_id).values_list("phase", "rows_done"))
    return len(seen)


def _work(database: str, import_id: int) -> tuple[str, Ran]:
    """How the import ended, in the process that only runs it."""
    logging.disable(logging.INFO)
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    cpu, started = time.process_time() + server_cpu_s(), time.perf_counter()
    done = pipeline.process(import_id)
    seconds, cpu = time.perf_counter() - started, time.process_time() + server_cpu_s() - cpu
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.status, Ran(
        seconds, cpu + helpers.ru_utime + helpers.ru_stime, _peak_mb(), helpers.ru_maxrss / 1024, steps=0
    )


def _peak_mb() -> float:
    """The most memory that this process held, without that of its parent, which `getrusage` counts until the exec."""
    if not STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024

"""Several processes that start their work at the same instant, for what is measured of all of them together."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import django

PATIENCE = 120  # seconds
_gate: Any = None  # of a child: where all wait for one another


def wait_for_all() -> None:
    """Called by the work once it is ready."""
    _gate.wait(PATIENCE)


def timed(work: Callable[..., None], arguments: list[tuple]) -> float:
    """Seconds that this work takes by as many processes as there are arguments, from when all are ready to the last."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(len(arguments) + 1)
    with ProcessPoolExecutor(len(arguments), context, initializer=_begin, initargs=(gate,)) as pool:
        working = [pool.submit(work, *each) for each in arguments]
        try:
            gate.wait(PATIENCE)
        except threading.BrokenBarrierError:
            gate.abort()  # one of them failed before it was ready: what it raised says more
        started = time.perf_counter()
        for one in working:
            one.result()
        return time.perf_counter() - started


def _begin(gate: Any) -> None:
    global _gate
    _gate = gate
    django.setup()
    logging.disable(logging.INFO)

"""Scoring everybody, against one bare GROUP BY of the same invoices by the same server in the same run.

Night after night, as it is lived: each scores the day after the one before, whose kept figures it starts from. And
once reading everything, as after a change of the rules or for a preview.
"""

import datetime as dt
import statistics
import time
from typing import NamedTuple

from django.db import connection, transaction

from benchmarks.database import execution_ms
from segmentation import scoring
from segmentation.models import ScoringRun

GROUP_BY = """
    SELECT client_id, count(*), sum(amount_ht), max(issued_on)
    FROM clients_invoice
    WHERE status IN ('issued', 'paid')
    GROUP BY client_id
"""


class Scored(NamedTuple):
    """Medians, in milliseconds."""

    night_ms: float
    whole_ms: float
    group_by_ms: float
    scored: int

    @property
    def night_ratio(self) -> float:
        return self.night_ms / self.group_by_ms

    @property
    def whole_ratio(self) -> float:
        return self.whole_ms / self.group_by_ms

    @property
    def microseconds_a_client(self) -> float:
        return self.whole_ms * 1_000 / self.scored


def measure(repetitions: int) -> Scored:
    """What a night takes, what reading everything does, and the bare aggregate, in turns so that all meet the same
    neighbours. The newest date is scored last: pages show it."""
    newest, nights, wholes, bare = scoring.default_as_of(), [], [], []
    run = scoring.score(as_of=newest - dt.timedelta(days=repetitions))  # warms the cache, and is not counted
    for before in reversed(range(repetitions)):
        bare.append(_bare_group_by_ms())
        started = time.perf_counter()
        scoring.score(as_of=run.as_of, kind=ScoringRun.Kind.DRAFT)
        wholes.append((time.perf_counter() - started) * 1_000)
        started = time.perf_counter()
        run = scoring.score(as_of=newest - dt.timedelta(days=before))
        nights.append((time.perf_counter() - started) * 1_000)
    return Scored(*(statistics.median(times) for times in (nights, wholes, bare)), run.scored)


def _bare_group_by_ms() -> float:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        return statistics.median(execution_ms(GROUP_BY) for _ in range(3))

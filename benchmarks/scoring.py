"""Scoring everybody, against one bare GROUP BY of the same invoices by the same server in the same run."""

import statistics
import time
from typing import NamedTuple

from django.db import connection, transaction

from benchmarks.database import execution_ms
from segmentation import scoring

GROUP_BY = """
    SELECT client_id, count(*), sum(amount_ht), max(issued_on)
    FROM clients_invoice
    WHERE status IN ('issued', 'paid')
    GROUP BY client_id
"""


class Scored(NamedTuple):
    """Medians, in milliseconds."""

    scoring_ms: float
    group_by_ms: float
    scored: int

    @property
    def ratio(self) -> float:
        return self.scoring_ms / self.group_by_ms

    @property
    def microseconds_a_client(self) -> float:
        return self.scoring_ms * 1_000 / self.scored


def measure(repetitions: int) -> Scored:
    """What scoring everybody takes, and the bare aggregate, taken in turns so that both meet the same neighbours."""
    scorings, bare = [], []
    run = scoring.score()  # warms the cache, and is not counted
    for _ in range(repetitions):
        bare.append(_bare_group_by_ms())
        started = time.perf_counter()
        run = scoring.score(as_of=run.as_of)
        scorings.append((time.perf_counter() - started) * 1_000)
    return Scored(statistics.median(scorings), statistics.median(bare), run.scored)


def _bare_group_by_ms() -> float:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        return statistics.median(execution_ms(GROUP_BY) for _ in range(3))

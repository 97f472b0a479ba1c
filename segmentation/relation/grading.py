"""Grades follow what they are made of: the facts of each new run, each opinion given, the rules in force.

Two statements over joined data (`segmentation/sql/relation_facts.sql`, `grades.sql`), whatever the number of clients.
Facts are kept of the clients that somebody rated; of the others they are read when somebody looks.
"""

from collections.abc import Collection
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from segmentation.models import CRITERIA, Assessment, Grade, RelationFacts, ScoringRun
from segmentation.relation import rules as weights
from segmentation.statements import rows

SQL = Path(__file__).parent.parent / "sql"
SETTINGS = "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
SCALE = ("worst_delay_days", "worst_credit_share", "dark_green_from", "light_green_from", "orange_from")


@transaction.atomic
def follow(run: ScoringRun) -> None:
    """Takes the facts of this run in place of those of the one before, for the clients that somebody rated, and grades
    them again by them.

    Its own transaction, after the run stands: whoever gives an opinion meanwhile waits for a moment, no longer.
    """
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
    facts = RelationFacts.objects.all()
    facts._raw_delete(facts.db)  # noqa: SLF001 one statement: nothing hangs on these rows
    rated = list(Assessment.objects.order_by().values_list("client_id", flat=True).distinct())
    if rated:
        _write(run, rated)
        grade()


def know(client_id: int) -> None:
    """Has the facts of a client written, who is rated for the first time, from the run on show."""
    run = ScoringRun.objects.latest_at()
    if run and not RelationFacts.objects.filter(client=client_id).exists():
        _write(run, [client_id])


def facts_of(client_id: int) -> RelationFacts | None:
    """What figures say of this client, rated or not, at the run on show; None when it has no score."""
    known = RelationFacts.objects.filter(client=client_id).first()
    run = None if known else ScoringRun.objects.latest_at()
    if run is None:
        return known
    found = rows("relation_facts", run=run.pk, clients=[client_id])
    return RelationFacts(**found[0]) if found else None


def _write(run: ScoringRun, clients: list[int]) -> None:
    RelationFacts.objects.bulk_create(
        (RelationFacts(**found) for found in rows("relation_facts", run=run.pk, clients=clients)), batch_size=1_000
    )


@transaction.atomic
def grade(clients: Collection[int] | None = None) -> None:
    """Grades these clients (their ids), or everybody, by the opinions and facts of now."""
    by = weights.published()
    values = {
        "clients": None if clients is None else list(clients),
        "rules": by.rules_id,
        "now": timezone.now(),
        **{criterion: by.weight(criterion) for criterion in CRITERIA},
        **{name: getattr(by, name) for name in SCALE},
    }
    with connection.cursor() as cursor:
        cursor.execute((SQL / "grades.sql").read_text(), values)
    if clients is None:  # those of two clients no longer merged went back with their client
        Grade.objects.exclude(client__in=Assessment.objects.values("client")).delete()

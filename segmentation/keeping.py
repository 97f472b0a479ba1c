"""What changed since the last run, read anew; what did not, taken from what it kept.

Reading every document of everybody is most of a scoring, and from one day to the next it finds the same again for
nearly all clients: what a client's documents say depends on the as-of date only by the days that enter or leave the
windows. An official run therefore keeps, for the next, the figures of each client (`KeptFacts`) and of the services
that it buys (`KeptHabit`), and reads again those of the clients in `sql/stale_clients.sql`. A run that finds nothing
kept, or kept under other settings, for a later date or a run that no longer stands, reads everything, and so do drafts
and backtests. Both ways the same statements work out the figures: they differ in the documents they are given.

Under rules that group clients or leave services out, documents are not read as they are written, and a change of one
client may be one of another: nothing is kept.
"""

from collections.abc import Callable
from typing import Any

from clients.models import ChangedLines
from segmentation.models import KeptRun, ScoringRun

SETTINGS = (
    "tier_window_months",
    "sets_recurring_aside",
    "service_ratio",
    "service_min_purchases",
    "service_floor_days",
)
ALL = (  # the statements of a run that reads everything, and keeps nothing
    "all_documents",
    "client_facts",
    "client_totals",
    "run_cuts",
    "habits",
    "habit_gaps",
)
KEEPING = (
    "all_documents",
    "client_facts",
    "forget_facts",
    "keep_facts",
    "client_totals",
    "run_cuts",
    "habits",
    "habit_gaps",
    "forget_habits",
    "keep_habits",
)
FOLLOWING = (
    "stale_clients",
    "stale_documents",
    "client_facts",
    "forget_stale_facts",
    "keep_facts",
    "known_facts",
    "client_totals",
    "run_cuts",
    "habits",
    "known_habits",
    "habit_gaps",
    "forget_stale_habits",
    "keep_habits",
)


def count(run: ScoringRun, step: Callable[[str], None]) -> None:
    """Works out the figures of every client and service of a run whose windows are known, by `step` for each
    statement, in its transaction; and keeps them when it is the newest."""
    run.refresh_from_db(fields=["rfm_window_months"])
    settings = _settings(run)
    kept = KeptRun.objects.select_related("run").first()
    if kept and not _stands(kept.run):
        kept = None
    is_newest = run.kind == ScoringRun.Kind.OFFICIAL and (kept is None or run.as_of >= kept.run.as_of)
    keeps = is_newest and settings is not None
    for name in _statements(keeps=keeps, follows=keeps and kept is not None and kept.settings == settings):
        step(name)
    if is_newest:
        _forget()
    if keeps:
        KeptRun.objects.create(run=run, settings=settings)


def _statements(*, keeps: bool, follows: bool) -> tuple[str, ...]:
    if follows:
        return FOLLOWING
    return KEEPING if keeps else ALL


def _settings(run: ScoringRun) -> dict[str, Any] | None:
    """What the kept figures depend on besides facts and dates; None under rules for which none are kept."""
    rules = run.rules
    if rules.scored_by != "client" or rules.excluded_services:
        return None
    return {"rfm_window_months": run.rfm_window_months} | {name: str(getattr(rules, name)) for name in SETTINGS}


def _stands(run: ScoringRun) -> bool:
    return run.status == ScoringRun.Status.DONE and run.superseded_by_id is None


def _forget() -> None:
    """Nothing counts as kept, and no change of lines as unseen: those seen by this transaction are."""
    KeptRun.objects.all().delete()
    lines = ChangedLines.objects.all()
    lines._raw_delete(lines.db)  # noqa: SLF001 one statement: nothing hangs on these rows

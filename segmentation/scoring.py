"""One scoring of everybody at a date: a run, from its start to the moment when it stands.

The work is a few SQL statements over joined data (`segmentation/sql/`), in one transaction that sees one state of the
facts: either a run stands with all its scores and what they change (`segmentation.movements`), or nothing of it shows.
An official run reads the documents of the clients whose figures changed since the one before (`segmentation.keeping`).
A dimension or a reason is added in `client_facts.sql` (what it is measured on), `run_cuts.sql` (what it is read off)
and `scores.sql` (what is found).

Yearly totals (`client_totals.sql`) count in the revenue that tiers rank, in proportion to the days of their period that
a window holds: whole when it holds them all. They say nothing of when anybody bought, so a client known by them alone
has a tier and no recency, frequency, segment or risk.
"""

import datetime as dt
from collections.abc import Callable

from django.db import DatabaseError, connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from clients import farewells
from clients.models import FactChange, Invoice, YearlyTotal
from clients.rewrites import rewrites
from segmentation import keeping, movements, need_rules, objectives, risk, time_spent
from segmentation.locks import Lock, held
from segmentation.models import Rules, ScoringRun
from segmentation.relation import grading
from segmentation.statements import FACTS, count_anew, execute, prepare

WINDOWS = ["unscored", *FACTS, "documents_set_aside_by_invoice", "run_windows"]
SCORES = ["stopped_services", "scores", "scores_counted", "lifetime_values"]
READ = ("clients_invoice", "clients_invoiceline", "clients_invoicelink", "clients_yearlytotal")
LOCKS = {
    ScoringRun.Kind.OFFICIAL: Lock.OFFICIAL_RUN,
    ScoringRun.Kind.DRAFT: Lock.DRAFT_RUN,
    ScoringRun.Kind.BACKTEST: Lock.BACKTEST_RUN,
}


class AlreadyRunning(Exception):
    """Somebody is scoring at this moment. Its text is for people."""


class NoFacts(Exception):
    """There is no purchase or yearly total to score at this date. Its text is for people."""


def _nobody_listens(statement: str) -> None:
    """Told each statement once it is done, when whoever asked for the run does not care."""


def score(
    *,
    as_of: dt.date | None = None,
    by: User | None = None,
    trigger: str = ScoringRun.Trigger.HAND,
    kind: str = ScoringRun.Kind.OFFICIAL,
    rules: Rules | None = None,
    after: Callable[[str], None] = _nobody_listens,
) -> ScoringRun:
    """The run that scored everybody at this date; it supersedes the older of that date.

    Without a date, the as-of date of the facts; without rules, the published ones. A run of the facts' own date also
    supersedes those of later dates that other facts gave: totals to the end of a year whose invoices came since,
    documents taken back. `after` is told each statement once it is done. Raises AlreadyRunning, and NoFacts when nobody
    is known to have bought anything by then.
    Must be called outside any transaction: the run is seen as running while it works.
    """
    as_of = as_of or default_as_of()
    _require_purchases(as_of)
    with held(LOCKS[ScoringRun.Kind(kind)]) as is_alone:
        if not is_alone:
            raise AlreadyRunning(_("Un calcul est déjà en cours : attendez qu’il se termine, puis recommencez."))
        count_anew(*READ)
        farewells.follow_invoices()
        run = _started(as_of=as_of, by=by, trigger=trigger, kind=kind, rules=rules)
        try:
            _fill(run, after)
            risk.catch_up(run)
        except BaseException as error:
            _mark_failed(ScoringRun.objects.filter(pk=run.pk), str(error) or type(error).__name__)
            raise
    run.refresh_from_db()
    if kind == ScoringRun.Kind.OFFICIAL:
        _catch_up(run)
    return run


def _catch_up(run: ScoringRun) -> None:
    """Hours noted and objectives set while the run was working, which it could not see; and what follows the run on
    show: needs found by rule, which objectives are about, and grades, which hours count in."""
    if time_spent.is_behind(run):
        time_spent.fill(run)
    if run == ScoringRun.objects.latest_at():
        need_rules.apply()
        grading.follow(run)
    objectives.catch_up(run)


def default_as_of() -> dt.date:
    """The day of the newest counted invoice, at most yesterday in Paris. Raises NoFacts.

    Without any invoice, the last day of the newest yearly total.
    """
    newest = Invoice.objects.counted().aggregate(newest=Max("issued_on"))["newest"]
    newest = newest or YearlyTotal.objects.aggregate(newest=Max("last_day"))["newest"]
    if newest is None:
        raise NoFacts(_("Il n’y a encore aucune facture : importez-en, puis relancez le calcul."))
    yesterday = timezone.localdate(timezone=timezone.get_default_timezone()) - dt.timedelta(days=1)
    return min(newest, yesterday)


def facts_version() -> int:
    """A number that grows with every change of facts."""
    return FactChange.objects.count()


def _require_purchases(as_of: dt.date) -> None:
    bought = Invoice.objects.counted().filter(issued_on__lte=as_of, amount_ht__gt=0)
    totalled = YearlyTotal.objects.filter(first_day__lte=as_of, amount_ht__gt=0)
    if not bought.exists() and not totalled.exists():
        raise NoFacts(
            _("Aucune facture jusqu’au %(day)s : importez des factures plus anciennes ou choisissez une autre date.")
            % {"day": date_format(as_of, "j F Y")}
        )


@transaction.atomic(durable=True)
def _started(*, as_of: dt.date, by: User | None, trigger: str, kind: str, rules: Rules | None) -> ScoringRun:
    """A new running run, committed so that others see it. Whatever still claims to run was killed: it holds no lock."""
    _mark_failed(ScoringRun.objects.filter(kind=kind), _("Le processus qui calculait a été arrêté."))
    return ScoringRun.objects.create(
        kind=kind,
        trigger=trigger,
        as_of=as_of,
        rules=rules or Rules.objects.get(status=Rules.Status.PUBLISHED),
        facts_version=facts_version(),
        launched_by=by,
    )


@transaction.atomic(durable=True)
def _fill(run: ScoringRun, after: Callable[[str], None]) -> None:
    """Writes the scores of a run and makes it stand, all or nothing."""
    with connection.cursor() as cursor:
        if not connection.savepoint_ids:  # inside the transaction of a test it is too late, and nobody else writes
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    prepare()
    _write(run, after)


def score_here(*, as_of: dt.date, rules: Rules) -> ScoringRun:
    """The official run of this date among what the caller's transaction alone can see (`segmentation.apart`). Raises
    NoFacts."""
    _require_purchases(as_of)
    run = ScoringRun.objects.create(as_of=as_of, rules=rules)
    _write(run, _nobody_listens)
    run.refresh_from_db()
    return run


def _write(run: ScoringRun, after: Callable[[str], None]) -> None:
    """The work itself, in the transaction of the caller."""
    run.facts_version, run.rewrites_seen = facts_version(), len(rewrites())

    def step(name: str) -> None:
        execute(name, run=run.pk, as_of=run.as_of)
        after(name)

    for name in WINDOWS:
        step(name)
    keeping.count(run, step)
    for name in SCORES:
        step(name)
    if run.kind == ScoringRun.Kind.OFFICIAL:
        ScoringRun.objects.standing().filter(_replaced_by(run)).update(superseded_by=run)
        time_spent.fill(run)
        objectives.value(run)
    run.status = ScoringRun.Status.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["facts_version", "rewrites_seen", "status", "finished_at"])
    if run.kind == ScoringRun.Kind.OFFICIAL:
        movements.settle(run)
    else:
        risk.show(run)
    for name in ("drop_documents_to_read", "drop_scored_documents", "drop_working_tables"):
        execute(name)


def _replaced_by(run: ScoringRun) -> Q:
    """The runs of the same date; for one of the date of the facts, also those of later dates that other facts gave."""
    replaced = Q(as_of=run.as_of)
    if run.as_of == default_as_of():
        replaced |= Q(as_of__gt=run.as_of) & ~Q(facts_version=run.facts_version)
    return replaced


def _mark_failed(runs: QuerySet[ScoringRun], reason: str) -> None:
    """Marks those of these runs that claim to be running as failed; when even that fails, the next start will."""
    try:
        runs.filter(status=ScoringRun.Status.RUNNING).update(
            status=ScoringRun.Status.FAILED, finished_at=timezone.now(), error=reason
        )
    except DatabaseError:
        if connection.in_atomic_block:
            raise

"""What each official run changes from the one before it: movements and their causes, and who fell in three months.

A run is compared with two others: the standing official run of the date before its own, and the month-end of three
months before. It says which two (`compared_with`, `fell_from`), so that whoever comes by sees what has to be compared
again: a past date scored again or for the first time, or one that lost its run. Movements of dates that no longer
stand go by their dates. Everything of one run is written in one transaction; what is unsettled is settled at the next
ring, oldest date first.
"""

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Q

from segmentation import risk
from segmentation.locks import Lock, held
from segmentation.models import Drop, Movement, ScoringRun
from segmentation.statements import FACTS, execute, prepare

FELL_WITHIN = relativedelta(months=3)
NOTHING = 0  # instead of the id of a run: there was none to compare with


@dataclass(frozen=True)
class Link:
    """One standing official run among those around it; None where there is none."""

    run: ScoringRun
    former: ScoringRun | None
    month_end: ScoringRun | None
    former_month_end: ScoringRun | None
    follower: ScoringRun | None

    @property
    def is_settled(self) -> bool:
        return (self.run.compared_with, self.run.fell_from) == (_id_of(self.former), _id_of(self.month_end))


def links() -> list[Link]:
    """Every standing official run with those it is compared with, oldest date first."""
    runs = list(ScoringRun.objects.standing().order_by("as_of"))
    month_ends = [
        run for run, follower in zip(runs, [*runs[1:], None], strict=False) if follower is None or _ends(run, follower)
    ]
    return [
        Link(
            run=run,
            former=former,
            month_end=_three_months_before(run, month_ends),
            former_month_end=_three_months_before(former, month_ends) if former else None,
            follower=follower,
        )
        for former, run, follower in zip([None, *runs], runs, [*runs[1:], None], strict=False)
    ]


def settle(run: ScoringRun) -> None:
    """Compares a run that now stands with those before it, inside the transaction and with the working tables of its
    scoring."""
    execute("changes_forgotten", run=run.pk)
    execute("changes_seen", run=run.pk)
    _settle(next(link for link in links() if link.run.pk == run.pk))


def catch_up() -> int:
    """How many runs were compared anew, because those around them changed; 0 while somebody scores."""
    with held(Lock.OFFICIAL_RUN) as is_ours:
        settled = 0
        while is_ours and (link := next((link for link in links() if not link.is_settled), None)):
            with transaction.atomic():
                prepare()
                for name in FACTS:
                    execute(name, run=link.run.pk, as_of=link.run.as_of)
                _settle(link)
                execute("drop_scored_documents")
                execute("drop_documents_set_aside")
            settled += 1
        return settled


def forget(run_ids: list[int]) -> None:
    """Deletes these runs. What was found from one to the next stays, and whoever was compared with them now counts as
    compared with the run before."""
    ScoringRun.objects.filter(pk__in=run_ids).delete()
    for link in links():
        if link.run.compared_with in run_ids:
            ScoringRun.objects.filter(pk=link.run.pk).update(compared_with=_id_of(link.former))


def _settle(link: Link) -> None:
    run, former, follower = link.run, link.former, link.follower
    Movement.objects.filter(_since(former, run, follower)).delete()
    if former:
        execute("movements", run=run.pk, former=former.pk)
        execute("movements_confirmed", former_as_of=former.as_of, run=run.pk, as_of=run.as_of)
    if follower:
        execute("movements_confirmed", former_as_of=run.as_of, run=follower.pk, as_of=follower.as_of)
    Drop.objects.filter(run=run).delete()
    if former and link.month_end and link.former_month_end:
        execute(
            "drops",
            run=run.pk,
            as_of=run.as_of,
            former=former.pk,
            month_end=link.month_end.pk,
            former_month_end=link.former_month_end.pk,
        )
    risk.show(run)
    if follower and run.fell_from != _id_of(link.month_end):  # who fell twice depends on who falls here
        ScoringRun.objects.filter(pk=follower.pk).update(compared_with=None)
    ScoringRun.objects.filter(pk=run.pk).update(compared_with=_id_of(former), fell_from=_id_of(link.month_end))


def _since(former: ScoringRun | None, run: ScoringRun, follower: ScoringRun | None) -> Q:
    """The movements between the run before and this one; without a later run, those after it too."""
    since = Q(as_of__gt=former.as_of) if former else Q()
    return since & Q(as_of__lte=run.as_of) if follower else since


def _ends(run: ScoringRun, follower: ScoringRun) -> bool:
    """Whether this is the last run of its month."""
    return (run.as_of.year, run.as_of.month) != (follower.as_of.year, follower.as_of.month)


def _three_months_before(run: ScoringRun, month_ends: list[ScoringRun]) -> ScoringRun | None:
    limit: dt.date = run.as_of - FELL_WITHIN
    return next((one for one in reversed(month_ends) if one.as_of <= limit), None)


def _id_of(run: ScoringRun | None) -> int:
    return run.pk if run else NOTHING

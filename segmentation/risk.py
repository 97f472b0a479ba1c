"""The one door to risk as people see it: lists, counts, pages and exports read `Risk`, which only this module writes.

What is at risk is what a run found (`Score.risk_reasons`) and what its history adds (`Drop`), less what people set
aside until a day (`RiskSetAside`) and the clients who are gone (`ClientDeparture`). Whatever else changes what is shown
is one more table that `sql/risks.sql` joins; `show` is then called for the clients concerned. Read it with
`Score.objects.at_risk()`, `.with_risk()`, `Score.shown`, and in aggregates `shown_today()`: what is set aside stays in
the table, and is shown again by its date.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q

from clients.models import ClientDeparture
from segmentation.models import Risk, RiskSetAside, ScoringRun
from segmentation.statements import execute


@transaction.atomic
def show(run: ScoringRun, *, clients: Iterable[int] | None = None) -> None:
    """Writes again what is shown of this run, of these clients alone when they are given. Whoever comes meanwhile
    waits for its turn."""
    ScoringRun.objects.select_for_update().only("pk").get(pk=run.pk)
    ids = None if clients is None else sorted(clients)
    shown = Risk.objects.filter(run=run)
    (shown if ids is None else shown.filter(client__in=ids)).delete()
    execute("risks", run=run.pk, clients=ids)
    ScoringRun.objects.filter(pk=run.pk).update(risks_version=F("risks_version") + 1)


def catch_up(run: ScoringRun) -> None:
    """Shows what people set aside, took back, or said of who left, while this run was made and could not see them."""
    since = RiskSetAside.objects.filter(Q(set_aside_at__gte=run.started_at) | Q(lifted_at__gte=run.started_at))
    left = ClientDeparture.objects.filter(Q(recorded_at__gte=run.started_at) | Q(taken_back_at__gte=run.started_at))
    clients = {*since.values_list("client_id", flat=True), *left.values_list("client_id", flat=True)}
    if clients:
        show(run, clients=clients)

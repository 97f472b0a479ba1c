"""Two objectives of the sample firm, so that their pages have something to say: one on services, one on a sector."""

import datetime as dt
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Q, Sum

from accounts.models import User
from clients.models import Invoice, InvoiceLine, Service
from segmentation import objectives
from segmentation.models import Objective, ScoringRun

SERVICES = ("Tableaux de bord", "Conseil en gestion")
SECTOR = "56"  # restaurants and caterers
BEGUN = relativedelta(months=9)
LASTS = relativedelta(years=1)
AHEAD, BEHIND = Decimal("0.9"), Decimal("1.2")  # of what the pace of the past months would reach
STEP = 1000


@transaction.atomic
def set_objectives(*, run: ScoringRun, by: User) -> int:
    """How many objectives were set; none when any is there."""
    if Objective.objects.exists():
        return 0
    starts_on = (run.as_of - BEGUN).replace(day=1)
    ends_on = starts_on + LASTS - dt.timedelta(days=1)
    days = {"starts_on": starts_on, "ends_on": ends_on}
    elapsed = Decimal((run.as_of - starts_on).days + 1) / ((ends_on - starts_on).days + 1)
    services = list(Service.objects.filter(name__in=SERVICES))
    counted = {"issued_on__range": (starts_on, run.as_of), "status__in": Invoice.COUNTED}
    of_services = InvoiceLine.objects.filter(
        Q(service__in=services), **{f"invoice__{name}": value for name, value in counted.items()}
    )
    of_sector = Invoice.objects.filter(client__naf_code__startswith=SECTOR, **counted)
    aims = [
        (Objective(name="Développer le conseil", target=_target(of_services, elapsed, BEHIND), **days), services),
        (
            Objective(
                name="Hôtels et restaurants",
                kind=Objective.Kind.SECTORS,
                sectors=[SECTOR],
                target=_target(of_sector, elapsed, AHEAD),
                **days,
            ),
            [],
        ),
    ]
    for objective, on in aims:
        objectives.set_objective(objective=objective, services=on, by=by)
    return len(aims)


def _target(rows, elapsed: Decimal, factor: Decimal) -> Decimal:
    """A round target, some way from what the pace so far would reach."""
    so_far = rows.aggregate(total=Sum("amount_ht"))["total"] or Decimal(0)
    return max((so_far / elapsed * factor // STEP + 1) * STEP, Decimal(STEP))

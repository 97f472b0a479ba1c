"""What accepted offers became: the first invoice of the service since, whoever wrote it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from campaigns.models import Action
from clients.models import InvoiceLine

WITHIN = dt.timedelta(days=180)  # later, another reason brought it


@dataclass(frozen=True)
class Sale:
    """The first day on which the service was invoiced, and for how much, in euros HT."""

    on: dt.date
    amount: Decimal


def of(actions: Iterable[Action]) -> dict[int, Sale]:
    """The sale of each of these actions that was accepted and has been invoiced since, by action."""
    accepted = [one for one in actions if one.outcome == Action.Outcome.ACCEPTED and one.service_id and one.done_at]
    if not accepted:
        return {}
    lines = InvoiceLine.objects.filter(
        invoice__client__in={one.client_id for one in accepted},
        service__in={one.service_id for one in accepted},
        invoice__issued_on__gte=min(timezone.localdate(one.done_at) for one in accepted),
        invoice__status__in=("issued", "paid"),
        amount_ht__gt=0,
    )
    keys = ("invoice__client_id", "service_id", "invoice__issued_on")
    days = lines.order_by("invoice__issued_on").values_list(*keys).annotate(total=Sum("amount_ht"))
    found: dict[tuple[int, int], list[Sale]] = {}
    for client, service, on, total in days:
        found.setdefault((client, service), []).append(Sale(on, total))
    sales = {one.pk: _first(found.get((one.client_id, one.service_id or 0), []), one) for one in accepted}
    return {pk: sale for pk, sale in sales.items() if sale is not None}


def _first(sales: list[Sale], action: Action) -> Sale | None:
    since = timezone.localdate(action.done_at)
    return next((sale for sale in sales if since <= sale.on <= since + WITHIN), None)

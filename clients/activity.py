"""What clients bought month after month. Amounts in euros HT, net of credit notes."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import Sum

from clients.models import Invoice


def month_ends(as_of: dt.date, months: int) -> list[dt.date]:
    """The last days of that many rolling months ending at `as_of`, oldest first, after the day before the first."""
    return [as_of - relativedelta(months=back) for back in range(months, -1, -1)]


def monthly_amounts(client_ids: Iterable[int], *, as_of: dt.date, months: int = 12) -> dict[int, list[Decimal]]:
    """For each of these clients, its net amount in each rolling month up to `as_of`, oldest first.

    Rolling months are the windows of the scores: twelve of them add up to the revenue over 12 months, to the cent.
    """
    ends = month_ends(as_of, months)
    amounts = {client_id: [Decimal(0)] * months for client_id in client_ids}
    days = (
        Invoice.objects.counted()
        .filter(client__in=list(amounts), issued_on__gt=ends[0], issued_on__lte=as_of)
        .order_by()
        .values_list("client_id", "issued_on")
        .annotate(amount=Sum("amount_ht"))
    )
    for client_id, issued_on, amount in days:
        amounts[client_id][bisect_left(ends, issued_on) - 1] += amount
    return amounts

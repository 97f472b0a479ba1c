"""What clients bought month after month. Amounts in euros HT, net of credit notes."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import Q, QuerySet, Sum

from clients.models import Client, Invoice, InvoiceLine, Service


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


def total_by_month(clients: QuerySet[Client] | None, *, as_of: dt.date, months: int = 12) -> list[Decimal]:
    """What these clients bought together in each rolling month up to `as_of`, oldest first; None is all of them.

    One statement, which gives back a row a day at most.
    """
    ends = month_ends(as_of, months)
    invoices = Invoice.objects.counted().filter(issued_on__gt=ends[0], issued_on__lte=as_of)
    if clients is not None:
        invoices = invoices.filter(client__in=clients)
    amounts = [Decimal(0)] * months
    for issued_on, amount in invoices.order_by().values_list("issued_on").annotate(amount=Sum("amount_ht")):
        amounts[bisect_left(ends, issued_on) - 1] += amount
    return amounts


@dataclass(frozen=True)
class ServiceAmounts:
    """What a client bought of one service over 12 months, and over the 12 before. No service: lines without one."""

    service: Service | None
    amount: Decimal
    former: Decimal


def amounts_by_service(client: Client, *, as_of: dt.date) -> list[ServiceAmounts]:
    """The services that this client bought in the 24 months up to `as_of`, the most euros of the last 12 first."""
    middle, start = as_of - relativedelta(months=12), as_of - relativedelta(months=24)
    lines = InvoiceLine.objects.filter(
        invoice__client=client,
        invoice__status__in=Invoice.COUNTED,
        invoice__issued_on__gt=start,
        invoice__issued_on__lte=as_of,
    )
    found = (
        lines.order_by()
        .values("service_id")
        .annotate(
            now=Sum("amount_ht", filter=Q(invoice__issued_on__gt=middle), default=Decimal(0)),
            before=Sum("amount_ht", filter=Q(invoice__issued_on__lte=middle), default=Decimal(0)),
        )
    )
    services = Service.objects.in_bulk([row["service_id"] for row in found if row["service_id"]])
    amounts = [ServiceAmounts(services.get(row["service_id"]), row["now"], row["before"]) for row in found]
    return sorted(amounts, key=lambda one: (-one.amount, -one.former))


def purchases_by_day(client: Client, *, since: dt.date, until: dt.date) -> QuerySet:
    """The net amount of each day with an invoice or a credit note: (day, amount), oldest first."""
    counted = Invoice.objects.counted().filter(client=client, issued_on__gt=since, issued_on__lte=until)
    return counted.order_by("issued_on").values_list("issued_on").annotate(amount=Sum("amount_ht"))

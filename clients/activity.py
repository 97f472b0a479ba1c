"""What clients bought month after month. Amounts in euros HT, net of credit notes."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import Q, Sum

from clients.models import Client, Invoice, InvoiceLine, Service


def month_ends(as_of: dt.date, months: int) -> list[dt.date]:
    """The last days of that many rolling months ending at `as_of`, oldest first, after the day before the first."""
    return [as_of - relativedelta(months=back) for back in range(months, -1, -1)]


def monthly_amounts(
    client_ids: Iterable[int], *, as_of: dt.date, months: int = 12, without: Collection[int] = ()
) -> dict[int, list[Decimal]]:
    """For each of these clients, its net amount in each rolling month up to `as_of`, oldest first, without the lines of
    these services.

    Rolling months are the windows of the scores: twelve of them add up to the revenue over 12 months, to the cent.
    """
    ends = month_ends(as_of, months)
    amounts = {client_id: [Decimal(0)] * months for client_id in client_ids}
    for client_id, issued_on, amount in _by_day(Q(client__in=list(amounts)), ends, without, "client_id"):
        amounts[client_id][bisect_left(ends, issued_on) - 1] += amount
    return amounts


def total_by_month(clients: Q, *, as_of: dt.date, months: int = 12, without: Collection[int] = ()) -> list[Decimal]:
    """What the clients of these invoices bought together in each rolling month up to `as_of`, oldest first, without
    the lines of these services.

    One statement, two with services to leave out, which give back a row a day at most.
    """
    ends = month_ends(as_of, months)
    amounts = [Decimal(0)] * months
    for issued_on, amount in _by_day(clients, ends, without):
        amounts[bisect_left(ends, issued_on) - 1] += amount
    return amounts


def _by_day(clients: Q, ends: list[dt.date], without: Collection[int], *by: str) -> Iterator[tuple]:
    """(…, day, net amount) of the counted invoices of these clients between these days, then, negative, of the lines
    of these services on them."""
    invoices = Invoice.objects.counted().filter(clients, issued_on__gt=ends[0], issued_on__lte=ends[-1])
    yield from invoices.order_by().values_list(*by, "issued_on").annotate(amount=Sum("amount_ht"))
    if without:
        lines = InvoiceLine.objects.filter(service__in=without, invoice__in=invoices).order_by()
        keys = [f"invoice__{key}" for key in (*by, "issued_on")]
        yield from lines.values_list(*keys).annotate(amount=-Sum("amount_ht"))


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


def purchases_by_day(
    clients: Iterable[int], *, since: dt.date, until: dt.date, without: Collection[int] = ()
) -> list[tuple[dt.date, Decimal]]:
    """The net amount of each day with an invoice or a credit note of one of these, without the lines of these services:
    (day, amount), oldest first. A day of nothing else is none."""
    amounts: dict[dt.date, Decimal] = {}
    left_out = set()
    for issued_on, amount in _by_day(Q(client__in=clients), [since, until], without):
        left_out.update({issued_on} & amounts.keys())
        amounts[issued_on] = amounts.get(issued_on, Decimal(0)) + amount
    return sorted(one for one in amounts.items() if one[1] or one[0] not in left_out)

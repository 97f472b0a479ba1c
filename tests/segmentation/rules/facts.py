"""Few clients, few documents, and what the rules find about one of them at a date where months differ in length."""

import datetime as dt
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from segmentation.models import Score
from segmentation.scoring import score
from tests.factories import ClientFactory, InvoiceFactory, YearlyTotalFactory

AS_OF = dt.date(2026, 8, 31)  # six months earlier is the 28th of February


def ago(days=0, *, months=0) -> dt.date:
    """The day that many days before the one that many months before the as-of date."""
    return AS_OF - relativedelta(months=months) - dt.timedelta(days=days)


def bought(client, *days, amount="100.00", **fields):
    """Invoices of this amount on these days; credit notes when it is negative."""
    return [InvoiceFactory(client=client, issued_on=day, amount_ht=Decimal(amount), **fields) for day in days]


def found(client=None) -> Score:
    """The score of this client, or of the only one, at the as-of date."""
    run = score(as_of=AS_OF)
    scores = Score.objects.of(run).select_related("run")
    return scores.get(client=client) if client else scores.get()


def firm(amounts):
    """One client for each amount, who bought once, yesterday.

    A document of no amount, the day before, keeps this from being a firm whose invoices all bear one date.
    """
    clients = [ClientFactory() for _ in amounts]
    for client, amount in zip(clients, amounts, strict=True):
        bought(client, ago(1), amount=str(amount))
    bought(clients[-1], ago(2), amount="0.00")
    return clients


def totalled(client, amount, first=None, last=None, **fields):
    """A yearly total: of the year up to the as-of date, or of the period given."""
    first, last = first or ago(-1, months=12), last or AS_OF
    return YearlyTotalFactory(client=client, amount_ht=Decimal(amount), first_day=first, last_day=last, **fields)

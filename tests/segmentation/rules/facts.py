"""Few clients, few documents, and what the rules find about one of them at a date where months differ in length."""

import datetime as dt
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from segmentation.models import Score
from segmentation.scoring import score
from tests.factories import ClientFactory, InvoiceFactory

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
    """One client for each amount, who bought once, yesterday."""
    clients = [ClientFactory() for _ in amounts]
    for client, amount in zip(clients, amounts, strict=True):
        bought(client, ago(1), amount=str(amount))
    return clients

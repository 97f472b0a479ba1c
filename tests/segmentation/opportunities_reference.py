"""What the opportunities of a run must be, in plain Python over lists: slow, and obvious (design.md §5)."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median

from dateutil.relativedelta import relativedelta

from clients.models import InvoiceLine
from clients.sectors import section_of
from segmentation import opportunities
from segmentation.models import Score, ScoringRun
from segmentation.scoring import score


def scored(as_of: dt.date) -> ScoringRun:
    """The run of this date, with its opportunities when it is the latest."""
    run = score(as_of=as_of)
    opportunities.catch_up()
    return run


WEIGHT, FEWEST, FEWEST_HOLDERS = 10, 10, 5


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Half up, from the exact value."""
    scaled = value * 10**decimals
    return (Decimal((scaled + Fraction(1, 2)).__floor__()) / 10**decimals).quantize(Decimal(1).scaleb(-decimals))


@dataclass(frozen=True)
class Answer:
    """What is said of one client and one service or family that it lacks."""

    n: int
    alike: int
    alike_held: int
    propensity: Decimal
    amount: Decimal
    worth: Decimal


class Reference:
    """Opportunities of one run. A key is the id of a service, or the name of a family."""

    def __init__(self, run: ScoringRun):
        self.scores = {score.client_id: score for score in Score.objects.filter(run=run).select_related("client")}
        self.sector = {pk: section_of(score.client.naf_code) for pk, score in self.scores.items()}
        self.net = _net(run.as_of, set(self.scores))
        self.held = {pair: net for pair, net in self.net.items() if net > 0}
        self.keys = sorted({key for _client, key in self.held}, key=str)

    def holders(self, key) -> list[int]:
        return [client for client, one in self.held if one == key]

    def holes(self, key) -> list[int]:
        return [client for client in self.scores if (client, key) not in self.held]

    def answer(self, client: int, key) -> Answer:
        holders = self.holders(key)
        segment, sector = self.scores[client].segment, self.sector[client]
        peers = [one for one in self.scores if self.scores[one].segment == segment]
        alike = [one for one in peers if self.sector[one] == sector]
        h1, h2 = (sum(one in holders for one in group) for group in (peers, alike))
        p0 = Fraction(len(holders), len(self.scores))
        p1 = (h1 + WEIGHT * p0) / (len(peers) + WEIGHT)
        p2 = (h2 + WEIGHT * p1) / (len(alike) + WEIGHT) if sector else p1
        paid = [self.held[one, key] for one in holders if one in peers]
        paid = paid if len(paid) >= FEWEST_HOLDERS else [self.held[one, key] for one in holders]
        amount = median(paid).quantize(Decimal("0.01"), ROUND_HALF_UP)
        propensity = rounded(p2, 6)
        worth = (propensity * amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
        said_of, said_held = (alike, h2) if sector and len(alike) >= FEWEST else (peers, h1)
        enough = len(peers) >= FEWEST
        return Answer(len(peers), len(said_of), said_held, propensity, amount, worth if enough else Decimal("0.00"))


def _net(as_of: dt.date, scored: set[int]) -> dict[tuple, Decimal]:
    """Net of 12 months by scored client and service, and by client and family."""
    found: dict[tuple, Decimal] = {}
    lines = InvoiceLine.objects.filter(
        invoice__status__in=["issued", "paid"],
        invoice__issued_on__gt=as_of - relativedelta(months=12),
        invoice__issued_on__lte=as_of,
        service__isnull=False,
    ).select_related("invoice", "service")
    for line in lines:
        client = line.invoice.client_id
        if client not in scored:
            continue
        for key in (line.service_id, line.service.family):
            if key:
                found[client, key] = found.get((client, key), Decimal(0)) + line.amount_ht
    return found

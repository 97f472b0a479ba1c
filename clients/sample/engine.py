"""The engine that bills invented clients, one at a time, whatever their number.

Client number i is the same whatever the number of clients around it: what it is follows from i by sequences that fill
the unit interval evenly (so that 248 clients have the proportions that 100,000 would), what happens to it from a random
generator seeded with i. Nothing depends on the order of a set or on the process. Amounts are whole cents HT.
"""

import datetime as dt
import math
import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from statistics import NormalDist
from typing import NamedTuple

from clients.sample import words
from clients.sample.directory import even
from clients.sample.lives import FIRM, Life
from clients.sample.months import MONTHS, Calendar

YEARLY_FEES = NormalDist(math.log(2_300), 1.3)  # their logarithm; the first fifth then makes some two thirds of revenue
CREDIT_NOTE_RATE = 0.010
EXTRA_RATE = 0.07
# Work done on top of the fees, by month: the spring of closings, the summer dip, the rush of the new year.
SEASON = (0.9, 0.9, 1.4, 1.5, 1.6, 1.3, 0.5, 0.2, 1.0, 1.1, 1.0, 0.8)
EXTRAS = (words.ADVICE, words.HR, words.TRAINING, words.EINVOICING, words.TAX, words.AUDIT)
VISITS = (words.TAX, words.CREATION, words.ADVICE, words.TRAINING)

Line = tuple[int, int]  # a service of `words.SERVICES`, cents HT


class Document(NamedTuple):
    """An invoice, or the credit note that gives back some or all of an earlier document of the same client."""

    day: int  # as `date.toordinal` counts
    lines: tuple[Line, ...]
    gives_back: int = -1  # for a credit note, the position of the document in the client's list
    is_full: bool = False  # a credit note that cancels its invoice outright


class Fees(NamedTuple):
    """What a client pays at each bill, in cents HT of today, and the month its yearly accounts are closed."""

    bookkeeping: int
    payroll: int
    dashboards: int
    accounts: int
    legal: int
    closing: int


class Engine:
    """An endless supply of clients and of what was billed to them over the 36 months before `day`."""

    def __init__(self, *, day: dt.date, seed: int = 1, lives: tuple[Life, ...] = FIRM) -> None:
        self.calendar = Calendar(day)
        self.seed = seed
        self.lives = lives
        self._cumulated = list(accumulate(life.share for life in lives))
        self._rng = random.Random()  # noqa: S311 - invented facts, not secrets

    def life(self, index: int) -> Life:
        """How client `index` behaves; the first one has always been there and was billed on the last day."""
        point = even(index, math.sqrt(2)) * self._cumulated[-1]
        return self.lives[min(bisect_right(self._cumulated, point), len(self.lives) - 1)]

    def documents(self, index: int) -> list[Document]:
        """Everything billed to client `index`, in order of days; a credit note comes after what it gives back."""
        life = self.life(index)
        rng = self._rng
        rng.seed(self.seed * 1_000_003 + index)
        low, high = life.size
        size = low + (high - low) * even(index, math.sqrt(7))
        yearly = math.exp(YEARLY_FEES.inv_cdf(min(max(size, 0.001), 0.998)))
        invoices = self._bills(index, life, size, yearly) if life.step else self._visits(life, yearly)
        return self._with_credit_notes(invoices)

    def stream(self, clients: int) -> Iterator[tuple[int, list[Document]]]:
        """Each client's position and documents, from the first to the last."""
        for index in range(clients):
            yield index, self.documents(index)

    def _visits(self, life: Life, yearly: float) -> list[Document]:
        rng, end = self._rng, self.calendar.end
        return [
            Document(
                end - rng.randint(*span),
                ((VISITS[int(rng.random() * len(VISITS))], _cents(yearly * (0.3 + 0.5 * rng.random()), 5)),),
            )
            for span in life.visits
        ]

    def _fees(self, life: Life, size: float, yearly: float) -> Fees:
        rng = self._rng
        per_bill = yearly / 12 * life.step
        return Fees(
            bookkeeping=_cents(per_bill * 0.66, 5),
            payroll=_cents(per_bill * 0.16, 1) if size > 0.35 or life.bills_payroll_apart else 0,
            dashboards=_cents(per_bill * 0.10, 5) if size > 0.75 and life.step == 1 else 0,
            accounts=_cents(yearly * 0.16, 10),
            legal=_cents(yearly * 0.05, 10) if size > 0.3 else 0,
            closing=3 + int(rng.random() * 3) if rng.random() < 0.75 else 1 + int(rng.random() * 12),
        )

    def _bills(self, index: int, life: Life, size: float, yearly: float) -> list[Document]:
        calendar, rng = self.calendar, self._rng
        low, high = life.silence
        last = calendar.end - (low + int((high - low + 1) * even(index, math.sqrt(5)))) if index else calendar.end
        until = calendar.end if high <= 27 else last
        newest = calendar.month_of(last)
        oldest = 0 if life.history == (MONTHS, MONTHS) else max(0, newest - rng.randint(*life.history))
        fees = self._fees(life, size, yearly)
        bill_days = calendar.bill_days(last)
        documents: list[Document] = []
        for month in _billed_months(life, newest, oldest):
            bill_on = bill_days[month]
            lines, wages = self._lines(life, fees, month, newest - month)
            chance = rng.random() / (EXTRA_RATE * life.step * SEASON[calendar.month_of_year[month] - 1])
            if chance < 1:
                extra = (EXTRAS[int(chance * 6)], max(_cents(yearly * (0.02 + 0.08 * rng.random()), 10), 6_000))
                if rng.random() < 0.7:
                    lines.append(extra)
                elif calendar.start < bill_on + 9 <= until:
                    documents.append(Document(bill_on + 9, (extra,)))
            if calendar.start < bill_on:
                documents.append(Document(bill_on, tuple(lines)))
            if wages and calendar.start < bill_on + 14 <= until:
                documents.append(Document(bill_on + 14, ((words.PAYROLL, wages),)))
        return documents

    def _lines(self, life: Life, fees: Fees, month: int, ago: int) -> tuple[list[Line], int]:
        """The lines of a month's bill, and the wages' fee to bill apart (0 when it is among the lines)."""
        rise = self.calendar.rise[month]
        if ago < life.halved_for:
            rise *= 0.45
        elif ago < life.quarterly_for:
            rise *= 3
        lines = [(words.BOOKKEEPING, int(fees.bookkeeping * rise))]
        wages = int(fees.payroll * rise * (0.9 + 0.2 * self._rng.random())) if fees.payroll else 0
        if wages and not life.bills_payroll_apart:
            lines.append((words.PAYROLL, wages))
            wages = 0
        if fees.dashboards:
            lines.append((words.DASHBOARDS, int(fees.dashboards * rise)))
        since_closing = (self.calendar.month_of_year[month] - fees.closing) % 12
        if since_closing < life.step:
            lines.append((words.ACCOUNTS, int(fees.accounts * self.calendar.rise[month])))
        elif since_closing == life.step and fees.legal:
            lines.append((words.LEGAL, fees.legal))
        return lines, wages

    def _with_credit_notes(self, invoices: list[Document]) -> list[Document]:
        """The documents in order of days, a few of them followed by a credit note."""
        invoices.sort()
        rng, end = self._rng, self.calendar.end
        notes = []
        for position in range(1, len(invoices) - 1):
            if (chance := rng.random()) >= CREDIT_NOTE_RATE:
                continue
            given_on, (service, cents) = (
                invoices[position].day + 6 + int(rng.random() * 20),
                invoices[position].lines[0],
            )
            if given_on > end:
                continue
            if chance < CREDIT_NOTE_RATE / 5:
                lines = tuple((service, -cents) for service, cents in invoices[position].lines)
                notes.append(Document(given_on, lines, position, is_full=True))
            else:
                notes.append(Document(given_on, ((service, -(cents // 4)),), position))
        return invoices + notes


def _billed_months(life: Life, newest: int, oldest: int) -> Iterator[int]:
    """The months of a life that are billed, from the newest back."""
    month = newest
    while month >= oldest:
        ago = newest - month
        if life.away is None or not life.away[0] <= ago < life.away[1]:
            yield month
        month -= 3 if ago < life.quarterly_for else life.step


def _cents(euros: float, multiple: int) -> int:
    """An amount as people set prices: a round number of euros, at least one multiple."""
    return max(1, round(euros / multiple)) * multiple * 100

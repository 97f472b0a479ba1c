"""The rules of design.md §5 a second time: short, slow, obvious, in exact arithmetic. It knows no SQL.

`score` takes plain documents and gives, for each scored client, every column that a run finds about them.
"""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median

from dateutil.relativedelta import relativedelta

GRID = {
    5: ["first-purchases", "to-develop", "to-develop", "champions", "champions"],
    4: ["first-purchases", "to-develop", "to-develop", "loyal", "loyal"],
    3: ["to-revive", "to-revive", "watch", "loyal", "loyal"],
    2: ["dormant", "dormant", "at-risk", "at-risk", "cannot-lose"],
    1: ["lost", "dormant", "at-risk", "at-risk", "cannot-lose"],
}
CENT = Decimal("0.01")


@dataclass
class Document:
    client: str
    day: dt.date
    amount: Decimal
    counted: bool = True
    fees: Decimal = Decimal(0)  # what its lines of recurring services add up to
    apart: Decimal = Decimal(0)  # what its lines of a service that the rules may leave out add up to
    cancels: list = field(default_factory=list)
    deposits: list = field(default_factory=list)

    @property
    def lines(self):
        """Its amount by service, "fee" being the recurring one."""
        return {"fee": self.fees, "apart": self.apart, "other": self.amount - self.fees - self.apart}


@dataclass
class Total:
    """What a client was invoiced over a period, without the dates."""

    client: str
    first: dt.date
    last: dt.date
    amount: Decimal


@dataclass
class Settings:
    window: int | None = None
    recency_by_value: bool = False
    frequency_by_value: bool = True
    monetary_by_value: bool = True
    sets_recurring_aside: bool = False
    heads: dict = field(default_factory=dict)  # of each company, the client above it; empty when clients are scored
    known_since: Callable = str
    excluded: frozenset = frozenset()
    leaves_apart_out: bool = False


def score(documents, *, as_of, since=None, settings=None, totals=()):
    """For each scored client: a dict of every column of design.md §4's export but names, grade and owner.

    A client known by yearly totals alone, as anybody when all documents bear one day, has what ranks it and no more.
    """
    settings, since = settings or Settings(), since or {}
    totals = [t for t in totals if t.first <= as_of and not invoiced(t, documents)]
    totals = [replace(t, client=unit_of(t.client, settings)) for t in totals if unit_of(t.client, settings)]
    documents = [d for d in documents if d.counted and d.day <= as_of]
    documents = rewritten(documents, settings)
    rows = bought_by(documents, as_of=as_of, settings=settings)
    add_totals(rows, totals, documents, as_of=as_of)
    place(rows)
    alike = len({d.day for d in documents}) == 1 and sum(row["tier_revenue"] > 0 for row in rows.values()) >= 5
    for row in rows.values():
        if alike or row["last_purchase"] is None:
            row.update(NOT_KNOWN)
    known = {client: row for client, row in rows.items() if row["last_purchase"] is not None}
    for row in known.values():
        row["r"] = row["f"] = row["m"] = 1
    grade([row for row in known.values() if row["active"]], settings)
    for client, row in known.items():
        oldest = min(other["first_purchase"] for other in known.values())
        judge(row, as_of=as_of, oldest=oldest, since=since.get(client))
    return rows


NOT_KNOWN = {
    **dict.fromkeys(("last_purchase", "first_purchase", "recency_days", "r", "f", "m", "gap", "ratio")),
    "frequency": 0,
    "monetary": Decimal(0),
    "profile": "",
    "segment": "",
    "active": False,
    "at_risk": False,
    "risk_reasons": [],
    "amount_at_risk": Decimal(0),
}


def unit_of(client, settings):
    """Under whom a client is scored: itself, the head of all heads above it, or nobody when either is left out."""
    way = [client]
    while way[-1] in settings.heads and settings.heads[way[-1]] not in way:
        way.append(settings.heads[way[-1]])
    top = way[-1]
    if top in settings.heads:  # heads that lead back to each other: the one known for longest stands for all
        top = min(way[way.index(settings.heads[top]) :], key=settings.known_since)
    return None if {client, top} & settings.excluded else top


def rewritten(documents, settings):
    """The documents as they are scored: each under its unit, without the lines that are left out."""
    kept = [d for d in documents if unit_of(d.client, settings)]
    copies = {id(d): replace(d, client=unit_of(d.client, settings)) for d in kept}
    if settings.leaves_apart_out:
        copies = {key: replace(d, amount=d.amount - d.apart, apart=Decimal(0)) for key, d in copies.items()}
    for copy in copies.values():
        copy.cancels = [copies[id(d)] for d in copy.cancels if id(d) in copies]
        copy.deposits = [copies[id(d)] for d in copy.deposits if id(d) in copies]
    return list(copies.values())


def invoiced(total, documents):
    """Whether invoices of the same client and period stand in the place of this total."""
    return any(d.counted and d.client == total.client and total.first <= d.day <= total.last for d in documents)


def add_totals(rows, totals, documents, *, as_of):
    """Adds to the revenues of each client the part of its totals that a window holds; and clients with totals alone."""
    year, before = as_of - relativedelta(months=12), as_of - relativedelta(months=24)
    for client in {t.client for t in totals}:
        own = [t for t in totals if t.client == client]
        if client not in rows and any(t.amount > 0 for t in own):
            late = [d for d in documents if d.client == client]  # nothing but credit notes
            rows[client] = {
                "tier_revenue": sum((d.amount for d in late if year < d.day), Decimal(0)),
                "previous_revenue": sum((d.amount for d in late if before < d.day <= year), Decimal(0)),
                **NOT_KNOWN,
            }
        if client in rows:
            rows[client]["tier_revenue"] += sum(come(t, as_of) - come(t, year) for t in own)
            rows[client]["previous_revenue"] += sum(come(t, year) - come(t, before) for t in own)


def come(total, day):
    """What had come of a total by this day, each day of its period being worth the same; halves go away from zero."""
    length = (total.last - total.first).days + 1
    days = min(max((day - total.first).days + 1, 0), length)
    part = rounded(Fraction(abs(total.amount)) * Fraction(days, length), CENT)
    return part if total.amount >= 0 else -part


def bought_by(documents, *, as_of, settings):
    """What each client with a purchase is measured on."""
    cancelled, fees, joined = left_out(documents, settings)
    bought = [d for d in documents if d.amount > 0 and not any(d is other for other in cancelled)]
    purchases = [d for d in bought if not any(d is other for other in fees + joined)]
    if not bought:
        return {}
    oldest = min(d.day for d in bought)
    window = settings.window or (24 if oldest <= as_of - relativedelta(months=24) else 12)
    rfm_from = as_of - relativedelta(months=window)
    rows = {}
    for client in sorted({d.client for d in bought}):
        rows[client] = measure(
            as_of=as_of,
            rfm_from=rfm_from,
            own=[d for d in documents if d.client == client],
            days=sorted({d.day for d in purchases if d.client == client}),
            paid_days=sorted({d.day for d in bought if d.client == client}),
            late=[d for d in cancelled + joined if d.client == client],
        )
        sold = [(purchased_on(d, documents, cancelled + fees), d) for d in bought if d.client == client]
        rows[client]["stopped"] = stopped(sold, as_of=as_of, rfm_from=rfm_from)
    return rows


def purchased_on(document, documents, others):
    """The day of the purchase that this document belongs to: that of the first of its deposits and final invoices."""
    days = [document.day]
    for final in (d for d in documents if d.deposits):
        group = [d for d in [final, *final.deposits] if d.amount > 0 and not any(d is other for other in others)]
        if any(d is document for d in group):
            days += [d.day for d in group if any(d is other for other in documents)]
    return min(days)


def stopped(sold, *, as_of, rfm_from):
    """The services no longer bought while something else was: for each, its silence and its own gap, in days.

    `sold` holds each document with a positive amount and the day of its purchase. What was last bought before the
    window of the run is past.
    """
    found = {}
    for service in ("fee", "apart", "other"):
        days = sorted({day for day, d in sold if d.lines[service] > 0})
        if len(days) < 3 or days[-1] <= rfm_from or days[-1] == max(day for day, _d in sold):
            continue
        gap, silence = Fraction(median([Fraction((b - a).days) for a, b in pairwise(days)])), (as_of - days[-1]).days
        if silence > 2 * gap and silence > 30:
            found[service] = (silence, gap)
    return found


def left_out(documents, settings):
    """Documents cancelled in full, those of fees only when set aside, and later ones of a purchase."""
    back = {}
    for note in documents:
        named = [d for d in documents if any(d is other for other in note.cancels) and d.amount > 0]
        total = sum(d.amount for d in named)
        for d in named if note.amount < 0 else []:
            share = rounded(Fraction(-note.amount) * Fraction(d.amount) / Fraction(total), CENT)
            back[id(d)] = back.get(id(d), Decimal(0)) + share
    cancelled = [d for d in documents if d.amount > 0 and back.get(id(d), -1) >= d.amount]
    fees = [
        d
        for d in documents
        if settings.sets_recurring_aside and d.amount > 0 and d.fees != 0 and d.amount - d.fees <= 0
    ]
    fees = [d for d in fees if not any(d is other for other in cancelled)]
    joined = []
    for final in documents:
        group = [d for d in documents if final.deposits and (d is final or any(d is o for o in final.deposits))]
        group = [d for d in group if d.amount > 0 and not any(d is other for other in cancelled + fees)]
        for d in sorted(group, key=lambda d: d.day)[1:]:
            if not any(d is other for other in joined):
                joined.append(d)
    return cancelled, fees, joined


def measure(*, as_of, rfm_from, own, days, paid_days, late):
    def net(start, end=as_of):
        return sum((d.amount for d in own if start < d.day <= end), Decimal(0))

    def bought_days(start, end=as_of):
        return sum(start < day <= end for day in days)

    frequency = bought_days(rfm_from)
    last = days[-1] if frequency else paid_days[-1]
    gaps = [(b - a).days for a, b in pairwise(days)]
    gap = max(Fraction(7), Fraction(median([Fraction(g) for g in gaps]))) if len(days) >= 3 else None
    half, year, former = (as_of - relativedelta(months=n) for n in (6, 12, 18))
    year_of_last = [d for d in own if d.day > last - relativedelta(months=12)]
    stake = sum(
        (d.amount for d in year_of_last if d.day <= last or d.amount < 0 or any(d is other for other in late)),
        Decimal(0),
    )
    return {
        "last_purchase": last,
        "first_purchase": paid_days[0],
        "recency_days": (as_of - last).days,
        "frequency": frequency,
        "monetary": net(rfm_from),
        "active": last > rfm_from,
        "tier_revenue": net(year),
        "previous_revenue": net(as_of - relativedelta(months=24), year),
        "halves": (net(half), net(former, year), bought_days(half), bought_days(former, year)),
        "gap": gap,
        "ratio": (as_of - last).days / gap if gap else None,
        "stake": max(stake, Decimal(0)),
    }


def grade(active, settings):
    """Writes R, F and M of the clients with a purchase in the window."""
    recencies = [-row["recency_days"] for row in active]
    frequencies = [row["frequency"] for row in active]
    amounts = [row["monetary"] for row in active]
    for row in active:
        if settings.recency_by_value and tells_apart(recencies):
            row["r"] = by_value(-row["recency_days"], recencies)
        else:
            row["r"] = 1 + sum(row["recency_days"] <= days for days in (30, 90, 180, 365))
        if settings.frequency_by_value and tells_apart(frequencies):
            row["f"] = by_value(row["frequency"], frequencies)
        else:
            row["f"] = 1 + sum(row["frequency"] >= days for days in (2, 3, 6, 12))
        if row["monetary"] <= 0:
            row["m"] = 1
        elif settings.monetary_by_value and tells_apart(amounts):
            row["m"] = by_value(row["monetary"], amounts)
        else:
            row["m"] = 1 + sum(cut < row["monetary"] for cut in quintiles(amounts))


def by_value(value, values):
    worse = sum(other < value for other in values)
    return min(5, 1 + (5 * worse) // len(values))


def tells_apart(values):
    return len(values) >= 30 and len(set(values)) >= 5 and by_value(max(values), values) == 5


def quintiles(amounts):
    """percentile_disc 20, 40, 60, 80 of the positive amounts, to two significant digits."""
    positive = sorted(amount for amount in amounts if amount > 0)
    cuts = [positive[math.ceil(Fraction(k * len(positive), 5)) - 1] for k in (1, 2, 3, 4)] if positive else []
    return [rounded(Fraction(cut), Decimal(1).scaleb(cut.adjusted() - 1)) for cut in cuts]


def place(rows):
    """Writes tier, rank and cumulative share."""
    amounts = sorted((row["tier_revenue"] for row in rows.values() if row["tier_revenue"] > 0), reverse=True)
    n = len(amounts)
    for row in rows.values():
        amount = row["tier_revenue"]
        row["tier"], row["tier_rank"], row["cumulative_share"] = "", None, None
        if amount > 0 and n >= 5:
            first_b, first_c = math.ceil(Fraction(n, 5)), math.ceil(Fraction(7 * n, 10))
            row["tier"] = "A" if amount >= amounts[first_b - 1] else "B" if amount >= amounts[first_c - 1] else "C"
            row["tier_rank"] = 1 + sum(other > amount for other in amounts)
            share = Fraction(sum(other for other in amounts if other >= amount)) / Fraction(sum(amounts))
            row["cumulative_share"] = rounded(share, Decimal("0.000001"))


def judge(row, *, as_of, oldest, since):
    """Writes segment, profile and risk."""
    fm = math.floor(Fraction(row["f"] + row["m"], 2) + Fraction(1, 2))
    row["profile"] = f"{row['r']}{row['f']}{row['m']}"
    if since and since <= as_of:
        new = (as_of - since).days < 90
    else:
        new = (as_of - row["first_purchase"]).days < 90 and (row["first_purchase"] - oldest).days > 90
    segment = GRID[row["r"]][fm - 1]
    if segment == "lost" and row["last_purchase"] > as_of - relativedelta(months=13):
        segment = "dormant"
    row["segment"] = "new" if new else segment
    recent, former, recent_days, former_days = row["halves"]
    reasons = {
        "grid": row["segment"] in ("at-risk", "cannot-lose"),
        "rhythm": row["ratio"] is not None and row["ratio"] > 2,
        "decline": former >= 500 and recent < Decimal("0.6") * former,
        "service-stopped": bool(row["stopped"]),
        "slowing": former_days >= 3 and recent_days < Fraction(6, 10) * former_days,
    }
    row["risk_reasons"] = sorted(slug for slug, holds in reasons.items() if holds and row["active"])
    row["at_risk"] = bool(row["risk_reasons"])
    row["amount_at_risk"] = row["stake"] if row["at_risk"] else Decimal(0)


def rounded(value, unit):
    """This fraction, half up, in whole numbers of this unit."""
    return math.floor(Fraction(value) / Fraction(unit) + Fraction(1, 2)) * unit

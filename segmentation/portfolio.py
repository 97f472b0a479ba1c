"""What a portfolio is made of: counts and euros by tier, by segment, by cell of the RFM map, and its concentration.

Everything is read off one queryset of scores, those of one run that a person may see: a salesperson's shares are shares
of their own portfolio. Two statements in all, whatever the number of clients: one groups the scores, one walks down the
revenues. Amounts in euros HT; revenue is that of the run's tier window (12 months by default).
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property

from django.db.models import Aggregate, Count, F, FloatField, Q, RowRange, Sum, Window
from django.db.models.functions import Coalesce, RowNumber

from segmentation.models import RiskReason, ScoreQuerySet, SegmentSlug, Tier, reason_shown, shown_today

ZERO = Decimal(0)
EIGHTY_PERCENT = Decimal("0.8")
FIRST_FEW = 5


@dataclass(frozen=True)
class Tally:
    """What some clients amount to together. `ranked` counts those with a positive revenue; `former` those of the year
    before; `purchases` the purchase days and `monetary` the amount of the RFM window."""

    clients: int = 0
    ranked: int = 0
    former: int = 0
    revenue: Decimal = ZERO
    positive_revenue: Decimal = ZERO
    previous_revenue: Decimal = ZERO
    at_risk: int = 0
    amount_at_risk: Decimal = ZERO
    declining: int = 0
    declining_amount: Decimal = ZERO
    purchases: int = 0
    monetary: Decimal = ZERO

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in MEASURES})

    @property
    def average_basket(self) -> Decimal | None:
        """Euros a purchase day over the RFM window; None without purchase."""
        return self.monetary / self.purchases if self.purchases else None

    @property
    def average(self) -> Decimal | None:
        """Revenue a client; None without any."""
        return self.revenue / self.clients if self.clients else None

    @property
    def evolution(self) -> Decimal | None:
        """Revenue against that of the window before, −1 to more; None when there was none."""
        return self.revenue / self.previous_revenue - 1 if self.previous_revenue > 0 else None


class Median(Aggregate):
    """The median of a column, an even one averaging the two middle values."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


MEASURES = [field.name for field in fields(Tally)]


@dataclass(frozen=True)
class Medians:
    """What a client of some group is like, half of them being above: days of silence, purchase days, euros HT."""

    silence_days: Decimal
    purchases: Decimal
    revenue: Decimal


@dataclass(frozen=True)
class Step:
    """Where the walk down the revenues stands after `place` clients: `cumulative` euros since the first."""

    place: int
    cumulative: Decimal


@dataclass(frozen=True)
class Concentration:
    """How the revenue of `ranked` clients piles up, largest first. Steps are in order, the last is everybody."""

    ranked: int = 0
    total: Decimal = ZERO
    steps: tuple[Step, ...] = ()
    first: Decimal = ZERO
    first_few: Decimal = ZERO
    for_eighty_percent: int = 0

    @property
    def first_share(self) -> Decimal | None:
        return self.first / self.total if self.total else None

    @property
    def first_few_share(self) -> Decimal | None:
        return self.first_few / self.total if self.total else None


class Portfolio:
    """The aggregates of these scores, which belong to one run. Each is asked of the database once, when needed."""

    def __init__(self, scores: ScoreQuerySet) -> None:
        self.scores = scores

    @cached_property
    def groups(self) -> list[tuple[tuple[str, str, int | None, int | None], Tally]]:
        """One ((tier, segment, R, FM), tally) for each combination that has a client; no segment, R and FM with a tier
        alone."""
        keys = ("tier", "segment", "r", "fm")
        rows = self.scores.order_by().values(*keys).annotate(**_tallied())
        return [(tuple(row[key] for key in keys), _tally(row)) for row in rows]

    @cached_property
    def total(self) -> Tally:
        return _sum(tally for _key, tally in self.groups)

    @cached_property
    def with_rfm(self) -> Tally:
        """The tally of the clients with a segment: those of whom only a tier is known are left out."""
        return _sum(tally for key, tally in self.groups if key[1])

    @cached_property
    def by_tier(self) -> dict[str, Tally]:
        """The tally of each tier, in order; clients without tier are in none."""
        return {letter: self._of(0, letter) for letter in Tier.values}

    @cached_property
    def by_segment(self) -> dict[str, Tally]:
        """The tally of each of the eleven segments, in order."""
        return {slug: self._of(1, slug) for slug in SegmentSlug.values}

    @cached_property
    def by_cell(self) -> dict[tuple[int, int], Tally]:
        """The tally of each of the 25 cells of the map, by (R, FM)."""
        return {
            (r, fm): _sum(tally for key, tally in self.groups if key[2:] == (r, fm))
            for r in range(1, 6)
            for fm in range(1, 6)
        }

    @cached_property
    def medians(self) -> dict[str, Medians]:
        """Those of each segment that has a client; one statement."""
        rows = self.scores.with_rfm().order_by().values("segment")
        found = rows.annotate(
            silence=Median("recency_days"), purchases=Median("frequency"), revenue=Median("tier_revenue")
        ).values_list("segment", "silence", "purchases", "revenue")
        return {segment: Medians(*map(Decimal, map(str, values))) for segment, *values in found}

    def concentration(self, steps: int = 50) -> Concentration:
        """The pile of revenues read at this many equal steps of clients (fewer when there are fewer clients)."""
        ranked, total = self.total.ranked, self.total.positive_revenue
        if not ranked:
            return Concentration()
        count = min(steps, ranked)
        places = {-(-step * ranked // count) for step in range(1, count + 1)}
        few = min(FIRST_FEW, ranked)
        found = self._walk(places | {1, few}, total * EIGHTY_PERCENT)
        return Concentration(
            ranked=ranked,
            total=total,
            steps=tuple(Step(place, found[place][0]) for place in sorted(places)),
            first=found[1][0],
            first_few=found[few][0],
            for_eighty_percent=next(place for place in sorted(found) if found[place][1]),
        )

    def _walk(self, places: set[int], enough: Decimal) -> dict[int, tuple[Decimal, bool]]:
        """The running sum at these places and at the one where it first reaches `enough`, which says True."""
        order = [F("tier_revenue").desc(), F("client_id").asc()]
        so_far = RowRange(start=None, end=0)  # one row at a time: the default frame looks for ties, at a cost
        rows = (
            self.scores.filter(tier_revenue__gt=0)
            .annotate(
                place=Window(RowNumber(), order_by=order),
                cumulative=Window(Sum("tier_revenue"), order_by=order, frame=so_far),
            )
            .filter(
                Q(place__in=places) | Q(cumulative__gte=enough, cumulative__lt=enough + F("tier_revenue")),
            )
            .order_by("place")
            .values_list("place", "cumulative")
        )
        return {place: (cumulative, cumulative >= enough) for place, cumulative in rows}

    def _of(self, position: int, value: str) -> Tally:
        return _sum(tally for key, tally in self.groups if key[position] == value)


POSITIVE = Q(tier_revenue__gt=0)


def _tallied() -> dict:
    """The aggregates of a group, those of risk as it is shown today."""
    shown = Q(risk__isnull=False) & shown_today()
    declining = shown & reason_shown(RiskReason.DECLINE)
    return TALLIED | {
        "n_at_risk": Count("risk", filter=shown),
        "n_amount_at_risk": Coalesce(Sum("risk__amount", filter=shown), ZERO),
        "n_declining": Count("risk", filter=declining),
        "n_declining_amount": Coalesce(Sum("risk__amount", filter=declining), ZERO),
    }


TALLIED = {
    "n_clients": Count("id"),
    "n_ranked": Count("id", filter=POSITIVE),
    "n_former": Count("id", filter=Q(previous_revenue__gt=0)),
    "n_revenue": Sum("tier_revenue"),
    "n_positive_revenue": Coalesce(Sum("tier_revenue", filter=POSITIVE), ZERO),
    "n_previous_revenue": Sum("previous_revenue"),
    "n_purchases": Sum("frequency"),
    "n_monetary": Sum("monetary"),
}


def _tally(row: dict) -> Tally:
    return Tally(**{name: row[f"n_{name}"] for name in MEASURES})


def _sum(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())

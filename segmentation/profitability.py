"""What hours bring: revenue and margin an hour by tier, segment and person, clients who take more than they bring.

Everything is read off the hours and the scores of one run that a person may see: a salesperson's shares are those of
their own portfolio. A client is misplaced when its share of the hours is above its share of the revenue: when it brings
less an hour than the average of the portfolio; for who knows costs, also when it brings less than its hours cost. What
that costs, in euros, is what the same hours bring on average less what they brought, or the loss when that is more.
Hours, euros HT.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import (
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from segmentation.models import ClientTime, PersonTime, Score, SegmentSlug, Tier

ZERO = Decimal(0)
EUROS = DecimalField(max_digits=16, decimal_places=2)


@dataclass(frozen=True)
class Spent:
    """Hours of some clients and what these clients brought. `cost` is None as long as one of their costs is unknown."""

    hours: Decimal = ZERO
    revenue: Decimal = ZERO
    cost: Decimal | None = ZERO
    clients: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return Spent(self.hours + other.hours, self.revenue + other.revenue, cost, self.clients + other.clients)

    @property
    def revenue_per_hour(self) -> Decimal | None:
        return self.revenue / self.hours if self.hours else None

    @property
    def margin_per_hour(self) -> Decimal | None:
        return None if self.cost is None or not self.hours else (self.revenue - self.cost) / self.hours


@dataclass(frozen=True)
class Part:
    """The hours of one tier, segment or person among all."""

    key: str
    spent: Spent
    of: Spent

    @property
    def share_of_hours(self) -> Decimal:
        return self.spent.hours / self.of.hours if self.of.hours else ZERO

    @property
    def share_of_revenue(self) -> Decimal:
        return self.spent.revenue / self.of.revenue if self.of.revenue > 0 else ZERO

    @property
    def gap(self) -> Decimal:
        """How much more of the hours it takes than of the revenue it brings."""
        return self.share_of_hours - self.share_of_revenue


class Profitability:
    """The hours and the revenue of one portfolio in one run; each part is asked of the database when needed."""

    def __init__(self, times: QuerySet[ClientTime], scores: QuerySet[Score], people: QuerySet[PersonTime]) -> None:
        self.times, self.scores, self.people = times, scores, people

    @cached_property
    def groups(self) -> list[tuple[tuple[str, str], Spent]]:
        """((tier, segment), what its clients took and brought): clients without an hour bring too."""
        keys = ("tier", "segment")
        revenues = self.scores.order_by().values(*keys).annotate(total=Sum("tier_revenue"))
        found = {tuple(row[key] for key in keys): Spent(revenue=row["total"]) for row in revenues}
        rows = (
            self.times.order_by()
            .values("score__tier", "score__segment")
            .annotate(taken=Sum("hours"), price=Sum("cost"), n=Count("id"), unknown=Count("id", filter=Q(cost=None)))
        )
        for row in rows:
            pair = (row["score__tier"] or "", row["score__segment"] or "")
            cost = None if row["unknown"] else row["price"]
            found[pair] = found.get(pair, Spent()) + Spent(row["taken"], ZERO, cost, row["n"])
        return list(found.items())

    @cached_property
    def total(self) -> Spent:
        return _sum(spent for _pair, spent in self.groups)

    @cached_property
    def by_tier(self) -> list[Part]:
        """The tiers in order, then the clients without one when they took or brought anything."""
        return self._parts(0, [*Tier.values, ""])

    @cached_property
    def by_segment(self) -> list[Part]:
        return self._parts(1, [*SegmentSlug.values, ""])

    @cached_property
    def by_person(self) -> list[Part]:
        """Who spent the hours, the most first, by their id; the revenue of a client is shared out by its hours."""
        rate = ClientTime.objects.filter(run=OuterRef("run"), client=OuterRef("client")).values(
            rate=ExpressionWrapper(F("revenue") / F("hours"), DecimalField())
        )
        rows = (
            self.people.order_by()
            .values("person")
            .annotate(
                taken=Sum("hours"),
                brought=Sum(F("hours") * Subquery(rate, output_field=DecimalField()), output_field=DecimalField()),
                price=Sum("cost"),
                n=Count("client"),
                unknown=Count("id", filter=Q(cost=None)),
            )
            .order_by("-taken", "person")
        )
        return [
            Part(
                str(row["person"]),
                Spent(row["taken"], row["brought"], None if row["unknown"] else row["price"], row["n"]),
                self.total,
            )
            for row in rows
        ]

    @property
    def worst(self) -> Part | None:
        """The tier that takes most beyond what it brings; None when none does."""
        parts = [part for part in self.by_tier if part.key and part.gap > 0]
        return max(parts, key=lambda part: part.gap, default=None)

    @cached_property
    def covered(self) -> Decimal:
        """The share of the revenue that comes from clients with hours."""
        with_hours = self.times.aggregate(total=Coalesce(Sum("revenue"), ZERO, output_field=EUROS))["total"]
        return with_hours / self.total.revenue if self.total.revenue > 0 else ZERO

    def misplaced(self, *, with_costs: bool) -> QuerySet[ClientTime]:
        """The clients who take more than they bring, by the euros that it costs (`lost`), the most first."""
        average = self.total.revenue_per_hour or ZERO
        short = ExpressionWrapper(F("hours") * Value(average) - F("revenue"), output_field=EUROS)
        loss = ExpressionWrapper(Coalesce(F("cost"), F("revenue")) - F("revenue"), output_field=EUROS)
        lost = Greatest(short, loss) if with_costs else short
        return self.times.annotate(lost=lost).filter(lost__gte=Decimal("0.01")).order_by("-lost", "client_id")

    def below(self, target: Decimal) -> QuerySet[ClientTime]:
        """The clients who bring less an hour than this, by the euros that would restore it (`increase`), most first;
        `rate` is that of what they pay, None when they pay nothing."""
        increase = ExpressionWrapper(F("hours") * Value(target) - F("revenue"), output_field=EUROS)
        rate = Case(When(revenue__gt=0, then=ExpressionWrapper(increase / F("revenue"), output_field=EUROS)))
        found = self.times.filter(revenue__lt=F("hours") * target).annotate(increase=increase, rate=rate)
        return found.order_by("-increase", "client_id")

    def _parts(self, place: int, keys: Iterable[str]) -> list[Part]:
        parts = [
            Part(key, _sum(spent for pair, spent in self.groups if pair[place] == key), self.total) for key in keys
        ]
        return [part for part in parts if part.spent.hours or part.spent.revenue]


def _sum(spents: Iterable[Spent]) -> Spent:
    return sum(spents, Spent())

"""The relation of a portfolio: clients to rate, the split of the colours beside its reference, revenue and hours."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from clients.models import Client
from segmentation.models import Colour, Grade, GradeRules, Score, ScoringRun

REFERENCE = {Colour.DARK_GREEN: Decimal("0.20"), Colour.RED: Decimal("0.10")}
ZERO = Decimal(0)


@dataclass(frozen=True)
class Row:
    """Some graded clients: how many, their revenue over the tier window, the hours spent on them (None: not known)."""

    clients: int = 0
    revenue: Decimal = ZERO
    hours: Decimal | None = None

    def __add__(self, other: "Row") -> "Row":
        hours = [one.hours for one in (self, other) if one.hours is not None]
        return Row(self.clients + other.clients, self.revenue + other.revenue, sum(hours, ZERO) if hours else None)

    @property
    def per_hour(self) -> Decimal | None:
        return self.revenue / self.hours if self.hours else None


@dataclass(frozen=True)
class Share:
    """One colour in a portfolio: what it holds, its share of the graded clients, the share it is compared with."""

    colour: Colour
    row: Row
    share: Decimal
    reference: Decimal | None


@dataclass(frozen=True)
class Person:
    """The colours of the clients of one person (None: of nobody), the best first, and all of them together."""

    owner: User | None
    rows: tuple[Row, ...]
    total: Row


@dataclass(frozen=True)
class Split:
    """The colours of a portfolio, whole and by person."""

    shares: tuple[Share, ...]
    people: tuple[Person, ...]
    total: Row

    @property
    def has_hours(self) -> bool:
        return self.total.hours is not None


def fresh_since(by: GradeRules) -> dt.datetime:
    """The moment from which the last opinion on a client still holds."""
    return timezone.now() - relativedelta(months=by.valid_months)


def to_rate(clients: QuerySet[Client], run: ScoringRun | None, by: GradeRules) -> QuerySet[Score]:
    """The scores of those of these clients that have no grade, or an old one, the largest revenue first."""
    held = Grade.objects.filter(client=OuterRef("client"), assessed_at__gte=fresh_since(by))
    scores = Score.objects.filter(run=run, client__in=clients).filter(~Exists(held))
    return scores.order_by("-tier_revenue", "client")


def split(grades: QuerySet[Grade]) -> Split:
    """The colours of these grades. One statement groups them, one reads the people."""
    grouped = (
        grades.order_by()
        .values("colour", owner=F("client__owner"))
        .annotate(
            clients=Count("id"),
            revenue=Sum("client__relation_facts__revenue"),
            hours=Sum("client__relation_facts__hours"),
        )
    )
    rows = {(one["owner"], one["colour"]): Row(one["clients"], one["revenue"] or ZERO, one["hours"]) for one in grouped}
    total = sum(rows.values(), Row())
    shares = tuple(_share(colour, _sum(rows, colour=colour), total) for colour in Colour)
    return Split(shares, tuple(_people(rows)), total)


def _share(colour: Colour, row: Row, total: Row) -> Share:
    share = Decimal(row.clients) / total.clients if total.clients else ZERO
    return Share(colour, row, share, REFERENCE.get(colour))


def _people(rows: dict[tuple[Any, Any], Row]) -> Iterable[Person]:
    owners = {owner for owner, _colour in rows}
    people: list[User | None] = list(User.objects.filter(pk__in=[owner for owner in owners if owner is not None]))
    for person in [*people, None] if None in owners else people:
        key = person.pk if person else None
        own = tuple(rows.get((key, colour.value), Row()) for colour in Colour)
        yield Person(person, own, sum(own, Row()))


def _sum(rows: dict[tuple[Any, Any], Row], *, colour: Colour) -> Row:
    return sum((row for (_owner, other), row in rows.items() if other == colour), Row())

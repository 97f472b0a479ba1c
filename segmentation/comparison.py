"""Two runs side by side: which clients change place from one to the other, and what they weigh.

Used for what a draft of the rules would change. A client changes when its tier, its segment, or whether it is at risk
differs, or when only one of the runs scores it. Its revenue is that of the first run, or of the second where the first
has none of it: a company that joins its group is counted once. Risk is what the runs themselves found: what people set
aside is in both, and what history adds (`Drop`) in neither, as a trial has none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, Count, F, FilteredRelation, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from clients.models import Client
from segmentation.models import ScoringRun, SegmentSlug, Tier

ZERO = Decimal(0)
KEYS = ("was_scored", "was_tier", "was_segment", "was_at_risk", "is_scored", "is_tier", "is_segment", "is_at_risk")


@dataclass(frozen=True)
class Place:
    """Where a run puts a client. Nothing but `is_scored` is known of who has no score."""

    is_scored: bool
    tier: str
    segment: str
    is_at_risk: bool


@dataclass(frozen=True)
class Passage:
    """Some clients that are in one place in the first run and in one place in the second. Euros HT."""

    before: Place
    after: Place
    clients: int
    revenue: Decimal
    at_stake_before: Decimal
    at_stake_after: Decimal

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Weight:
    """How many clients, and their revenue."""

    clients: int = 0
    revenue: Decimal = ZERO

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.clients + other.clients, self.revenue + other.revenue)


@dataclass(frozen=True)
class AtRisk:
    """Clients at risk in one run, and the euros at stake."""

    clients: int
    amount: Decimal


class Comparison:
    """What differs between two runs for these clients. One statement, asked when needed."""

    def __init__(self, before: ScoringRun, after: ScoringRun, clients: QuerySet[Client]) -> None:
        self.before, self.after = before, after
        self.clients = clients

    @cached_property
    def passages(self) -> list[Passage]:
        """Every pair of places that some client goes between, those that stay included."""
        rows = (
            self.compared.order_by()
            .values(*KEYS)
            .annotate(
                n=Count("pk"),
                total=Sum("moved_revenue"),
                stake_before=Sum(Coalesce("was__amount_at_risk", ZERO)),
                stake_after=Sum(Coalesce("now__amount_at_risk", ZERO)),
            )
        )
        return [_passage(row) for row in rows]

    @property
    def compared(self) -> QuerySet[Client]:
        """The clients that either run scores: where each was (`was_…`), where it is (`is_…`), and its revenue."""
        return (
            self.clients.annotate(
                was=FilteredRelation("scores", condition=Q(scores__run=self.before)),
                now=FilteredRelation("scores", condition=Q(scores__run=self.after)),
            )
            .filter(Q(was__pk__isnull=False) | Q(now__pk__isnull=False))
            .annotate(
                was_scored=_is_there("was"),
                was_tier=Coalesce("was__tier", Value("")),
                was_segment=Coalesce("was__segment", Value("")),
                was_at_risk=Coalesce("was__at_risk", Value(False)),
                is_scored=_is_there("now"),
                is_tier=Coalesce("now__tier", Value("")),
                is_segment=Coalesce("now__segment", Value("")),
                is_at_risk=Coalesce("now__at_risk", Value(False)),
                moved_revenue=Coalesce("was__tier_revenue", "now__tier_revenue"),
            )
        )

    def moving(self, kind: str = "") -> QuerySet[Client]:
        """The clients that change, or those that change in one way (`KINDS`), the largest revenue first."""
        return self.compared.filter(KINDS[kind]).order_by(F("moved_revenue").desc(), "pk")

    @cached_property
    def everybody(self) -> Weight:
        return _weight(self.passages)

    @cached_property
    def moved(self) -> Weight:
        return self.weight("")

    def weight(self, kind: str) -> Weight:
        """What the clients that change in this way weigh."""
        return _weight(passage for passage in self.passages if CHANGES[kind](passage))

    @cached_property
    def at_risk(self) -> tuple[AtRisk, AtRisk]:
        """Before and after."""
        before = [passage for passage in self.passages if passage.before.is_at_risk]
        after = [passage for passage in self.passages if passage.after.is_at_risk]
        return (
            AtRisk(sum(one.clients for one in before), sum((one.at_stake_before for one in before), ZERO)),
            AtRisk(sum(one.clients for one in after), sum((one.at_stake_after for one in after), ZERO)),
        )

    @cached_property
    def by_tier(self) -> list[tuple[str, str, Weight]]:
        """(tier before, tier after, weight) of every passage between tiers; empty for who has none."""
        return _gathered(self.passages, "tier", [*Tier.values, ""])

    @cached_property
    def by_segment(self) -> list[tuple[str, str, Weight]]:
        """The same of segments."""
        return _gathered(self.passages, "segment", [*SegmentSlug.values, ""])


def _is_there(alias: str) -> Any:
    return Coalesce(Q(**{f"{alias}__pk__isnull": False}), Value(False), output_field=BooleanField())


TIER = ~Q(was_tier=F("is_tier"))
SEGMENT = ~Q(was_segment=F("is_segment"))
RISK = ~Q(was_at_risk=F("is_at_risk"))
SCORED = ~Q(was_scored=F("is_scored"))
KINDS = {"": TIER | SEGMENT | RISK | SCORED, "palier": TIER, "segment": SEGMENT, "risque": RISK, "score": SCORED}
CHANGES = {
    "": lambda one: one.changes,
    "palier": lambda one: one.before.tier != one.after.tier,
    "segment": lambda one: one.before.segment != one.after.segment,
    "risque": lambda one: one.before.is_at_risk != one.after.is_at_risk,
    "score": lambda one: one.before.is_scored != one.after.is_scored,
}


def _passage(row: dict[str, Any]) -> Passage:
    names = [field.name.removeprefix("is_") for field in fields(Place)]
    before, after = (Place(*(row[f"{side}_{name}"] for name in names)) for side in ("was", "is"))
    return Passage(before, after, row["n"], row["total"], row["stake_before"], row["stake_after"])


def _weight(passages: Iterable[Passage]) -> Weight:
    return sum((Weight(one.clients, one.revenue) for one in passages), Weight())


def _gathered(passages: list[Passage], name: str, order: list[str]) -> list[tuple[str, str, Weight]]:
    found: dict[tuple[str, str], Weight] = {}
    for one in passages:
        key = getattr(one.before, name), getattr(one.after, name)
        found[key] = found.get(key, Weight()) + Weight(one.clients, one.revenue)
    return [(was, now, found[was, now]) for was in order for now in order if (was, now) in found]

"""What needs amount to: clients, euros, holes, and how they cross tiers, segments and sectors.

Everything is read off the needs of the clients that a person sees, with the scores of one run; two statements at most,
whatever the number of clients. Amounts in euros HT over the run's tier window (12 months by default). A hole is a
client with the need and none of the services that answer it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Left

from clients.sectors import section_of
from segmentation.models import ClientNeed, ClientNeedQuerySet, ScoringRun

ZERO = Decimal(0)


class Axis(models.TextChoices):
    """What needs are crossed with."""

    SEGMENT = "segment"
    TIER = "tier"
    SECTOR = "sector"


@dataclass(frozen=True)
class NeedTally:
    """Some clients with a need: how many, their revenue, and of the holes among them."""

    clients: int = 0
    revenue: Decimal = ZERO
    holes: int = 0
    hole_revenue: Decimal = ZERO

    def __add__(self, other: "NeedTally") -> "NeedTally":
        return NeedTally(
            self.clients + other.clients,
            self.revenue + other.revenue,
            self.holes + other.holes,
            self.hole_revenue + other.hole_revenue,
        )


def tallies(held: ClientNeedQuerySet, run: ScoringRun | None) -> dict[int, NeedTally]:
    """What each need amounts to among these: {need id: tally}."""
    return {key[0]: tally for key, tally in _grouped(held, run, [])}


def crossed(held: ClientNeedQuerySet, run: ScoringRun | None, axis: str) -> dict[tuple[int, str], NeedTally]:
    """What each need amounts to along an axis: {(need id, value): tally}; "" for clients that the axis leaves out."""
    columns: dict[str, tuple[list, Callable[[str], str]]] = {
        Axis.SEGMENT: (["shown__segment"], str),
        Axis.TIER: (["shown__tier"], str),
        Axis.SECTOR: (["division"], section_of),
    }
    keys, read = columns[axis]
    found: dict[tuple[int, str], NeedTally] = {}
    for (need, value), tally in _grouped(held, run, keys):
        key = need, read(value or "")
        found[key] = found.get(key, NeedTally()) + tally
    return found


def _grouped(held: ClientNeedQuerySet, run: ScoringRun | None, keys: list[str]) -> list[tuple[tuple, NeedTally]]:
    scored: QuerySet = held.order_by().annotate(
        shown=FilteredRelation("client__scores", condition=Q(client__scores__run=run.pk if run else None)),
        division=Left(F("client__naf_code"), 2),
    )
    revenue = F("shown__tier_revenue")
    rows = scored.values("need", *keys).annotate(
        n=Count("pk"),
        euros=Coalesce(Sum(revenue), ZERO),
        n_holes=Count("pk", filter=Q(is_answered=False)),
        euros_holes=Coalesce(Sum(revenue, filter=Q(is_answered=False)), ZERO),
    )
    measures = ("n", "euros", "n_holes", "euros_holes")
    return [(tuple(row[key] for key in ("need", *keys)), NeedTally(*(row[name] for name in measures))) for row in rows]


def needs_of(client_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The names of the followed needs of these clients, in the order of the register: {client id: names}."""
    found: dict[int, tuple[str, ...]] = {}
    held = ClientNeed.objects.standing().of_active_needs().filter(client__in=client_ids)
    rows = held.order_by("need__position", "need__sort_name").values_list("client", "need__name")
    for client, name in rows:
        found[client] = (*found.get(client, ()), name)
    return found

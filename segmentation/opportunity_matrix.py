"""The matrix of opportunities for some clients: rows of an axis × services or families, and the clients behind a cell.

Chances are those of the whole firm, counts and euros those of the clients that a person sees. For who sees everybody
they are sums over groups of clients alike; for a portfolio, its clients are counted by group first. A hole leaves the
count while a closing reason holds; it asks for a reason until somebody says one. Euros HT a year.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from clients.models import Client
from segmentation.models import (
    FEWEST_ALIKE,
    ClientNeed,
    Holding,
    Hole,
    HoleQuerySet,
    Offering,
    OfferOdds,
    Peer,
    PeerGroup,
    Score,
    ScoringRun,
)

ZERO = Decimal(0)


class Axis(models.TextChoices):
    """What services are crossed with."""

    SEGMENT = "segments"
    TIER = "paliers"
    NEED = "besoins"
    SECTOR = "secteurs"


OF_GROUP = {Axis.SEGMENT: "segment", Axis.TIER: "tier", Axis.SECTOR: "sector"}


@dataclass(frozen=True)
class Cell:
    """Some clients and one service: `closed` are lacking it for good reason, `said` lack it for another known one.

    `euros` is what the holes that count are worth, `told` how many of them belong to a segment large enough to say.
    """

    clients: int = 0
    held: int = 0
    closed: int = 0
    said: int = 0
    told: int = 0
    euros: Decimal = ZERO

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(
            self.clients + other.clients,
            self.held + other.held,
            self.closed + other.closed,
            self.said + other.said,
            self.told + other.told,
            self.euros + other.euros,
        )

    @property
    def missing(self) -> int:
        return self.clients - self.held - self.closed

    @property
    def without_reason(self) -> int:
        return self.missing - self.said

    @property
    def share(self) -> Decimal | None:
        """Of the clients who hold the service, 0 to 1."""
        return Decimal(self.held) / self.clients if self.clients else None

    @property
    def is_told(self) -> bool:
        """Whether there are enough clients alike to say what the holes are worth."""
        return not self.missing or self.told > 0


class Key(NamedTuple):
    """The row of a need (None on other axes), a group and an offering."""

    need: int | None
    group: int
    offering: int


@dataclass(frozen=True)
class Wanted:
    """What is read of a run: its services, its families, or one of either alone."""

    run: ScoringRun
    families: bool
    only: Offering | None = None

    @property
    def offerings(self) -> Q:
        """Of what names an offering."""
        if self.only is not None:
            return Q(offering=self.only)
        return Q(offering__run=self.run, offering__service__isnull=self.families)

    @property
    def holes(self) -> Q:
        """Of holes: those of the one offering; all of them otherwise."""
        return Q() if self.only is None else Q(service=self.only.service_id, family=self.only.family)

    @property
    def by_subject(self) -> dict[tuple[int | None, str], int]:
        """The offering of each service or family."""
        found = [self.only] if self.only is not None else offerings(self.run, families=self.families)
        return {(one.service_id, one.family): one.pk for one in found}


Cells = dict[tuple[Any, int], Cell]  # by value of the axis and offering


def offerings(run: ScoringRun, *, families: bool) -> list[Offering]:
    """The services, or the families, that the matrix of this run has, by name."""
    found = Offering.objects.filter(run=run, service__isnull=families).select_related("service")
    return list(found.order_by("family", "service__sort_name", "service"))


def matrix(run: ScoringRun, *, axis: str, families: bool, clients: QuerySet[Client] | None = None) -> Cells:
    """The cells of these clients, of everybody when None. A client with several needs is in the row of each."""
    if clients is None and axis != Axis.NEED:
        return _of_everybody(run, axis, Wanted(run, families))
    return _of_some(run, axis, Wanted(run, families), Client.objects.unmerged() if clients is None else clients)


def cell(offering: Offering, *, axis: str, value: str | int, clients: QuerySet[Client] | None = None) -> Cell:
    """The one cell of these clients, of everybody when None: as in the matrix, without reading the others."""
    wanted = Wanted(offering.run, offering.service_id is None, offering)
    if clients is None and axis != Axis.NEED:
        cells = _of_everybody(offering.run, axis, wanted)
    else:
        cells = _of_some(offering.run, axis, wanted, Client.objects.unmerged() if clients is None else clients)
    return cells.get((value, offering.pk), Cell())


def _of_everybody(run: ScoringRun, axis: str, wanted: Wanted) -> Cells:
    value = F(f"group__{OF_GROUP[Axis(axis)]}")
    lacking = F("group__clients") - F("held")
    rows = (
        OfferOdds.objects.filter(wanted.offerings)
        .values("offering", value=value)
        .annotate(
            all_clients=Sum("group__clients"),
            holders=Sum("held"),
            enough=Sum(Case(When(n__gte=FEWEST_ALIKE, then=lacking), default=Value(0))),
            total=Sum(lacking * F("worth"), output_field=models.DecimalField()),
        )
    )
    cells = {
        (row["value"], row["offering"]): Cell(row["all_clients"], row["holders"], 0, 0, row["enough"], row["total"])
        for row in rows
    }
    holes = _holes(run, axis, wanted, Client.objects.unmerged())
    gone = Client.objects.merged()  # since the run, into another: hardly anybody
    left, left_held = _counted(run, axis, gone), {}
    if left:
        left_held = _held(axis, wanted, gone)
    _add(cells, run, axis, wanted, left, left_held, holes, sign=-1)
    return cells


def _of_some(run: ScoringRun, axis: str, wanted: Wanted, clients: QuerySet[Client]) -> Cells:
    cells: Cells = {}
    counted = _counted(run, axis, clients)
    if counted:
        held, holes = _held(axis, wanted, clients), _holes(run, axis, wanted, clients)
        _add(cells, run, axis, wanted, counted, held, holes, sign=1)
    return cells


def _add(
    cells: Cells,
    run: ScoringRun,
    axis: str,
    wanted: Wanted,
    counted: dict[tuple[int | None, int], int],
    held: Mapping[Key, int],
    holes: Mapping[Key, tuple[int, int]],
    *,
    sign: int,
) -> None:
    """Adds these clients to the cells (takes them away, by a sign of −1), and what is said of holes in any case."""
    needed = {group for _need, group in counted} | {key.group for key in holes}
    if not needed:
        return
    odds = OfferOdds.objects.filter(wanted.offerings, group__in=needed)
    values = _values(run, axis)
    by_group: dict[int, list[tuple[int, int, Decimal]]] = {}
    for group, offering, n, worth in odds.values_list("group", "offering", "n", "worth"):
        by_group.setdefault(group, []).append((offering, n, worth))
    sums: dict[tuple[Any, int], list] = {}  # plain lists: there may be thousands of pairs of group and offering
    for need, group in counted.keys() | {(key.need, key.group) for key in holes}:
        clients = sign * counted.get((need, group), 0)
        value = need if axis == Axis.NEED else values[group]
        for offering, n, worth in by_group.get(group, []):
            key = Key(need, group, offering)
            closed, said = holes.get(key, (0, 0))
            holders = sign * held.get(key, 0)
            missing = clients - holders - closed
            if not (clients or holders or closed or said):
                continue
            found = sums.setdefault((value, offering), [0, 0, 0, 0, 0, ZERO])
            found[0] += clients
            found[1] += holders
            found[2] += closed
            found[3] += said
            if n >= FEWEST_ALIKE:
                found[4] += missing
                found[5] += missing * worth
    for place, figures in sums.items():
        cells[place] = cells.get(place, Cell()) + Cell(*figures)


def _values(run: ScoringRun, axis: str) -> dict[int, str]:
    """What each group is on this axis."""
    if axis == Axis.NEED:
        return {}
    return dict(PeerGroup.objects.filter(run=run).values_list("pk", OF_GROUP[Axis(axis)]))


def _need_of(axis: str, path: str = "client__") -> dict[str, Any]:
    """The grouping by need of the clients at this path, or none."""
    return {"need": F(f"{path}needs__need")} if axis == Axis.NEED else {"need": Value(None, models.BigIntegerField())}


def _having(axis: str) -> Q:
    return Q(client__needs__is_refuted=False, client__needs__need__is_active=True) if axis == Axis.NEED else Q()


def _counted(run: ScoringRun, axis: str, clients: QuerySet[Client]) -> dict[tuple[int | None, int], int]:
    """How many of these clients each group has."""
    peers = Peer.objects.of(run).filter(_having(axis), client__in=clients).annotate(**_need_of(axis))
    rows = peers.order_by().values("need", "group").annotate(number=Count("pk"))
    return {(row["need"], row["group"]): row["number"] for row in rows}


def _held(axis: str, wanted: Wanted, clients: QuerySet[Client]) -> dict[Key, int]:
    """How many of these clients hold each offering, by group."""
    held = Holding.objects.filter(_having(axis), wanted.offerings)
    annotated: QuerySet = held.filter(client__in=clients).annotate(**_need_of(axis))
    rows = annotated.order_by().values("need", "group", "offering").annotate(number=Count("pk"))
    return {Key(row["need"], row["group"], row["offering"]): row["number"] for row in rows}


def _holes(run: ScoringRun, axis: str, wanted: Wanted, clients: QuerySet[Client]) -> dict[Key, tuple[int, int]]:
    """Of the holes of these clients, how many are closed today, and how many others have a reason."""
    of_offering = wanted.by_subject
    said = Hole.objects.standing().filter(_having(axis), wanted.holes, client__in=clients, client__peers__run=run)
    said = said.filter(~Exists(_holding_it(run))).annotate(**_need_of(axis), group=F("client__peers__group"))
    closes = Count("pk", filter=Q(until__gte=timezone.localdate()))
    rows = said.order_by().values("need", "group", "service", "family").annotate(number=Count("pk"), closed=closes)
    found = {}
    for row in rows:
        offering = of_offering.get((row["service"], row["family"]))
        if offering:
            found[Key(row["need"], row["group"], offering)] = (row["closed"], row["number"] - row["closed"])
    return found


def _holding_it(run: ScoringRun) -> QuerySet[Holding]:
    """What fills the hole of an outer query: sold since somebody spoke of it."""
    same = Q(offering__service=OuterRef("service")) | Q(offering__service=None)
    return Holding.objects.filter(
        same, client=OuterRef("client"), offering__run=run, offering__family=OuterRef("family")
    )


# --- The clients behind a cell


def leading(offering: Offering, *, axis: str, value: str | int, count: int) -> list[int] | None:
    """The groups where the first `count` clients of this row are who lack the offering, by propensity; all those of the
    last propensity reached. None when they are in no fewer groups than all, or the row is no part of groups (a need).
    """
    if axis == Axis.NEED:
        return None
    odds = OfferOdds.objects.filter(offering=offering, **{f"group__{OF_GROUP[Axis(axis)]}": value})
    found: list[int] = []
    reached, last = 0, None
    rows = odds.order_by("-propensity").values_list("group", "propensity", F("group__clients") - F("held"))
    for group, propensity, lacking_it in rows:
        if reached >= count and propensity != last:
            return found
        found.append(group)
        reached, last = reached + lacking_it, propensity
    return None


def facing(scores: QuerySet[Score], offering: Offering) -> QuerySet[Score]:
    """These scores of the run of the offering, each with its `propensity` and `worth` for it."""
    found = scores.filter(peer__group__run=offering.run_id, peer__group__odds__offering=offering)
    return found.annotate(propensity=F("peer__group__odds__propensity"), worth=F("peer__group__odds__worth"))


def holding(scores: QuerySet[Score], offering: Offering) -> QuerySet[Score]:
    return scores.filter(_holds(offering))


def lacking(scores: QuerySet[Score], offering: Offering) -> QuerySet[Score]:
    """Those whose hole counts: no closing reason holds today."""
    return scores.filter(~_holds(offering), ~Exists(_said(offering).closing()))


def unexplained(scores: QuerySet[Score], offering: Offering) -> QuerySet[Score]:
    """Those whose hole asks for a reason."""
    return scores.filter(~_holds(offering), ~Exists(_said(offering)))


def set_aside(scores: QuerySet[Score], offering: Offering) -> QuerySet[Score]:
    """Those whose hole is closed today."""
    return scores.filter(~_holds(offering), Exists(_said(offering).closing()))


def _holds(offering: Offering) -> Exists:
    return Exists(Holding.objects.filter(offering=offering, client=OuterRef("client")))


def _said(offering: Offering) -> HoleQuerySet:
    same = Hole.objects.standing().filter(service=offering.service_id, family=offering.family)
    return same.filter(client=OuterRef("client"))


@dataclass(frozen=True)
class Lack:
    """One client facing one offering: the chance and the euros of a hole, and what somebody said of it."""

    offering: Offering
    odds: OfferOdds
    hole: Hole | None = None

    @property
    def worth(self) -> Decimal:
        return self.odds.worth


def lacks(client_ids: Iterable[int], offering: Offering) -> dict[int, Lack]:
    """Each of these clients facing this offering; two queries."""
    ids = list(client_ids)
    odds = OfferOdds.objects.filter(
        offering=offering, group__peers__client__in=ids, group__peers__run=offering.run_id
    ).annotate(client=F("group__peers__client"))
    said = Hole.objects.standing().filter(client__in=ids, service=offering.service_id, family=offering.family)
    holes = {hole.client_id: hole for hole in said.select_related("said_by")}
    return {one.client: Lack(offering, one, holes.get(one.client)) for one in odds}


def lacks_of(client: Client, run: ScoringRun) -> list[Lack]:
    """The services that this client lacks, the most euros first; those closed today last. Three queries."""
    odds = (
        OfferOdds.objects.filter(group__peers__client=client, group__peers__run=run, offering__service__isnull=False)
        .filter(~Exists(Holding.objects.filter(offering=OuterRef("offering"), client=client)))
        .select_related("offering__service")
    )
    said = Hole.objects.standing().filter(client=client, service__isnull=False).select_related("said_by")
    holes = {hole.service_id: hole for hole in said}
    found = [Lack(one.offering, one, holes.get(one.offering.service_id)) for one in odds]
    return sorted(
        found,
        key=lambda one: (
            bool(one.hole and one.hole.closes),
            -one.worth,
            -one.odds.propensity,
            str(one.offering),
        ),
    )


def with_need(scores: QuerySet[Score], need: int) -> QuerySet[Score]:
    """Those of the clients who have this need."""
    return scores.filter(client__in=ClientNeed.objects.standing().filter(need=need).values("client"))

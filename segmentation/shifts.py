"""What changed between any two runs: flows from segment to segment, or from tier to tier, and which way each goes.

Where a client was is read off the first run, where it is off the second, whatever it went through between them. When
it got there and why is its last movement on the way (`Movement`); a change is confirmed when that movement is. Counts
and lists come from the same queryset, so that a flow and the list behind it hold the same clients.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, NullIf

from segmentation.models import Movement, MovementQuerySet, Score, ScoreQuerySet, ScoringRun, SegmentSlug, Tier

ZERO = Decimal(0)
NOWHERE = ""  # instead of a segment: not scored, or known by yearly totals alone
UNRANKED, GONE = "none", "gone"  # instead of a tier: nothing above zero in a year, or not scored yet; no longer scored

FALL, RISE, ARRIVAL, LOSS, ASIDE = "fall", "rise", "arrival", "loss", "aside"
# How high each segment stands; a change between two of one height goes neither up nor down. Newcomers become
# "premiers achats" by the mere passing of time; who is at risk, and who must not be lost, stay away alike.
HEIGHTS: dict[str, int] = {
    SegmentSlug.CHAMPIONS: 7,
    SegmentSlug.LOYAL: 6,
    SegmentSlug.TO_DEVELOP: 5,
    SegmentSlug.NEW: 4,
    SegmentSlug.FIRST_PURCHASES: 4,
    SegmentSlug.WATCH: 3,
    SegmentSlug.TO_REVIVE: 2,
    SegmentSlug.AT_RISK: 1,
    SegmentSlug.CANNOT_LOSE: 1,
    SegmentSlug.DORMANT: 0,
    SegmentSlug.LOST: -1,
}


@dataclass(frozen=True)
class Axis:
    """What clients are followed by: the column of their scores, how high each of its classes stands, where arrivals
    come from, who is lost, and the class of those that no score of the second run tells of."""

    field: str
    heights: dict[str, int]
    outside: str
    losses: frozenset[str]
    gone: str

    @property
    def is_tier(self) -> bool:
        return self.field == "tier"

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class, in the order of lists; where arrivals come from after the others."""
        return (*self.heights, *dict.fromkeys((self.outside, self.gone)))

    def movements(self) -> MovementQuerySet:
        """The changes of this kind from one run to the next."""
        return Movement.objects.of_tier() if self.is_tier else Movement.objects.of_segment()

    def followed(self, scores: ScoreQuerySet) -> ScoreQuerySet:
        """Those of these scores that have a class of this kind."""
        return scores.exclude(tier="") if self.is_tier else scores.with_rfm()


SEGMENTS = Axis("segment", HEIGHTS, NOWHERE, frozenset({SegmentSlug.LOST.value, NOWHERE}), NOWHERE)
TIERS = Axis("tier", {Tier.A: 3, Tier.B: 2, Tier.C: 1}, UNRANKED, frozenset({UNRANKED, GONE}), GONE)


def turn_of(former: str, now: str, axis: Axis = SEGMENTS) -> str | None:
    """Which way this change goes; None when it is none. Who becomes lost is a loss, and who comes an arrival."""
    if former == now:
        return None
    if former == axis.outside:
        return ARRIVAL
    if now in axis.losses:
        return LOSS
    rise = axis.heights[now] - axis.heights[former]
    return RISE if rise > 0 else FALL if rise < 0 else ASIDE


def changes_of(turn: str, axis: Axis = SEGMENTS) -> Q:
    """The changes that go this way, asked of a queryset with `from_class` and `to_class`."""
    rule = Q(pk__in=[])
    for now in axis.classes:
        former = [one for one in axis.classes if one != GONE and turn_of(one, now, axis) == turn]
        if former and now != axis.gone:
            rule |= Q(to_class=now, from_class__in=former)
    return rule


@dataclass(frozen=True)
class Flow:
    """The clients who went from one class to another, or stayed; euros HT of 12 months, the better of both runs."""

    former: str
    now: str
    clients: int
    amount: Decimal
    is_confirmed: bool = True
    axis: Axis = SEGMENTS

    @property
    def turn(self) -> str | None:
        return turn_of(self.former, self.now, self.axis)

    @property
    def has_list(self) -> bool:
        """Whether the scores of the second run tell who they are."""
        return self.now != self.axis.gone

    @property
    def is_move(self) -> bool:
        return self.former != self.now


def with_former(scores: ScoreQuerySet, former: ScoringRun, run: ScoringRun, axis: Axis = SEGMENTS) -> ScoreQuerySet:
    """These scores of `run`, each with `from_class` and `to_class`, the segment or tier of the former run and of this
    one, `stake`, the better of the two yearly revenues, and `is_confirmed`, whether the movement that led there is."""
    last = axis.movements().filter(client=OuterRef("client"), as_of__gt=former.as_of, as_of__lte=run.as_of)
    kept = _kept_tier(run) if axis.is_tier else Q(confirmed_on__isnull=False)
    is_kept = Case(When(kept, then=Value(True)), default=Value(False))
    known = scores if axis.is_tier else axis.followed(scores)
    return known.annotate(
        former=FilteredRelation("client__scores", condition=Q(client__scores__run=former)),
        from_class=_class(f"former__{axis.field}", axis),
        to_class=_class(axis.field, axis),
        stake=Greatest(F("tier_revenue"), Coalesce(F("former__tier_revenue"), ZERO), ZERO),
        is_confirmed=Case(
            When(to_class=F("from_class"), then=Value(True)),
            default=Subquery(last.order_by("-as_of").annotate(is_kept=is_kept).values("is_kept")[:1]),
            output_field=BooleanField(null=True),
        ),
    )


def _class(path: str, axis: Axis) -> Coalesce:
    """What stands at this path, or the name of what has none."""
    return Coalesce(NullIf(F(path), Value("")), Value(axis.outside), output_field=CharField())


def _kept_tier(run: ScoringRun) -> Q:
    """Whether a run after a change found the client in that tier again: any up to `run` did, which finds it there; of a
    change of `run` itself, the next one says. `confirmed_on` is about the segment when both changed at once."""
    follower = ScoringRun.objects.standing().filter(as_of__gt=run.as_of).order_by("as_of").first()
    found = Score.objects.filter(run=follower, client=OuterRef("client"), tier=OuterRef("to_tier"))
    return Q(as_of__lt=run.as_of) | Q(Exists(found)) if follower else Q(as_of__lt=run.as_of)


class Shifts:
    """What changed for these clients: `scores` are theirs in `run`, `former_scores` in the former run."""

    def __init__(
        self,
        *,
        scores: ScoreQuerySet,
        former_scores: ScoreQuerySet,
        former: ScoringRun,
        run: ScoringRun,
        axis: Axis = SEGMENTS,
    ) -> None:
        self.former_scores, self.former, self.run, self.axis = former_scores, former, run, axis
        self.scores = with_former(scores, former, run, axis)

    def moved(self, *, with_pending: bool = False) -> ScoreQuerySet:
        """Who is in another class than before; with those whose change no later run has confirmed, or without."""
        moved = self.scores.exclude(to_class=F("from_class"))
        return moved if with_pending else moved.filter(is_confirmed=True)

    @cached_property
    def counted(self) -> list[Flow]:
        """Every flow there is, confirmed and pending apart, who stayed included: two statements."""
        rows = (
            self.scores.order_by()
            .values("from_class", "to_class", "is_confirmed")
            .annotate(clients=Count("pk"), amount=Sum("stake"))
        )
        found = [
            Flow(row["from_class"], row["to_class"], row["clients"], row["amount"], bool(row["is_confirmed"]))
            for row in rows
        ]
        return [replace(flow, axis=self.axis) for flow in (*found, *self._departures())]

    @cached_property
    def pending(self) -> int:
        """How many changes wait for another run to confirm them."""
        return sum(flow.clients for flow in self.counted if not flow.is_confirmed)

    def flows(self, *, with_pending: bool = False) -> list[Flow]:
        """The flows as they are shown, the largest first. Without the pending ones, those clients count where they
        were, and who would have arrived not yet."""
        shown = [flow if with_pending or flow.is_confirmed else _put_back(flow) for flow in self.counted]
        within = [flow for flow in shown if not flow.former == flow.now == self.axis.outside]
        return _added_up(within, self.axis)

    def _departures(self) -> list[Flow]:
        """Who was in a class of the former run and has no score now: nothing is known of their purchases any more."""
        known, field = self.axis.followed(self.former_scores), self.axis.field
        here = self.scores.order_by().filter(client=OuterRef("client"))
        gone = known.filter(~Exists(here.values("pk"))).order_by()
        rows = gone.values(field).annotate(clients=Count("pk"), amount=Sum(Greatest("tier_revenue", ZERO)))
        return [Flow(row[field], self.axis.gone, row["clients"], row["amount"]) for row in rows]


def _put_back(flow: Flow) -> Flow:
    return replace(flow, now=flow.former)


def _added_up(flows: Iterable[Flow], axis: Axis) -> list[Flow]:
    """One flow for each pair of classes, most clients first, then in the order of classes."""
    clients: dict[tuple[str, str], int] = {}
    amounts: dict[tuple[str, str], Decimal] = {}
    for flow in flows:
        pair = (flow.former, flow.now)
        clients[pair] = clients.get(pair, 0) + flow.clients
        amounts[pair] = amounts.get(pair, ZERO) + flow.amount
    order = {slug: place for place, slug in enumerate(axis.classes)}
    pairs = sorted(clients, key=lambda pair: (-clients[pair], order[pair[0]], order[pair[1]]))
    return [Flow(*pair, clients[pair], amounts[pair], axis=axis) for pair in pairs]

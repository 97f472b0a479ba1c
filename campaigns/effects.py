"""What a campaign brought: its arms compared, with an interval and a verdict in words, never more than the draw allows.

Shares are compared by Newcombe's hybrid score interval (1998, method 10), which holds for small groups; euros per
client by Welch's. Both at 95 %.
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Arm, Campaign
from clients.figures import nb, written

SQL = (Path(__file__).parent / "sql" / "effects.sql").read_text()
Z = 1.959964  # of the normal law, both sides, 95 %
Z_POWER = 0.841621  # one side, 80 %: the usual chance of seeing an effect that is there
FEWEST = 20  # clients in an arm, under which nothing is said


@dataclass(frozen=True)
class Outcome:
    """What became of some recipients. Euros HT, net; `replies` are noted by hand or given through their link."""

    recipients: int = 0
    sent: int = 0
    buyers: int = 0
    euros: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)
    clicks: int = 0
    replies: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(*(one + another for one, another in zip(self._figures(), other._figures(), strict=True)))

    def _figures(self) -> tuple:
        return tuple(vars(self).values())

    def share(self, goal: "Goal") -> float:
        """How many reached this goal, of one."""
        return getattr(self, goal) / self.recipients if self.recipients else 0.0

    @property
    def euros_each(self) -> float:
        return float(self.euros) / self.recipients if self.recipients else 0.0

    @property
    def spread(self) -> float:
        """The variance of the euros of one client."""
        if self.recipients < 2:
            return 0.0
        total = float(self.euros)
        return max(0.0, (float(self.squares) - total * total / self.recipients) / (self.recipients - 1))


class Goal(models.TextChoices):
    """What is counted of a recipient, once."""

    BUYERS = "buyers", _("Achats")
    REPLIES = "replies", _("Réponses")
    CLICKS = "clicks", _("Clics")


@dataclass(frozen=True)
class Difference:
    """How far apart two arms are, with its 95 % interval; `needed` clients an arm would tell, when these do not."""

    value: float
    low: float
    high: float
    needed: int | None = None

    @property
    def is_conclusive(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Gap:
    """One goal compared between two arms, and what may be said of it."""

    goal: Goal
    difference: Difference
    is_enough: bool

    @property
    def verdict(self) -> str:
        """What may be said, in words."""
        if not self.is_enough:
            return gettext("%(goal)s : trop peu de clients dans un des groupes pour conclure.") % {
                "goal": self.goal.label
            }
        found = self.difference
        told = {name: _points(getattr(found, name)) for name in ("value", "low", "high")} | {"goal": self.goal.label}
        if found.is_conclusive:
            return gettext("%(goal)s : %(value)s points, intervalle [%(low)s ; %(high)s]. Concluant.") % told
        words = gettext("%(goal)s : %(value)s points, intervalle [%(low)s ; %(high)s]. Pas encore concluant.") % told
        if found.needed is None:
            return words
        return words + " " + gettext("Il faudrait environ %(n)s clients par groupe.") % {"n": nb(found.needed)}


@dataclass(frozen=True)
class Comparison:
    """The arm of the segmented message against another one: goal by goal, and in euros HT a client."""

    against: Arm
    treated: Outcome
    reference: Outcome
    gaps: list[Gap]
    euros: Difference

    @property
    def is_enough(self) -> bool:
        return min(self.treated.recipients, self.reference.recipients) >= FEWEST

    @property
    def gained(self) -> float | None:
        """The euros HT that the message brought to its arm over the other one; None while that cannot be said."""
        return self.euros.value * self.treated.recipients if self.is_enough and self.euros.is_conclusive else None


@dataclass(frozen=True)
class Effects:
    """The outcomes of each arm and segment, and the comparisons that the draw allows."""

    since: dt.date
    until: dt.date
    is_over: bool
    arms: dict[str, Outcome]
    segments: dict[str, dict[str, Outcome]]
    comparisons: list[Comparison]


def of(campaign: Campaign, *, today: dt.date | None = None) -> Effects | None:
    """What came back so far; None before the campaign began to leave. Purchases count from the day after it began."""
    if campaign.launched_at is None:
        return None
    today = today or timezone.localdate()
    began = timezone.localdate(max(campaign.launched_at, campaign.scheduled_for or campaign.launched_at))
    if began > today:
        return None
    until = began + dt.timedelta(days=campaign.outcome_days)
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"campaign": campaign.pk, "since": began, "until": min(until, today)})
        rows = [(arm, segment, Outcome(*figures)) for arm, segment, *figures in cursor.fetchall()]
    arms: dict[str, Outcome] = {}
    segments: dict[str, dict[str, Outcome]] = {}
    for arm, segment, outcome in rows:
        arms[arm] = arms.get(arm, Outcome()) + outcome
        segments.setdefault(segment, {})[arm] = outcome
    return Effects(began, until, until < today, arms, segments, list(_comparisons(arms)))


def _comparisons(arms: dict[str, Outcome]) -> Iterable[Comparison]:
    treated = arms.get(Arm.SEGMENTED)
    for arm in (Arm.GENERIC, Arm.HELD):
        if treated and arm in arms:
            yield compare(arm, treated, arms[arm])


def compare(against: Arm, treated: Outcome, reference: Outcome) -> Comparison:
    """The segmented arm against this one. Who received nothing can neither reply nor click: only purchases compare."""
    is_enough = min(treated.recipients, reference.recipients) >= FEWEST
    goals = [Goal.BUYERS] if against == Arm.HELD else list(Goal)
    gaps = [Gap(goal, of_shares(treated, reference, goal), is_enough) for goal in goals]
    return Comparison(against, treated, reference, gaps, of_euros(treated, reference))


def of_shares(one: Outcome, other: Outcome, goal: Goal = Goal.BUYERS) -> Difference:
    """The difference of the shares that reached this goal, in [-1, 1], with Newcombe's interval (1998, method 10)."""
    if not (one.recipients and other.recipients):
        return Difference(0.0, -1.0, 1.0)
    p1, p2 = one.share(goal), other.share(goal)
    low1, high1 = wilson(getattr(one, goal), one.recipients)
    low2, high2 = wilson(getattr(other, goal), other.recipients)
    low = p1 - p2 - math.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + math.hypot(high1 - p1, p2 - low2)
    is_conclusive = low > 0 or high < 0
    return Difference(p1 - p2, low, high, None if is_conclusive else needed_for(p1, p2))


def wilson(count: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson, 1927)."""
    p, z2 = count / n, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def needed_for(p1: float, p2: float) -> int | None:
    """How many clients an arm takes to see this difference four times in five; None when there is none to see."""
    if p1 == p2:
        return None
    spread = p1 * (1 - p1) + p2 * (1 - p2)
    return max(FEWEST, _rounded(math.ceil((Z + Z_POWER) ** 2 * spread / (p1 - p2) ** 2)))


def of_euros(one: Outcome, other: Outcome) -> Difference:
    """The difference of the euros HT a client, with Welch's interval."""
    value = one.euros_each - other.euros_each
    if min(one.recipients, other.recipients) < 2:
        return Difference(value, -math.inf, math.inf)
    half = Z * math.sqrt(one.spread / one.recipients + other.spread / other.recipients)
    return Difference(value, value - half, value + half)


def _points(share: float) -> str:
    """A difference of shares, in points: "+6,0"."""
    return written(share * 100, 1, sign=True)


def _rounded(n: int) -> int:
    """To two figures: more would pretend to know."""
    step = 10 ** max(0, len(str(n)) - 2)
    return -(-n // step) * step

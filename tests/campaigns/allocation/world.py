"""A small firm to plan for: a manager, two salespeople, clients of each tier, a run."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from campaigns.allocation import planning
from campaigns.models import AllocationPlan
from clients.models import Client
from segmentation.models import Risk, Rules, ScoringRun
from tests.factories import ActionFactory, ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

TODAY = dt.date(2026, 12, 14)  # a Monday
QUARTER = dt.date(2027, 1, 1)


@dataclass
class Firm:
    """Marc leads Claire and Karim."""

    marc: User = field(default_factory=lambda: UserFactory(first_name="Marc", roles=[Role.MANAGER], weekly_hours=0))
    claire: User = None
    karim: User = None
    run: ScoringRun = None

    def __post_init__(self):
        self.claire = UserFactory(first_name="Claire", manager=self.marc)
        self.karim = UserFactory(first_name="Karim", manager=self.marc)
        self.run = ScoringRunFactory(as_of=dt.date(2026, 12, 10), rules=Rules.objects.get())

    def client(self, tier="A", owner=None, *, revenue="1000.00", stake=None, scored=None, **fields) -> Client:
        """A client of this tier, at risk for these euros when they are given; `scored` is more of its score."""
        score = ScoreFactory(
            run=self.run,
            client=ClientFactory(owner=owner, **fields),
            tier=tier,
            tier_revenue=Decimal(revenue),
            at_risk=stake is not None,
            **(scored or {}),
        )
        if stake is not None:
            Risk.objects.filter(score=score).update(amount=Decimal(stake))
        return score.client

    def plan(self, *, name="T1", starts_on=QUARTER, budget="10000", preset="article", by=None) -> AllocationPlan:
        return planning.make(name=name, starts_on=starts_on, budget=Decimal(budget), preset=preset, by=by or self.marc)


def done(client, person, day, *, outcome="reached"):
    """An action done at ten that day."""
    at = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
    return ActionFactory(client=client, assignee=person, outcome=outcome, done_at=at, done_by=person)

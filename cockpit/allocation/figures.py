"""What is shown beside the form of a plan: hours needed and available, where the hours went, who has room."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from accounts.models import User
from campaigns.allocation import capacity
from campaigns.allocation.balance import stretch
from campaigns.allocation.capacity import Load
from campaigns.allocation.outlook import Outlook, Retention, outlook, retention
from campaigns.allocation.past import hours_by_tier
from campaigns.allocation.portfolios import Held, Portfolios, portfolios
from campaigns.allocation.presets import TABLES, Preset
from campaigns.allocation.reassigning import Move, proposals
from campaigns.models import TIERS, AllocationLine, AllocationPlan, Target
from cockpit.charts.allocation_bars import AllocationBars, allocation_bars


@dataclass(frozen=True)
class LineFigures:
    """What one line is about, and what it takes over the quarter."""

    target: str
    held: Held
    contacts: Decimal
    hours: Decimal
    keeping_euros: Decimal
    winning_euros: Decimal
    every: Decimal  # days between two contacts, stretched
    kept: Retention | None  # of the clients of the tier a year ago; None when too few are known

    @property
    def label(self) -> str:
        return str(Target(self.target).label)


class Figures:
    """One plan with the values of the form, saved or not."""

    def __init__(self, plan: AllocationPlan, lines: list[AllocationLine]) -> None:
        self.plan, self.lines = plan, lines

    @cached_property
    def held(self) -> Portfolios:
        return portfolios(self.plan.made_by)

    @cached_property
    def needs(self) -> capacity.Needed:
        return capacity.needed(self.plan, self.lines, self.held)

    @cached_property
    def available(self) -> capacity.Available:
        return capacity.available(self.plan)

    @property
    def excess(self) -> Decimal:
        return self.needs.total - self.available.total

    @property
    def is_over(self) -> bool:
        return self.excess > 0

    @property
    def stretch(self) -> int | None:
        """By how many percent all intervals must grow to fit, beyond what they are already."""
        return stretch(self.needs.total, self.available.total)

    @cached_property
    def by_line(self) -> dict[str, LineFigures]:
        return {line.target: self._of(line) for line in self.lines}

    @cached_property
    def loads(self) -> list[Load]:
        people = User.objects.in_bulk([owner for owner in self.held.owners if owner])
        return capacity.loads(self.needs, self.available, people)

    @cached_property
    def moves(self) -> list[Move]:
        return proposals(self.plan, self.lines, self.held.run, self.loads, today=timezone.localdate())

    @cached_property
    def outlook(self) -> Outlook:
        return outlook(self.plan, self.lines, self.held)

    @cached_property
    def retention(self) -> dict[str, Retention]:
        return retention(self.plan.made_by, self.held.run)

    @cached_property
    def spent_before(self) -> dict[str, Decimal]:
        """The hours of the quarter before, by tier."""
        first = self.plan.starts_on - relativedelta(months=3)
        return hours_by_tier(self.plan.made_by, first, self.plan.starts_on - relativedelta(days=1))

    @property
    def hours_before(self) -> Decimal:
        return sum((self.spent_before.get(tier, Decimal(0)) for tier in TIERS), Decimal(0))

    @property
    def worst_before(self) -> tuple[str, Decimal, Decimal] | None:
        """The tier that took most beyond what it brings: (tier, share of the hours, share of the revenue)."""
        revenue = self.held.revenue
        if not self.hours_before or not revenue:
            return None
        parts = [
            (tier.value, self._share_before(tier) or Decimal(0), self.held.of(tier).revenue / revenue) for tier in TIERS
        ]
        worst = max(parts, key=lambda part: part[1] - part[2])
        return worst if worst[1] > worst[2] else None

    @property
    def bars(self) -> AllocationBars:
        """Shares of the hours: those the plan takes, those really spent the quarter before, those of the article."""
        article = TABLES[Preset.ARTICLE].keeping
        total = self.needs.total
        shares = [
            (
                str(target.label),
                self.needs.of(target) / total if total else Decimal(0),
                self._share_before(target),
                Decimal(article[target]) / 100,
            )
            for target in Target
        ]
        return allocation_bars(shares, needed=total, available=self.available.total)

    def _share_before(self, target: Target) -> Decimal | None:
        if not self.hours_before or target == Target.PROSPECTS:
            return None
        return self.spent_before.get(target, Decimal(0)) / self.hours_before

    def _of(self, line: AllocationLine) -> LineFigures:
        held = self.held.of(line.target)
        return LineFigures(
            line.target,
            held,
            capacity.contacts(self.plan, line, held.clients),
            self.needs.of(line.target),
            self.plan.keeping_euros * line.keeping / 100,
            self.plan.winning_euros * line.winning / 100,
            Decimal(line.interval_days * (100 + self.plan.stretch_percent)) / 100,
            self.retention.get(line.target),
        )

"""Planned against real: what an adopted plan promised up to today, and what was done, spent, kept and won.

By line, by portfolio and by week. Contacts planned are those of the calendar, for prospects an even share of the
quarter; those made are the actions done for the clients of a tier, or for prospects, whoever did them; hours are those
noted on clients. Kept is what the clients at risk when the quarter began, contacted since, bought after that; won is
what clients who never bought before it brought. Euros HT, hours.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, Sum
from django.utils import timezone

from accounts.hierarchy import portfolios_of
from accounts.models import Firm
from campaigns.allocation import capacity
from campaigns.allocation.portfolios import Portfolios, rows
from campaigns.allocation.working_days import working_days
from campaigns.models import TIERS, AllocationPlan, PlannedContact, Purpose, Target
from segmentation.models import ScoringRun

FEWEST = 5  # clients kept or won, under which a cost each says nothing
LATE = Decimal("0.9")  # of what was planned up to today, under which it drifts


@dataclass
class Tally:
    """What was planned and what was done, of one line, portfolio or week."""

    planned: int = 0  # contacts of the calendar, up to today
    to_come: int = 0  # those after it
    made: int = 0
    planned_hours: Decimal = Decimal(0)
    hours: Decimal = Decimal(0)
    kept: int = 0
    kept_euros: Decimal = Decimal(0)
    won: int = 0
    won_euros: Decimal = Decimal(0)

    @property
    def gap(self) -> int:
        """Contacts made beyond those planned up to today; negative when late."""
        return self.made - self.planned

    @property
    def is_late(self) -> bool:
        return self.made < self.planned * LATE

    @property
    def euros(self) -> Decimal:
        return self.kept_euros + self.won_euros

    @property
    def euros_per_hour(self) -> Decimal | None:
        return self.euros / self.hours if self.hours else None


@dataclass(frozen=True)
class Spent:
    """Euros of one line and one purpose: what the plan gives it over the quarter, and what was noted."""

    planned: Decimal
    real: Decimal

    @property
    def share(self) -> Decimal | None:
        return self.real / self.planned if self.planned else None


@dataclass(frozen=True)
class Costs:
    """What keeping and winning a client cost, euros and hours together; None while too few were. `hourly` may miss."""

    kept: int
    keeping_euros: Decimal
    won: int
    winning_euros: Decimal
    hourly: Decimal | None

    @property
    def of_keeping(self) -> Decimal | None:
        return self.keeping_euros / self.kept if self.kept >= FEWEST and self.keeping_euros else None

    @property
    def of_winning(self) -> Decimal | None:
        return self.winning_euros / self.won if self.won >= FEWEST and self.winning_euros else None

    @property
    def times(self) -> Decimal | None:
        """How many times more winning one costs than keeping one."""
        return self.of_winning / self.of_keeping if self.of_keeping and self.of_winning else None


@dataclass
class FollowUp:
    """An adopted plan up to `today`, or to the end of its quarter."""

    plan: AllocationPlan
    held: Portfolios
    today: dt.date = field(default_factory=timezone.localdate)

    @property
    def until(self) -> dt.date:
        return min(self.today, self.plan.ends_on)

    @cached_property
    def elapsed(self) -> Decimal:
        """The part of the working days of the quarter that is over, 0 to 1."""
        whole = working_days(self.plan.starts_on, self.plan.ends_on)
        gone = sum(day <= self.until for day in whole)
        return Decimal(gone) / len(whole)

    @cached_property
    def cells(self) -> dict[tuple[int | None, str, dt.date | None], Tally]:
        """By owner, target and week; the hours planned, of no week, under None."""
        cells: dict[tuple[int | None, str, dt.date | None], Tally] = defaultdict(Tally)
        self._read_calendar(cells)
        if self.held.run and self.until >= self.plan.starts_on:
            self._read_done(cells, self.held.run)
            self._read_euros(cells, self.held.run)
        self._read_prospects(cells)
        needs = capacity.needed(self.plan, self.lines, self.held)
        for (owner, target), hours in needs.hours.items():
            cells[(owner, target, None)].planned_hours += hours * self.elapsed
        return cells

    @cached_property
    def lines(self) -> list:
        return list(self.plan.lines.all())

    @property
    def by_target(self) -> dict[str, Tally]:
        found = self._sums(1)
        return {target.value: found.get(target.value, Tally()) for target in Target}

    @property
    def by_person(self) -> dict[int | None, Tally]:
        return self._sums(0)

    @property
    def by_week(self) -> dict[dt.date, Tally]:
        """From the first week of the quarter to the last in which something was planned or done."""
        found = self._sums(2)
        return {week: found[week] for week in sorted(week for week in found if week is not None)}

    @cached_property
    def total(self) -> Tally:
        return _sum(self.cells.values())

    @cached_property
    def spent(self) -> dict[tuple[str, str], Spent]:
        """Euros by (target, purpose)."""
        noted = self.plan.spendings.order_by().values("target", "purpose").annotate(total=Sum("amount"))
        real = {(row["target"], row["purpose"]): row["total"] for row in noted}
        return {
            (line.target, purpose): Spent(budget * share / 100, real.get((line.target, purpose), Decimal(0)))
            for line in self.lines
            for purpose, budget, share in (
                (Purpose.KEEPING.value, self.plan.keeping_euros, line.keeping),
                (Purpose.WINNING.value, self.plan.winning_euros, line.winning),
            )
        }

    @cached_property
    def costs(self) -> Costs:
        """Euros noted, and the time of the contacts made, at the minutes planned: other hours are paid work."""
        hourly = Firm.current().hourly_cost
        minutes = {line.target: line.minutes for line in self.lines}
        euros = dict.fromkeys(Purpose.values, Decimal(0))
        for (_target, purpose), spent in self.spent.items():
            euros[purpose] += spent.real
        for target, tally in self.by_target.items():
            purpose = Purpose.KEEPING if target in TIERS else Purpose.WINNING
            euros[purpose] += Decimal(tally.made * minutes[target]) / 60 * (hourly or 0)
        return Costs(
            kept=self.total.kept,
            keeping_euros=euros[Purpose.KEEPING],
            won=self.total.won,
            winning_euros=euros[Purpose.WINNING],
            hourly=hourly,
        )

    def _read_calendar(self, cells: dict) -> None:
        """By day, of which a quarter has few, and by week here: the base takes longer to cut weeks than to count."""
        planned = PlannedContact.objects.filter(plan=self.plan).order_by()
        found = planned.values("client__owner", "target", "due_on").annotate(number=Count("id"))
        for row in found:
            due_on = row["due_on"]
            cell = cells[(row["client__owner"], row["target"], due_on - dt.timedelta(days=due_on.weekday()))]
            if due_on <= self.until:
                cell.planned += row["number"]
            else:
                cell.to_come += row["number"]

    def _read_prospects(self, cells: dict) -> None:
        """Prospects have no calendar: what the plan gives them is spread evenly over its days."""
        line = next(line for line in self.lines if line.target == Target.PROSPECTS)
        for (owner, target), one in self.held.held.items():
            if target == Target.PROSPECTS:
                whole = round(capacity.contacts(self.plan, line, one.clients))
                cell = cells[(owner, target, None)]
                cell.planned = round(whole * self.elapsed)
                cell.to_come = whole - cell.planned

    def _read_done(self, cells: dict, run: ScoringRun) -> None:
        window = {"since": self.plan.starts_on, "until": self.until}
        found = rows("done_in_quarter", portfolios_of(self.plan.made_by), run=run.pk, **window)
        for owner, target, week, contacts, hours in found:
            cells[(owner, target, week)].made += contacts
            cells[(owner, target, week)].hours += hours

    def _read_euros(self, cells: dict, run: ScoringRun) -> None:
        owners = portfolios_of(self.plan.made_by)
        window = {"since": self.plan.starts_on, "until": self.until}
        first = ScoringRun.objects.latest_at(self.plan.starts_on)
        if first:
            for owner, target, week, kept, euros in rows("kept_in_quarter", owners, run=first.pk, **window):
                cell = cells[(owner, target, week)]
                cell.kept += kept
                cell.kept_euros += euros
        for owner, week, won, euros in rows("won_in_quarter", owners, run=run.pk, **window):
            cell = cells[(owner, Target.PROSPECTS.value, week)]
            cell.won += won
            cell.won_euros += euros

    def _sums(self, place: int) -> dict:
        groups = defaultdict(list)
        for key, tally in self.cells.items():
            groups[key[place]].append(tally)
        return {key: _sum(tallies) for key, tallies in groups.items()}


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        for name, value in vars(tally).items():
            setattr(total, name, getattr(total, name) + value)
    return total

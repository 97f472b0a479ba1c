"""Is it feasible? The hours that the contacts of a plan take, against those that people have for clients.

A line takes, over the quarter, clients × days of the quarter ÷ interval × minutes ÷ 60. A person has weekly hours ÷ 5
a working day, days off aside, times their share in the field. Hours, exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from accounts.hierarchy import led_by
from accounts.models import User
from campaigns.allocation.portfolios import Portfolios
from campaigns.allocation.working_days import working_days
from campaigns.models import AllocationLine, AllocationPlan, Availability

FIELD_PERCENT = 50  # of somebody about whom nothing was said
DAYS_A_WEEK = 5


@dataclass(frozen=True)
class Needed:
    """The hours a plan takes, by who follows the clients and by target."""

    hours: dict[tuple[int | None, str], Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.hours.values(), Decimal(0))

    def of_person(self, owner: int | None) -> Decimal:
        return sum((hours for (one, _target), hours in self.hours.items() if one == owner), Decimal(0))

    def of(self, target: str) -> Decimal:
        return sum((hours for (_owner, one), hours in self.hours.items() if one == target), Decimal(0))


@dataclass(frozen=True)
class Time:
    """What one person has for clients in a quarter."""

    person: User
    days_off: Decimal
    field_percent: int
    hours: Decimal
    is_said: bool  # somebody said so: else it is what is assumed of everybody


@dataclass(frozen=True)
class Available:
    """The people of a team, and their hours."""

    times: list[Time]
    working_days: int

    @property
    def total(self) -> Decimal:
        return sum((time.hours for time in self.times), Decimal(0))


@dataclass(frozen=True)
class Load:
    """One person's hours, needed and available; `person` is None for clients that nobody follows."""

    person: User | None
    needed: Decimal
    time: Time | None

    @property
    def available(self) -> Decimal:
        return self.time.hours if self.time else Decimal(0)

    @property
    def share(self) -> Decimal | None:
        """Needed hours for one available; None when there are none."""
        return self.needed / self.available if self.available else None

    @property
    def excess(self) -> Decimal:
        """The hours that are missing; negative when there is room."""
        return self.needed - self.available

    @property
    def is_over(self) -> bool:
        return self.excess > 0


def contacts(plan: AllocationPlan, line: AllocationLine, clients: int) -> Decimal:
    """The contacts of these clients over the quarter."""
    return Decimal(clients * plan.days * 100) / (line.interval_days * (100 + plan.stretch_percent))


def needed(plan: AllocationPlan, lines: Iterable[AllocationLine], held: Portfolios) -> Needed:
    """The hours that the plan takes of each portfolio."""
    by_target = {line.target: line for line in lines}
    return Needed(
        {
            (owner, target): contacts(plan, by_target[target], one.clients) * by_target[target].minutes / 60
            for (owner, target), one in held.held.items()
            if target in by_target
        }
    )


def available(plan: AllocationPlan) -> Available:
    """What the people led by whoever made the plan have over the quarter, by name."""
    days = len(working_days(plan.starts_on, plan.ends_on))
    said = {one.person_id: one for one in Availability.objects.filter(starts_on=plan.starts_on)}
    return Available([_time(person, said.get(person.pk), days) for person in led_by(plan.made_by)], days)


def loads(needs: Needed, team: Available, people: dict[int, User]) -> list[Load]:
    """Everybody's load, the heaviest first, whoever has no time before all; clients of nobody last.

    `people` are those who follow clients, by id: some are not of the team any more.
    """
    times = {time.person.pk: time for time in team.times}
    everybody = people | {pk: time.person for pk, time in times.items()}
    found = [Load(person, needs.of_person(pk), times.get(pk)) for pk, person in everybody.items()]
    found = [load for load in found if load.needed or load.time]
    found.sort(key=lambda load: (-_weight(load), str(load.person)))
    orphans = needs.of_person(None)
    return [*found, Load(None, orphans, None)] if orphans else found


def _weight(load: Load) -> Decimal:
    if load.share is None:
        return Decimal("Infinity") if load.needed else Decimal(0)
    return load.share


def _time(person: User, said: Availability | None, days: int) -> Time:
    days_off = said.days_off if said else Decimal(0)
    percent = said.field_percent if said else FIELD_PERCENT
    hours = max(Decimal(0), person.weekly_hours / DAYS_A_WEEK * (days - days_off)) * percent / 100
    return Time(person, days_off, percent, hours, said is not None)

"""What a plan should bring, as a range: from what this firm measured of itself, and nothing when that is too little.

- Protected: the euros at risk of the clients that the plan contacts, times the 95 % interval of how many more of those
  called buy again than of those not called (`campaigns.returns`; Newcombe, as for campaigns).
- Gained: contacts with prospects, times the 95 % interval of the part of the prospects approached who became clients
  (Wilson), times the median of what new clients bring in their first year.
- By campaigns: what the last campaign that can be judged brought per client, interval included, times its recipients.
- Retention, shown beside: of the clients of each tier a year ago, how many bought since.

Euros HT over the year that follows; every part says on how many it rests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.db.models import Q

from accounts.hierarchy import portfolios_of
from accounts.models import User
from campaigns import effects
from campaigns.allocation.capacity import contacts
from campaigns.allocation.portfolios import SQL, Portfolios, rows
from campaigns.effects import Difference, Outcome
from campaigns.models import TIERS, AllocationLine, AllocationPlan, Arm, Campaign, Prospect, Target
from campaigns.returns import Pair, returns, runs_to_judge
from segmentation.models import ScoringRun

FEWEST = 10  # clients or prospects, under which nothing is said
MONTHS_TO_JUDGE = 3
CAMPAIGNS_LOOKED_AT = 5


@dataclass(frozen=True)
class Range:
    """Euros HT, from and to."""

    low: Decimal
    high: Decimal

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.high + other.high)


@dataclass(frozen=True)
class Recovery:
    """Clients at risk in a past run, called or not, and how many more of the called bought again."""

    run: ScoringRun
    pair: Pair
    gain: Difference

    @property
    def is_enough(self) -> bool:
        return min(self.pair.called.clients, self.pair.others.clients) >= FEWEST


@dataclass(frozen=True)
class Conversion:
    """Prospects approached, those who became clients, and what a new client brings in its first year."""

    approached: int
    won: int
    newcomers: int
    first_year: Decimal

    @property
    def is_enough(self) -> bool:
        return min(self.approached, self.newcomers) >= FEWEST and self.won > 0


@dataclass(frozen=True)
class CampaignGain:
    """What a past campaign brought over no contact at all: euros HT per client, for its recipients."""

    campaign: Campaign
    recipients: int
    each: Difference


@dataclass(frozen=True)
class Retention:
    """The clients of one tier a year ago, and those who bought since."""

    clients: int
    kept: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.kept) / self.clients


@dataclass(frozen=True)
class Outlook:
    """What a plan should bring; a part that cannot be said is None. `stake` is the euros at risk it reaches."""

    stake: Decimal
    recovery: Recovery | None
    prospects: Decimal
    conversion: Conversion
    campaign: CampaignGain | None

    @property
    def protected(self) -> Range | None:
        if self.recovery is None or not self.recovery.is_enough:
            return None
        return _range(self.stake, self.recovery.gain.low, self.recovery.gain.high)

    @property
    def gained(self) -> Range | None:
        if not self.conversion.is_enough:
            return None
        low, high = effects.wilson(self.conversion.won, self.conversion.approached)
        return _range(self.prospects * self.conversion.first_year, low, high)

    @property
    def campaigned(self) -> Range | None:
        if self.campaign is None:
            return None
        return _range(Decimal(self.campaign.recipients), self.campaign.each.low, self.campaign.each.high)

    @property
    def total(self) -> Range | None:
        """All that can be said together; None when nothing can."""
        parts = [part for part in (self.protected, self.gained, self.campaigned) if part]
        return sum(parts, Range(Decimal(0), Decimal(0))) if parts else None


def outlook(plan: AllocationPlan, lines: Iterable[AllocationLine], held: Portfolios) -> Outlook:
    """What this plan should bring to the portfolios of whoever made it."""
    by_target = {line.target: line for line in lines}
    stake = Decimal(0)
    for tier in TIERS:
        one = held.of(tier)
        if one.clients:
            stake += one.stake * min(Decimal(1), contacts(plan, by_target[tier], one.clients) / one.clients)
    prospects = held.of(Target.PROSPECTS).clients
    approached = min(Decimal(prospects), contacts(plan, by_target[Target.PROSPECTS], prospects))
    return Outlook(
        stake=stake,
        recovery=recovery(plan.made_by),
        prospects=approached,
        conversion=conversion(plan.made_by, held.run),
        campaign=last_campaign(plan.made_by),
    )


def recovery(user: User) -> Recovery | None:
    """What became of the clients at risk of the newest run that can be judged; None when none can."""
    judged = runs_to_judge(MONTHS_TO_JUDGE)
    if not judged:
        return None
    pair = returns(judged[0], MONTHS_TO_JUDGE, owners=portfolios_of(user)).total
    called, others = (Outcome(recipients=group.clients, buyers=group.came_back) for group in (pair.called, pair.others))
    return Recovery(judged[0], pair, effects.of_shares(called, others))


def conversion(user: User, run: ScoringRun | None) -> Conversion:
    """How prospects approached became clients, and what clients who came between one and two years ago brought."""
    seen = Prospect.objects.visible_to(user)
    won = seen.filter(state=Prospect.State.CLIENT).count()
    approached = Q(last_contact_on__isnull=False) | Q(state__in=[Prospect.State.CONTACTED, Prospect.State.INTERESTED])
    others = seen.filter(approached).exclude(state=Prospect.State.CLIENT).count()
    newcomers, median = 0, Decimal(0)
    if run:
        window = {"since": run.as_of - relativedelta(months=24), "until": run.as_of - relativedelta(months=12)}
        with connection.cursor() as cursor:
            cursor.execute((SQL / "newcomers.sql").read_text(), {"run": run.pk, **window})
            newcomers, found = cursor.fetchone()
            median = Decimal(str(found or 0))
    return Conversion(won + others, won, newcomers, median)


def last_campaign(user: User) -> CampaignGain | None:
    """The newest campaign whose outcome is known against clients who were not contacted; None without one."""
    launched = Campaign.objects.visible_to(user).exclude(launched_at=None).order_by("-launched_at")
    for campaign in launched[:CAMPAIGNS_LOOKED_AT]:
        found = effects.of(campaign)
        for compared in found.comparisons if found and found.is_over else []:
            if compared.against == Arm.HELD and compared.is_enough:
                return CampaignGain(campaign, compared.treated.recipients, compared.euros)
    return None


def retention(user: User, run: ScoringRun | None) -> dict[str, Retention]:
    """Of each tier of a year ago with enough clients, how many bought since; nothing without a run of then."""
    former = ScoringRun.objects.latest_at(run.as_of - relativedelta(years=1)) if run else None
    if run is None or former is None:
        return {}
    counts: dict[str, list[int]] = {}
    for _owner, target, clients, kept in rows("kept_tiers", portfolios_of(user), run=run.pk, former=former.pk):
        both = counts.setdefault(target, [0, 0])
        both[0] += clients
        both[1] += kept
    return {target: Retention(*both) for target, both in counts.items() if both[0] >= FEWEST}


def _range(euros: Decimal, low: float, high: float) -> Range:
    return Range(*(euros * Decimal(str(max(0.0, bound))) for bound in (low, high)))

"""What is known of the quarter before: where its hours went, and how long a contact takes."""

import datetime as dt
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from accounts.hierarchy import portfolios_of
from accounts.models import User
from campaigns.allocation.balance import WHOLE, split
from campaigns.allocation.portfolios import rows
from campaigns.models import TIERS, Target
from segmentation.models import ScoringRun

HUNDREDTHS = 100


def hours_by_tier(user: User, since: dt.date, until: dt.date) -> dict[str, Decimal]:
    """The hours noted between two days on the clients that this person sees, by the tier they have today."""
    run = ScoringRun.objects.latest_at()
    spent: dict[str, Decimal] = {}
    if run:
        found = rows("done_in_quarter", portfolios_of(user), run=run.pk, since=since, until=until)
        for _owner, target, _week, _contacts, hours in found:
            spent[target] = spent.get(target, Decimal(0)) + hours
    return spent


def shares_of_hours(user: User, starts_on: dt.date) -> dict[str, int] | None:
    """How the hours of the quarter before this day were shared, in percent by line; None when none was noted."""
    spent = hours_by_tier(user, starts_on - relativedelta(months=3), starts_on - dt.timedelta(days=1))
    weights = {target.value: int(spent.get(target, Decimal(0)) * HUNDREDTHS) for target in TIERS}
    if not sum(weights.values()):
        return None
    return split(WHOLE, weights) | {Target.PROSPECTS.value: 0}

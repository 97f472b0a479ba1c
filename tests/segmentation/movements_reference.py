"""The rules of movements (design.md §5) a second time: short, slow, obvious. It knows no SQL.

Runs and scores are the stored ones; `changed` tells of each client the first day of what changed between two runs.
"""

from dateutil.relativedelta import relativedelta

GRID = {
    5: ["first-purchases", "to-develop", "to-develop", "champions", "champions"],
    4: ["first-purchases", "to-develop", "to-develop", "loyal", "loyal"],
    3: ["to-revive", "to-revive", "watch", "loyal", "loyal"],
    2: ["dormant", "dormant", "at-risk", "at-risk", "cannot-lose"],
    1: ["lost", "dormant", "at-risk", "at-risk", "cannot-lose"],
}


def movements(former, run, before, now, changed):
    """{client: (from segment, to segment, from tier, to tier, cause)} of who is elsewhere in `run` than in `former`."""
    found = {}
    for client in before.keys() | now.keys():
        one, other = before.get(client), now.get(client)
        places = [(score.segment, score.tier) if score else ("", "") for score in (one, other)]
        if one and other and places[0] == places[1]:
            continue
        cause = cause_of(former, run, before, one, other, changed.get(client))
        found[client] = (places[0][0], places[1][0], places[0][1], places[1][1], cause)
    return found


def cause_of(former, run, before, one, other, changed_on):
    if one and (former.rules_id != run.rules_id or former.rfm_window_months != run.rfm_window_months):
        return "rules"
    if changed_on and changed_on <= former.as_of:
        return "facts"
    if one is None:
        return "own"
    if other is None:
        return "others"
    if one.segment != other.segment:
        return "own" if segment_under(former, run, other) == other.segment else "others"
    return "own" if tier_under(before, other) == other.tier else "others"


def segment_under(former, run, score):
    """The segment of these values had the cuts stayed those of the former run."""
    if score.segment == "new":
        return "new"
    r, f, m = 1, 1, 1
    if score.last_purchase_on > run.rfm_from:
        r = max(
            [5 - place for place, most in enumerate(former.recency_cuts) if reaches(most, score.recency_days)] or [1]
        )
        f = 1 + best(former.frequency_cuts, lambda cut: score.frequency >= cut)
        strictly = former.monetary_mode == "thresholds"
        m = 1 + best(former.monetary_cuts, lambda cut: score.monetary > cut if strictly else score.monetary >= cut)
        m = m if score.monetary > 0 else 1
    segment = GRID[r][(f + m + 1) // 2 - 1]
    recent = score.last_purchase_on > run.as_of - relativedelta(months=13)
    return "dormant" if segment == "lost" and recent else segment


def reaches(most, days):
    return most is not None and days <= most


def best(cuts, passes):
    """The number of the highest cut passed; a level that nobody could have has none."""
    return max([place for place, cut in enumerate(cuts, start=1) if cut is not None and passes(cut)] or [0])


def tier_under(before, score):
    if score.tier_revenue <= 0:
        return ""
    tiers = [(one.tier_revenue, one.tier) for one in before.values() if one.tier]
    for letter in "AB":
        if any(tier == letter and score.tier_revenue >= revenue for revenue, tier in tiers):
            return letter
    return "C" if tiers else None


def fallen(run, month_end, former, former_month_end, scores):
    """The clients who fell in this run and in the one before; `scores[run.pk][client]`."""
    return {
        client
        for client, score in scores[run.pk].items()
        if score.last_purchase_on > run.rfm_from
        and fell(score, scores[month_end.pk].get(client))
        and client in scores[former.pk]
        and fell(scores[former.pk][client], scores[former_month_end.pk].get(client))
    }


def fell(score, then):
    if then is None:
        return False
    return score.r <= then.r - 2 or (score.tier != "" and then.tier != "" and score.tier > then.tier)

"""Does the method tell the truth? Everybody scored as of a past date, then what really happened next.

The scores are those of a run of kind BACKTEST: published rules, documents dated up to the as-of date alone. What came
next is read from the day after to `until`, in half-open calendar months, and must lie within the known data.

- **Bought again** is a client whose last purchase, as the scoring of `until` tells it, is after the as-of date.
- An **alarm** is a client at risk by the raw reasons of the run: what a person set aside since plays no part.
- **Gone** is a client who did not buy again.
- Alarms exist for clients with a purchase in the RFM window only, so that all three rivals are judged on these:
  precision = gone among the alarms ÷ alarms; recall = gone among the alarms ÷ gone.
- **Naive** raises as many alarms on the longest silences ("no purchase for x days"); where clients of one silence
  compete for the last alarms, the expected number counts.
- **Chance** raises as many alarms at random: its precision is the share of gone, its recall that of alarms.
- **Rank correlation** is Spearman's, between the revenue that ranks the tiers and the net amount made afterwards.

One statement a table (`segmentation/sql/backtest_*.sql`), each linear but for sorting. A reason added to the scores
shows among `reasons` by itself.
"""

import datetime as dt
import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from segmentation import opportunity_trial
from segmentation.models import Rules, ScoringRun, SegmentSlug, Tier
from segmentation.scoring import default_as_of, score
from segmentation.statements import execute, prepare, rows

MONTHS = 6
MOST_MONTHS = 36
CERTAINTY = 1.959964  # standard deviations that hold 95 % of a normal law

DECIMALS = 6
ZERO, CENT = Decimal(0), Decimal("0.01")

Figures = dict[str, Any]
NOBODY: Figures = {"clients": 0, "bought_again": 0, "revenue_before": ZERO, "revenue_after": ZERO}


class OutcomeUnknown(Exception):
    """What happened after this date, or before, is not known well enough to judge. Its text is for people."""


def resolved(*, as_of: dt.date | None, months: int) -> tuple[dt.date, dt.date]:
    """The as-of date (by default, as late as the data allow) and the last day of what happened next.

    Raises OutcomeUnknown when the data end before that day, NoFacts when there are none.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise OutcomeUnknown(
            _("%(months)s mois : choisissez une durée de 1 à %(most)s mois.") % {"months": months, "most": MOST_MONTHS}
        )
    known = default_as_of()
    as_of = as_of or known - relativedelta(months=months)
    until = as_of + relativedelta(months=months)
    if until > known:
        raise OutcomeUnknown(
            _(
                "Pour savoir ce qui s’est passé dans les %(months)s mois après le %(day)s, il faut des factures "
                "jusqu’au %(until)s, et les vôtres s’arrêtent au %(known)s : choisissez une date plus ancienne ou "
                "moins de mois."
            )
            % {"months": months, "day": _long(as_of), "until": _long(until), "known": _long(known)}
        )
    return as_of, until


@dataclass(frozen=True)
class Found:
    """What a trial found, as `backtest --json` prints it, and what it knew: the rules, the versions of the facts."""

    figures: Figures
    rules: Rules
    facts_version: int
    rewrites_seen: int


def measured(*, as_of: dt.date, months: int, by: User | None, trigger: str) -> Found:
    """What became of everybody after this date. Shares are between 0 and 1, null without meaning; euros HT as strings.

    What a purchase is, the scoring says: everybody is scored as of that date, then as of the end, under the same rules.
    Neither run is kept. Raises AlreadyRunning, NoFacts, and OutcomeUnknown when nothing but tiers was known then.
    Must be called outside any transaction.
    """
    try:
        before = score(as_of=as_of, by=by, trigger=trigger, kind=ScoringRun.Kind.BACKTEST)
        if before.without_rfm:
            raise OutcomeUnknown(
                _("Au %(day)s, %(why)s : on ne savait de personne quand il achète. Choisissez une autre date.")
                % {"day": _long(as_of), "why": before.get_without_rfm_display()}
            )
        until = as_of + relativedelta(months=months)
        after = score(as_of=until, by=by, trigger=trigger, kind=ScoringRun.Kind.BACKTEST, rules=before.rules)
        figures = {"as_of": as_of.isoformat(), "months": months, "until": until.isoformat(), **_followed(before, after)}
        figures["opportunities"] = opportunity_trial.judged(before, after)
        return Found(figures, before.rules, before.facts_version, before.rewrites_seen)
    finally:
        forget_runs()


def wilson(found: int, n: int) -> tuple[float, float]:
    """The 95 % interval around a share of `found` in `n`: E. B. Wilson, JASA 22 (1927), p. 209."""
    share, square = found / n, CERTAINTY**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = CERTAINTY * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, round(middle - reach, 6)), min(1.0, round(middle + reach, 6))


@transaction.atomic(durable=True)
def _followed(before: ScoringRun, after: ScoringRun) -> Figures:
    """What was said by the first of these runs, against what the second one knows."""
    prepare()
    execute("backtest_outcomes", before=before.pk, after=after.pk)
    alarms, ranks = rows("backtest_alarms")[0], rows("backtest_ranks")[0]
    groups, reasons = rows("backtest_groups"), rows("backtest_reasons")
    execute("drop_backtest_outcomes")
    return {
        **_rivals(alarms),
        "rank_correlation": _number(ranks["correlation"]),
        "ranked": ranks["clients"],
        "tiers": _groups(groups, "tier", [*Tier.values, ""]),
        "segments": _groups(groups, "segment", SegmentSlug.values),
        "newcomers": _standing(groups, "newcomer"),
        "left_out": _standing(groups, "left-out"),
        "reasons": [
            {
                "reason": row["reason"],
                "precision": _share(row["found"], row["alarms"]),
                "n": row["alarms"],
                "found": row["found"],
            }
            for row in reasons
        ],
        "rules": before.rules.version,
        "rfm_window_months": before.rfm_window_months,
        "tier_window_months": before.rules.tier_window_months,
    }


def forget_runs() -> None:
    """The runs of trials, those of killed ones too, serve while they are compared: kept, they would outweigh others."""
    trials = ScoringRun.objects.filter(kind=ScoringRun.Kind.BACKTEST)
    trials.exclude(status=ScoringRun.Status.RUNNING).delete()


def _rivals(row: dict[str, Any]) -> Figures:
    """The three ways of raising as many alarms on the same clients, and these clients."""
    clients, gone, n = row["clients"], row["gone"], row["alarms"]
    luck = Decimal(n) / clients if clients else ZERO
    return {
        "at_risk": {
            **_alarms(n, row["found"], gone, row["found_revenue"]),
            "interval": wilson(row["found"], n) if n else None,
        },
        "naive": {
            **_alarms(n, row["naive_found"] or ZERO, gone, row["naive_found_revenue"] or ZERO),
            "days": row["naive_days"],
        },
        "chance": _alarms(n, luck * gone, gone, luck * row["gone_revenue"]),
        "population": {"clients": clients, "gone": gone, "gone_revenue": _euros(row["gone_revenue"])},
    }


def _alarms(n: int, found: Decimal | int, gone: int, revenue: Decimal) -> Figures:
    """What `n` alarms found: so many of the gone, who were worth this revenue over the tier window before."""
    return {
        "precision": _share(found, n),
        "recall": _share(found, gone),
        "n": n,
        "found": _number(found),
        "found_revenue": _euros(revenue),
    }


def _groups(rows: list[dict[str, Any]], key: str, order: list[str]) -> list[Figures]:
    """The followed clients of each tier or segment that has any, in this order."""
    found = {row[key]: row for row in rows if row["standing"] == "followed" and row[key] is not None}
    return [{key: value, **_group(found[value])} for value in order if value in found]


def _standing(rows: list[dict[str, Any]], standing: str) -> Figures:
    """All clients of one standing; nobody when there is none."""
    whole = (row for row in rows if row["standing"] == standing and row["tier"] is None and row["segment"] is None)
    return _group(next(whole, NOBODY))


def _group(row: dict[str, Any]) -> Figures:
    return {
        "clients": row["clients"],
        "bought_again": row["bought_again"],
        "revenue_before": _euros(row["revenue_before"]),
        "revenue_after": _euros(row["revenue_after"]),
    }


def _share(part: Decimal | int, whole: int) -> float | None:
    return round(float(part / Decimal(whole)), DECIMALS) if whole else None


def _number(value: Decimal | int | None) -> int | float | None:
    """A count as it is; what is expected or correlated, to six decimals."""
    return value if value is None or isinstance(value, int) else round(float(value), DECIMALS)


def _euros(value: Decimal) -> str:
    return f"{value.quantize(CENT, ROUND_HALF_UP)}"


def _long(day: dt.date) -> str:
    return date_format(day, "j F Y")

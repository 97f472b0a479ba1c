"""What a client is worth over the years to come: yearly revenue × min(5, 1 ÷ (1 − retention)), and that in words.

The years of each segment are stored with the run (`sql/lifetime_values.sql`); an amount is one multiplication away, so
that a list sorts by it, and a page writes its formula out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Subquery, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.figures import day, eur, nb, pct, rounded, written
from segmentation.models import LifetimeValue, Score, ScoringRun, SegmentSlug

MONTHS_OF_A_YEAR = 12
MOST_YEARS = 5
FEWEST_CLIENTS = 20  # for a segment's own retention
AMOUNT = DecimalField(max_digits=20, decimal_places=8)


@dataclass(frozen=True)
class Lifetime:
    """The lifetime value of one client, euros HT; `formula` writes out how it came, `basis` whose retention it is."""

    amount: Decimal
    formula: str
    basis: str


def years_of(run: ScoringRun | None) -> dict[str, LifetimeValue]:
    """The stored years of each segment of this run; empty when no run of a year before tells of a retention."""
    return {one.segment: one for one in LifetimeValue.objects.filter(run=run).select_related("former")} if run else {}


def yearly(revenue: Decimal, run: ScoringRun) -> Decimal:
    """The revenue of the tier window brought to a year; nothing where more was given back than bought."""
    return max(revenue, Decimal(0)) * MONTHS_OF_A_YEAR / run.rules.tier_window_months


def amount_of(score: Score, run: ScoringRun, years: dict[str, LifetimeValue]) -> Decimal | None:
    """Euros HT to the cent; None without a segment, or without enough history."""
    value = years.get(score.segment)
    return None if value is None else rounded(yearly(score.tier_revenue, run) * value.years, 2)


def amounts_of(scores: Iterable[Score], run: ScoringRun) -> dict[int, Decimal | None]:
    """The lifetime value of each of these scores of this run, by client; one query, whatever their number."""
    years = years_of(run)
    return {score.client_id: amount_of(score, run, years) for score in scores}


def lifetime_of(score: Score) -> Lifetime | None:
    """The same in words. The score comes with its run and rules (`select_related`); one query."""
    value = LifetimeValue.objects.filter(run=score.run_id, segment=score.segment).select_related("former").first()
    amount = None if value is None else amount_of(score, score.run, {value.segment: value})
    if value is None or amount is None:
        return None
    return Lifetime(amount, formula_words(yearly(score.tier_revenue, score.run), value, amount), basis_words(value))


def years_words(value: LifetimeValue) -> str:
    """ "5 ans", "4,2 ans", "1 an"."""
    text = written(value.years, 0 if value.years == value.years.to_integral_value() else 1)
    return ngettext("%(years)s an", "%(years)s ans", 1 if value.years == 1 else 2) % {"years": text}


def formula_words(revenue: Decimal, value: LifetimeValue, amount: Decimal) -> str:
    """ "6 000 € par an × 4 ans = 24 000 €", the years being 1 ÷ (1 − retention), five at most."""
    figures = {"revenue": eur(revenue), "years": years_words(value), "amount": eur(amount)}
    figures |= {"retention": pct(value.retention, 1), "most": nb(MOST_YEARS)}
    if value.years == MOST_YEARS:
        return (
            _("%(revenue)s par an × %(years)s (1 ÷ (1 − %(retention)s), %(most)s ans au plus) = %(amount)s.") % figures
        )
    return _("%(revenue)s par an × %(years)s (1 ÷ (1 − %(retention)s)) = %(amount)s.") % figures


def basis_words(value: LifetimeValue) -> str:
    """Whose retention it is, and of how many clients."""
    figures = {
        "kept": nb(value.kept),
        "clients": nb(value.clients),
        "segment": SegmentSlug(value.segment).label,
        "as_of": day(value.former.as_of),
        "fewest": nb(FEWEST_CLIENTS),
    }
    if value.is_of_firm:
        return (
            ngettext(
                "%(kept)s des %(clients)s clients du %(as_of)s a racheté depuis, tous segments réunis : le segment "
                "%(segment)s en comptait moins de %(fewest)s.",
                "%(kept)s des %(clients)s clients du %(as_of)s ont racheté depuis, tous segments réunis : le segment "
                "%(segment)s en comptait moins de %(fewest)s.",
                value.kept,
            )
            % figures
        )
    return (
        ngettext(
            "%(kept)s des %(clients)s clients %(segment)s du %(as_of)s a racheté depuis.",
            "%(kept)s des %(clients)s clients %(segment)s du %(as_of)s ont racheté depuis.",
            value.kept,
        )
        % figures
    )


def sortable() -> ExpressionWrapper:
    """The lifetime value of a score for an ORDER BY; null where there is none."""
    years = LifetimeValue.objects.filter(run=OuterRef("run"), segment=OuterRef("segment")).values("years")
    worth = Greatest(F("tier_revenue"), Value(Decimal(0)))
    return ExpressionWrapper(worth * Subquery(years), output_field=AMOUNT)

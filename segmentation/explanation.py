"""Why a client is where it is, in words: each score with its value, band and rank, and what would change it.

`explain` takes one stored score and puts its figures beside the cuts of its run; nothing is scored again but the
"what if", which reads the same cuts. Two queries: ranks and tier thresholds together, and the grid.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.figures import day, days, eur, nb
from segmentation.models import Behaviour, Fallback, Score, ScoringMode, ScoringRun, SegmentSlug, Tier, WithoutRfm
from segmentation.reasons import Reason, is_active, purchases, reasons_of, watch_words
from segmentation.thresholds import (
    frequency_band,
    frequency_cuts,
    monetary_band,
    monetary_cuts,
    recency_band,
    recency_cuts,
)


@dataclass(frozen=True)
class Dimension:
    """One of R, F and M. Everything but `letter` and `score` is words; `rank` and `change` may be empty."""

    letter: str
    name: str
    value: str
    score: int
    band: str
    rank: str
    change: str

    @property
    def title(self) -> str:
        """The score with its band: "R 3/5 (de 91 à 180 jours)"."""
        return _("%(letter)s %(score)s/5 (%(band)s)") % {
            "letter": self.letter,
            "score": self.score,
            "band": self.band,
        }


@dataclass(frozen=True)
class Explanation:
    """Everything to say about one score; sentences that do not apply are empty.

    Of a client of whom only a tier is known, `missing` says why there is no more and what would give it.
    """

    dimensions: tuple[Dimension, ...]
    segment: str
    tier: str
    outlook: str
    watch: str
    reasons: tuple[Reason, ...]
    missing: str = ""


@dataclass(frozen=True)
class Standing:
    """Clients with a purchase in the window who do strictly better, and the least revenue of tiers A and B."""

    fresher: int
    more_frequent: int
    larger: int
    tier_a_from: Decimal | None
    tier_b_from: Decimal | None


def explain(score: Score) -> Explanation:
    """Why this client is where it is. The score comes with its run, rules and client (`select_related`)."""
    known = score.behaviour
    standing = _standing(score, known)
    if known is None:
        return Explanation((), "", _tier_words(score, standing), "", "", (), missing=_missing_words(score.run))
    grid = {(cell.r, cell.fm): cell.segment for cell in score.run.rules.grid.all()}
    return Explanation(
        dimensions=(
            _recency(score, known, standing),
            _frequency(score, known, standing),
            _monetary(score, known, standing),
        ),
        segment=_segment_words(score, known, grid),
        tier=_tier_words(score, standing),
        outlook=_outlook(score, known, grid),
        watch=watch_words(score),
        reasons=reasons_of(score),
    )


def run_notes(run: ScoringRun) -> list[str]:
    """What to know about how a run read its scores: thresholds used instead of values, levels that nobody has."""
    if run.without_rfm:
        return [_missing_words(run)]
    names = {"R": _("Récence"), "F": _("Fréquence"), "M": _("Montant")}
    fallbacks = {"R": run.recency_fallback, "F": run.frequency_fallback, "M": run.monetary_fallback}
    notes = [
        _("%(name)s : notes par seuils, faute de pouvoir classer (%(why)s).")
        % {"name": names[letter], "why": Fallback(fallback).label}
        for letter, fallback in fallbacks.items()
        if fallback
    ]
    for letter, levels in empty_levels(run).items():
        if levels:
            listed = ", ".join(f"{letter} {level}/5" for level in levels)
            notes.append(_("%(levels)s : personne, trop de clients sont à égalité.") % {"levels": listed})
    return notes


def empty_levels(run: ScoringRun) -> dict[str, list[int]]:
    """For each dimension ranked by value, the scores that nobody can have."""
    found: dict[str, list[int]] = {}
    if run.recency_mode == ScoringMode.VALUE:
        found["R"] = [level for level in range(2, 6) if level not in dict(recency_cuts(run))]
    if run.frequency_mode == ScoringMode.VALUE:
        found["F"] = [level for level in range(2, 6) if level not in dict(frequency_cuts(run))]
    if run.monetary_mode == ScoringMode.VALUE:
        found["M"] = [level for level in range(2, 6) if level not in dict(monetary_cuts(run))]
    return found


# --- Reading a score off the cuts of a run ---------------------------------------------------------------------------


def recency_score(run: ScoringRun, silence: int) -> int:
    """The R of this many days since the last purchase."""
    return max([level for level, most in recency_cuts(run) if silence <= most] or [1])


def frequency_score(run: ScoringRun, purchases: int) -> int:
    """The F of this many purchase days in the window."""
    return max([level for level, least in frequency_cuts(run) if purchases >= least] or [1])


def _standing(score: Score, known: Behaviour | None) -> Standing:
    active = Q(last_purchase_on__gt=score.run.rfm_from)
    silence = known.recency_days if known else 0
    return Standing(
        **Score.objects.of(score.run).aggregate(
            fresher=Count("id", filter=active & Q(recency_days__lt=silence)),
            more_frequent=Count("id", filter=active & Q(frequency__gt=score.frequency)),
            larger=Count("id", filter=active & Q(monetary__gt=score.monetary)),
            tier_a_from=Min("tier_revenue", filter=Q(tier=Tier.A)),
            tier_b_from=Min("tier_revenue", filter=Q(tier=Tier.B)),
        )
    )


# --- The three dimensions --------------------------------------------------------------------------------------------


def _recency(score: Score, known: Behaviour, standing: Standing) -> Dimension:
    return Dimension(
        letter="R",
        name=_("Récence"),
        value=_("dernier achat le %(day)s, il y a %(days)s")
        % {"day": day(known.last_purchase_on), "days": days(known.recency_days)},
        score=known.r,
        band=recency_band(score.run, known.r) if is_active(score) else _nothing_in_window(score.run),
        rank=_rank(score, standing.fresher),
        change=_recency_change(score, known),
    )


def _recency_change(score: Score, known: Behaviour) -> str:
    if not is_active(score):
        return ""
    if known.r < 5:
        return _("Un achat le ramène à R 5/5.")
    left = dict(recency_cuts(score.run))[5] - known.recency_days + 1
    return ngettext(
        "Reste à 5/5 moins de %(count)s jour encore sans nouvel achat.",
        "Reste à 5/5 moins de %(count)s jours encore sans nouvel achat.",
        left,
    ) % {"count": nb(left)}


def _frequency(score: Score, known: Behaviour, standing: Standing) -> Dimension:
    return Dimension(
        letter="F",
        name=_("Fréquence"),
        value=_("%(purchases)s en %(months)s mois")
        % {"purchases": purchases(score.frequency), "months": score.run.rfm_window_months},
        score=known.f,
        band=frequency_band(score.run, known.f) if is_active(score) else _nothing_in_window(score.run),
        rank=_rank(score, standing.more_frequent),
        change=_frequency_change(score, known),
    )


def _frequency_change(score: Score, known: Behaviour) -> str:
    cuts = [(level, cut) for level, cut in frequency_cuts(score.run) if level > known.f]
    if not cuts or not is_active(score):
        return ""
    level, cut = min(cuts)
    more = max(1, cut - score.frequency)
    return ngettext(
        "Encore %(count)s achat pour F %(level)s/5.", "Encore %(count)s achats pour F %(level)s/5.", more
    ) % {"count": nb(more), "level": level}


def _monetary(score: Score, known: Behaviour, standing: Standing) -> Dimension:
    return Dimension(
        letter="M",
        name=_("Montant"),
        value=_("%(amount)s HT en %(months)s mois")
        % {"amount": eur(score.monetary), "months": score.run.rfm_window_months},
        score=known.m,
        band=_monetary_band(score, known) if is_active(score) else _nothing_in_window(score.run),
        rank=_rank(score, standing.larger),
        change=_monetary_change(score, known),
    )


def _monetary_band(score: Score, known: Behaviour) -> str:
    return monetary_band(score.run, known.m) if score.monetary > 0 else _("montant nul ou négatif")


def _monetary_change(score: Score, known: Behaviour) -> str:
    cuts = [(level, cut) for level, cut in monetary_cuts(score.run) if level > known.m]
    if not cuts or not is_active(score):
        return ""
    level, cut = min(cuts)
    strictly = 0 if score.run.monetary_mode == ScoringMode.VALUE else Decimal("0.01")
    more = math.ceil(max(cut - score.monetary + strictly, Decimal("0.01")))
    return _("Encore %(amount)s pour M %(level)s/5.") % {"amount": eur(more), "level": level}


def _rank(score: Score, better: int) -> str:
    if not is_active(score):
        return ""
    total = nb(score.run.in_window)
    if better == 0:
        return _("1ᵉʳ sur %(total)s") % {"total": total}
    return _("%(rank)sᵉ sur %(total)s") % {"rank": nb(better + 1), "total": total}


def _nothing_in_window(run: ScoringRun) -> str:
    return _("aucun achat en %(months)s mois") % {"months": run.rfm_window_months}


def _missing_words(run: ScoringRun) -> str:
    """Why there is a tier and nothing else, and what would give the rest."""
    if run.without_rfm == WithoutRfm.ONE_DAY:
        return _(
            "Ni récence, ni fréquence, ni segment, ni risque : toutes les factures portent la même date. Importez-les "
            "avec la date de chacune."
        )
    return _(
        "Ni récence, ni fréquence, ni segment, ni risque : seul un total annuel est connu, sans la date des factures. "
        "Importez la liste des factures."
    )


# --- Segment, tier, what if ------------------------------------------------------------------------------------------


def _segment_words(score: Score, known: Behaviour, grid: dict[tuple[int, int], str]) -> str:
    cell = grid[known.r, known.fm]
    figures = {
        "segment": score.get_segment_display(),
        "cell": SegmentSlug(cell).label,
        "r": known.r,
        "f": known.f,
        "m": known.m,
        "fm": known.fm,
        "months": score.run.rules.lost_after_months,
    }
    if score.segment == cell:
        return _("%(segment)s : R %(r)s/5, et %(fm)s/5 en moyenne pour F %(f)s et M %(m)s.") % figures
    if score.segment == SegmentSlug.NEW:
        since = score.client.client_since
        first_on = since if since and since <= score.run.as_of else known.first_purchase_on
        figures["since"] = day(first_on)
        return _("%(segment)s : client depuis le %(since)s, quelles que soient ses notes.") % figures
    return _("%(segment)s : case %(cell)s de la grille, mais son dernier achat a moins de %(months)s mois.") % figures


def _tier_words(score: Score, standing: Standing) -> str:
    run = score.run
    months = run.rules.tier_window_months
    figures = {"amount": eur(score.tier_revenue), "months": months}
    if score.tier_revenue <= 0:
        return _("Aucun palier : %(amount)s HT net en %(months)s mois.") % figures
    if not score.tier:
        fewest = run.rules.tier_min_clients
        return _("Pas de paliers : moins de %(fewest)s clients ont un montant positif.") % {"fewest": fewest}
    figures |= {"letter": score.tier, "name": score.get_tier_display(), "rank": nb(score.tier_rank)}
    figures["total"] = nb(run.ranked)
    place = _("Palier %(letter)s · %(name)s : %(amount)s HT en %(months)s mois, rang %(rank)s sur %(total)s.") % figures
    return f"{place} {_tier_threshold(score, standing)}"


def _tier_threshold(score: Score, standing: Standing) -> str:
    if score.tier == Tier.A:
        return _("Le palier A commence à %(start)s.") % {"start": eur(standing.tier_a_from)}
    starts = [("A", standing.tier_a_from), ("B", standing.tier_b_from)]
    better = [(letter, start) for letter, start in starts if letter < score.tier and start is not None]
    if not better:
        return ""
    above, start = better[-1]
    return _("Le palier %(above)s commence à %(start)s : il manque %(more)s.") % {
        "start": eur(start),
        "above": above,
        "more": eur(math.ceil(start - score.tier_revenue)),
    }


def _outlook(score: Score, known: Behaviour, grid: dict[tuple[int, int], str]) -> str:
    """Where a purchase today would put the client, its amount aside; empty where it would change nothing."""
    if score.segment == SegmentSlug.NEW:
        return ""
    run = score.run
    bought = score.frequency + 1 if is_active(score) else 1
    r, f = recency_score(run, 0), max(known.f, frequency_score(run, bought))
    there = grid[r, (f + known.m + 1) // 2]
    if there == score.segment:
        return ""
    return _("Un achat aujourd’hui le ramène en %(segment)s.") % {"segment": SegmentSlug(there).label}

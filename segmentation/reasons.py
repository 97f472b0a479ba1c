"""Why a client is at risk, in words: each reason with its figures, and the silence to watch before it is one."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.figures import day, days, eur, nb, signed_pct, times
from segmentation.models import Drop, RiskReason, Score


@dataclass(frozen=True)
class Reason:
    """Why a client is at risk: the reason's slug and name, and its figures in a sentence."""

    slug: str
    label: str
    words: str


def reasons_of(score: Score) -> tuple[Reason, ...]:
    """The reasons shown, in the order of their slugs. The score comes with its run, rules and risk."""
    return tuple(Reason(slug, str(RiskReason(slug).label), reason_words(score, slug)) for slug in score.shown.reasons)


def reason_words(score: Score, slug: str) -> str:
    """One reason of this score with its figures: "247 jours sans achat au lieu de 40 : 6,2 fois son rythme."."""
    return {
        RiskReason.GRID: _grid_words,
        RiskReason.RHYTHM: _rhythm_words,
        RiskReason.DECLINE: _decline_words,
        RiskReason.SLOWING: _slowing_words,
        RiskReason.SERVICE_STOPPED: _stopped_words,
        RiskReason.DROP: _drop_words,
    }[RiskReason(slug)](score)


def is_active(score: Score) -> bool:
    """Whether the client is known to have bought in the RFM window."""
    since, last = score.run.rfm_from, score.last_purchase_on
    return since is not None and last is not None and last > since


def purchases(count: int) -> str:
    """A number of purchases, in full: "2 achats"."""
    return ngettext("%(count)s achat", "%(count)s achats", count) % {"count": nb(count)}


def _grid_words(score: Score) -> str:
    return _("Segment %(segment)s : R %(r)s/5, et %(fm)s/5 en moyenne pour F et M.") % {
        "segment": score.get_segment_display(),
        "r": score.r,
        "fm": score.fm,
    }


def _rhythm_words(score: Score) -> str:
    return _("%(silence)s sans achat au lieu de %(gap)s : %(times)s son rythme habituel.") % {
        "silence": days(score.recency_days),
        "gap": nb(score.typical_gap_days),
        "times": times(score.silence_ratio),
    }


def watch_words(score: Score) -> str:
    """Silence between the watch ratio and the risk ratio, compared exactly."""
    rules, gap, silence = score.run.rules, score.typical_gap_days, score.recency_days
    if gap is None or silence is None or not is_active(score):
        return ""
    if not rules.rhythm_watch_ratio * gap <= silence <= rules.rhythm_ratio * gap:
        return ""
    return _("À surveiller : %(silence)s sans achat, au lieu de %(gap)s d’habitude.") % {
        "silence": days(score.recency_days),
        "gap": nb(gap),
    }


def _decline_words(score: Score) -> str:
    return _("%(recent)s en 6 mois, contre %(former)s les mêmes mois un an plus tôt : %(change)s.") % {
        "recent": eur(score.recent_half_revenue),
        "former": eur(score.former_half_revenue),
        "change": signed_pct(score.recent_half_revenue / score.former_half_revenue - 1),
    }


def _slowing_words(score: Score) -> str:
    return _("%(recent)s en 6 mois, contre %(former)s les mêmes mois un an plus tôt.") % {
        "recent": purchases(score.recent_half_days),
        "former": nb(score.former_half_days),
    }


def _stopped_words(score: Score) -> str:
    """The services, the largest silence against its own rhythm first; one query."""
    found = score.run.stopped_services.filter(client=score.client_id).select_related("service")
    stops = sorted(found, key=lambda stop: (-stop.times, stop.service.name))
    each = [
        _("%(service)s : %(silence)s sans achat au lieu de %(gap)s")
        % {"service": stop.service.name, "silence": days(stop.silence_days), "gap": nb(stop.typical_gap_days)}
        for stop in stops
    ]
    return _("%(services)s, alors que ce client a acheté autre chose depuis.") % {"services": " ; ".join(each)}


def _drop_words(score: Score) -> str:
    """What it fell from, and when that was."""
    fallen = Drop.objects.filter(run=score.run_id, client=score.client_id).first()
    if fallen is None:
        return _("En recul depuis trois mois.")
    then = {"day": day(fallen.former_as_of), "former_r": fallen.r, "former_tier": fallen.tier}
    now = {"r": score.r, "tier": score.tier}
    if score.r is not None and score.r <= fallen.r - 2:
        return _("Récence %(r)s/5, contre %(former_r)s/5 au %(day)s.") % {**then, **now}
    return _("Palier %(tier)s, contre %(former_tier)s au %(day)s.") % {**then, **now}

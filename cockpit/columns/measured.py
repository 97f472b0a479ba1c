"""What the scores of a client say: classes, purchases, amounts."""

from django.utils.translation import gettext as _

from clients.activity import month_ends
from clients.exporting import Cell
from clients.figures import eur, month, nb, pct1, rounded
from cockpit.columns.column import MONTHS_DRAWN, Column, Part, Words, money, of_score, single
from cockpit.listing import LIFETIME, MONTHS, ClientRow
from cockpit.templatetags.figures import segment_name, tier_name


def _evolution(row: ClientRow) -> Cell:
    return None if row.evolution is None else rounded(row.evolution * 100, 1)


def _month(place: int) -> Part:
    """The amount of one rolling month, the oldest first; its heading is the month of its last day."""

    def heading(words: Words) -> str:
        ends = month_ends(words.run.as_of, MONTHS_DRAWN) if words.run else None
        name = month(ends[place + 1]) if ends else str(place + 1)
        return f"{words.revenue} {name}".replace("\u00a0", " ")

    return Part(heading, lambda row: rounded(row.months[place], 2) if row.months else None)


MEASURED = (
    single(
        "palier",
        lambda w: _("Palier"),
        lambda row: row.score and tier_name(row.score.tier),
        template="tier",
        css="c-tier",
        sorts=True,
    ),
    single(
        "segment",
        lambda w: _("Segment"),
        lambda row: segment_name(row.score.segment) if row.score and row.score.segment else None,
        template="segment",
        css="c-seg",
        sorts=True,
    ),
    Column(
        "rfm",
        lambda w: _("R F M"),
        (
            Part(lambda w: _("Récence (1 à 5)"), of_score("r")),
            Part(lambda w: _("Fréquence (1 à 5)"), of_score("f")),
            Part(lambda w: _("Montant (1 à 5)"), of_score("m")),
        ),
        template="profile",
        css="c-rfm",
    ),
    single(
        "dernier",
        lambda w: _("Dernier achat"),
        of_score("last_purchase_on"),
        template="last_purchase",
        css="c-date",
        sorts=True,
        falls_first=True,
    ),
    Column(
        "silence",
        lambda w: _("Silence"),
        (
            Part(lambda w: _("Silence (jours)"), of_score("recency_days")),
            Part(lambda w: _("Rythme habituel (jours)"), of_score("typical_gap_days")),
        ),
        template="rhythm",
        css="c-late",
        sorts=True,
        falls_first=True,
    ),
    money("ca", lambda w: _("%(revenue)s 12 mois") % {"revenue": w.revenue}, "tier_revenue", template="revenue"),
    money(
        "ca_precedent",
        lambda w: _("%(revenue)s 12 mois précédents") % {"revenue": w.revenue},
        "previous_revenue",
    ),
    Column(
        "evolution",
        lambda w: _("Évolution"),
        (Part(lambda w: _("Évolution (pour cent)"), _evolution),),
        template="trend",
        css="c-trend",
        sorts=True,
        falls_first=True,
        draws=frozenset({MONTHS}),
    ),
    Column(
        "mois",
        lambda w: _("%(revenue)s par mois") % {"revenue": w.revenue},
        tuple(_month(place) for place in range(MONTHS_DRAWN)),
        template="months",
        css="nowrap",
        needs=frozenset({MONTHS}),
    ),
    single(
        "rang",
        lambda w: _("Rang"),
        of_score("tier_rank"),
        written=nb,
        css="c-num",
        sorts=True,
    ),
    single(
        "cumul",
        lambda w: _("Part cumulée"),
        of_score("cumulative_share"),
        written=pct1,
        css="c-num",
        sorts=True,
    ),
    single(
        "frequence",
        lambda w: _("Jours d’achat sur %(months)s mois") % {"months": w.window},
        of_score("frequency"),
        written=nb,
        css="c-num",
        sorts=True,
        falls_first=True,
    ),
    money(
        "montant",
        lambda w: _("%(revenue)s sur %(months)s mois") % {"revenue": w.revenue, "months": w.window},
        "monetary",
    ),
    single(
        "valeur_vie",
        lambda w: _("Valeur vie"),
        lambda row: row.lifetime,
        written=eur,
        css="c-num",
        sorts=True,
        falls_first=True,
        needs=frozenset({LIFETIME}),
    ),
    single(
        "danger",
        lambda w: _("%(revenue)s en danger") % {"revenue": w.revenue},
        lambda row: row.score and row.score.shown.amount,
        written=eur,
        css="c-num",
        sorts=True,
        falls_first=True,
    ),
)

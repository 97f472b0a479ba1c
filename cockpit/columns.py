"""Every column that a list of clients can show: its heading, its cell on a page, its cells in a file.

One value serves the screen and the files, so that both say the same. A new column is one more entry of COLUMNS.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Firm
from clients.activity import month_ends
from clients.exporting import Cell
from clients.figures import day, eur, month, nb, pct1, rounded
from cockpit.listing import ACTION, CONTACT, MONTHS, ClientRow
from cockpit.templatetags.figures import segment_name, tier_name
from segmentation.models import RiskReason, ScoringRun

MONTHS_DRAWN = 12


@dataclass(frozen=True)
class Words:
    """What headings speak of: the words of the firm, the dates and the window of the run."""

    firm: Firm
    run: ScoringRun | None

    @property
    def revenue(self) -> str:
        return self.firm.revenue

    @property
    def window(self) -> int:
        """The months of the RFM window, those of a year before any run."""
        return (self.run and self.run.rfm_window_months) or MONTHS_DRAWN


@dataclass(frozen=True)
class Part:
    """One cell of a column in a file: its heading, and its value, typed, None when there is nothing to say."""

    heading: Callable[[Words], str]
    value: Callable[[ClientRow], Cell]


@dataclass(frozen=True)
class Column:
    """A column. `template` draws its cells, `templates/cockpit/cells/_<template>.html`; without one, the value of its
    first part is written by `written`. `needs` is what a row must have read for it, `draws` for a page alone."""

    slug: str
    label: Callable[[Words], str]
    parts: tuple[Part, ...] = ()
    written: Callable[[Cell], str] = str
    template: str = "plain"
    css: str = ""
    sorts: bool = False
    falls_first: bool = False  # one click on its heading: the highest first
    needs: frozenset[str] = frozenset()
    draws: frozenset[str] = frozenset()

    def shown(self, row: ClientRow) -> str:
        """Its value in a row, as people read it; empty when there is none."""
        value = self.parts[0].value(row)
        return "" if value is None or value == "" else self.written(value)


def of_score(name: str) -> Callable[[ClientRow], Cell]:
    """What a row's score says under this name; None without a score."""
    return lambda row: getattr(row.score, name) if row.score else None


def single(slug, label, value, **options) -> Column:
    """A column of one value, whose heading is the same on the page and in a file."""
    return Column(slug, label, (Part(label, value),), **options)


def money(slug, label, name, **options) -> Column:
    options = {"css": "c-num", "sorts": True, "falls_first": True, "written": eur, **options}
    return single(slug, label, of_score(name), **options)


def _evolution(row: ClientRow) -> Cell:
    return None if row.evolution is None else rounded(row.evolution * 100, 1)


def _reasons(row: ClientRow) -> Cell:
    return row.score and ", ".join(str(RiskReason(reason).label) for reason in row.score.risk_reasons)


def _at_risk(row: ClientRow) -> Cell:
    return row.score and (_("oui") if row.score.at_risk else _("non"))


def _month(place: int) -> Part:
    """The amount of one rolling month, the oldest first; its heading is the month of its last day."""

    def heading(words: Words) -> str:
        ends = month_ends(words.run.as_of, MONTHS_DRAWN) if words.run else None
        name = month(ends[place + 1]) if ends else str(place + 1)
        return f"{words.revenue} {name}".replace("\u00a0", " ")

    return Part(heading, lambda row: rounded(row.months[place], 2) if row.months else None)


def _action(row: ClientRow) -> Cell:
    return row.next_action and row.next_action.get_kind_display()


CODE = single("code", lambda w: _("Code"), lambda row: row.client.code, css="nowrap", sorts=True)
CLIENT = Column(
    "client",
    lambda w: _("Client"),
    (Part(lambda w: _("Client"), lambda row: row.client.name),),
    template="client",
    css="c-name",
    sorts=True,
)
CITY = single("ville", lambda w: _("Ville"), lambda row: row.client.city, sorts=True)
OWNER = single(
    "commercial",
    lambda w: w.firm.owner,
    lambda row: row.client.owner and str(row.client.owner),
    sorts=True,
)
COLUMNS = {
    column.slug: column
    for column in (
        CODE,
        CLIENT,
        CITY,
        single("code_postal", lambda w: _("Code postal"), lambda row: row.client.postcode, sorts=True),
        OWNER,
        single("telephone", lambda w: _("Téléphone"), lambda row: row.phone, css="nowrap", needs=frozenset({CONTACT})),
        single("email", lambda w: _("E-mail"), lambda row: row.email, needs=frozenset({CONTACT})),
        single(
            "contact",
            lambda w: _("Contact"),
            lambda row: row.contact and row.contact.name,
            needs=frozenset({CONTACT}),
        ),
        single("siren", lambda w: "SIREN", lambda row: row.client.siren, css="num"),
        single("naf", lambda w: _("Code NAF"), lambda row: row.client.naf_code),
        single("depuis", lambda w: _("Client depuis"), lambda row: row.since, written=day, css="nowrap", sorts=True),
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
            lambda row: row.score and segment_name(row.score.segment),
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
        money(
            "danger",
            lambda w: _("%(revenue)s en danger") % {"revenue": w.revenue},
            "amount_at_risk",
        ),
        Column(
            "motifs",
            lambda w: _("Motifs du risque"),
            (Part(lambda w: _("Motifs"), _reasons), Part(lambda w: _("À risque"), _at_risk)),
        ),
        Column(
            "action",
            lambda w: _("Prochaine action"),
            (
                Part(lambda w: _("Prochaine action"), _action),
                Part(lambda w: _("Pour le"), lambda row: row.next_action and row.next_action.due_on),
            ),
            template="next_action",
            css="c-act",
            needs=frozenset({ACTION}),
        ),
    )
}

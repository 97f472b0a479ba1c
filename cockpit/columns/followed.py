"""What a client needs somebody for: risk, movements, relation, next action; and what compares two runs."""

from django.utils.translation import gettext as _

from clients.exporting import Cell
from clients.figures import day, eur
from cockpit.columns.column import Column, Part, single
from cockpit.listing import ACTION, GRADE, LEFT, MOVEMENT, ClientRow
from cockpit.templatetags.figures import segment_name, tier_name
from segmentation.models import Colour, RiskReason


def _reasons(row: ClientRow) -> Cell:
    return row.score and ", ".join(str(RiskReason(reason).label) for reason in row.score.shown.reasons)


def _at_risk(row: ClientRow) -> Cell:
    return row.score and (_("oui") if row.score.shown.at_risk else _("non"))


def _grade(row: ClientRow) -> Cell:
    return row.grade and str(Colour(row.grade.colour).label)


def _action(row: ClientRow) -> Cell:
    return row.next_action and row.next_action.get_kind_display()


FOLLOWED = (
    Column(
        "motifs",
        lambda w: _("Motifs du risque"),
        (Part(lambda w: _("Motifs"), _reasons), Part(lambda w: _("À risque"), _at_risk)),
    ),
    single(
        "segment_precedent",
        lambda w: _("Segment précédent"),
        lambda row: row.movement and segment_name(row.movement.from_segment),
        template="former_segment",
        css="c-seg",
        needs=frozenset({MOVEMENT}),
    ),
    single(
        "segment_depuis",
        lambda w: _("Dans ce segment depuis le"),
        lambda row: row.movement and row.movement.as_of,
        written=day,
        css="nowrap",
        needs=frozenset({MOVEMENT}),
    ),
    single(
        "cause",
        lambda w: _("Cause du changement"),
        lambda row: row.movement and str(row.movement.get_cause_display()),
        needs=frozenset({MOVEMENT}),
    ),
    single(
        "note",
        lambda w: _("Note de relation"),
        _grade,
        template="grade",
        css="nowrap",
        sorts=True,
        needs=frozenset({GRADE}),
    ),
    Column(
        "parti",
        lambda w: _("Parti le"),
        (
            Part(lambda w: _("Parti le"), lambda row: row.departure and row.departure.left_on),
            Part(lambda w: _("Motif du départ"), lambda row: row.departure and row.departure.motive_words),
        ),
        written=day,
        css="nowrap",
        needs=frozenset({LEFT}),
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

# What only the list of movements shows: it compares two runs.
DEPARTURE = single(
    "depart",
    lambda w: _("Segment au départ"),
    lambda row: segment_name(row.former.segment) if row.former else _("Pas encore client"),
    template="departure",
)
TIER_DEPARTURE = single(
    "depart",
    lambda w: _("Palier au départ"),
    lambda row: tier_name(row.former.tier) if row.former else _("Pas encore client"),
    template="tier_departure",
)
STAKE = single(
    "enjeu",
    lambda w: _("%(revenue)s en jeu") % {"revenue": w.revenue},
    lambda row: max(row.score.tier_revenue, row.former.tier_revenue if row.former else row.score.tier_revenue, 0),
    written=eur,
    css="c-num c-main",
    sorts=True,
    falls_first=True,
)

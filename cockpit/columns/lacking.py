"""What only the list of a cell of the matrix of opportunities shows: its clients face one service."""

from django.utils.translation import gettext as _

from clients.exporting import local
from clients.figures import day, eur
from cockpit.columns.column import single
from cockpit.listing import LACK
from segmentation.opportunity_words import chance

OF_A_LACK = {"needs": frozenset({LACK})}
CHANCE = single(
    "chance",
    lambda w: _("Clients semblables"),
    lambda row: row.lack and chance(row.lack.odds),
    sorts=True,
    falls_first=True,
    **OF_A_LACK,
)
POSSIBLE = single(
    "possible",
    lambda w: _("%(revenue)s à gagner") % {"revenue": w.revenue},
    lambda row: row.lack.worth if row.lack and row.lack.odds.is_enough else None,
    written=eur,
    css="c-num c-main",
    sorts=True,
    falls_first=True,
    **OF_A_LACK,
)
WHY = single(
    "motif",
    lambda w: _("Pourquoi il ne l’a pas"),
    lambda row: row.lack and row.lack.hole and row.lack.hole.words,
    template="hole",
    **OF_A_LACK,
)
SAID_BY = single(
    "dit_par",
    lambda w: _("Dit par"),
    lambda row: row.lack and row.lack.hole and str(row.lack.hole.said_by),
    **OF_A_LACK,
)
SAID_ON = single(
    "dit_le",
    lambda w: _("Dit le"),
    lambda row: row.lack and row.lack.hole and local(row.lack.hole.said_at).date(),
    written=day,
    css="nowrap",
    **OF_A_LACK,
)
UNTIL = single(
    "ecarte_jusqu_au",
    lambda w: _("Écarté jusqu’au"),
    lambda row: row.lack and row.lack.hole and row.lack.hole.until,
    written=day,
    css="nowrap",
    **OF_A_LACK,
)

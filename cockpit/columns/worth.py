"""What a client takes and brings: hours, objectives, recommendations."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from clients.exporting import Cell
from clients.figures import eur, nb, rounded
from cockpit.columns.column import Column, Part, single
from cockpit.listing import AIMS, TIME, WON, ClientRow
from segmentation.models.objectives import PLACES


def _hours(row: ClientRow) -> Cell:
    return row.time and row.time.hours


def _revenue_per_hour(row: ClientRow) -> Cell:
    return row.time and rounded(row.time.revenue_per_hour, 2)


def _margin_per_hour(row: ClientRow) -> Cell:
    margin = row.time and row.time.margin_per_hour
    return None if margin is None else rounded(margin, 2)


def _aim(place: int, figure: str) -> Callable[[ClientRow], Cell]:
    """What a client brings to the objective of this place, or could bring; None when nothing."""
    return lambda row: getattr(row.aims[place], figure) or None if place in row.aims else None


def _aims(place: int) -> tuple[Column, Column]:
    """The two columns of an open objective."""
    options = {"css": "c-num", "sorts": True, "falls_first": True, "written": eur, "needs": frozenset({AIMS})}
    return (
        single(
            f"contribution{place}",
            lambda w: _("%(objective)s : contribution") % {"objective": w.objective(place)},
            _aim(place, "contribution"),
            **options,
        ),
        single(
            f"potentiel{place}",
            lambda w: _("%(objective)s : potentiel") % {"objective": w.objective(place)},
            _aim(place, "potential"),
            **options,
        ),
    )


WORTH = (
    Column(
        "recommandations",
        lambda w: _("Recommandations"),
        (
            Part(lambda w: _("Recommandations"), lambda row: row.won and row.won.count),
            Part(
                lambda w: _("Apport en %(revenue)s") % {"revenue": w.revenue}, lambda row: row.won and row.won.revenue
            ),
        ),
        written=nb,
        css="c-num",
        needs=frozenset({WON}),
    ),
    single(
        "heures",
        lambda w: _("Heures 12 mois"),
        _hours,
        written=lambda hours: nb(hours, 1),
        css="c-num",
        sorts=True,
        falls_first=True,
        needs=frozenset({TIME}),
    ),
    single(
        "ca_heure",
        lambda w: _("%(revenue)s par heure") % {"revenue": w.revenue},
        _revenue_per_hour,
        written=eur,
        css="c-num",
        sorts=True,
        needs=frozenset({TIME}),
    ),
    single(
        "marge_heure",
        lambda w: _("Marge par heure"),
        _margin_per_hour,
        written=eur,
        css="c-num",
        needs=frozenset({TIME}),
    ),
    *(column for place in PLACES for column in _aims(place)),
)

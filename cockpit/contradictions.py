"""Size against behaviour: what a tier and a segment say together, and the verb for those who contradict each other."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from segmentation.models import SegmentSlug, Tier
from segmentation.portfolio import Portfolio, Tally


@dataclass(frozen=True)
class Advice:
    """What to do of the clients of a cell: a verb, and a sentence."""

    verb: str
    words: str


SAVE = Advice(
    _("Sauver"), _("Ils pèsent lourd et s’éloignent : un rendez-vous cette semaine, avant toute prospection.")
)
DEVELOP = Advice(_("Développer"), _("Ils achètent souvent ou depuis peu, pour peu : proposez-leur un service de plus."))
CONFIRM = Advice(_("Confirmer"), _("Ils viennent d’arriver et pèsent déjà lourd : réussissez leurs 90 premiers jours."))
CONTRADICTIONS = {
    (Tier.A, SegmentSlug.CANNOT_LOSE): SAVE,
    (Tier.A, SegmentSlug.AT_RISK): SAVE,
    (Tier.A, SegmentSlug.NEW): CONFIRM,
    (Tier.A, SegmentSlug.FIRST_PURCHASES): CONFIRM,
    (Tier.C, SegmentSlug.CHAMPIONS): DEVELOP,
    (Tier.C, SegmentSlug.TO_DEVELOP): DEVELOP,
}
WITHOUT = ""


@dataclass(frozen=True)
class Crossed:
    """The clients of one tier and one segment. `advice` is None where the two agree."""

    tier: str
    segment: str
    tally: Tally
    share: Decimal | None
    advice: Advice | None


@dataclass(frozen=True)
class Row:
    """One tier against every segment; `total` is its clients with a segment."""

    tier: str
    cells: tuple[Crossed, ...]
    total: Tally


def crossing(portfolio: Portfolio) -> list[Row]:
    """The tiers from A down, then the clients in none when there are any: each against the eleven segments."""
    found: dict[tuple[str, str], Tally] = {}
    for (tier, segment, _r, _fm), tally in portfolio.groups:
        if segment:
            found[tier, segment] = found.get((tier, segment), Tally()) + tally
    revenue = portfolio.total.revenue
    rows = [_row(tier, found, revenue) for tier in [*Tier.values, WITHOUT]]
    return [row for row in rows if row.tier or row.total.clients]


def _row(tier: str, found: dict[tuple[str, str], Tally], revenue: Decimal) -> Row:
    cells = tuple(
        Crossed(
            tier,
            segment,
            tally := found.get((tier, segment), Tally()),
            tally.revenue / revenue if revenue > 0 else None,
            CONTRADICTIONS.get((tier, segment)),
        )
        for segment in SegmentSlug.values
    )
    return Row(tier, cells, sum((cell.tally for cell in cells), Tally()))


def contradictions(rows: list[Row]) -> list[Crossed]:
    """The cells that hold a contradiction and somebody, in the order of CONTRADICTIONS."""
    cells = {(cell.tier, cell.segment): cell for row in rows for cell in row.cells if cell.tally.clients}
    return [cells[place] for place in CONTRADICTIONS if place in cells]

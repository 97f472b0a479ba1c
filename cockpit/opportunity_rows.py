"""The rows and the services of the matrix of opportunities, as addresses name them and as people read them.

A row is "segment-loyal", "palier-A", "secteur-F" or "besoin-12", a service "12", a family "famille-12": the family of
the service of that number.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from clients.models import Service
from clients.sectors import Section
from cockpit.templatetags.figures import segment_name, tier_name
from segmentation.models import Need, Offering, Score, ScoringRun, SegmentSlug, Tier
from segmentation.opportunity_matrix import Axis, with_need

FAMILY = "famille-"
KINDS = {Axis.SEGMENT: "segment", Axis.TIER: "palier", Axis.SECTOR: "secteur", Axis.NEED: "besoin"}
NOTHING = "0"  # instead of an empty value
NUMBERS = 18  # digits of an id, at most


@dataclass(frozen=True)
class AxisRow:
    """One row: the value that the cells of the matrix are known by, how an address names it, and its name."""

    axis: str
    value: str | int
    name: str

    @property
    def slug(self) -> str:
        return f"{KINDS[Axis(self.axis)]}-{self.value or NOTHING}"

    def narrow(self, scores: QuerySet[Score]) -> QuerySet[Score]:
        """Those of these scores that belong to the row."""
        match self.axis:
            case Axis.NEED:
                return with_need(scores, int(self.value))
            case Axis.SECTOR:
                return scores.filter(peer__group__sector=self.value)
            case Axis.TIER:
                return scores.filter(tier=self.value)
            case _:
                # Of its group too: it is by groups that the clients of a segment are found without reading all scores.
                return scores.filter(segment=self.value, peer__group__segment=self.value)


def rows_of(axis: str, values: set) -> list[AxisRow]:
    """The rows of an axis in order; sectors and what has no name only where somebody is."""
    if axis == Axis.NEED:
        return [AxisRow(axis, need.pk, need.name) for need in Need.objects.active()]
    known = {Axis.SEGMENT: SegmentSlug.values, Axis.TIER: Tier.values, Axis.SECTOR: Section.values}[Axis(axis)]
    shown = [value for value in known if value in values or axis == Axis.TIER]
    return [_named(axis, value) for value in [*shown, *([""] if "" in values else [])]]


def row_called(slug: str) -> AxisRow | None:
    """The row that an address names; None for anything else."""
    kind, _dash, value = slug.partition("-")
    axis = next((one for one, name in KINDS.items() if name == kind), None)
    if axis == Axis.NEED:
        need = Need.objects.filter(pk=int(value)).first() if _is_number(value) else None
        return need and AxisRow(axis, need.pk, need.name)
    value = "" if value == NOTHING else value
    allowed = {Axis.SEGMENT: SegmentSlug.values, Axis.TIER: Tier.values, Axis.SECTOR: Section.values}
    return _named(axis, value) if axis and value in ["", *allowed[axis]] else None


def _named(axis: str, value: str) -> AxisRow:
    match axis:
        case Axis.SEGMENT:
            name = _("Segment %(name)s") % {"name": segment_name(value)} if value else segment_name(value)
        case Axis.TIER:
            name = tier_name(value)
        case _:
            name = str(Section(value).label) if value else _("Sans secteur")
    return AxisRow(axis, value, name)


def slugs_of(offerings: Iterable[Offering]) -> dict[int, str]:
    """How addresses name these services or families: {offering id: slug}; a query when there are families."""
    found = list(offerings)
    families = [one.family for one in found if one.family]
    first = {}
    if families:
        rows = Service.objects.filter(family__in=families).order_by().values_list("family")
        first = dict(rows.annotate(first=Min("pk")))
    return {one.pk: f"{FAMILY}{first[one.family]}" if one.family else str(one.service_id) for one in found}


def subject_of(slug: str) -> tuple[Service | None, str] | None:
    """The service, or None and the family, that an address names; None when there is no such thing."""
    is_family, number = slug.startswith(FAMILY), slug.removeprefix(FAMILY)
    service = Service.objects.filter(pk=int(number)).first() if _is_number(number) else None
    if service is None or (is_family and not service.family):
        return None
    return (None, service.family) if is_family else (service, "")


def offering_called(slug: str, run: ScoringRun | None) -> Offering | None:
    """What the matrix of this run has under this address."""
    subject = subject_of(slug)
    if subject is None or run is None:
        return None
    service, family = subject
    return Offering.objects.filter(run=run, service=service, family=family).select_related("service").first()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= NUMBERS

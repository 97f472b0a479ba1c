"""Needs as an axis: crossed with segments, tiers or sectors, and with the services that answer them."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Right
from clients.figures import eur, nb
from clients.folding import fold
from clients.models import Service
from clients.sectors import Section
from cockpit.filters import NONE
from cockpit.links import Links
from cockpit.need_register import held_in
from cockpit.scope import PARAMETER, Scope, scope_of
from cockpit.templatetags.figures import tier_name
from segmentation import needs
from segmentation.models import Need, NeedService, ScoringRun, SegmentSlug, Tier
from segmentation.need_figures import Axis, NeedTally, crossed

SERVICES = 50  # a page of the grid
SERVICE = "service"  # the hidden field that names each service shown
PAIR = "reponse"  # the box of a need and a service: "3-12"
AXES = [
    (Axis.SEGMENT, "segment", gettext_lazy("Segments")),
    (Axis.TIER, "palier", gettext_lazy("Paliers")),
    (Axis.SECTOR, "secteur", gettext_lazy("Secteurs")),
]
MEASURES = [
    ("clients", gettext_lazy("Clients")),
    ("euros", gettext_lazy("Montant")),
    ("trous", gettext_lazy("Sans service")),
]


@dataclass(frozen=True)
class CrossCell:
    """What one cell says, and the list behind it; no address where there is nobody."""

    text: str
    url: str
    level: int  # 0 to 3, of the intensities of the map


@dataclass(frozen=True)
class Crossing:
    """A table of needs by the values of one axis."""

    headings: list[str]
    rows: list[tuple[Need, list[CrossCell]]]


@require_safe
def need_crossing(request: HttpRequest) -> HttpResponse:
    """Needs by segment, tier or sector; each cell leads to its clients."""
    scope, run = scope_of(request.user, request.GET.get(PARAMETER)), ScoringRun.objects.latest_at()
    axis = next((one for one in AXES if one[1] == request.GET.get("par")), AXES[0])
    measure = next((slug for slug, _label in MEASURES if slug == request.GET.get("mesure")), MEASURES[0][0])
    context = {
        "run": run,
        "scope": scope,
        "axes": [(slug, label) for _axis, slug, label in AXES],
        "axis": axis[1],
        "measures": MEASURES,
        "measure": measure,
        "crossing": crossing(scope, run, axis[0], measure),
    }
    return render(request, "cockpit/needs/crossing.html", context)


def crossing(scope: Scope, run: ScoringRun | None, axis: str, measure: str) -> Crossing:
    """The table of this portfolio: two queries whatever its size."""
    found = crossed(held_in(scope), run, axis)
    columns = _columns(axis, {value for _need, value in found})
    needs_shown, links = list(Need.objects.active()), Links(scope)
    rows = []
    for need in needs_shown:
        tallies = [found.get((need.pk, value), NeedTally()) for value, _label, _query in columns]
        queries = [query for _value, _label, query in columns]
        rows.append((need, _cells(need, tallies, queries, measure, links)))
    return Crossing([label for _value, label, _query in columns], rows)


def _columns(axis: str, values: set[str]) -> list[tuple[str, str, str]]:
    """The values of an axis that are shown: (value, heading, query of the list). Sectors where nobody is are left."""
    if axis == Axis.SEGMENT:
        return [(slug, str(label), f"segment={slug}") for slug, label in SegmentSlug.choices]
    if axis == Axis.TIER:
        return [(letter, tier_name(letter), f"palier={letter}") for letter in Tier.values]
    sectors = [(letter, str(label), f"secteur={letter}") for letter, label in Section.choices if letter in values]
    return [*sectors, *([("", _("Sans secteur"), f"secteur={NONE}")] if "" in values else [])]


def _cells(need: Need, tallies: list[NeedTally], queries: list[str], measure: str, links: Links) -> list[CrossCell]:
    most = max((tally.clients for tally in tallies), default=0)
    name = "besoin_ouvert" if measure == "trous" else "besoin"
    return [
        CrossCell(
            text=_said(tally, measure),
            url=links.of(f"{name}={need.slug}&{query}") if _counted(tally, measure) else "",
            level=-(-3 * tally.clients // most) if most else 0,
        )
        for tally, query in zip(tallies, queries, strict=True)
    ]


def _counted(tally: NeedTally, measure: str) -> int:
    return tally.holes if measure == "trous" else tally.clients


def _said(tally: NeedTally, measure: str) -> str:
    if not _counted(tally, measure):
        return "–"
    return eur(tally.revenue) if measure == "euros" else nb(_counted(tally, measure))


@require_http_methods(["GET", "HEAD", "POST"])
def need_services(request: HttpRequest) -> HttpResponse:
    """The grid of needs and the services that answer them, a page of services at a time."""
    may_manage = request.user.may(Right.MANAGE_NEEDS)
    if request.method == "POST":
        if not may_manage:
            raise PermissionDenied
        return _saved(request)
    asked = request.GET.get("q", "").replace("\0", "")[:80]
    services = Service.objects.filter(sort_name__contains=fold(asked)) if asked else Service.objects.all()
    page = Paginator(services, SERVICES).get_page(request.GET.get("page"))
    shown = list(Need.objects.active())
    known = set(NeedService.objects.filter(service__in=list(page)).values_list("need", "service"))
    rows = [
        (service, [(need, f"{need.pk}-{service.pk}", (need.pk, service.pk) in known) for need in shown])
        for service in page
    ]
    context = {"needs": shown, "rows": rows, "page": page, "asked": asked, "may_manage": may_manage}
    return render(request, "cockpit/needs/services.html", context)


def _saved(request: HttpRequest) -> HttpResponse:
    """Saves the boxes of the services that the page showed; the others stay as they are."""
    shown = {int(pk) for pk in request.POST.getlist(SERVICE)[:SERVICES] if _is_key(pk)}
    pairs = [text.split("-") for text in request.POST.getlist(PAIR)]
    wanted = {(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2 and all(map(_is_key, pair))}
    count = needs.set_answers(wanted=wanted, service_ids=shown, by=request.user)
    said = ngettext("%(count)s case changée.", "%(count)s cases changées.", count) % {"count": count}
    messages.success(request, said)
    return redirect(request.get_full_path())


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19

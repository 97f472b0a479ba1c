"""Segmentation: the three tiers, the RFM map, and size against behaviour, a page each of one portfolio in one run."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Firm
from accounts.roles import Right
from cockpit.contradictions import Crossed, Row, contradictions, crossing
from cockpit.dashboard import MEASURES, REMEMBERED_SECONDS, Board, SegmentRow, TierRow
from cockpit.links import Links
from cockpit.scope import PARAMETER, scope_of
from segmentation import adoption, lifetime
from segmentation.explanation import run_notes
from segmentation.models import Colour, LifetimeValue, Score, ScoringRun
from segmentation.portfolio import Medians, Tally
from segmentation.relation import access
from segmentation.thresholds import Scale, scales_of

FIRST_CLIENTS = 20


@dataclass(frozen=True)
class Section:
    """One page of the segmentation, as a tab: shown once Direction switched its part on."""

    view: str
    label: str
    part: Firm.Part | None = None
    right: Right | None = None


SECTIONS = [
    Section("cockpit:tiers", gettext_lazy("Paliers 80/20")),
    Section("cockpit:rfm-map", gettext_lazy("Carte RFM"), part=Firm.Part.RFM),
    Section("cockpit:crossing", gettext_lazy("Taille × comportement"), part=Firm.Part.RFM),
    Section("cockpit:method", gettext_lazy("Règles"), part=Firm.Part.RFM),
]


@dataclass(frozen=True)
class Page:
    """A tab as drawn."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Place:
    """One client among the first: its rank in the portfolio, and the share of revenue down to it."""

    rank: int
    score: Score
    share: Decimal


@dataclass(frozen=True)
class SegmentFigures:
    """One segment of the table: its row on the dashboard, the share of clients, what a client is like and worth.

    `lifetime` and `worth`, the average lifetime value of a client, are None without enough history."""

    row: SegmentRow
    clients: Decimal | None
    medians: Medians | None
    lifetime: LifetimeValue | None
    worth: Decimal | None

    @property
    def years(self) -> str:
        """How many years of revenue: "4,2 ans"."""
        return lifetime.years_words(self.lifetime) if self.lifetime else ""


class Classes(Board):
    """The figures of the dashboard, and what these pages add to them."""

    @cached_property
    def first_clients(self) -> list[Place]:
        """The clients of most revenue of this portfolio, in order: equal amounts have the same place."""
        ranked = self.scope.scores(self.run).filter(tier_revenue__gt=0)
        scores = ranked.select_related("client").order_by("-tier_revenue", "client_id")[:FIRST_CLIENTS]
        found: list[Place] = []
        so_far = Decimal(0)
        for number, score in enumerate(scores, start=1):
            so_far += score.tier_revenue
            is_tied = bool(found) and found[-1].score.tier_revenue == score.tier_revenue
            rank = found[-1].rank if is_tied else number
            found.append(Place(rank, score, so_far / self.total.positive_revenue))
        return found

    @cached_property
    def medians(self) -> dict[str, Medians]:
        """The typical silence, purchases and revenue of each segment; kept a while for a whole run, like its sums."""
        if not self.is_everything:
            return self.portfolio.medians
        return cache.get_or_set(f"medians-{self.run.pk}", lambda: self.portfolio.medians, REMEMBERED_SECONDS)

    @cached_property
    def lifetimes(self) -> dict[str, LifetimeValue]:
        return lifetime.years_of(self.run)

    @property
    def scales(self) -> list[Scale]:
        return scales_of(self.run)

    @property
    def notes(self) -> list[str]:
        return run_notes(self.run)

    @cached_property
    def segment_figures(self) -> list[SegmentFigures]:
        """The eleven segments, in order."""
        return [self._figures(row) for row in self.segments]

    def _figures(self, row: SegmentRow) -> SegmentFigures:
        value, tally, everybody = self.lifetimes.get(row.slug), row.tally, self.judged.clients
        worth = None
        if value is not None and tally.clients:
            worth = lifetime.yearly(tally.positive_revenue, self.run) * value.years / tally.clients
        share = Decimal(tally.clients) / everybody if everybody else None
        return SegmentFigures(row, share, self.medians.get(row.slug), value, worth)

    @cached_property
    def tier_figures(self) -> list[tuple[TierRow, Decimal | None]]:
        """Each tier of this portfolio, and the revenue from which it starts in it."""
        tiered = self.scope.scores(self.run).exclude(tier="").order_by()
        starts = dict(tiered.values_list("tier").annotate(Min("tier_revenue")))
        return [(row, starts.get(row.letter)) for row in self.tiers]

    @cached_property
    def crossing(self) -> list[Row]:
        return crossing(self.portfolio)

    @property
    def crossing_by_segment(self) -> list[tuple[str, list[Crossed]]]:
        """The same as a table reads it: each segment with its cells, tier by tier."""
        columns = [row.cells for row in self.crossing]
        return [(cells[0].segment, list(cells)) for cells in zip(*columns, strict=True)]

    @cached_property
    def contradictions(self) -> list[Crossed]:
        return contradictions(self.crossing)

    @property
    def contradicting(self) -> Tally:
        """What the clients of all contradictions amount to together."""
        return sum((cell.tally for cell in self.contradictions), Tally())


@require_safe
def segmentation(request: HttpRequest) -> HttpResponse:
    """The tiers: where everybody begins."""
    return redirect("cockpit:tiers")


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """Who weighs how much, and the cuts between the three tiers."""
    adopted = adoption.adopted()
    may_adopt = adopted is None and request.user.may(Right.MANAGE_RULES)
    return _page(request, "tiers", _("Paliers 80/20"), adopted=adopted, may_adopt=may_adopt)


@require_safe
def rfm_map(request: HttpRequest) -> HttpResponse:
    """Behaviour: the 25 cells, the eleven segments, and the thresholds behind them."""
    _require_rfm()
    return _page(request, "rfm", _("Carte RFM"))


@require_safe
def crossing_page(request: HttpRequest) -> HttpResponse:
    """Size against behaviour, of the clients of one colour when the address names it."""
    _require_rfm()
    reads = request.user.may(Right.READ_GRADES) and Firm.current().shows(Firm.Part.RELATION)
    grades = Colour.choices if reads else []
    colour = next((value for value, _label in grades if value == request.GET.get("note")), "")
    return _page(request, "crossing", _("Taille × comportement"), colour=colour, grades=grades)


@require_POST
@required(Right.MANAGE_RULES)
def adopt_tiers(request: HttpRequest) -> HttpResponse:
    """Takes the three tiers for the firm's own."""
    is_new = adoption.adopt(by=request.user)
    undo = reverse("cockpit:undo-adoption") if is_new else ""
    messages.success(request, _("Paliers adoptés."), extra_tags=undo)
    return redirect("cockpit:tiers")


@require_POST
@required(Right.MANAGE_RULES)
def undo_adoption(request: HttpRequest) -> HttpResponse:
    """Takes the adoption back; a second time changes nothing."""
    adoption.undo(by=request.user)
    messages.success(request, _("C’est annulé."))
    return redirect("cockpit:tiers")


def _require_rfm() -> None:
    if not Firm.current().shows(Firm.Part.RFM):
        raise Http404


def _page(request: HttpRequest, name: str, title: str, *, colour: str = "", **context) -> HttpResponse:
    run = ScoringRun.objects.latest_at()
    pages = pages_for(request)
    if run is None:
        return render(request, "cockpit/no_run.html", {"title": title})
    scope = scope_of(request.user, request.GET.get(PARAMETER))
    asked = request.GET.get("mesure")
    among = access.with_grade(scope.scores(run), [colour], request.user) if colour else None
    board = Classes(scope, run, measure=asked if asked in MEASURES else "clients", among=among)
    links = Links(scope, [("note", colour)] if colour else [])
    context |= {"board": board, "links": links, "pages": pages, "title": title, "run": run, "colour": colour}
    template = name if board.total.clients or colour else "empty"
    return render(request, f"cockpit/classes/{template}.html", context)


def pages_for(request: HttpRequest) -> list[Page]:
    """The tabs among these pages; the portfolio chosen stays from one to the other."""
    firm, kept = Firm.current(), request.GET.get(PARAMETER, "")
    shown = [
        section
        for section in SECTIONS
        if (section.part is None or firm.shows(section.part))
        and (section.right is None or request.user.may(section.right))
    ]
    return [
        Page(str(one.label), _with_scope(reverse(one.view), kept), reverse(one.view) == request.path) for one in shown
    ]


def _with_scope(url: str, kept: str) -> str:
    return f"{url}?{PARAMETER}={kept}" if kept.isascii() and kept.isalnum() else url

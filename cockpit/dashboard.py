"""The dashboard: where the money comes from, where it leaks, and what to do today, for one portfolio."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Firm
from accounts.roles import Right, Role
from campaigns.models import Action
from clients.models import Source
from cockpit import charts
from cockpit.links import Links
from cockpit.movement_list import chosen_runs, shifts_of
from cockpit.movements import MoveBoard, made_board
from cockpit.scope import PARAMETER, Scope, scope_of
from cockpit.takeaways import takeaways
from cockpit.welcome import AWAITING
from segmentation.groups import scored_by_month
from segmentation.models import Score, ScoreQuerySet, ScoringRun, Segment, Tier, shown_today
from segmentation.portfolio import Concentration, Portfolio, Tally
from segmentation.shifts import SEGMENTS, Axis, Shifts

FIRST_CALLS = 5
STALE_AFTER_DAYS = 35
REMEMBERED_SECONDS = 300
COURSE_MONTHS = 13
MOST_SCORES_READ = 300_000  # beyond, no page waits for its decoration

MEASURES = {"clients": _("Clients"), "ca": _("CA"), "panier": _("Panier moyen")}
SECTIONS = {  # what a role sees first; the rest follows
    Role.COMMERCIAL: ["calls", "figures", "pareto", "rfm", "moves"],
    Role.MARKETING: ["figures", "rfm", "moves", "pareto", "calls"],
}
SECTIONS_OF_THE_OTHERS = ["figures", "pareto", "rfm", "moves", "calls"]
OF_A_PART = {"rfm": Firm.Part.RFM, "moves": Firm.Part.MOVEMENTS}


POSITIVE = Q(tier_revenue__gt=0)
COURSES = {
    "ranked": Count("id", filter=POSITIVE),
    "positive": Sum("tier_revenue", filter=POSITIVE),
    "top": Sum("tier_revenue", filter=Q(tier=Tier.A), default=Decimal(0)),
}


def _amount_shown() -> Sum:
    return Sum("risk__amount", filter=shown_today(), default=Decimal(0))


@require_safe
def dashboard(request):
    """The portfolio that the address names, in the latest official run; the first steps while there is none."""
    run = ScoringRun.objects.latest_at()
    if run is None:
        return redirect(f"{reverse('cockpit:welcome')}?{AWAITING}=1")
    scope = scope_of(request.user, request.GET.get(PARAMETER))
    asked = request.GET.get("mesure")
    board = Board(scope, run, measure=asked if asked in MEASURES else "clients")
    context = {
        "board": board,
        "links": Links(scope),
        "sections": sections_for(request.user),
        "may_report": request.user.may(Right.READ_REPORTS),
    }
    return render(request, "cockpit/dashboard.html" if board.total.clients else "cockpit/dashboard_empty.html", context)


def sections_for(user) -> list[str]:
    """The parts of the page in the order this person needs them; some only where the firm switched them on."""
    order = SECTIONS.get(user.roles[0], SECTIONS_OF_THE_OTHERS) if len(user.roles) == 1 else SECTIONS_OF_THE_OTHERS
    firm = Firm.current()
    shown = [name for name in order if name not in OF_A_PART or firm.shows(OF_A_PART[name])]
    return [f"cockpit/dashboard/_{name}.html" for name in shown]


@dataclass(frozen=True)
class Cell:
    """One cell of the RFM map as drawn: `value` is what the chosen measure says, `level` how strongly it shows."""

    r: int
    fm: int
    segment: str
    tally: Tally
    value: Decimal | int | None
    share: Decimal | None
    level: int


@dataclass(frozen=True)
class SegmentRow:
    slug: str
    advice: str
    tally: Tally
    value: Decimal | int | None
    share: Decimal | None
    bar: str


@dataclass(frozen=True)
class TierRow:
    """One tier in figures; shares are of the clients ranked and of their revenue."""

    letter: str
    tally: Tally
    clients: Decimal
    revenue: Decimal


@dataclass(frozen=True)
class Courses:
    """Figures of one portfolio run after run, oldest first; empty with fewer than two runs to tell of."""

    clients: tuple[int, ...] = ()
    at_risk: tuple[Decimal, ...] = ()
    dependency: tuple[Decimal, ...] = ()

    @classmethod
    def of(cls, scope: Scope, runs: list[ScoringRun]) -> "Courses":
        """The courses that these runs, in order, tell of this portfolio: one statement."""
        rows = Score.objects.of_runs(runs).visible_to(scope.user)
        if scope.owner_id is not None:
            rows = rows.filter(client__owner=scope.owner_id)
        found = {row["run"]: row for row in rows.order_by().values("run").annotate(**COURSES, amount=_amount_shown())}
        told = [found[run.pk] for run in runs if run.pk in found]
        if len(told) < 2:
            return cls()
        shares = [row["top"] / row["positive"] for row in told if row["positive"]]
        return cls(
            clients=tuple(row["ranked"] for row in told),
            at_risk=tuple(row["amount"] for row in told),
            dependency=tuple(shares) if len(shares) == len(told) else (),
        )


class Board:
    """Everything the dashboard shows of one portfolio in one run, each part computed when the page asks for it; sums
    are those of the scores `among` them, when given."""

    def __init__(self, scope: Scope, run: ScoringRun, measure: str = "clients", among: ScoreQuerySet | None = None):
        self.scope, self.run, self.measure = scope, run, measure
        self.portfolio = Portfolio(scope.scores(run) if among is None else among)
        self.measures = [(key, MEASURES[key]) for key in MEASURES]
        is_narrowed = scope.owner_id is not None or among is not None
        self.is_everything = not is_narrowed and scope.user.may(Right.SEE_ALL_CLIENTS)
        self._recall()

    def _recall(self):
        """Takes the aggregates of a whole run from the cache: its scores never change, its risks say when they do."""
        if not self.is_everything:
            return
        key = f"portfolio-3-{self.run.pk}-{self.run.risks_version}-{timezone.localdate()}"  # risks come back by date
        found = cache.get(key)
        if found is None:
            found = (self.portfolio.groups, self.portfolio.concentration(), self.months, self.courses)
            cache.set(key, found, REMEMBERED_SECONDS)
        self.portfolio.groups, self.concentration, self.months, self.courses = found

    # --- Figures

    @property
    def total(self) -> Tally:
        return self.portfolio.total

    @property
    def judged(self) -> Tally:
        """Those whose purchases are known by date: who can be in a segment, or at risk."""
        return self.portfolio.with_rfm

    @property
    def tiers_only(self) -> int:
        """The others: known by yearly totals, they are in the tiers and nowhere else."""
        return self.total.clients - self.judged.clients

    @cached_property
    def concentration(self) -> Concentration:
        return self.portfolio.concentration()

    @property
    def eighty_share(self) -> Decimal | None:
        """The share of the clients who bring 80 % of the revenue."""
        found = self.concentration
        return Decimal(found.for_eighty_percent) / found.ranked if found.ranked else None

    @property
    def compares(self) -> bool:
        """Whether the facts cover the whole year before this one: else an evolution would be invented."""
        oldest, months = self.run.oldest_purchase_on, self.run.rules.tier_window_months
        is_invoiced = oldest is not None and oldest <= self.run.tier_from - relativedelta(months=months)
        return is_invoiced or self.run.totals_cover_former_window

    @property
    def revenue_evolution(self) -> Decimal | None:
        return self.total.evolution if self.compares else None

    @property
    def clients_evolution(self) -> Decimal | None:
        former = self.total.former
        return Decimal(self.total.ranked) / former - 1 if self.compares and former else None

    @cached_property
    def months(self) -> list[Decimal]:
        """The revenue of each of the twelve rolling months of the run, oldest first; empty without any."""
        clients = None if self.is_everything else self.scope.clients()
        months = scored_by_month(self.run, clients)
        return months if any(months) else []

    @cached_property
    def courses(self) -> Courses:
        """How the figures went, from the month-end runs of a year; nothing is drawn while there is but one run."""
        since = self.run.as_of - relativedelta(months=COURSE_MONTHS)
        runs = ScoringRun.objects.standing().filter(as_of__gt=since, as_of__lte=self.run.as_of).order_by("as_of")
        last_of_month = {run.as_of.strftime("%Y-%m"): run for run in runs.only("as_of", "scored")}
        if len(last_of_month) < 2 or sum(run.scored for run in last_of_month.values()) > MOST_SCORES_READ:
            return Courses()
        return Courses.of(self.scope, list(last_of_month.values()))

    def shifts(self, axis: Axis = SEGMENTS) -> Shifts | None:
        """What changed in a quarter, by segment or by tier; None with fewer than two runs."""
        runs = ScoringRun.objects.standing().filter(as_of__lte=self.run.as_of).order_by("-as_of")
        former, _run = chosen_runs(list(runs), "", "")
        return shifts_of(self.scope, former, self.run, axis)

    @cached_property
    def moves(self) -> MoveBoard | None:
        """Who changed segment in a quarter; None with fewer than two runs."""
        shifts = self.shifts()
        if shifts is None:
            return None
        former = shifts.former
        kept = {PARAMETER: self.scope.key} if self.scope.owner_id is not None else {}
        if self.is_everything:
            key = f"moves-1-{former.pk}-{former.compared_with}-{self.run.pk}-{self.run.compared_with}"
            shifts.counted = cache.get_or_set(key, lambda: shifts.counted, REMEMBERED_SECONDS)
        return made_board(shifts, kept=kept)

    @property
    def sources(self) -> list[str]:
        return list(Source.objects.order_by("name").values_list("name", flat=True)[:4])

    @property
    def is_stale(self) -> bool:
        return (timezone.localdate() - self.run.as_of).days > STALE_AFTER_DAYS

    # --- Tiers

    @property
    def has_tiers(self) -> bool:
        return any(tally.clients for tally in self.portfolio.by_tier.values())

    @cached_property
    def tiers(self) -> list[TierRow]:
        """The three tiers of this portfolio; empty when there are too few clients for tiers."""
        clients = sum(tally.clients for tally in self.portfolio.by_tier.values())
        revenue = sum(tally.revenue for tally in self.portfolio.by_tier.values())
        if not clients or not revenue:
            return []
        return [
            TierRow(letter, tally, Decimal(tally.clients) / clients, tally.revenue / revenue)
            for letter, tally in self.portfolio.by_tier.items()
        ]

    @property
    def top_tier(self) -> TierRow | None:
        return self.tiers[0] if self.tiers else None

    @cached_property
    def steps(self) -> list[tuple[int, Decimal, Decimal, Decimal]]:
        """The data of the Pareto curve: (clients so far, their share, revenue so far, its share)."""
        found = self.concentration
        return [
            (step.place, Decimal(step.place) / found.ranked, step.cumulative, step.cumulative / found.total)
            for step in found.steps
        ]

    @property
    def pareto(self) -> charts.Pareto:
        tiers = [(row.letter, row.tally.clients, row.revenue) for row in self.tiers]
        return charts.pareto([(place, share) for place, _clients, _revenue, share in self.steps], tiers)

    @property
    def ribbons(self) -> charts.Ribbons:
        return charts.ribbons([(row.letter, row.clients, row.revenue) for row in self.tiers])

    # --- The RFM map

    def _measured(self, tally: Tally) -> Decimal | int | None:
        return {"clients": tally.clients, "ca": tally.revenue, "panier": tally.average_basket}[self.measure]

    def _share(self, tally: Tally) -> Decimal | None:
        return tally.revenue / self.total.revenue if self.total.revenue > 0 else None

    @cached_property
    def map(self) -> list[tuple[int, list[Cell]]]:
        """The rows of the map from the best FM down: (FM, cells from the oldest purchases to the newest)."""
        segments = {(cell.r, cell.fm): cell.segment for cell in self.run.rules.grid.all()}
        tallies = self.portfolio.by_cell
        level = dict(zip(tallies, charts.levels([self._measured(tally) for tally in tallies.values()]), strict=True))
        return [(fm, [self._cell(r, fm, segments[r, fm], level[r, fm]) for r in range(1, 6)]) for fm in range(5, 0, -1)]

    def _cell(self, r: int, fm: int, segment: str, level: int) -> Cell:
        tally = self.portfolio.by_cell[r, fm]
        return Cell(r, fm, segment, tally, self._measured(tally), self._share(tally), level)

    @cached_property
    def segments(self) -> list[SegmentRow]:
        advice = dict(Segment.objects.values_list("slug", "advice"))
        tallies = self.portfolio.by_segment
        largest = max(tally.revenue for tally in tallies.values())
        return [
            SegmentRow(
                slug,
                advice.get(slug, ""),
                tally,
                self._measured(tally),
                self._share(tally),
                charts.bar(tally.revenue, largest),
            )
            for slug, tally in tallies.items()
        ]

    # --- What to do

    @cached_property
    def takeaways(self):
        return takeaways(self.portfolio, self.concentration, self.scope, self.run)

    @property
    def calls(self):
        """The clients to call first: at risk, most euros first, nothing planned for them yet."""
        planned = Action.objects.open().filter(client=OuterRef("client"))
        first = self.scope.scores(self.run).at_risk().filter(~Exists(planned), risk__amount__gt=0)
        dearest = first.order_by(F("risk__amount").desc(nulls_last=True), "risk__client_id")
        return dearest.select_related("client", "client__owner", "risk")[:FIRST_CALLS]

    # --- An empty portfolio

    @cached_property
    def clients_without_score(self) -> int:
        return self.scope.clients().count()

    @property
    def tier_minimum(self) -> int:
        return self.run.rules.tier_min_clients

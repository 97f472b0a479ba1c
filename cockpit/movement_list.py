"""Who changed segment or tier between two runs, as one address of the page shows it: runs, portfolio, way, filters."""

from functools import cached_property

import django_filters as filters
from dateutil.relativedelta import relativedelta
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cockpit.filters import ScoreFilter
from cockpit.layouts import MOVEMENTS, TIER_MOVEMENTS
from cockpit.listing import Listing
from cockpit.scope import Scope
from cockpit.selection import CARRIED, Selection
from cockpit.templatetags.figures import class_name
from segmentation.models import Score, ScoringRun, SegmentSlug, Tier
from segmentation.shifts import (
    ARRIVAL,
    ASIDE,
    FALL,
    LOSS,
    NOWHERE,
    RISE,
    SEGMENTS,
    TIERS,
    UNRANKED,
    Axis,
    Shifts,
    changes_of,
)

FROM, TO, PENDING, MEASURE, BY = "du", "au", "attente", "mesure", "par"
BY_TIER = "paliers"
USUAL_SPAN = relativedelta(months=3)
ABSENT = "aucun"  # the segment, in an address, of who was not a client yet
ALL = "tous"
VIEWS = {
    "": (gettext_lazy("Décrochages"), FALL),
    "progressions": (gettext_lazy("Progressions"), RISE),
    "nouveaux": (gettext_lazy("Nouveaux"), ARRIVAL),
    "perdus": (gettext_lazy("Perdus"), LOSS),
    "autres": (gettext_lazy("Autres changements"), ASIDE),
    ALL: (gettext_lazy("Tous"), None),
}
TIER_VIEWS = {
    "": (gettext_lazy("Décrochages"), FALL),
    "progressions": (gettext_lazy("Progressions"), RISE),
    "nouveaux": (gettext_lazy("Entrées"), ARRIVAL),
    "perdus": (gettext_lazy("Sorties"), LOSS),
    ALL: (gettext_lazy("Tous"), None),
}
WITHOUT_TIER = (UNRANKED, gettext_lazy("Sans palier"))


class MovementFilter(ScoreFilter):
    """The same as elsewhere, `segment` and `palier` being where clients arrived, and `depart` where they came from."""

    palier = filters.MultipleChoiceFilter(method="in_tiers", choices=[*Tier.choices, WITHOUT_TIER])
    depart = filters.MultipleChoiceFilter(
        method="coming_from",
        choices=[*SegmentSlug.choices, *Tier.choices, WITHOUT_TIER, (ABSENT, gettext_lazy("Pas encore client"))],
    )
    ca_min = filters.NumberFilter(field_name="stake", lookup_expr="gte", min_value=0, max_value=1_000_000_000)

    def coming_from(self, queryset, name, value):
        classes = [NOWHERE if one == ABSENT else one for one in value]
        return queryset.filter(from_class__in=classes) if classes else queryset

    def in_tiers(self, queryset, name, value):
        return queryset.filter(tier__in=["" if one == UNRANKED else one for one in value]) if value else queryset

    def in_words(self, name, value) -> str:
        if name == "depart":
            return _("Pas encore client") if value == ABSENT else _("Venu de %(name)s") % {"name": class_name(value)}
        if value == UNRANKED:
            return class_name(value)
        return super().in_words(name, value)


class MovementSelection(Selection):
    """The clients of one address of the list of movements. `run` is the second of the two runs, `former` the first."""

    carries = (*CARRIED, FROM, TO, PENDING, MEASURE, BY, "portefeuille", "depart")
    score_filter_class = MovementFilter
    default_order = "-enjeu"
    only = "scored"

    def __init__(self, user: User, params: QueryDict, run: ScoringRun | None):
        self.runs = list(ScoringRun.objects.standing().select_related("rules").order_by("-as_of"))
        self.layout = TIER_MOVEMENTS if params.get(BY) == BY_TIER else MOVEMENTS
        self.former, chosen = chosen_runs(self.runs, params.get(FROM, ""), params.get(TO, ""))
        super().__init__(user, params, chosen or run)

    @property
    def axis(self) -> Axis:
        """What clients are followed by: segments, unless the address asks for tiers."""
        return TIERS if self.layout is TIER_MOVEMENTS else SEGMENTS

    @property
    def arrivals(self) -> list[str]:
        """The classes that the list can be narrowed to."""
        return [one for one in self.axis.classes if one != self.axis.gone]

    @property
    def views(self) -> dict[str, tuple]:
        return TIER_VIEWS if self.axis.is_tier else VIEWS

    @property
    def view(self) -> str:
        asked = self.params.get("vue", "")
        return asked if asked in self.views else ""

    @property
    def with_pending(self) -> bool:
        """Whether changes that no later run has confirmed are shown too."""
        return self.params.get(PENDING) == "1"

    @property
    def measure(self) -> str:
        return "ca" if self.params.get(MEASURE) == "ca" else "clients"

    @cached_property
    def shifts(self) -> Shifts | None:
        """What changed in this portfolio; None with fewer than two runs."""
        return shifts_of(self.scope, self.former, self.run, self.axis)

    def _viewed(self) -> QuerySet[Score]:
        if self.shifts is None:
            return Score.objects.none().annotate(stake=F("tier_revenue"), from_class=F("segment"))
        moved = self.shifts.moved(with_pending=self.with_pending)
        turn = self.views[self.view][1]
        return moved if turn is None else moved.filter(changes_of(turn, self.axis))

    def counts(self) -> dict[str, int]:
        """How many clients each view holds before any filter: those of the flows of the drawing."""
        flows = [flow for flow in self.shifts.flows(with_pending=self.with_pending) if flow.is_move and flow.has_list]
        return {
            key: sum(flow.clients for flow in flows if turn in (None, flow.turn))
            for key, (_label, turn) in self.views.items()
        }

    def _listing(self, needs: frozenset[str]) -> Listing:
        return Listing(
            run=self.run,
            clients=self.clients(),
            scores=self.scores(),
            only=self.only,
            default=self.default_order,
            needs=needs,
            former=self.former,
            followed_by=self.axis,
            reader=self.user,
            figures={"enjeu": (F("stake"), False)},
        )


def shifts_of(scope: Scope, former: ScoringRun | None, run: ScoringRun | None, axis: Axis = SEGMENTS) -> Shifts | None:
    """What changed in this portfolio from one run to the other; None without two runs."""
    if former is None or run is None:
        return None
    return Shifts(scores=scope.scores(run), former_scores=scope.scores(former), former=former, run=run, axis=axis)


def chosen_runs(runs: list[ScoringRun], start: str, end: str) -> tuple[ScoringRun | None, ScoringRun | None]:
    """The two runs that these days name, the older first; by default the latest, and that of a quarter before it.

    `runs` are the standing ones, the newest first. Both are None with fewer than two of them.
    """
    if len(runs) < 2:
        return None, None
    by_day = {run.as_of.isoformat(): run for run in runs}
    run = by_day.get(end, runs[0])
    if run is runs[-1]:
        run = runs[-2]
    earlier = [one for one in runs if one.as_of < run.as_of]
    usual = next((one for one in earlier if one.as_of <= run.as_of - USUAL_SPAN), earlier[-1])
    asked = by_day.get(start)
    return (asked if asked in earlier else usual), run

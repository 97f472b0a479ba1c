"""The relation: clients to rate, colours beside their reference, disagreements, reds to confirm, reframing plans."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import required
from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from cockpit import charts
from cockpit.dedicated import uncovered
from cockpit.scope import PARAMETER, scope_of
from cockpit.tabs import Tab
from segmentation.models import CRITERIA, Colour, Grade, GradeRules, ReframingPlan, Score, ScoringRun
from segmentation.relation import access, overview
from segmentation.relation import rules as weights
from segmentation.relation.wording import NAMES, explain, red_in_words

TABS = {
    "a-noter": _("À noter"),
    "couleurs": _("Couleurs"),
    "desaccords": _("Désaccords"),
    "rouges": _("Rouges à confirmer"),
    "plans": _("Plans de recadrage"),
}
ROWS = 25


@dataclass(frozen=True)
class GradeRow:
    """One graded client of a list, in words."""

    grade: Grade
    why: str
    red: str


class Board:
    """The page as one person may read it, for one tab of one portfolio."""

    def __init__(self, user: User, params: QueryDict, run: ScoringRun | None):
        self.user, self.params, self.run = user, params, run
        self.tab = params.get("onglet") if params.get("onglet") in TABS else next(iter(TABS))
        self.scope = scope_of(user, params.get(PARAMETER))

    @cached_property
    def clients(self) -> QuerySet[Client]:
        clients = access.clients_read_by(self.user)
        return clients if self.scope.owner_id is None else clients.filter(owner=self.scope.owner_id)

    @cached_property
    def rules(self) -> GradeRules:
        return weights.published()

    @property
    def grades(self) -> QuerySet[Grade]:
        return Grade.objects.filter(client__in=self.clients).select_related("client__owner", "rules")

    @property
    def plans(self) -> QuerySet[ReframingPlan]:
        return ReframingPlan.objects.filter(client__in=self.clients).select_related("client__owner", "owner")

    @property
    def to_rate(self) -> QuerySet[Score]:
        scores = overview.to_rate(self.clients, self.run, self.rules)
        return scores.select_related("client__owner", "client__grade")

    @cached_property
    def tabs(self) -> list[Tab]:
        counts = {
            "a-noter": self.to_rate.count(),
            "couleurs": self.split.total.clients,
            "desaccords": self.grades.disputed().count(),
            "rouges": self.grades.to_confirm().count(),
            "plans": self.plans.open().count(),
        }
        kept = f"&{PARAMETER}={self.scope.key}" if self.scope.choices else ""
        return [Tab(str(label), f"onglet={key}{kept}", key == self.tab, counts[key]) for key, label in TABS.items()]

    @cached_property
    def uncovered(self) -> int:
        """How many clients of tier A nobody follows, or nobody stands in for."""
        return uncovered(self.scope, self.run).count() if self.run else 0

    @cached_property
    def split(self) -> overview.Split:
        return overview.split(self.grades)

    @property
    def bars(self) -> list[tuple[overview.Share, str, str]]:
        """Each colour with the lengths of its bar and of its reference, of 100; no reference is an empty one."""
        return [(share, _length(share.share), _length(share.reference)) for share in self.split.shares]

    @cached_property
    def page(self) -> Page:
        """The rows of this tab, a page of them."""
        listed = {
            "a-noter": self.to_rate,
            "desaccords": self.grades.disputed().order_by("-spread", "-gap", "client"),
            "rouges": self.grades.to_confirm().select_related("proposed_by").order_by("score", "client"),
            "plans": self.plans.order_by("closed_at", "due_on", "id"),
        }
        return Paginator(listed.get(self.tab, self.grades.none()), ROWS).get_page(self.params.get("page"))

    @cached_property
    def rows(self) -> list[GradeRow]:
        """The graded clients of the page, in words."""
        return [
            GradeRow(grade, explain(grade, self._rules_of(grade)).sentence, red_in_words(grade)) for grade in self.page
        ]

    @property
    def criteria(self) -> list[tuple[str, int]]:
        """What a grade is made of, and its weight."""
        return [(str(NAMES[criterion]), self.rules.weight(criterion)) for criterion in CRITERIA]

    @property
    def cuts(self) -> list[tuple[Colour, int]]:
        """The least score of each colour."""
        cuts = (self.rules.dark_green_from, self.rules.light_green_from, self.rules.orange_from, 0)
        return list(zip(Colour, cuts, strict=True))

    @property
    def today(self):
        return timezone.localdate()

    def _rules_of(self, grade: Grade) -> GradeRules:
        """The rules that gave it: those in force, but for the while between their publication and the next run."""
        return self.rules if grade.rules_id == self.rules.rules_id else weights.of(grade.rules)


def _length(share: Decimal | None) -> str:
    """A share as a length of 100; empty when there is none."""
    return "" if share is None else charts.length(float(share * 100))


@require_safe
@required(Right.READ_GRADES)
def relation(request: HttpRequest) -> HttpResponse:
    """The page, on one of its tabs."""
    run = ScoringRun.objects.latest_at()
    board = Board(request.user, request.GET, run)
    return render(request, "cockpit/relation/board.html", {"board": board, "run": run})

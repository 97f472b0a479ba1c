"""Temps: where the hours go, the clients who take more than they bring, the fees to review, and noting time by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Export, Firm, User
from accounts.roles import Right
from clients import timesheets
from clients.downloads import FORMATS, download
from clients.exporting import Row
from clients.figures import nb, rounded
from clients.models import Client, TimeEntry
from cockpit import charts
from cockpit.calls import back, told
from cockpit.filters import Chip, ClientFilter, ScoreFilter, chips, values_of
from cockpit.forms import TimeForm
from cockpit.links import Links
from cockpit.scope import PARAMETER, scope_of
from cockpit.templatetags.figures import segment_name, tier_name
from segmentation import time_spent
from segmentation.models import ClientTime, PersonTime, ScoringRun
from segmentation.profitability import Part, Profitability

PAGE = 50
MISPLACED, FEES = "mal-place", "a-revoir"
BY = ("palier", "segment", "personne")
MOSTLY = Decimal("0.9")  # of the revenue: hours known for less than that are said to be


@require_safe
def time_page(request: HttpRequest) -> HttpResponse:
    """The hours of the portfolio that the address names; without any hour, how to begin."""
    run = ScoringRun.objects.latest_at()
    sheet = TimeSheet(request.user, request.GET, run)
    context = {"run": run, "sheet": sheet, "form": TimeForm(user=request.user), "today": timezone.localdate()}
    context["may_record"] = request.user.may(Right.RECORD_ACTIONS)
    context["may_export"] = request.user.may(Right.EXPORT)
    context["may_set"] = request.user.may(Right.SET_COURSE)
    if run is None or not sheet.has_hours:
        return render(request, "cockpit/time/empty.html", context)
    return render(request, "cockpit/time/page.html", context)


class TimeSheet:
    """What one address of the page shows to one reader."""

    def __init__(self, user: User, params: QueryDict, run: ScoringRun | None):
        self.user, self.params, self.run = user, params, run
        self.firm = Firm.current()
        self.scope = scope_of(user, params.get(PARAMETER))
        self.client_filter = ClientFilter(params, user=user, queryset=Client.objects.visible_to(user))
        self.score_filter = ScoreFilter(params, user=user, queryset=self.scope.scores(run))

    @property
    def view(self) -> str:
        return FEES if self.params.get("vue") == FEES else MISPLACED

    @property
    def by(self) -> str:
        asked = self.params.get("par", "")
        return asked if asked in BY else BY[0]

    @property
    def sees_costs(self) -> bool:
        return self.user.may(Right.SEE_COSTS)

    @property
    def target(self) -> Decimal | None:
        return self.firm.hourly_target

    @property
    def has_costs(self) -> bool:
        return self.figures.total.cost is not None

    @cached_property
    def figures(self) -> Profitability:
        return Profitability(
            self._of_scope(ClientTime.objects), self.scope.scores(self.run), self._of_scope(PersonTime.objects)
        )

    @cached_property
    def has_hours(self) -> bool:
        return self._of_scope(ClientTime.objects).exists()

    @cached_property
    def uncovered(self) -> Decimal | None:
        """The share of the revenue whose hours nobody writes down, when it is worth saying."""
        return 1 - self.figures.covered if self.figures.covered < MOSTLY else None

    @cached_property
    def parts(self) -> list[tuple[str, Part]]:
        """The table of the page: (name, part) for each tier, segment or person."""
        if self.by == "palier":
            return [(tier_name(part.key), part) for part in self.figures.by_tier]
        if self.by == "segment":
            return [(segment_name(part.key), part) for part in self.figures.by_segment]
        people = User.objects.in_bulk([int(part.key) for part in self.figures.by_person])
        return [(str(people[int(part.key)]), part) for part in self.figures.by_person]

    @cached_property
    def ribbons(self) -> charts.Ribbons:
        """Hours on the left, revenue on the right, tier by tier."""
        return charts.ribbons(
            [(part.key, part.share_of_hours, max(part.share_of_revenue, Decimal(0))) for part in self.figures.by_tier]
        )

    @cached_property
    def found(self) -> QuerySet[ClientTime]:
        """The clients of the view, filtered, in order."""
        found = self._viewed()
        if values_of(self.score_filter):
            found = found.filter(score__in=self.score_filter.qs)
        if values_of(self.client_filter):
            found = found.filter(client__in=self.client_filter.qs)
        return found.select_related("client__owner", "score")

    @cached_property
    def page(self) -> Page:
        return Paginator(self.found, PAGE).get_page(self.params.get("page"))

    @cached_property
    def amount(self) -> Decimal:
        """The euros of all the clients found: what they cost, or the increase that would restore the target."""
        if self.view == FEES and not self.target:
            return Decimal(0)
        name = "increase" if self.view == FEES else "lost"
        return self.found.order_by().aggregate(total=Sum(name))["total"] or Decimal(0)

    @cached_property
    def chips(self) -> list[Chip]:
        return chips(self.params, self.client_filter, self.score_filter)

    @property
    def links(self) -> Links:
        return Links(self.scope)

    def _viewed(self) -> QuerySet[ClientTime]:
        if self.view == FEES:
            return self.figures.below(self.target) if self.target else self._of_scope(ClientTime.objects).none()
        return self.figures.misplaced(with_costs=self.sees_costs)

    def _of_scope(self, rows):
        found = rows.of(self.run).visible_to(self.user)
        return found if self.scope.owner_id is None else found.filter(client__owner=self.scope.owner_id)


@require_POST
@required(Right.RECORD_ACTIONS)
def note_time(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Notes time by hand on the client of the address, or on the one that the form names."""
    form = TimeForm(request.POST, user=request.user)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        seen = Client.objects.visible_to(request.user)
        client = get_object_or_404(seen, pk=pk) if pk else form.client(seen)
        entry = timesheets.note(client=client, by=request.user, **form.noted())
        time_spent.follow([client.pk])
    except ValidationError as error:
        told(request, error)
        return back(request)
    words = {"hours": nb(entry.hours, 2), "client": client.name}
    messages.success(request, _("%(hours)s h notées pour %(client)s.") % words)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def remove_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back an entry noted by hand."""
    entry = get_object_or_404(TimeEntry.objects.visible_to(request.user), pk=pk)
    if timesheets.remove(entry=entry, by=request.user):
        time_spent.follow([entry.client_id])
        messages.success(request, _("Ce temps n’est plus compté."))
    else:
        messages.warning(request, _("Ce temps vient d’un fichier ou d’une action : il s’annule avec eux."))
    return back(request)


@dataclass(frozen=True)
class Heading:
    """One column of the file."""

    label: Callable[[TimeSheet], str]
    value: Callable[[ClientTime], object]


@require_POST
@required(Right.EXPORT)
def export_time(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The clients of the view that the address shows, as a file; who and what is journaled."""
    run = ScoringRun.objects.latest_at()
    if file_format not in FORMATS or run is None:
        raise Http404
    sheet = TimeSheet(request.user, request.GET, run)
    name = "honoraires-a-revoir" if sheet.view == FEES else "temps-mal-place"
    kept = request.GET.copy()
    kept.pop("q", None)
    Export.objects.create(
        name=name,
        filters=kept.urlencode()[:1000],
        file_format=file_format,
        row_count=sheet.found.count(),
        exported_by=request.user,
    )
    columns = columns_of(sheet)
    rows = ([column.value(one) for column in columns] for one in sheet.found.iterator(chunk_size=1000))
    headings: Row = [column.label(sheet) for column in columns]
    return download(name=name, file_format=file_format, headings=headings, rows=rows, title=_("Temps"))


def columns_of(sheet: TimeSheet) -> list[Heading]:
    """The columns of the file of this view for this reader: costs and margins only for who may see them."""
    columns = [
        Heading(lambda s: _("Code"), lambda one: one.client.code),
        Heading(lambda s: _("Client"), lambda one: one.client.name),
        Heading(lambda s: s.firm.owner, lambda one: str(one.client.owner or "")),
        Heading(lambda s: _("Palier"), lambda one: tier_name(one.score.tier if one.score else "")),
        Heading(lambda s: _("Heures"), lambda one: one.hours),
        Heading(lambda s: s.firm.revenue, lambda one: one.revenue),
        Heading(
            lambda s: _("%(revenue)s par heure") % {"revenue": s.firm.revenue},
            lambda one: rounded(one.revenue_per_hour, 2),
        ),
    ]
    if sheet.sees_costs:
        columns += [
            Heading(lambda s: _("Coût des heures"), lambda one: one.cost),
            Heading(
                lambda s: _("Marge par heure"),
                lambda one: None if one.margin_per_hour is None else rounded(one.margin_per_hour, 2),
            ),
        ]
    if sheet.view == FEES:
        return [
            *columns,
            Heading(lambda s: _("Hausse à prévoir"), lambda one: one.increase),
            Heading(
                lambda s: _("Hausse (pour cent)"), lambda one: None if one.rate is None else rounded(one.rate * 100, 1)
            ),
        ]
    return [*columns, Heading(lambda s: _("Manque à gagner"), lambda one: one.lost)]

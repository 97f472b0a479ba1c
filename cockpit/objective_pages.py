"""Objectifs: how far the firm is, what each client brings and could bring, and setting them for who may."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Avg, Case, CharField, Count, F, FilteredRelation, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.models import Export, Firm, User
from accounts.roles import Right
from clients.downloads import FORMATS, download
from clients.figures import day, eur, nb, rounded
from clients.models import Client
from cockpit import charts
from cockpit.filters import Chip, ClientFilter, ScoreFilter, chips, values_of
from cockpit.forms import ObjectiveForm, most_frequent_sectors
from cockpit.scope import PARAMETER, scope_of
from cockpit.templatetags.figures import segment_name, tier_name
from segmentation import objectives
from segmentation.models import ClientObjective, Objective, Score, ScoringRun, Tier
from segmentation.models.objectives import PLACES

PAGE = 50
VIEWS = {
    "contribution": gettext_lazy("Contribuent"),
    "potentiel": gettext_lazy("Potentiel"),
    "tous": gettext_lazy("Tous les clients"),
}
HIGH, LOW, NONE = "fort", "modeste", "aucun"
BANDS = {
    HIGH: pgettext_lazy("potential", "Fort"),
    LOW: pgettext_lazy("potential", "Modeste"),
    NONE: pgettext_lazy("potential", "Aucun"),
}


@dataclass(frozen=True)
class Card:
    """An open objective as one reader sees it: `progress` counts the clients that this person sees."""

    objective: Objective
    progress: objectives.Progress | None
    is_whole: bool

    @property
    def reached(self) -> str:
        return amount_in_words(self.objective, self.progress.reached)

    @property
    def target(self) -> str:
        return amount_in_words(self.objective, self.objective.target)

    @property
    def scope(self) -> str:
        """On what: the names of the services, or the starts of codes."""
        if self.objective.kind == Objective.Kind.SECTORS:
            return _("codes NAF %(codes)s") % {"codes": ", ".join(self.objective.sectors)}
        on = self.objective.needs if self.objective.kind == Objective.Kind.NEEDS else self.objective.services
        return ", ".join(one.name for one in on.all())

    @property
    def pace(self) -> str:
        """How it goes against an even pace, in words."""
        progress = self.progress
        if not progress.has_begun:
            return _("Commence le %(day)s.") % {"day": day(self.objective.starts_on)}
        if progress.is_reached:
            return _("Atteint.")
        gap = amount_in_words(self.objective, abs(progress.lead))
        if progress.is_over:
            return _("Terminé : il a manqué %(gap)s.") % {"gap": gap}
        expected = amount_in_words(self.objective, progress.expected)
        if progress.lead >= 0:
            return _("En avance de %(gap)s : à ce jour, un rythme régulier donnerait %(expected)s.") % {
                "gap": gap,
                "expected": expected,
            }
        return _("En retard de %(gap)s : à ce jour, un rythme régulier donnerait %(expected)s.") % {
            "gap": gap,
            "expected": expected,
        }

    @property
    def bar(self) -> str:
        """The part of the target that is reached, in hundredths, for a `<progress>`."""
        return f"{min(max(float(self.progress.share), 0.0), 1.0) * 100:.1f}" if self.progress else "0"


def cards_for(user: User, run: ScoringRun | None) -> list[Card]:
    """The open objectives, with one query for the totals of them all."""
    is_whole = user.may(Right.SEE_ALL_CLIENTS)
    sums: dict[int, dict] = {}
    if run:
        values = ClientObjective.objects.of(run).visible_to(user)
        rows = values.order_by().values("objective").annotate(**objectives.BROUGHT)
        sums = {row["objective"]: row for row in rows}
    cards = []
    for objective in Objective.objects.open().prefetch_related("services", "needs"):
        total = Decimal(sums.get(objective.pk, {}).get(objective.measure, 0))
        cards.append(Card(objective, objectives.Progress(objective, run.as_of, total) if run else None, is_whole))
    return cards


@require_safe
def objective_list(request: HttpRequest) -> HttpResponse:
    """The open objectives and how far they are; the closed ones below."""
    run = ScoringRun.objects.latest_at()
    cards = cards_for(request.user, run)
    context = {
        "run": run,
        "cards": cards,
        "closed": Objective.objects.closed()[:PAGE],
        "may_set": request.user.may(Right.SET_COURSE),
        "has_room": len(cards) < len(PLACES),
        "sees_all": request.user.may(Right.SEE_ALL_CLIENTS),
    }
    return render(request, "cockpit/objectives/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.SET_COURSE)
def edit_objective(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The form of a new objective, or of one that is open; saving values it at once."""
    known = get_object_or_404(Objective.objects.open(), pk=pk) if pk else None
    form = ObjectiveForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        try:
            on = {name: list(form.cleaned_data[name]) for name in ("services", "needs")}
            saved = objectives.set_objective(objective=form.save(commit=False), **on, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("L’objectif « %(name)s » est enregistré.") % {"name": saved.name})
            return redirect("cockpit:objective", pk=saved.pk)
    context = {"form": form, "known": known, "sectors": most_frequent_sectors()}
    return render(request, "cockpit/objectives/edit.html", context, status=422 if form.errors else 200)


@require_POST
@required(Right.SET_COURSE)
def close_objective(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes an objective: its place is free, what was reached is kept."""
    objective = get_object_or_404(Objective, pk=pk)
    objectives.close(objective=objective, by=request.user)
    messages.success(request, _("L’objectif « %(name)s » est fermé.") % {"name": objective.name})
    return redirect("cockpit:objectives")


@require_safe
def objective_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One open objective: its progress, value against potential, and its clients."""
    objective = get_object_or_404(Objective.objects.open(), pk=pk)
    run = ScoringRun.objects.latest_at()
    if run is None:
        return render(request, "cockpit/no_run.html", {"title": objective.name})
    card = next(card for card in cards_for(request.user, run) if card.objective == objective)
    context = {
        "run": run,
        "card": card,
        "aims": Aims(request.user, request.GET, run, objective),
        "may_set": request.user.may(Right.SET_COURSE),
        "may_export": request.user.may(Right.EXPORT),
    }
    return render(request, "cockpit/objectives/page.html", context)


@dataclass(frozen=True)
class Cell:
    """Clients of one tier and one band of potential: how many, and the euros they could bring."""

    tier: str
    band: str
    clients: int
    euros: Decimal
    level: int


class Aims:
    """The clients of one address of the page of an objective, `params` being its query string."""

    def __init__(self, user: User, params: QueryDict, run: ScoringRun, objective: Objective):
        self.user, self.params, self.run, self.objective = user, params, run, objective
        self.scope = scope_of(user, params.get(PARAMETER))
        self.client_filter = ClientFilter(params, user=user, queryset=Client.objects.visible_to(user))
        self.score_filter = ScoreFilter(params, user=user, queryset=self._valued())

    @property
    def view(self) -> str:
        asked = self.params.get("vue", "")
        return asked if asked in VIEWS else "contribution"

    @property
    def band(self) -> str:
        asked = self.params.get("potentiel", "")
        return asked if asked in BANDS else ""

    @property
    def views(self) -> list[tuple[str, str]]:
        return [(slug, str(label)) for slug, label in VIEWS.items()]

    @property
    def bands(self) -> list[tuple[str, str]]:
        return [(slug, str(label)) for slug, label in BANDS.items()]

    @cached_property
    def bar(self) -> Decimal:
        """The average of the potentials that are any: from there on one is said to be high."""
        found = self._valued().filter(value__potential__gt=0).aggregate(average=Avg("value__potential"))
        return found["average"] or Decimal(0)

    @cached_property
    def grid(self) -> list[tuple[str, list[Cell]]]:
        """Value against potential: a row a tier, the clients without one last, a cell a band."""
        rows = (
            self._valued()
            .annotate(band=self._banded())
            .order_by()
            .values("tier", "band")
            .annotate(n=Count("id"), euros=Coalesce(Sum("value__potential"), Decimal(0)))
        )
        found = {(row["tier"], row["band"]): row for row in rows}
        pairs = [(tier, band) for tier in (*Tier.values, "") for band in BANDS]
        euros = [found[pair]["euros"] if pair in found else Decimal(0) for pair in pairs]
        cells = [
            Cell(*pair, found[pair]["n"] if pair in found else 0, amount, level)
            for pair, amount, level in zip(pairs, euros, charts.levels(euros), strict=True)
        ]
        return [(tier, [cell for cell in cells if cell.tier == tier]) for tier in (*Tier.values, "")]

    @cached_property
    def found(self) -> QuerySet[Score]:
        """The clients shown, by what they bring or could bring."""
        found = self.score_filter.qs
        if values_of(self.client_filter):
            found = found.filter(client__in=self.client_filter.qs)
        if self.band:
            found = found.annotate(band=self._banded()).filter(band=self.band)
        figure = {"contribution": "value__contribution", "potentiel": "value__potential"}.get(self.view)
        if figure:
            found = found.filter(**{f"{figure}__gt": 0}).order_by(F(figure).desc(), "client_id")
        else:
            found = found.order_by(F("tier_revenue").desc(), "client_id")
        return found.annotate(contribution=F("value__contribution"), potential=F("value__potential")).select_related(
            "client__owner"
        )

    @cached_property
    def page(self) -> Page:
        return Paginator(self.found, PAGE).get_page(self.params.get("page"))

    @cached_property
    def totals(self) -> dict[str, Decimal]:
        """Of the clients found: what they bring and what they could."""
        return self.found.order_by().aggregate(
            brought=Coalesce(Sum("value__contribution"), Decimal(0)),
            possible=Coalesce(Sum("value__potential"), Decimal(0)),
        )

    @cached_property
    def chips(self) -> list[Chip]:
        made = chips(self.params, self.client_filter, self.score_filter)
        if self.band:
            left = self.params.copy()
            left.pop("potentiel", None)
            left.pop("page", None)
            made.append(Chip(_("Potentiel : %(band)s") % {"band": BANDS[self.band]}, left.urlencode()))
        return made

    def _valued(self) -> QuerySet[Score]:
        """The scores of the portfolio, each with its value for this objective, null when it has none."""
        held = FilteredRelation("objectives", condition=Q(objectives__objective=self.objective.pk))
        return self.scope.scores(self.run).annotate(value=held)

    def _banded(self) -> Case:
        return Case(
            When(value__potential__gte=self.bar, value__potential__gt=0, then=Value(HIGH)),
            When(value__potential__gt=0, then=Value(LOW)),
            default=Value(NONE),
            output_field=CharField(),
        )


@require_POST
@required(Right.EXPORT)
def export_objective(request: HttpRequest, pk: int, file_format: str) -> HttpResponseBase:
    """The clients of the page as a file; who and what is journaled."""
    objective = get_object_or_404(Objective.objects.open(), pk=pk)
    run = ScoringRun.objects.latest_at()
    if file_format not in FORMATS or run is None:
        raise Http404
    aims = Aims(request.user, request.GET, run, objective)
    kept = request.GET.copy()
    kept.pop("q", None)
    Export.objects.create(
        name=f"objectif-{objective.pk}",
        filters=kept.urlencode()[:1000],
        file_format=file_format,
        row_count=aims.found.count(),
        exported_by=request.user,
    )
    firm = Firm.current()
    headings = [
        _("Code"),
        _("Client"),
        firm.owner,
        _("Palier"),
        _("Segment"),
        _("%(revenue)s 12 mois") % {"revenue": firm.revenue},
        _("Contribution"),
        _("Potentiel"),
    ]
    rows = _rows(aims.found.iterator(chunk_size=1000))
    return download(name=f"objectif-{objective.pk}", file_format=file_format, headings=headings, rows=rows, title="")


def _rows(scores: Iterable[Score]) -> Iterable[list]:
    for score in scores:
        client = score.client
        yield [
            client.code,
            client.name,
            str(client.owner or ""),
            tier_name(score.tier),
            segment_name(score.segment),
            score.tier_revenue,
            score.contribution,
            score.potential,
        ]


def amount_in_words(objective: Objective, amount: Decimal) -> str:
    """An amount in the measure of the objective: "12 000 €", "14 clients"."""
    if not objective.counts_clients:
        return eur(rounded(amount))
    count = int(rounded(amount))
    return ngettext("%(n)s client", "%(n)s clients", count) % {"n": nb(count)}

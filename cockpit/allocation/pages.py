"""The pages of Temps et budget: scenarios, their desk, comparing them, what became of the adopted one, the calendar."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import required
from accounts.models import Firm, User
from accounts.roles import Right
from campaigns.allocation import planning
from campaigns.allocation.following import FollowUp, Tally
from campaigns.allocation.portfolios import portfolios
from campaigns.allocation.presets import Preset
from campaigns.models import AllocationPlan, PlannedContact, Spending, Target
from cockpit.allocation.desk import Desk, asked, opened
from cockpit.allocation.figures import Figures
from cockpit.allocation.forms import ScenarioForm, SpendingForm
from cockpit.scope import PARAMETER, scope_of

MOST_COMPARED = 3
CONTACTS_A_PAGE = 100
SPENDINGS_SHOWN = 50


@required(Right.PLAN_ALLOCATION)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_list(request: HttpRequest) -> HttpResponse:
    """The scenarios, newest quarter first; POST makes one."""
    form = ScenarioForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan = planning.make(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("cockpit:plan", pk=plan.pk)
    plans = AllocationPlan.objects.visible_to(request.user).select_related("made_by")
    quarters = [(first, list(found)) for first, found in groupby(plans, key=lambda plan: plan.starts_on)]
    context = {"quarters": quarters, "form": form, "most": MOST_COMPARED}
    return render(request, "cockpit/allocation/list.html", context, status=422 if form.errors else 200)


@required(Right.PLAN_ALLOCATION)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk of one plan. POST balances what was sent, and saves it when asked to and possible."""
    found = get_object_or_404(AllocationPlan.objects.visible_to(request.user).select_related("made_by"), pk=pk)
    if request.method != "POST" or found.is_adopted:
        return _desk_page(request, opened(found))
    desk = asked(found, request.POST)
    if request.POST.get("do") != "save" or desk.errors:
        return _desk_page(request, desk)
    try:
        planning.change(
            plan=found,
            budget=found.budget,
            keeping_percent=found.keeping_percent,
            lines=desk.values,
            by=request.user,
        )
    except ValidationError as error:
        desk.errors += error.messages
        return _desk_page(request, desk)
    messages.success(request, _("Le scénario « %(name)s » est enregistré.") % {"name": found.name})
    return redirect("cockpit:plan", pk=found.pk)


def _desk_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The whole page, or for htmx the form and what is said beside it."""
    figures = Figures(desk.plan, desk.lines)
    context = {
        "plan": desk.plan,
        "desk": desk,
        "figures": figures,
        "rows": [(row, figures.by_line[row.line.target]) for row in desk.rows],
        "presets": Preset.choices,
        "is_open": not desk.plan.is_adopted,
        "may_assign": request.user.may(Right.ASSIGN_CLIENTS),
    }
    template = "cockpit/allocation/_desk.html" if request.htmx else "cockpit/allocation/plan.html"
    return render(request, template, context, status=422 if desk.errors and not request.htmx else 200)


@dataclass(frozen=True)
class Column:
    """One scenario beside the others."""

    plan: AllocationPlan
    figures: Figures


@required(Right.PLAN_ALLOCATION)
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to three scenarios side by side."""
    ids = [int(pk) for pk in request.GET.getlist("plan") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    found = AllocationPlan.objects.visible_to(request.user).select_related("made_by").prefetch_related("lines")
    by_id = found.in_bulk(ids[:MOST_COMPARED])
    columns = [
        Column(by_id[pk], Figures(by_id[pk], list(by_id[pk].lines.all()))) for pk in dict.fromkeys(ids) if pk in by_id
    ]
    if len(columns) < 2:
        messages.info(request, _("Cochez deux ou trois scénarios à comparer."))
        return redirect("cockpit:plans")
    context = {"columns": columns, "targets": Target.choices}
    return render(request, "cockpit/allocation/compare.html", context)


@dataclass(frozen=True)
class FollowRow:
    """A line, a person or a week, and its tally."""

    label: str
    tally: Tally
    target: str = ""


@required(Right.PLAN_ALLOCATION)
@require_safe
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Planned against real, of an adopted plan."""
    plans = AllocationPlan.objects.visible_to(request.user).select_related("made_by")
    found = get_object_or_404(plans.adopted(), pk=pk)
    followed = FollowUp(found, portfolios(found.made_by))
    context = {
        "plan": found,
        "followed": followed,
        "lines": [FollowRow(str(Target(key).label), tally, key) for key, tally in followed.by_target.items()],
        "people": _people(followed),
        "weeks": followed.by_week,
        "spent": _spent(followed),
        "spendings": Spending.objects.filter(plan=found).select_related("noted_by")[:SPENDINGS_SHOWN],
        "form": SpendingForm(initial={"spent_on": followed.until}),
    }
    return render(request, "cockpit/allocation/follow.html", context)


def _people(followed: FollowUp) -> list[FollowRow]:
    """Everybody's tally by name, whoever is nobody's last."""
    found = followed.by_person
    names = User.objects.in_bulk([owner for owner in found if owner])
    rows = sorted((FollowRow(str(names[owner]), found[owner]) for owner in found if owner), key=lambda row: row.label)
    return [*rows, *([FollowRow(capfirst(Firm.current().without_owner), found[None])] if None in found else [])]


def _spent(followed: FollowUp) -> list[tuple[str, str, object]]:
    """The lines that a budget was given, or on which euros were noted: (line, budget, euros)."""
    labels = dict(planning.Purpose.choices)
    return [
        (str(Target(target).label), str(labels[purpose]), euros)
        for (target, purpose), euros in followed.spent.items()
        if euros.planned or euros.real
    ]


@required(Right.RECORD_ACTIONS)
@require_safe
def contact_calendar(request: HttpRequest) -> HttpResponse:
    """The contacts planned with the clients this person sees, week by week, those of a portfolio when it is chosen."""
    scope = scope_of(request.user, request.GET.get(PARAMETER))
    monday = _monday(request.GET.get("semaine"))
    seen = PlannedContact.objects.visible_to(request.user)
    if scope.owner_id is not None:
        seen = seen.filter(client__owner=scope.owner_id)
    sunday = monday + dt.timedelta(days=6)
    week = seen.due_between(monday, sunday).select_related("client__owner", "action")
    page = Paginator(week, CONTACTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "scope": scope,
        "monday": monday,
        "sunday": sunday,
        "before": monday - dt.timedelta(days=7),
        "after": monday + dt.timedelta(days=7),
        "page": page,
        "days": _by_day(page),
        "next_contact": seen.filter(due_on__gt=sunday).first(),
        "may_plan": request.user.may(Right.PLAN_ALLOCATION),
    }
    return render(request, "cockpit/allocation/calendar.html", context)


def _by_day(contacts: Iterable[PlannedContact]) -> list[tuple[dt.date, list[PlannedContact]]]:
    return [(day, list(found)) for day, found in groupby(contacts, key=lambda contact: contact.due_on)]


def _monday(asked_for: str | None) -> dt.date:
    """The Monday of the week asked for; of this week when that is no date, or none that a calendar may hold."""
    today = timezone.localdate()
    try:
        day = dt.date.fromisoformat(asked_for or "")
    except ValueError:
        day = today
    if abs(day.year - today.year) > 10:
        day = today
    return day - dt.timedelta(days=day.weekday())

"""What is done to a plan: a preset, fitting it, copying, adopting, giving up, deleting; time and euros noted."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.roles import Right
from campaigns.allocation import planning
from campaigns.allocation.presets import Preset
from campaigns.models import AllocationPlan, Spending
from clients.figures import nb
from cockpit.allocation.forms import AvailabilityForm, SpendingForm
from cockpit.calls import told


def _plan(request: HttpRequest, pk: int) -> AllocationPlan:
    return get_object_or_404(AllocationPlan.objects.visible_to(request.user).select_related("made_by"), pk=pk)


def _done(request: HttpRequest, plan: AllocationPlan, act: Callable[[], str]) -> HttpResponse:
    """The page of the plan again, with what was done or why it was not."""
    try:
        messages.success(request, act())
    except ValidationError as error:
        told(request, error)
    return redirect("cockpit:plan", pk=plan.pk)


@require_POST
@required(Right.PLAN_ALLOCATION)
def apply_preset(request: HttpRequest, pk: int) -> HttpResponse:
    """The shares of a preset; locked ones stay."""
    plan, preset = _plan(request, pk), request.POST.get("preset", "")
    if preset not in Preset.values:
        raise Http404

    def act() -> str:
        planning.apply(plan=plan, preset=preset, by=request.user)
        return _("« %(preset)s » est appliqué ; ce qui est verrouillé n’a pas bougé.") % {
            "preset": Preset(preset).label
        }

    return _done(request, plan, act)


@require_POST
@required(Right.PLAN_ALLOCATION)
def fit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Intervals just long enough for the hours to fit, or as they were typed."""
    plan = _plan(request, pk)

    def act() -> str:
        if request.POST.get("do") == "undo":
            planning.unfit(plan=plan, by=request.user)
            return _("Les intervalles sont de nouveau ceux que vous avez écrits.")
        percent = planning.fit(plan=plan, by=request.user).stretch_percent
        return _("Tous les intervalles sont allongés de %(percent)s %%, dans les mêmes proportions.") % {
            "percent": percent
        }

    return _done(request, plan, act)


@require_POST
@required(Right.PLAN_ALLOCATION)
def copy_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A named copy, opened."""
    plan = _plan(request, pk)
    try:
        twin = planning.copy(plan=plan, name=request.POST.get("name", "").replace("\0", ""), by=request.user)
    except ValidationError as error:
        told(request, error)
        return redirect("cockpit:plan", pk=plan.pk)
    messages.success(request, _("« %(name)s » est une copie : changez-la librement.") % {"name": twin.name})
    return redirect("cockpit:plan", pk=twin.pk)


@require_POST
@required(Right.PLAN_ALLOCATION)
def adopt_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of the quarter, and its calendar."""
    plan = _plan(request, pk)

    def act() -> str:
        count = planning.adopt(plan=plan, by=request.user)
        words = ngettext(
            "Le plan est adopté : %(count)s contact est au calendrier.",
            "Le plan est adopté : %(count)s contacts sont au calendrier.",
            count,
        )
        return words % {"count": nb(count)}

    return _done(request, plan, act)


@require_POST
@required(Right.PLAN_ALLOCATION)
def give_up_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A simulation again."""
    plan = _plan(request, pk)

    def act() -> str:
        planning.give_up(plan=plan, by=request.user)
        return _("Le plan est de nouveau une simulation : ses contacts à venir ont quitté le calendrier.")

    return _done(request, plan, act)


@require_POST
@required(Right.PLAN_ALLOCATION)
def delete_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a scenario away."""
    plan = _plan(request, pk)
    try:
        planning.delete(plan=plan, by=request.user)
    except ValidationError as error:
        told(request, error)
        return redirect("cockpit:plan", pk=plan.pk)
    messages.success(request, _("Le scénario « %(name)s » est supprimé.") % {"name": plan.name})
    return redirect("cockpit:plans")


@require_POST
@required(Right.PLAN_ALLOCATION)
def set_availability(request: HttpRequest, pk: int) -> HttpResponse:
    """The time somebody has this quarter."""
    plan = _plan(request, pk)
    form = AvailabilityForm(request.POST, user=request.user)

    def act() -> str:
        if not form.is_valid():
            raise ValidationError(_("Écrivez un nombre de jours d’absence, et une part du temps de 0 à 100 %."))
        planning.set_availability(**form.cleaned_data, starts_on=plan.starts_on, by=request.user)
        return _("Le temps de %(name)s est enregistré.") % {"name": form.cleaned_data["person"]}

    return _done(request, plan, act)


@require_POST
@required(Right.PLAN_ALLOCATION)
def add_spending(request: HttpRequest, pk: int) -> HttpResponse:
    """Euros spent on a line of an adopted plan."""
    plan = get_object_or_404(AllocationPlan.objects.visible_to(request.user).adopted(), pk=pk)
    form = SpendingForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        planning.spend(plan=plan, **form.cleaned_data, by=request.user)
        messages.success(request, _("La dépense est notée."))
    except ValidationError as error:
        told(request, error)
    return redirect("cockpit:follow-plan", pk=plan.pk)


@require_POST
@required(Right.PLAN_ALLOCATION)
def remove_spending(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back euros noted."""
    seen = Spending.objects.filter(plan__in=AllocationPlan.objects.visible_to(request.user))
    spending = get_object_or_404(seen, pk=pk)
    planning.unspend(spending=spending, by=request.user)
    messages.success(request, _("La dépense est retirée."))
    return redirect("cockpit:follow-plan", pk=spending.plan_id)

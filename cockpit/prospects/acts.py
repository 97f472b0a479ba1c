"""What is done with a prospect from its page: every view here acts on POST, and offers to undo."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.models import User
from accounts.roles import Right
from campaigns import winning
from campaigns.models import Approach, Prospect
from clients.figures import day
from cockpit.calls import back, told
from cockpit.prospects.forms import ApproachForm, ProspectForm, ReportForm


def _seen(user: User, pk: int) -> Prospect:
    return get_object_or_404(Prospect.objects.visible_to(user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.RECORD_ACTIONS)
def edit_prospect(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The form of a new prospect, or of one that is known."""
    known = _seen(request.user, pk) if pk else None
    form = ProspectForm(request.POST or None, instance=known, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            saved = winning.save(prospect=form.save(commit=False), by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(name)s est enregistré.") % {"name": saved.name})
            return redirect("cockpit:prospect", pk=saved.pk)
    context = {"form": form, "known": known}
    return render(request, "cockpit/prospects/edit.html", context, status=422 if form.errors else 200)


def _act(
    request: HttpRequest, pk: int, act: Callable[..., object], said: str, undo: str = "", *args: object, **values: str
) -> HttpResponse:
    """Does this to the prospect, says so with a way back, and returns to its page."""
    prospect = _seen(request.user, pk)
    try:
        act(prospect=prospect, by=request.user, **values)
        way_back = reverse(undo, args=[pk, *args]) if undo else ""
        messages.success(request, said % {"name": prospect.name}, extra_tags=way_back)
    except ValidationError as error:
        told(request, error)
    return redirect("cockpit:prospect", pk=pk)


@require_POST
@required(Right.RECORD_ACTIONS)
def set_state(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    former = _seen(request.user, pk).state
    said = f"%(name)s : {str(dict(Prospect.State.choices).get(state, '')).lower()}."
    return _act(request, pk, winning.set_state, said, "cockpit:prospect-state", former, state=state)


@require_POST
@required(Right.RECORD_ACTIONS)
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("%(name)s est de nouveau dans la liste, quoi que dise la règle.")
    return _act(request, pk, winning.put_back, said, "cockpit:leave-out-prospect")


@require_POST
@required(Right.RECORD_ACTIONS)
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("%(name)s suit de nouveau la règle.")
    return _act(request, pk, winning.leave_out, said, "cockpit:put-back-prospect")


@require_POST
@required(Right.RECORD_ACTIONS)
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("%(name)s ne sera plus contacté : l’opposition est notée, et survivra à l’effacement du prospect.")
    return _act(request, pk, winning.object_to, said, "cockpit:lift-prospect-objection")


@require_POST
@required(Right.RECORD_ACTIONS)
def lift_objection(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, winning.lift_objection, _("%(name)s : l’opposition est retirée."))


@require_POST
@required(Right.RECORD_ACTIONS)
def win(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("%(name)s est maintenant un client.")
    return _act(request, pk, winning.win, said, "cockpit:lose-prospect")


@require_POST
@required(Right.RECORD_ACTIONS)
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, winning.lose, _("%(name)s est de nouveau un prospect."))


@require_POST
@required(Right.RECORD_ACTIONS)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Plans something to win this prospect."""
    prospect, form = _seen(request.user, pk), ApproachForm(request.POST, user=request.user)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        data = form.cleaned_data
        assignee = data.get("assignee") or prospect.owner or request.user
        approach = winning.plan(
            prospect=prospect, assignee=assignee, due_on=data["due_on"], kind=data["kind"], by=request.user
        )
    except ValidationError as error:
        told(request, error)
    else:
        words = {"kind": approach.get_kind_display(), "day": day(approach.due_on), "name": approach.assignee}
        messages.success(request, _("%(kind)s prévu pour le %(day)s par %(name)s.") % words)
    return redirect("cockpit:prospect", pk=pk)


@require_POST
@required(Right.RECORD_ACTIONS)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes what came of something planned."""
    seen = Approach.objects.visible_to(request.user).select_related("prospect")
    approach, form = get_object_or_404(seen, pk=pk), ReportForm(request.POST)
    if form.is_valid():
        winning.record(approach=approach, by=request.user, **form.cleaned_data)
        words = {
            "name": approach.prospect.name,
            "outcome": dict(Approach.Outcome.choices)[form.cleaned_data["outcome"]],
        }
        undo = reverse("cockpit:reopen-approach", args=[pk])
        messages.success(request, _("%(name)s : « %(outcome)s » est noté.") % words, extra_tags=undo)
    else:
        told(request, ValidationError([error for errors in form.errors.values() for error in errors]))
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a report back; a second click changes nothing."""
    seen = Approach.objects.visible_to(request.user).select_related("prospect")
    approach = get_object_or_404(seen, pk=pk)
    try:
        winning.reopen(approach=approach, by=request.user)
        messages.success(request, _("%(name)s : l’action est de nouveau à faire.") % {"name": approach.prospect.name})
    except ValidationError as error:
        told(request, error)
    return back(request)

"""Writing down what was done for a client and planning what comes next: every view here only answers POST."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.roles import Right
from campaigns import actions, leaving
from campaigns.models import Action
from clients.figures import day
from clients.models import Client
from cockpit.forms import CallForm, CompleteForm, PlanForm, ticked
from cockpit.panel import sheet_of
from segmentation.models import ScoringRun


def back(request: HttpRequest) -> HttpResponse:
    """A redirection to the page of ours that the form came from, the list of clients at risk otherwise."""
    asked = request.POST.get("next", "") or request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return redirect(asked if is_ours else reverse("cockpit:at-risk"))


def told(request: HttpRequest, error: ValidationError) -> None:
    for sentence in error.messages:
        messages.error(request, sentence)


@require_POST
@required(Right.RECORD_ACTIONS)
def record_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Records a call; what cannot be recorded is shown again with the reason and everything typed."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = CallForm(request.POST)
    try:
        if form.is_valid():
            action = leaving.record_call(client=client, by=request.user, **form.cleaned_data)
            undo = reverse("cockpit:undo-action", args=[action.pk])
            messages.success(request, recorded_in_words(action), extra_tags=undo)
            return back(request)
    except ValidationError as error:
        form.add_error(None, error.messages)
    sheet = sheet_of(request.user, ScoringRun.objects.latest_at(), pk)
    context = {"sheet": sheet, "form": form, "next": request.POST.get("next", "")}
    return render(request, "cockpit/call.html", context, status=422)


@require_POST
@required(Right.RECORD_ACTIONS)
def plan_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Plans something for one client."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = PlanForm(request.POST, user=request.user)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        action = actions.plan(
            client=client,
            assignee=form.cleaned_data["assignee"] or client.owner or request.user,
            due_on=form.cleaned_data["due_on"],
            kind=form.cleaned_data["kind"],
            service=form.cleaned_data["service"],
            origin=form.cleaned_data["origin"],
            by=request.user,
        )
        words = {"kind": action.get_kind_display(), "day": day(action.due_on), "name": action.assignee}
        messages.success(request, _("%(kind)s prévu pour le %(day)s par %(name)s.") % words)
    except ValidationError as error:
        told(request, error)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def plan_calls(request: HttpRequest) -> HttpResponse:
    """Plans one action, a call unless said otherwise, for each client ticked."""
    ids, form = ticked(request.POST), PlanForm(request.POST, user=request.user)
    try:
        if not ids:
            raise ValidationError(_("Aucun client n’est coché : cochez ceux à appeler dans la liste."))
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        planned = actions.plan_calls(
            clients=Client.objects.visible_to(request.user).filter(pk__in=ids),
            assignee=form.cleaned_data["assignee"],
            due_on=form.cleaned_data["due_on"],
            kind=form.cleaned_data["kind"],
            service=form.cleaned_data["service"],
            origin=form.cleaned_data["origin"],
            by=request.user,
        )
    except ValidationError as error:
        told(request, error)
        return back(request)
    undo = reverse("cockpit:unplan-calls", args=[planned.at.isoformat()]) if planned.actions else ""
    messages.success(request, planned_in_words(planned), extra_tags=undo)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def complete_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes an action: done, accepted, refused or given up; and plans what comes next."""
    action = get_object_or_404(Action.objects.visible_to(request.user).select_related("client", "service"), pk=pk)
    form = CompleteForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        action = actions.complete(action=action, by=request.user, **form.cleaned_data)
        words = {"client": action.client.name, "kind": action.get_kind_display(), "how": action.get_outcome_display()}
        undo = reverse("cockpit:undo-action", args=[action.pk])
        messages.success(request, _("%(client)s, %(kind)s : %(how)s.") % words, extra_tags=undo)
    except ValidationError as error:
        told(request, error)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def undo_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back what this person just recorded."""
    action = Action.objects.select_related("client").filter(pk=pk).first()
    if action:
        get_object_or_404(Client.objects.visible_to(request.user), pk=action.client_id)
    try:
        if action:  # else a second click: it is undone already
            leaving.undo_call(action=action, by=request.user)
        messages.success(request, _("C’est annulé."))
    except ValidationError as error:
        told(request, error)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def unplan_calls(request: HttpRequest, at: str) -> HttpResponse:
    """Takes back the calls this person just planned together."""
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return back(request)
    count = actions.unplan(planned_at=moment, by=request.user) if moment.tzinfo else 0
    messages.success(
        request,
        ngettext("%(count)s appel retiré.", "%(count)s appels retirés.", count) % {"count": count},
    )
    return back(request)


def recorded_in_words(action: Action) -> str:
    """What recording this call did, for its status line."""
    words = {"client": action.client.name, "outcome": action.get_outcome_display()}
    follow_up = Action.objects.filter(follows=action).first()
    if follow_up:
        return _("%(client)s : appel noté, à rappeler le %(day)s.") % {**words, "day": day(follow_up.due_on)}
    return _("%(client)s : appel noté « %(outcome)s ».") % words


def planned_in_words(planned: actions.Planned) -> str:
    """What planning several calls came to, and why some clients were left out."""
    count = len(planned.actions)
    if planned.kind == Action.Kind.CALL:
        words = ngettext("%(count)s appel planifié.", "%(count)s appels planifiés.", count)
    else:
        words = ngettext("%(count)s action planifiée.", "%(count)s actions planifiées.", count)
    sentences = [words % {"count": count}]
    if planned.already_planned:
        if planned.kind == Action.Kind.CALL:
            words = ngettext(
                "%(count)s client avait déjà un appel prévu.",
                "%(count)s clients avaient déjà un appel prévu.",
                planned.already_planned,
            )
        else:
            words = ngettext(
                "%(count)s client l’avait déjà de prévue.",
                "%(count)s clients l’avaient déjà de prévue.",
                planned.already_planned,
            )
        sentences.append(words % {"count": planned.already_planned})
    if planned.not_to_call:
        sentences.append(
            ngettext(
                "%(count)s client ne veut plus être appelé.",
                "%(count)s clients ne veulent plus être appelés.",
                planned.not_to_call,
            )
            % {"count": planned.not_to_call}
        )
    if planned.gone:
        sentences.append(
            ngettext("%(count)s client est parti.", "%(count)s clients sont partis.", planned.gone)
            % {"count": planned.gone}
        )
    if planned.not_theirs:
        sentences.append(
            ngettext(
                "%(count)s client n’est pas suivi par cette personne.",
                "%(count)s clients ne sont pas suivis par cette personne.",
                planned.not_theirs,
            )
            % {"count": planned.not_theirs}
        )
    return " ".join(sentences)

"""Déclencheurs: the rules, what each would have done in the last twelve months, on and off, and what they did."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from campaigns import triggers
from campaigns.models import TriggerFiring, TriggerRule
from clients.models import Client, Event
from cockpit.calls import told
from cockpit.trigger_forms import TriggerForm
from segmentation.models import SegmentSlug

PAGE = 50


@require_safe
def trigger_list(request: HttpRequest) -> HttpResponse:
    """The rules, and the last events of the clients of this person."""
    events = Event.objects.visible_to(request.user).exclude(kind=Event.Kind.NOTE)
    page = Paginator(events.select_related("client__owner", "service"), PAGE).get_page(request.GET.get("page"))
    context = {
        "rules": TriggerRule.objects.select_related("service"),
        "page": page,
        "may_manage": request.user.may(Right.MANAGE_PLAYBOOK),
        "may_import": request.user.may(Right.IMPORT),
    }
    return render(request, "cockpit/triggers/list.html", context)


@require_safe
def trigger(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: what it would have done once it was tried, and what it did, among the clients of this person."""
    rule = get_object_or_404(TriggerRule.objects.select_related("service", "created_by"), pk=pk)
    mine = TriggerFiring.objects.filter(rule=rule, event__client__in=Client.objects.visible_to(request.user))
    fired = mine.select_related("event__client", "event__service", "action__assignee")
    trial = triggers.trial_of(rule, by=request.user) if rule.tried_at else None
    context = {
        "rule": rule,
        "segments": [SegmentSlug(slug).label for slug in rule.segments],
        "trial": trial,
        "page": Paginator(trial.events, PAGE).get_page(request.GET.get("page")) if trial else None,
        "clients": trial.events.order_by().aggregate(n=Count("client", distinct=True))["n"] if trial else 0,
        "fired": fired[:PAGE],
        "fired_count": mine.count(),
        "may_manage": request.user.may(Right.MANAGE_PLAYBOOK),
    }
    return render(request, "cockpit/triggers/trigger.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.MANAGE_PLAYBOOK)
def edit_trigger(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The form of a new rule, or of one that there is; saved, it is to be tried."""
    known = get_object_or_404(TriggerRule, pk=pk) if pk else None
    form = TriggerForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        rule = triggers.save(rule=form.save(commit=False), by=request.user)
        messages.success(
            request, _("« %(name)s » est enregistré : essayez-le avant de le mettre en marche.") % {"name": rule}
        )
        return redirect("cockpit:trigger", pk=rule.pk)
    context = {"form": form, "known": TriggerRule.objects.filter(pk=pk).first() if pk else None}
    return render(request, "cockpit/triggers/edit.html", context, status=422 if form.errors else 200)


@require_POST
@required(Right.MANAGE_PLAYBOOK)
def try_trigger(request: HttpRequest, pk: int) -> HttpResponse:
    """Tries the rule on the last twelve months."""
    count = triggers.mark_tried(rule=get_object_or_404(TriggerRule, pk=pk), by=request.user)
    words = ngettext(
        "En douze mois, ce déclencheur aurait agi %(n)s fois.",
        "En douze mois, ce déclencheur aurait agi %(n)s fois.",
        count,
    )
    messages.success(request, words % {"n": count})
    return redirect("cockpit:trigger", pk=pk)


@require_POST
@required(Right.MANAGE_PLAYBOOK)
def switch_trigger(request: HttpRequest, pk: int) -> HttpResponse:
    """Switches the rule on, or off."""
    rule, is_on = get_object_or_404(TriggerRule, pk=pk), request.POST.get("marche") == "1"
    try:
        triggers.switch(rule=rule, is_on=is_on, by=request.user)
        words = _("« %(name)s » est en marche.") if is_on else _("« %(name)s » est arrêté.")
        messages.success(request, words % {"name": rule})
    except ValidationError as error:
        told(request, error)
    return redirect("cockpit:trigger", pk=pk)

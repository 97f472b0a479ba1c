"""Réunion du lundi: what moved since the last one, what was decided then and what became of it, five decisions now."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.hierarchy import led_by
from accounts.roles import Right
from campaigns import meetings, monday
from campaigns.models import Action, MeetingDecision
from clients.models import Client, departed
from cockpit.ambassador_pages import named
from cockpit.calls import told
from cockpit.forms import PlanForm
from segmentation.models import ScoringRun


@required(Right.RECORD_ACTIONS)
@require_safe
def meeting(request: HttpRequest) -> HttpResponse:
    """The meeting of this week, for the clients that this person may see."""
    day, run = meetings.monday_of(timezone.localdate()), ScoringRun.objects.latest_at()
    former = monday.before(day)
    seen = MeetingDecision.objects.visible_to(request.user).select_related("action__client", "action__assignee")
    clients = Client.objects.visible_to(request.user).filter(~departed())
    context = {
        "day": day,
        "run": run,
        "since": former,
        "news": monday.news_among(clients, former, run) if run and former and former != run else [],
        "reviewed": list(seen.last_before(day)),
        "decided": list(seen.filter(monday=day)),
        "most": meetings.MOST_DECISIONS,
        "kinds": Action.Kind.choices,
        "people": led_by(request.user),
    }
    return render(request, "cockpit/meeting.html", context)


@require_POST
@required(Right.RECORD_ACTIONS)
def decide(request: HttpRequest) -> HttpResponse:
    """Writes a decision down, or says what it lacks."""
    form = PlanForm(request.POST, user=request.user)
    try:
        client = named(Client.objects.visible_to(request.user), request.POST.get("qui", "").strip())
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        meetings.decide(
            client=client,
            what=request.POST.get("what", "").replace("\0", ""),
            kind=form.cleaned_data["kind"],
            assignee=form.cleaned_data["assignee"] or client.owner or request.user,
            due_on=form.cleaned_data["due_on"],
            by=request.user,
        )
        messages.success(request, _("%(client)s : c’est décidé.") % {"client": client.name})
    except ValidationError as error:
        told(request, error)
    return redirect("cockpit:meeting")


@require_POST
@required(Right.RECORD_ACTIONS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back a decision of one's own."""
    decision = get_object_or_404(MeetingDecision.objects.visible_to(request.user).select_related("action"), pk=pk)
    meetings.withdraw(decision=decision, by=request.user)
    messages.success(request, _("La décision est retirée."))
    return redirect("cockpit:meeting")

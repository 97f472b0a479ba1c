"""Mes appels: one client a screen, its outcome in one touch, the next one at once; what they came to at the end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from campaigns import rounds
from cockpit.panel import Sheet
from cockpit.selection import RiskSelection
from segmentation.models import ScoringRun


@required(Right.RECORD_ACTIONS)
@require_safe
def call_round(request: HttpRequest) -> HttpResponse:
    """The client to call now; at the end, what the calls came to."""
    found = rounds.current(request.user)
    if found is None:
        return render(request, "cockpit/round/none.html", {"run": ScoringRun.objects.latest_at()})
    standing, run = rounds.Standing(found), ScoringRun.objects.latest_at()
    context = {"standing": standing, "run": run, "total": len(found.clients)}
    if standing.client is None:
        return render(request, "cockpit/round/end.html", context)
    return render(request, "cockpit/round/call.html", context | {"sheet": Sheet(request.user, standing.client, run)})


@require_POST
@required(Right.RECORD_ACTIONS)
def start_round(request: HttpRequest) -> HttpResponse:
    """Starts a round through the clients of the list that the form comes from, in its order."""
    run = ScoringRun.objects.latest_at()
    if run is None:
        return redirect("cockpit:at-risk")
    selection = RiskSelection(request.user, QueryDict(request.POST.get("liste", "")), run)
    listing = selection.listed(frozenset())
    clients = [row.client.pk for row in listing[: 2 * rounds.MOST_CALLS]]
    if rounds.start(clients=clients, run=run, by=request.user) is None:
        messages.error(request, _("Personne à appeler dans cette liste : changez de filtre, puis recommencez."))
        return redirect("cockpit:at-risk")
    return redirect("cockpit:call-round")


@require_POST
@required(Right.RECORD_ACTIONS)
def pass_client(request: HttpRequest) -> HttpResponse:
    """Leaves the client for later and goes to the next."""
    found, client = rounds.current(request.user), request.POST.get("client", "")
    if found and client.isascii() and client.isdigit():
        rounds.pass_over(call_round=found, client=int(client))
    return redirect("cockpit:call-round")


@require_POST
@required(Right.RECORD_ACTIONS)
def end_round(request: HttpRequest) -> HttpResponse:
    """Ends the round, whoever was not called yet."""
    if found := rounds.current(request.user):
        rounds.end(found)
    return redirect("cockpit:at-risk")

"""Interlocuteurs dédiés: the clients of tier A whom nobody follows, or whom nobody stands in for, and who will."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.hierarchy import led_by
from accounts.roles import Right
from clients import portfolios
from clients.models import Client, ClientDeparture
from cockpit.calls import back
from cockpit.forms import OwnerForm, ticked
from cockpit.scope import PARAMETER, Scope, scope_of
from segmentation.models import ScoringRun, Tier

PAGE = 50
LAST = "last_stand_in"  # in the session: what "Annuler" takes back


def uncovered(scope: Scope, run: ScoringRun):
    """The scores of the clients of tier A of this portfolio without owner or without somebody to stand in."""
    gone = ClientDeparture.objects.standing().values("client")
    top = scope.scores(run).filter(tier=Tier.A).exclude(client__in=gone)
    return top.filter(client__in=Client.objects.uncovered())


@require_safe
def dedicated_list(request: HttpRequest) -> HttpResponse:
    """Those clients, the largest first; all of tier A when `tous` is asked for."""
    run = ScoringRun.objects.latest_at()
    if run is None:
        return render(request, "cockpit/no_run.html", {"title": _("Interlocuteurs dédiés")})
    scope, shows_all = scope_of(request.user, request.GET.get(PARAMETER)), request.GET.get("tous") == "1"
    lacking = uncovered(scope, run)
    top = scope.scores(run).filter(tier=Tier.A)
    shown = (top if shows_all else lacking).select_related("client__owner", "client__backup_owner")
    context = {
        "run": run,
        "scope": scope,
        "shows_all": shows_all,
        "page": Paginator(shown.order_by("-tier_revenue", "client"), PAGE).get_page(request.GET.get("page")),
        "lacking": lacking.count(),
        "top": top.count(),
        "people": led_by(request.user),
        "may_assign": request.user.may(Right.ASSIGN_CLIENTS),
    }
    return render(request, "cockpit/dedicated.html", context)


@require_POST
@required(Right.ASSIGN_CLIENTS)
def stand_in(request: HttpRequest) -> HttpResponse:
    """Names who stands in for the owner of the clients ticked, or nobody."""
    ids, form = ticked(request.POST), OwnerForm({"owner": request.POST.get("remplacant", "")}, user=request.user)
    if not ids or not form.is_valid():
        messages.error(request, _("Cochez des clients et choisissez une personne de votre équipe."))
        return back(request)
    backup = form.cleaned_data["owner"]
    former = portfolios.stand_in(client_ids=ids, backup=backup, by=request.user)
    request.session[LAST] = {"backup": backup.pk if backup else None, "former": list(former.items())}
    words = {"count": len(former), "name": backup or pgettext("nobody", "personne")}
    messages.success(
        request,
        ngettext(
            "Remplaçant de %(count)s client : %(name)s.", "Remplaçant de %(count)s clients : %(name)s.", len(former)
        )
        % words,
        extra_tags=reverse("cockpit:undo-stand-in") if former else "",
    )
    return back(request)


@require_POST
@required(Right.ASSIGN_CLIENTS)
def undo_stand_in(request: HttpRequest) -> HttpResponse:
    """Takes back the last stand-in named in this session; a second time changes nothing."""
    last = request.session.pop(LAST, None)
    if last:
        portfolios.stand_in_again(former=dict(last["former"]), backup_id=last["backup"], by=request.user)
    messages.success(request, _("C’est annulé."))
    return back(request)

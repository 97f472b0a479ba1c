"""Clients at risk: the list by euros at stake, and beside it the client about to be called."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.hierarchy import led_by
from accounts.roles import Right
from campaigns.rounds import standing_of
from cockpit.panel import Sheet, sheet_of
from cockpit.selection import RiskSelection
from cockpit.tables import RiskTable
from cockpit.tabs import BuiltIn, Tab
from segmentation.models import Motive, RiskSetAside, ScoringRun
from segmentation.setting_aside import usual_until

VIEW_NAMES = {
    "": _("Tous"),
    "mes-clients": _("Mes clients"),
    "a-ne-pas-perdre": _("À ne pas perdre"),
    "silence": _("Silence > 3 × rythme"),
    "sans-action": _("Sans action prévue"),
}


@require_safe
def at_risk_list(request: HttpRequest) -> HttpResponse:
    """The list, with the panel of the client that the address names; htmx gets the panel alone."""
    run = ScoringRun.objects.latest_at()
    sheet = _opened(request, run)
    if request.htmx and not request.htmx.history_restore_request and request.htmx.target == "volet":
        return render(request, "cockpit/_panel.html", {"sheet": sheet, "run": run})
    if run is None:
        return render(request, "cockpit/no_run.html", {"title": _("Clients à risque")})
    selection = RiskSelection(request.user, request.GET, run)
    if selection.opening:
        return redirect(f"{request.path}?{selection.opening}")
    totals = selection.totals
    context = {
        "run": run,
        "selection": selection,
        "totals": totals,
        "tabs": _tabs(selection, totals),
        "table": RiskTable(selection.listing, request.GET, selection.columns, opened=sheet.key if sheet else ""),
        "sheet": sheet,
        "people": led_by(request.user),
        "may_export": request.user.may(Right.EXPORT),
        "may_record": request.user.may(Right.RECORD_ACTIONS),
        "aside": RiskSetAside.objects.active().visible_to(request.user).count(),
        "motives": Motive.choices,
        "call_round": standing_of(request.user),
        "until": usual_until(),
    }
    return render(request, "cockpit/at_risk.html", context)


def _opened(request: HttpRequest, run: ScoringRun | None) -> Sheet | None:
    """The sheet of the client in the address, if it names one; Http404 when it is somebody else's."""
    asked = request.GET.get("client", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    return sheet_of(request.user, run, int(asked))


def _tabs(selection: RiskSelection, totals: dict) -> list[Tab]:
    """The views, each with its count; "Mes clients" only for who sees other people's too; then the saved ones."""
    counts = selection.counts()
    built_in = [
        BuiltIn(str(label), {"vue": key}, counts[key], key == selection.view)
        for key, label in VIEW_NAMES.items()
        if key != "mes-clients" or selection.scope.choices
    ]
    return selection.tabs(built_in, found=totals["clients"])

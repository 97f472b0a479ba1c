"""All the clients a person may see: found, filtered, sorted, and given to somebody or planned several at a time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.hierarchy import led_by
from accounts.models import Firm
from accounts.roles import Right
from cockpit.selection import Selection
from cockpit.tables import PortfolioTable
from segmentation.models import ScoringRun


@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    """The list. Before any calculation it holds the clients alone, by name."""
    run = ScoringRun.objects.latest_at()
    selection = Selection(request.user, request.GET, run)
    hidden = () if Firm.current().shows(Firm.Part.RFM) else ("rfm",)
    context = {
        "run": run,
        "selection": selection,
        "table": PortfolioTable(selection.listing, request.GET, exclude=hidden),
        "people": led_by(request.user),
        "may_export": request.user.may(Right.EXPORT),
        "may_record": request.user.may(Right.RECORD_ACTIONS),
        "may_assign": request.user.may(Right.ASSIGN_CLIENTS),
    }
    return render(request, "cockpit/client_list.html", context)

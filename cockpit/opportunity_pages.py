"""Opportunities: the matrix of services that clients lack, and the clients behind each of its cells."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.hierarchy import led_by
from accounts.models import Export
from accounts.roles import Right
from clients.downloads import FORMATS, download
from cockpit.hole_list import OFFERING, ROW, VIEWS, HoleSelection, of_cell
from cockpit.opportunity_board import Board
from cockpit.tables import ClientTable
from cockpit.tabs import BuiltIn, Tab
from segmentation.holes import usual_until
from segmentation.models import FEWEST_ALIKE, HoleReason, ScoringRun
from segmentation.opportunities import FEWEST_HOLDERS, run_on_show

TITLE = gettext_lazy("Opportunités")


@require_safe
def opportunities(request: HttpRequest) -> HttpResponse:
    """The matrix that the address describes."""
    run = run_on_show()
    if run is None:
        return _none_yet(request)
    board = Board(request.user, request.GET, run)
    context = {
        "run": run,
        "board": board,
        "scope": board.scope,
        "fewest": FEWEST_ALIKE,
        "fewest_holders": FEWEST_HOLDERS,
        "may_export": request.user.may(Right.EXPORT),
    }
    return render(request, "cockpit/opportunities/matrix.html", context)


@require_POST
@required(Right.EXPORT)
def export_opportunities(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The matrix as a file, a line a cell; who took it is journaled."""
    run = run_on_show()
    if file_format not in FORMATS or run is None:
        raise Http404
    board = Board(request.user, request.GET, run)
    lines = board.lines()
    Export.objects.create(
        name="matrice-opportunites",
        filters=request.GET.urlencode()[:1000],
        file_format=file_format,
        row_count=len(lines),
        exported_by=request.user,
    )
    return download(
        name="matrice-opportunites", file_format=file_format, headings=board.headings(), rows=lines, title=str(TITLE)
    )


@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """Where saved views and the choice of columns lead: the cell that the address names, arranged as it says."""
    row, offering = request.GET.get(ROW, ""), request.GET.get(OFFERING, "")
    if not (row and offering) or "/" in row + offering:
        return redirect("cockpit:opportunities")
    return redirect(f"{reverse('cockpit:opportunity', args=[row, offering])}?{request.GET.urlencode()}")


@require_safe
def opportunity(request: HttpRequest, row: str, offering: str) -> HttpResponse:
    """The clients of one cell, the best chance first, and what can be done for those ticked."""
    run = run_on_show()
    if run is None:
        return _none_yet(request)
    request.GET = of_cell(request.GET, row, offering)
    selection = HoleSelection(request.user, request.GET, run)
    table = ClientTable(selection.listing, request.GET, selection.columns)
    context = {
        "run": run,
        "selection": selection,
        "offering": offering,
        "totals": selection.totals,
        "table": table,
        "tabs": _tabs(selection, table.paginator.count),
        "people": led_by(request.user),
        "reasons": HoleReason.choices,
        "until": usual_until(),
        "may_export": request.user.may(Right.EXPORT),
        "may_record": request.user.may(Right.RECORD_ACTIONS),
    }
    return render(request, "cockpit/opportunities/cell.html", context)


def _none_yet(request: HttpRequest) -> HttpResponse:
    """Before any run, or in the minute that follows the first."""
    template = "opportunities/none.html" if ScoringRun.objects.latest_at() else "no_run.html"
    return render(request, f"cockpit/{template}", {"title": TITLE})


def _tabs(selection: HoleSelection, found: int) -> list[Tab]:
    counts = selection.counts()
    built_in = [
        BuiltIn(str(label), {"vue": key}, counts[key], key == selection.view) for key, (label, _narrow) in VIEWS.items()
    ]
    return selection.tabs(built_in, found=found)

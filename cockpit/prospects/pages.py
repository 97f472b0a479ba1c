"""Prospects on show: the list with its file, the portrait of tier A, and one prospect."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Export
from accounts.roles import Right
from campaigns.models import Prospect
from campaigns.prospecting import LEAST_RED, TIMES
from clients.downloads import FORMATS, download
from cockpit.prospects.listing import ProspectList
from cockpit.prospects.portrait_page import PortraitBoard
from cockpit.prospects.sheet import ProspectSheet
from segmentation import portrait
from segmentation.models import FEWEST_ALIKE, ScoringRun


@require_safe
def prospect_list(request: HttpRequest) -> HttpResponse:
    """The prospects that this person sees, those most like the clients of tier A first."""
    context = {
        "list": ProspectList(request.user, request.GET),
        "may_export": request.user.may(Right.EXPORT),
        "may_record": request.user.may(Right.RECORD_ACTIONS),
        "may_import": request.user.may(Right.IMPORT),
        "sees_portrait": request.user.may(Right.SEE_ALL_CLIENTS),
        "reads_grades": request.user.may(Right.READ_GRADES),
        "fewest": FEWEST_ALIKE,
        "least_red": LEAST_RED,
        "times": TIMES,
    }
    return render(request, "cockpit/prospects/list.html", context)


@require_POST
@required(Right.EXPORT)
def export_prospects(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The list that this address shows, as a file; who and what is journaled."""
    if file_format not in FORMATS:
        raise Http404
    prospects = ProspectList(request.user, request.GET)
    kept = request.GET.copy()
    kept.pop("q", None)
    Export.objects.create(
        name="prospects",
        filters=kept.urlencode()[:1000],
        file_format=file_format,
        row_count=prospects.found.count(),
        exported_by=request.user,
    )
    headings, lines = prospects.headings(), prospects.lines()
    return download(name="prospects", file_format=file_format, headings=headings, rows=lines, title=_("Prospects"))


@require_safe
@required(Right.SEE_ALL_CLIENTS)
def portrait_page(request: HttpRequest) -> HttpResponse:
    """What tells the clients of tier A from the others; on paper, one page."""
    shown = portrait.on_show()
    run = shown.run if shown else ScoringRun.objects.latest_at()
    context = {"run": run, "board": PortraitBoard(shown) if shown and shown.champions else None, "shown": shown}
    return render(request, "cockpit/prospects/portrait.html", context)


@require_safe
def prospect_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One prospect: who it is, why it is worth a call, what was said and what comes next."""
    prospects = Prospect.objects.visible_to(request.user).select_related("owner", "client", "recommended_by", "kept_by")
    sheet = ProspectSheet(request.user, get_object_or_404(prospects, pk=pk))
    return render(request, "cockpit/prospects/page.html", {"sheet": sheet})

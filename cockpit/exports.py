"""The lists of clients as files: exactly the rows of the page, in their order, each export journaled.

The columns are those of the page after who each client is (code, name, town, who follows it), whatever was chosen; or
every column there is, when `toutes` is ticked.
"""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.models import Export
from accounts.roles import Right
from clients.downloads import FORMATS, download
from cockpit.layouts import Extract
from cockpit.selection import RiskSelection, Selection
from segmentation.models import ScoringRun

WORDS = "q"
WHOLE = "toutes"


@require_POST
@required(Right.EXPORT)
def export_clients(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The list of clients that this address filters."""
    return _exported(request, Selection, "clients", file_format)


@require_POST
@required(Right.EXPORT)
def export_at_risk(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The list of clients at risk that this address filters."""
    return _exported(request, RiskSelection, "clients-a-risque", file_format)


def _exported(request, selection_class, name: str, file_format: str) -> HttpResponseBase:
    if file_format not in FORMATS:
        raise Http404
    selection = selection_class(request.user, request.GET, ScoringRun.objects.latest_at())
    extract = Extract(selection.columns, is_whole=request.POST.get(WHOLE) == "1")
    listing = selection.exported(extract)
    kept = request.GET.copy()
    kept.pop(WORDS, None)
    if extract.is_whole:
        kept[WHOLE] = "1"
    Export.objects.create(
        name=name,
        filters=kept.urlencode()[:1000],
        file_format=file_format,
        row_count=len(listing),
        exported_by=request.user,
    )
    headings, rows = extract.headings(), extract.rows(listing)
    return download(name=name, file_format=file_format, headings=headings, rows=rows, title=_("Clients"))

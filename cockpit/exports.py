"""The lists of clients as files: exactly the rows of the page, in their order, each export journaled.

The columns are those of the page after who each client is (code, name, town, who follows it), whatever was chosen; or
every column there is, when `toutes` is ticked. The grade of the relation leaves only when it was chosen as a column or
ticked (`avec_note`), for whoever may read it, and the journal says so.
"""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.models import Export
from accounts.roles import Right
from clients.downloads import FORMATS, download
from cockpit.hole_list import HoleSelection, of_cell
from cockpit.layouts import Extract
from cockpit.movement_list import MovementSelection
from cockpit.selection import RiskSelection, Selection
from segmentation.models import ScoringRun
from segmentation.opportunities import run_on_show

WORDS = "q"
WHOLE = "toutes"
WITH_GRADE = "avec_note"


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


@require_POST
@required(Right.EXPORT)
def export_movements(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The list of movements that this address filters."""
    return _exported(request, MovementSelection, "mouvements", file_format)


@require_POST
@required(Right.EXPORT)
def export_holes(request: HttpRequest, row: str, offering: str, file_format: str) -> HttpResponseBase:
    """The clients of a cell of the matrix of opportunities."""
    request.GET = of_cell(request.GET, row, offering)
    return _exported(request, HoleSelection, "opportunites", file_format, run=run_on_show())


def _exported(request, selection_class, name: str, file_format: str, run: ScoringRun | None = None) -> HttpResponseBase:
    if file_format not in FORMATS:
        raise Http404
    selection = selection_class(request.user, request.GET, run or ScoringRun.objects.latest_at())
    is_whole, with_grade = (request.POST.get(name) == "1" for name in (WHOLE, WITH_GRADE))
    extract = Extract(selection.columns, is_whole=is_whole, with_grade=with_grade)
    listing = selection.exported(extract)
    kept = request.GET.copy()
    kept.pop(WORDS, None)
    if extract.is_whole:
        kept[WHOLE] = "1"
    if extract.has_grade:
        kept[WITH_GRADE] = "1"
    Export.objects.create(
        name=name,
        filters=kept.urlencode()[:1000],
        file_format=file_format,
        row_count=len(listing),
        exported_by=request.user,
    )
    headings, rows = extract.headings(), extract.rows(listing)
    return download(name=name, file_format=file_format, headings=headings, rows=rows, title=_("Clients"))

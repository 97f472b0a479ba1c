"""The lists of clients as files: exactly the rows of the page, through the one safe writer, each export journaled."""

from collections.abc import Iterable, Iterator

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.models import Export, Firm
from accounts.roles import Right
from clients.exporting import Row, csv_pieces, xlsx_file
from cockpit.listing import ClientRow
from cockpit.selection import RiskSelection, Selection
from cockpit.templatetags.figures import segment_name, tier_name
from segmentation.models import RiskReason, ScoringRun

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8
WORDS = "q"


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
    if file_format not in ("csv", "xlsx"):
        raise Http404
    selection = selection_class(request.user, request.GET, ScoringRun.objects.latest_at())
    listing = selection.listing
    listing.order_by(request.GET.getlist("tri")[:1])
    kept = request.GET.copy()
    kept.pop(WORDS, None)
    Export.objects.create(
        name=name,
        filters=kept.urlencode()[:1000],
        file_format=file_format,
        row_count=len(listing),
        exported_by=request.user,
    )
    file_name = f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format}"
    rows = (cells(row) for row in listing)
    if file_format == "xlsx":
        file = xlsx_file(headings(Firm.current()), rows, title=_("Clients"))
        return FileResponse(file, as_attachment=True, filename=file_name, content_type=XLSX_TYPE)
    return StreamingHttpResponse(
        _marked(csv_pieces(headings(Firm.current()), rows, delimiter=";", decimal=",")),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _marked(pieces: Iterable[str]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    yield from pieces


def headings(firm: Firm) -> list[str]:
    """The heading of each column, in the words of the firm."""
    revenue = firm.revenue
    return [
        _("Code"),
        _("Client"),
        _("Code postal"),
        _("Ville"),
        _("Téléphone"),
        firm.owner,
        _("Palier"),
        _("Segment"),
        _("Récence (1 à 5)"),
        _("Fréquence (1 à 5)"),
        _("Montant (1 à 5)"),
        _("Dernier achat"),
        _("Silence (jours)"),
        _("Rythme habituel (jours)"),
        _("%(revenue)s HT 12 mois") % {"revenue": revenue},
        _("%(revenue)s HT 12 mois précédents") % {"revenue": revenue},
        _("À risque"),
        _("Motifs"),
        _("%(revenue)s en danger") % {"revenue": revenue},
        _("Prochaine action"),
        _("Pour le"),
    ]


def cells(row: ClientRow) -> Row:
    """One client as typed cells, in the order of `headings`; empty where there is no score, or a tier alone."""
    client, score, action = row.client, row.score, row.next_action
    identity = [client.code, client.name, client.postcode, client.city, client.phone, str(client.owner or "")]
    planned = [action.get_kind_display(), action.due_on] if action else [None, None]
    if score is None:
        return [*identity, *[None] * 13, *planned]
    return [
        *identity,
        tier_name(score.tier),
        segment_name(score.segment) if score.segment else None,
        score.r,
        score.f,
        score.m,
        score.last_purchase_on,
        score.recency_days,
        score.typical_gap_days,
        score.tier_revenue,
        score.previous_revenue,
        _("oui") if score.at_risk else _("non"),
        ", ".join(str(RiskReason(reason).label) for reason in score.risk_reasons),
        score.amount_at_risk,
        *planned,
    ]

"""Clients left out of every score: the list of them, and leaving one out or taking it back by the draft."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Export, User
from accounts.roles import Right
from clients.downloads import FORMATS, download
from clients.models import Client
from cockpit.method.forms import ExcludeForm
from segmentation import drafting
from segmentation.models import ScoringRun, Unscored

PAGE = 25


@require_safe
def excluded_list(request: HttpRequest) -> HttpResponse:
    """The clients that the run on show leaves out, with why."""
    run = ScoringRun.objects.latest_at()
    page = Paginator(_excluded(run, request.user), PAGE).get_page(request.GET.get("page"))
    context = {
        "run": run,
        "page": page,
        "formats": FORMATS,
        "may_export": request.user.may(Right.EXPORT),
        "may_manage": request.user.may(Right.MANAGE_RULES),
    }
    return render(request, "cockpit/method/excluded.html", context)


@required(Right.EXPORT)
@require_POST
def export_excluded(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The same list as a file."""
    if file_format not in FORMATS:
        raise Http404
    found = _excluded(ScoringRun.objects.latest_at(), request.user)
    Export.objects.create(
        name="clients-exclus", file_format=file_format, row_count=found.count(), exported_by=request.user
    )
    rows = ([row.client.code, row.client.name, row.get_reason_display(), row.motive] for row in found.iterator())
    headings = [_("Code"), _("Client"), _("Pourquoi"), _("Motif")]
    return download(name="clients-exclus", file_format=file_format, headings=headings, rows=rows, title=_("Exclus"))


@required(Right.MANAGE_RULES)
@require_POST
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """This client left out by the draft, which still has to be published."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = ExcludeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Écrivez le motif de l’exclusion : il est montré à la place du score."))
        return redirect(client)
    drafting.exclude(client=client, motive=form.cleaned_data["motive"], by=request.user)
    messages.success(
        request,
        _("%(name)s est exclu dans le brouillon des règles : publiez-le pour que cela compte.") % {"name": client.name},
    )
    return redirect("cockpit:draft")


@required(Right.MANAGE_RULES)
@require_POST
def include(request: HttpRequest, pk: int) -> HttpResponse:
    """This client no longer left out by the draft, which still has to be published."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    drafting.include(client=client, by=request.user)
    messages.success(
        request,
        _("%(name)s sera de nouveau noté une fois le brouillon publié.") % {"name": client.name},
    )
    return redirect("cockpit:draft")


def _excluded(run: ScoringRun | None, user: User):
    found = Unscored.objects.of(run).excluded().visible_to(user)
    return found.select_related("client").order_by("client__sort_name", "client_id")

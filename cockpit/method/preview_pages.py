"""The preview of a draft: asked for, watched, read, taken away as a file."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Export
from accounts.roles import Right
from clients.downloads import FORMATS, download
from clients.models import Client
from cockpit.method.forms import PublishForm, SeenForm
from cockpit.method.pages import call
from cockpit.method.result import Result
from cockpit.templatetags.figures import segment_name, tier_name
from segmentation import drafting, previews
from segmentation.models import Preview

PAGE = 25
STOP_POLLING = 286  # htmx: show this answer and ask no more
KIND = "voir"
WHOLE = "entier"  # asked by the page of the preview itself, which shows more than the fragment once it is over


@required(Right.MANAGE_RULES)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """A preview of the draft as it is: the one that is known, or another try."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        preview = previews.ask(seen=form.seen, by=request.user)
    except drafting.Refused as error:
        messages.error(request, str(error))
        return redirect("cockpit:draft")
    call(preview)
    return redirect("cockpit:preview", pk=preview.pk)


@required(Right.MANAGE_RULES)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a preview is, then what it found: asks again each second, with htmx or without."""
    known = _known(pk)
    result = Result(known, request.user, request.GET.get(KIND, ""))
    context = {"preview": known, "rules": known.rules, "result": result, "whole": WHOLE in request.GET}
    if request.htmx:
        status = STOP_POLLING if known.is_over else 200
        response = render(request, "cockpit/method/_preview.html", context, status=status)
        if known.is_over and WHOLE in request.GET:
            response["HX-Redirect"] = result.url
        return response
    if result.is_ready:
        seen = {"version": known.rules.version, "revision": known.revision}
        context |= {
            "page": Paginator(result.movers(), PAGE).get_page(request.GET.get("page")),
            "publish": PublishForm(initial=seen),
            "formats": FORMATS,
        }
    return render(request, "cockpit/method/preview.html", context)


@required(Right.MANAGE_RULES)
@require_POST
def export_preview(request: HttpRequest, pk: int, file_format: str) -> HttpResponseBase:
    """The clients that change, as the page lists them."""
    known = _known(pk)
    result = Result(known, request.user, request.GET.get(KIND, ""))
    if file_format not in FORMATS or not result.is_ready or not request.user.may(Right.EXPORT):
        raise Http404
    movers = result.movers()
    Export.objects.create(
        name="apercu-regles",
        filters=f"apercu={known.pk}&{KIND}={result.kind}",
        file_format=file_format,
        row_count=movers.count(),
        exported_by=request.user,
    )
    headings = [_("Code"), _("Client"), _("Palier avant"), _("Palier après"), _("Segment avant"), _("Segment après")]
    headings += [_("À risque avant"), _("À risque après"), _("CA HT")]
    return download(
        name="apercu-regles", file_format=file_format, headings=headings, rows=_rows(movers), title=_("Aperçu")
    )


def _known(pk: int) -> Preview:
    known = Preview.objects.select_related("rules", "run__rules", "baseline__rules", "asked_by")
    return get_object_or_404(known, pk=pk)


def _rows(movers) -> Iterator[list]:
    for client in movers.iterator(chunk_size=2000):
        yield [
            *(client.code, client.name, *_sides(client)),
            *(_yes(client.was_at_risk), _yes(client.is_at_risk), client.moved_revenue),
        ]


def _sides(client: Client) -> list[str]:
    tiers = [tier_name(client.was_tier), tier_name(client.is_tier)]
    return [*tiers, segment_name(client.was_segment), segment_name(client.is_segment)]


def _yes(value: bool) -> str:
    return _("oui") if value else _("non")

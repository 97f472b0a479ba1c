"""Réglages › Services and Réglages › Segments: the catalogue arranged in families, and what is said of each segment."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from campaigns import playbook
from clients import catalogue
from clients.folding import fold
from clients.models import Service
from cockpit.calls import back
from segmentation.models import Offering, Rules, ScoringRun, Segment

PAGE = 50
MOST_TICKED = 500
LAST = "last_arrangement"  # in the session: what "Annuler" takes back
RECURRING = {"oui": True, "non": False}


@required(Right.MANAGE_SETTINGS)
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """The catalogue, by name, and who holds what in the run on show."""
    found = Service.objects.all()
    for word in request.GET.get("q", "").split():
        found = found.filter(sort_name__contains=fold(word))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    run = ScoringRun.objects.latest_at()
    held = Offering.objects.filter(run=run, service__in=[service.pk for service in page]) if run else []
    holders = {one.service_id: one.holders for one in held}
    families = Service.objects.exclude(family="").order_by("family").values_list("family", flat=True).distinct()
    context = {
        "page": page,
        "rows": [(service, holders.get(service.pk)) for service in page],
        "families": list(families),
        "asked": request.GET.get("q", ""),
    }
    return render(request, "cockpit/catalogue/services.html", context)


@require_POST
@required(Right.MANAGE_SETTINGS)
def arrange_services(request: HttpRequest) -> HttpResponse:
    """Gives the ticked services a family, or says whether they are monthly fees."""
    ids = [int(pk) for pk in request.POST.getlist("services")[:MOST_TICKED] if pk.isascii() and pk.isdigit()]
    family = request.POST.get("family", "").replace("\0", "") if "ranger" in request.POST else None
    is_recurring = RECURRING.get(request.POST.get("abonnement", ""))
    if not ids:
        messages.error(request, _("Aucun service n’est coché : cochez ceux à ranger dans la liste."))
        return back(request)
    former = catalogue.arrange(
        service_ids=[pk for pk in ids if pk < 2**62], family=family, is_recurring=is_recurring, by=request.user
    )
    request.session[LAST] = [[pk, *place] for pk, place in former.items()]
    words = ngettext(
        "%(n)s service changé. Les opportunités suivront au prochain calcul.",
        "%(n)s services changés. Les opportunités suivront au prochain calcul.",
        len(former),
    )
    undo = reverse("cockpit:undo-arrangement") if former else ""
    messages.success(request, words % {"n": len(former)}, extra_tags=undo)
    return back(request)


@require_POST
@required(Right.MANAGE_SETTINGS)
def undo_arrangement(request: HttpRequest) -> HttpResponse:
    """Takes back what this session arranged last; a second time changes nothing."""
    last = request.session.pop(LAST, [])
    catalogue.put_back(former={pk: catalogue.Place(*place) for pk, *place in last}, by=request.user)
    messages.success(request, _("C’est annulé."))
    return back(request)


@require_safe
def segment_list(request: HttpRequest) -> HttpResponse:
    """The eleven segments: what is said of each, how many cells of the grid lead there, who is in it today."""
    run = ScoringRun.objects.latest_at()
    counted = run.scores.visible_to(request.user).values_list("segment").annotate(n=Count("pk")) if run else []
    clients = dict(counted.order_by() if run else [])
    cells = dict(Rules.objects.published().get().grid.values_list("segment").annotate(n=Count("pk")).order_by())
    pages = {page.segment: page for page in playbook.pages()}
    rows = [
        (segment, pages[segment.slug], cells.get(segment.slug, 0), clients.get(segment.slug, 0))
        for segment in Segment.objects.all()
    ]
    context = {"rows": rows, "may_write": request.user.may(Right.MANAGE_PLAYBOOK), "run": run}
    return render(request, "cockpit/catalogue/segments.html", context)

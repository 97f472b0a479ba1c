"""Pages of campaigns: the list, a new one, the desk, the results."""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import required
from accounts.roles import Right
from campaigns import drafting
from campaigns.models import Campaign, Recipient
from clients.models import Service
from cockpit.forms import ticked
from cockpit.mailings.desk import Desk
from cockpit.mailings.forms import StartForm
from cockpit.mailings.results import Results
from segmentation.models import SegmentSlug

PAGE = 25
VIEWS = {
    "": (gettext_lazy("Toutes"), Q()),
    "brouillons": (gettext_lazy("Brouillons"), Q(state=Campaign.State.DRAFT)),
    "a-approuver": (gettext_lazy("À approuver"), Q(state=Campaign.State.SUBMITTED)),
    "en-cours": (gettext_lazy("En cours"), Q(state__in=Campaign.UNDER_WAY)),
    "terminees": (gettext_lazy("Terminées"), Q(state__in=Campaign.OVER)),
}
SENT = Count("recipients", filter=Q(recipients__state=Recipient.State.SENT))
UNCERTAIN = Count("recipients", filter=Q(recipients__state=Recipient.State.UNCERTAIN))


@require_safe
@required(Right.DRAFT_CAMPAIGNS)
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The campaigns this person may read, the newest first."""
    mine = Campaign.objects.visible_to(request.user).by_hand()
    view = request.GET.get("vue", "") if request.GET.get("vue", "") in VIEWS else ""
    found = mine.filter(VIEWS[view][1]).select_related("created_by").annotate(sent=SENT, uncertain=UNCERTAIN)
    counts = mine.aggregate(**{key or "all": Count("pk", filter=narrow) for key, (_label, narrow) in VIEWS.items()})
    context = {
        "page": Paginator(found.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("page")),
        "has_any": counts["all"] > 0,
        "may_send": request.user.may(Right.SEND_CAMPAIGNS),
        "views": [(key, label, counts[key or "all"], key == view) for key, (label, _narrow) in VIEWS.items()],
    }
    return render(request, "cockpit/mailings/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.DRAFT_CAMPAIGNS)
def new_campaign(request: HttpRequest) -> HttpResponse:
    """A new draft, for a segment or a service that its address carries, or for the clients ticked in a list."""
    asked = request.POST if request.method == "POST" else request.GET
    is_sent = "name" in request.POST
    form = StartForm(request.POST if is_sent else None, initial={"name": request.GET.get("nom", "")[:120]})
    segments = [slug for slug in asked.getlist("segment") if slug in SegmentSlug.values]
    chosen, service = ticked(asked), _service(asked.get("service", ""))
    if is_sent and form.is_valid():
        fields = {"segments": segments, "service": service, **form.cleaned_data}
        try:
            campaign = drafting.start(chosen=chosen or None, by=request.user, **fields)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("cockpit:campaign-desk", pk=campaign.pk)
    context = {"form": form, "segments": segments, "chosen": chosen, "service": service}
    return render(request, "cockpit/mailings/new.html", context, status=422 if form.errors else 200)


@require_safe
@required(Right.DRAFT_CAMPAIGNS)
def campaign_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk of a draft; what was launched shows its results."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user).by_hand(), pk=pk)
    if not campaign.is_drafted:
        return redirect("cockpit:campaign", pk=pk)
    return render(request, "cockpit/mailings/desk.html", {"desk": Desk.of(request, campaign), "campaign": campaign})


@require_safe
@required(Right.DRAFT_CAMPAIGNS)
def campaign_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What left, what did not, and what it brought."""
    campaign = get_object_or_404(
        Campaign.objects.visible_to(request.user).by_hand().select_related("launched_by"), pk=pk
    )
    if campaign.is_drafted:
        return redirect("cockpit:campaign-desk", pk=pk)
    results = Results(campaign, request.user)
    told = results.recipients.select_related("client", "contact", "answer")
    told = told.order_by("-replied_at", "client__sort_name", "pk")
    page = Paginator(told, PAGE).get_page(request.GET.get("page"))
    return render(request, "cockpit/mailings/campaign.html", {"campaign": campaign, "results": results, "page": page})


def _service(asked: str) -> Service | None:
    return Service.objects.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None

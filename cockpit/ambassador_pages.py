"""Ambassadeurs: the clients who recommended others, what those are worth, and noting who recommended a client."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from campaigns import ambassadors
from campaigns.ambassadors import Won
from clients.folding import fold
from clients.models import Client
from cockpit.calls import back, told
from segmentation.models import Score, ScoringRun

PAGE = 50


@dataclass(frozen=True)
class Ambassador:
    """One row of the list."""

    client: Client
    won: Won
    score: Score | None = None


@require_safe
def ambassador_list(request: HttpRequest) -> HttpResponse:
    """The clients who recommended others, those who brought most revenue first."""
    run, user = ScoringRun.objects.latest_at(), request.user
    seen = ambassadors.ambassadors(Client.objects.visible_to(user), by=user)
    won = ambassadors.won_by(seen.values_list("pk", flat=True), run=run, by=user)
    ids = sorted(won, key=lambda pk: (-won[pk].revenue, -won[pk].count, pk))
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    clients = Client.objects.select_related("owner").in_bulk(list(page))
    scores = {score.client_id: score for score in Score.objects.of(run).filter(client__in=list(page))}
    context = {
        "run": run,
        "page": page,
        "rows": [Ambassador(clients[pk], won[pk], scores.get(pk)) for pk in page],
        "clients": len({client for one in won.values() for client in one.clients}),
        "prospects": sum(one.prospects for one in won.values()),
    }
    return render(request, "cockpit/ambassadors.html", context)


@require_POST
@required(Right.RECORD_ACTIONS)
def note_recommendation(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes who recommended this client: a code, or an exact name; nobody when it is empty."""
    seen = Client.objects.visible_to(request.user)
    client = get_object_or_404(seen, pk=pk)
    text = request.POST.get("qui", "").replace("\0", "").strip()[:255]
    try:
        recommended_by = named(seen, text) if text else None
        ambassadors.recommend(client=client, recommended_by=recommended_by, by=request.user)
    except ValidationError as error:
        told(request, error)
        return back(request)
    words = {"client": client.name, "name": recommended_by}
    text = _("%(client)s : recommandé par %(name)s.") if recommended_by else _("%(client)s : sans recommandation.")
    messages.success(request, text % words)
    return back(request)


def named(seen, text: str) -> Client:
    """The client of this code or, for who has none, of this very name. Raises ValidationError."""
    found = list(seen.filter(code=text)[:2]) or list(seen.filter(sort_name=fold(text))[:2])
    if len(found) != 1:
        raise ValidationError(
            _("« %(name)s » n’est pas un de vos clients, ou plusieurs portent ce nom : écrivez son code.")
            % {"name": text}
        )
    return found[0]

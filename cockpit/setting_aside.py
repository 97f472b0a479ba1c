"""Alerts that people set aside: doing it for one client or several, taking it back, and the list of those set aside."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from clients.figures import day, nb
from cockpit.calls import back, told
from cockpit.forms import SetAsideForm, ticked
from segmentation import setting_aside
from segmentation.models import RiskSetAside, Score, ScoringRun

PAGE = 50


@require_POST
@required(Right.RECORD_ACTIONS)
def set_aside(request: HttpRequest) -> HttpResponse:
    """Sets an alert aside for the clients of the form."""
    ids, form = ticked(request.POST), SetAsideForm(request.POST)
    try:
        if not ids:
            raise ValidationError(_("Aucun client n’est coché : cochez ceux dont l’alerte est à écarter."))
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        data = form.cleaned_data
        done = setting_aside.set_aside(
            clients=ids,
            reason=data["reason"],
            motive=data["motive"],
            note=data["aside_note"],
            until=data["until"],
            by=request.user,
        )
    except ValidationError as error:
        told(request, error)
        return back(request)
    undo = reverse("cockpit:undo-set-aside", args=[done.at.isoformat()]) if done.clients else ""
    messages.success(request, _in_words(len(done.clients), data["until"]), extra_tags=undo)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def undo_set_aside(request: HttpRequest, at: str) -> HttpResponse:
    """Takes back what this person just set aside; a second time changes nothing."""
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return back(request)
    if moment.tzinfo:
        setting_aside.undo(at=moment, by=request.user)
    messages.success(request, _("C’est annulé."))
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows an alert again before its date."""
    one = get_object_or_404(RiskSetAside.objects.visible_to(request.user).select_related("client"), pk=pk)
    setting_aside.lift(one=one, by=request.user)
    messages.success(request, _("%(client)s : alerte rétablie.") % {"client": one.client.name})
    return back(request)


@require_safe
def aside_list(request: HttpRequest) -> HttpResponse:
    """What is set aside today among the clients of this person, the first to come back first."""
    run = ScoringRun.objects.latest_at()
    active = RiskSetAside.objects.active().visible_to(request.user)
    page = Paginator(active.select_related("client__owner", "set_aside_by"), PAGE).get_page(request.GET.get("page"))
    scores = Score.objects.of(run).filter(client__in={one.client_id for one in page}).with_risk()
    risks = {score.client_id: getattr(score, "risk", None) for score in scores}
    context = {
        "run": run,
        "page": page,
        "rows": [(one, risks.get(one.client_id)) for one in page],
        "may_record": request.user.may(Right.RECORD_ACTIONS),
    }
    return render(request, "cockpit/aside_list.html", context)


def _in_words(count: int, until: dt.date) -> str:
    return ngettext(
        "Alerte écartée pour %(count)s client, jusqu’au %(day)s.",
        "Alerte écartée pour %(count)s clients, jusqu’au %(day)s.",
        count,
    ) % {"count": nb(count), "day": day(until)}

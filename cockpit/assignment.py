"""Giving clients to somebody, one or many, and taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.roles import Right
from clients import portfolios
from cockpit.calls import back
from cockpit.forms import OwnerForm, ticked

LAST = "last_assignment"  # in the session: what "Annuler" takes back


@require_POST
@required(Right.ASSIGN_CLIENTS)
def assign_clients(request: HttpRequest) -> HttpResponse:
    """Gives the clients of the form to one person, or to nobody."""
    ids, form = ticked(request.POST), OwnerForm(request.POST, user=request.user)
    if not ids or not form.is_valid():
        messages.error(request, _("Cochez des clients et choisissez une personne de votre équipe."))
        return back(request)
    owner = form.cleaned_data["owner"]
    former = portfolios.assign(client_ids=ids, owner=owner, by=request.user)
    request.session[LAST] = {"owner": owner.pk if owner else None, "former": list(former.items())}
    words = {"count": len(former), "name": owner or pgettext("nobody", "personne")}
    messages.success(
        request,
        ngettext("%(count)s client affecté à %(name)s.", "%(count)s clients affectés à %(name)s.", len(former)) % words,
        extra_tags=reverse("cockpit:undo-assignment") if former else "",
    )
    return back(request)


@require_POST
@required(Right.ASSIGN_CLIENTS)
def undo_assignment(request: HttpRequest) -> HttpResponse:
    """Takes back the last assignment of this session; a second time changes nothing."""
    last = request.session.pop(LAST, None)
    if last:
        portfolios.give_back(former=dict(last["former"]), owner_id=last["owner"], by=request.user)
    messages.success(request, _("C’est annulé."))
    return back(request)

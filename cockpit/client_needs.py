"""Saying that clients have a need, or have it not: one client or several, and taking that back. Only answers POST."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients.models import Client
from cockpit.calls import back, told
from cockpit.forms import ticked
from cockpit.need_forms import NeedOfClients, NoteForm
from segmentation import needs
from segmentation.models import Need

LAST = "last_needs"  # in the session: what "Annuler" takes back


@require_POST
def note_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes a need heard from one client."""
    needs.check_noter(request.user)
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = NoteForm(request.POST, user=request.user)
    try:
        if not form.is_valid():
            raise ValidationError(_("Choisissez un besoin, et une date qui se lise."))
        heard = needs.note(client=client, by=request.user, **form.cleaned_data)
        words = {"client": client.name, "need": heard.need.name}
        messages.success(request, _("%(client)s : besoin « %(need)s » noté.") % words)
    except ValidationError as error:
        told(request, error)
    return back(request)


@require_POST
def give_need(request: HttpRequest) -> HttpResponse:
    """Gives one need to the clients ticked."""
    ids, form = ticked(request.POST), NeedOfClients(request.POST)
    if not form.is_valid() or not ids:
        needs.check_noter(request.user)
        messages.error(request, _("Cochez des clients et choisissez un besoin."))
        return back(request)
    changed = needs.give(client_ids=ids, need=form.cleaned_data["need"], by=request.user)
    count = len(changed.former)
    words = {"count": count, "need": form.cleaned_data["need"].name}
    said = ngettext(
        "%(count)s client associé au besoin « %(need)s ».", "%(count)s clients associés au besoin « %(need)s ».", count
    )
    return _told_with_undo(request, changed, said % words)


@require_POST
def take_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a need away from the clients ticked."""
    need, ids = get_object_or_404(Need, pk=pk), ticked(request.POST)
    changed = needs.take(client_ids=ids, need=need, by=request.user)
    count = len(changed.former)
    words = {"count": count, "need": need.name}
    said = ngettext(
        "Besoin « %(need)s » retiré à %(count)s client.", "Besoin « %(need)s » retiré à %(count)s clients.", count
    )
    return _told_with_undo(request, changed, said % words)


@require_POST
def undo_need(request: HttpRequest) -> HttpResponse:
    """Takes back what this session said last of a need; a second time changes nothing."""
    needs.check_noter(request.user)
    if last := request.session.pop(LAST, None):
        former = {pk: before and _moments(before) for pk, before in last["former"]}
        changed = needs.Changed(last["need"], dt.datetime.fromisoformat(last["at"]), former)
        needs.undo(changed=changed, by=request.user)
    messages.success(request, _("C’est annulé."))
    return back(request)


def _told_with_undo(request: HttpRequest, changed: needs.Changed, said: str) -> HttpResponse:
    """Says what changed, and keeps in the session what it takes to undo it."""
    former = [(pk, before and _plain(before)) for pk, before in changed.former.items()]
    request.session[LAST] = {"need": changed.need_id, "at": changed.at.isoformat(), "former": former}
    messages.success(request, said, extra_tags=reverse("cockpit:undo-need") if former else "")
    return back(request)


def _plain(before: dict) -> dict:
    return {**before, "noted_at": before["noted_at"].isoformat()}


def _moments(before: dict) -> dict:
    return {**before, "noted_at": dt.datetime.fromisoformat(before["noted_at"])}

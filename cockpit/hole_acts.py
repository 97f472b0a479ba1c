"""Saying why clients lack a service, from the list of a cell or the page of a client; every view here answers POST."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.roles import Right
from clients.figures import nb
from cockpit.calls import back, told
from cockpit.forms import ticked
from cockpit.opportunity_rows import subject_of
from segmentation import holes
from segmentation.models import HoleReason


class HoleForm(forms.Form):
    """A reason, when what it says happened, and until when not to offer again."""

    hole_reason = forms.ChoiceField(
        label=gettext_lazy("Motif"),
        choices=HoleReason.choices,
        error_messages={"required": gettext_lazy("Choisissez un motif.")},
    )
    happened_on = forms.DateField(label=gettext_lazy("Proposé ou refusé le"), required=False)
    until = forms.DateField(label=gettext_lazy("Ne plus compter jusqu’au"), required=False)
    hole_note = forms.CharField(label=gettext_lazy("Précision"), required=False, max_length=200)


@require_POST
@required(Right.RECORD_ACTIONS)
def say_reason(request: HttpRequest, offering: str) -> HttpResponse:
    """Says why the clients ticked lack this service or family."""
    service, family = _subject(offering)
    ids, form = ticked(request.POST), HoleForm(request.POST)
    try:
        if not ids:
            raise ValidationError(_("Aucun client n’est coché : cochez ceux dont vous connaissez le motif."))
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        data = form.cleaned_data
        said = holes.say(
            clients=ids,
            service=service,
            family=family,
            reason=data["hole_reason"],
            happened_on=data["happened_on"],
            until=data["until"],
            note=data["hole_note"],
            by=request.user,
        )
    except ValidationError as error:
        told(request, error)
        return back(request)
    undo = reverse("cockpit:undo-reason", args=[said.at.isoformat()]) if said.clients else ""
    words = ngettext("Motif noté pour %(count)s client.", "Motif noté pour %(count)s clients.", len(said.clients)) % {
        "count": nb(len(said.clients))
    }
    messages.success(request, words, extra_tags=undo)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def give_back(request: HttpRequest, offering: str) -> HttpResponse:
    """Takes away what was said of the clients ticked: their hole counts again, and asks for a reason."""
    service, family = _subject(offering)
    count = holes.give_back(clients=ticked(request.POST), service=service, family=family, by=request.user)
    words = ngettext("Motif retiré pour %(count)s client.", "Motif retiré pour %(count)s clients.", count)
    messages.success(request, words % {"count": nb(count)})
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def undo_reason(request: HttpRequest, at: str) -> HttpResponse:
    """Takes back what this person just said; a second time changes nothing."""
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return back(request)
    if moment.tzinfo:
        holes.undo(at=moment, by=request.user)
    messages.success(request, _("C’est annulé."))
    return back(request)


def _subject(offering: str):
    subject = subject_of(offering)
    if subject is None:
        raise Http404
    return subject

"""Events of clients: typed on a client's page, imported from a file and undone; what they trigger follows at once."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.roles import Right
from campaigns import triggers
from clients import happenings
from clients.imports.findings import RefusedError
from clients.master_data.bringing import NothingWrittenError, preview
from clients.master_data.events import EventResource
from clients.master_data.forms import ConfirmForm, TableForm
from clients.models import Client, Event, TableImport
from cockpit.calls import back, told
from cockpit.trigger_forms import EventForm

FORMER = 20  # imports listed
DOORS = {"here": "cockpit:import-events", "confirm": "cockpit:confirm-events", "undo": "cockpit:undo-events"}


@require_POST
@required(Right.RECORD_ACTIONS)
def note_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes what happened to this client, and proposes what follows."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    form = EventForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.values() for error in errors])
        with transaction.atomic():
            event = happenings.record(client=client, by=request.user, **form.cleaned_data)
            fired = triggers.fire(Event.objects.filter(pk=event.pk))
    except ValidationError as error:
        told(request, error)
        return back(request)
    words = {"client": client.name, "event": event.get_kind_display()}
    text = (
        _("%(client)s : « %(event)s » est noté, une action est proposée.")
        if fired
        else _("%(client)s : « %(event)s » est noté.")
    )
    messages.success(request, text % words)
    return back(request)


@require_POST
@required(Right.RECORD_ACTIONS)
def remove_event(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back an event typed by hand."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    if happenings.remove(event=event, by=request.user):
        messages.success(request, _("L’événement est retiré."))
    else:
        messages.warning(request, _("Cet événement vient d’un fichier ou des factures : il ne se retire pas d’ici."))
    return back(request)


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_events(request: HttpRequest) -> HttpResponse:
    """GET asks for a file; POST shows what importing it would do, and writes nothing of it."""
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    shown = {}
    if request.method == "POST" and form.is_valid():
        try:
            kept, table, resource = preview(
                EventResource,
                name=happenings.LIST,
                file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(),
                options={},
                by=request.user,
                right=Right.IMPORT,
            )
            shown = {"kept": kept, "table": table, "report": resource.report}
        except RefusedError as refusal:
            form.add_error("file", refusal.message)
    former = TableImport.objects.filter(name=happenings.LIST, imported_at__isnull=False).select_related("launched_by")
    context = {"form": form, "former": former[:FORMER], "columns": EventResource.columns, "doors": DOORS}
    context |= {"model": "evenements", **shown}
    return render(request, "cockpit/triggers/import.html", context, status=422 if form.errors else 200)


@required(Right.IMPORT)
@require_POST
def confirm_events(request: HttpRequest) -> HttpResponse:
    """Writes what a preview showed, and proposes what follows."""
    form = ConfirmForm(request.POST)
    try:
        if not form.is_valid():
            raise NothingWrittenError(_("Cet aperçu n’est plus valable. Choisissez à nouveau le fichier."))
        with transaction.atomic():
            resource = happenings.bring_file(
                token=form.cleaned_data["token"], confirmed=form.confirmed(), by=request.user
            )
            fired = triggers.fire(Event.objects.filter(pk__in=resource.created))
    except (NothingWrittenError, RefusedError) as refusal:
        messages.error(request, str(refusal))
    except OperationalError:
        messages.error(
            request, _("Un autre import est en train d’écrire. Rien n’a été importé : réessayez dans une minute.")
        )
    else:
        messages.success(request, _told(len(resource.created), fired))
    return redirect("cockpit:import-events")


@required(Right.IMPORT)
@require_POST
def undo_events(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an import of events back, with what it had proposed and nobody did yet; a second click changes nothing."""
    table = get_object_or_404(TableImport, pk=pk, name=happenings.LIST)
    count = triggers.undo_file(table=table, by=request.user)
    words = ngettext("Import annulé : %(n)s événement retiré.", "Import annulé : %(n)s événements retirés.", count)
    messages.success(request, words % {"n": count})
    return redirect("cockpit:import-events")


def _told(created: int, fired: int) -> str:
    return " ".join(
        (
            ngettext("%(n)s événement importé.", "%(n)s événements importés.", created) % {"n": created},
            ngettext("%(n)s action proposée.", "%(n)s actions proposées.", fired) % {"n": fired},
        )
    )

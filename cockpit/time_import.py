"""Importing time spent: a file read as it is, names that are asked once, and each import undone in one click."""

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.roles import Right
from clients import timesheets
from clients.imports.findings import RefusedError
from clients.master_data.bringing import NothingWrittenError, preview
from clients.master_data.forms import ConfirmForm, TableForm
from clients.master_data.report import Report
from clients.master_data.time import TimeResource
from clients.models import TableImport
from segmentation import time_spent

FORMER = 20  # imports listed
DOORS = {"here": "cockpit:import-time", "confirm": "cockpit:confirm-time", "undo": "cockpit:undo-time"}


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_time(request: HttpRequest) -> HttpResponse:
    """GET asks for a file; POST shows what importing it would do, and writes nothing of it."""
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    shown = {}
    if request.method == "POST" and form.is_valid():
        try:
            kept, table, resource = preview(
                TimeResource,
                name=timesheets.LIST,
                file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(),
                options={"confirmed": timesheets.remembered()},
                by=request.user,
                right=Right.IMPORT,
            )
            shown = {"kept": kept, "table": table, "report": resource.report}
        except RefusedError as refusal:
            form.add_error("file", refusal.message)
    former = TableImport.objects.filter(name=timesheets.LIST, imported_at__isnull=False).select_related("launched_by")
    context = {
        "form": form,
        "former": former[:FORMER],
        "columns": TimeResource.columns,
        "doors": DOORS,
        "model": "temps",
        **shown,
    }
    return render(request, "cockpit/time/import.html", context, status=422 if form.errors else 200)


@required(Right.IMPORT)
@require_POST
def confirm_time(request: HttpRequest) -> HttpResponse:
    """Writes what a preview showed, with who its names were said to be."""
    form = ConfirmForm(request.POST)
    try:
        if not form.is_valid():
            raise NothingWrittenError(_("Cet aperçu n’est plus valable. Choisissez à nouveau le fichier."))
        resource = timesheets.bring_file(token=form.cleaned_data["token"], confirmed=form.confirmed(), by=request.user)
    except (NothingWrittenError, RefusedError) as refusal:
        messages.error(request, str(refusal))
        return redirect("cockpit:import-time")
    except OperationalError:
        messages.error(
            request, _("Un autre import est en train d’écrire. Rien n’a été importé : réessayez dans une minute.")
        )
        return redirect("cockpit:import-time")
    time_spent.follow(resource.client_ids)
    messages.success(request, told_of(resource.report))
    return redirect("cockpit:import-time")


@required(Right.IMPORT)
@require_POST
def undo_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an import of time back; a second click changes nothing."""
    table = get_object_or_404(TableImport, pk=pk, name=timesheets.LIST)
    count = timesheets.undo_file(table=table, by=request.user)
    if count:
        time_spent.follow()
    words = ngettext("Import annulé : %(n)s ligne reprise.", "Import annulé : %(n)s lignes reprises.", count)
    messages.success(request, words % {"n": count})
    return redirect("cockpit:import-time")


def told_of(report: Report) -> str:
    left = report.left_out + report.errors
    return _("Import terminé : %(created)s, %(updated)s, %(unchanged)s, %(left)s.") % {
        "created": ngettext("%(n)s ligne créée", "%(n)s lignes créées", report.created) % {"n": report.created},
        "updated": ngettext("%(n)s modifiée", "%(n)s modifiées", report.updated) % {"n": report.updated},
        "unchanged": ngettext("%(n)s inchangée", "%(n)s inchangées", report.unchanged) % {"n": report.unchanged},
        "left": ngettext("%(n)s laissée de côté", "%(n)s laissées de côté", left) % {"n": left},
    }

"""Importing prospects: a list or an extract of the Sirene register, looked at before anything is written."""

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.roles import Right
from campaigns import prospecting
from campaigns.prospects import LIST, ProspectResource
from clients.imports.findings import RefusedError
from clients.master_data.bringing import NothingWrittenError, bring, preview
from clients.master_data.forms import ConfirmForm, TableForm
from clients.models import TableImport
from cockpit.time_import import told_of

FORMER = 20  # imports listed
DOORS = {"here": "cockpit:import-prospects", "confirm": "cockpit:confirm-prospects"}


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_prospects(request: HttpRequest) -> HttpResponse:
    """GET asks for a file; POST shows what importing it would do, and writes nothing of it."""
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    shown = {}
    if request.method == "POST" and form.is_valid():
        try:
            kept, table, resource = preview(
                ProspectResource,
                name=LIST,
                file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(),
                options={},
                by=request.user,
                right=Right.IMPORT,
            )
            shown = {"kept": kept, "table": table, "report": resource.report}
        except RefusedError as refusal:
            form.add_error("file", refusal.message)
    former = TableImport.objects.filter(name=LIST, imported_at__isnull=False).select_related("launched_by")
    columns = [column for column in ProspectResource.columns if column.is_written]
    context = {"form": form, "former": former[:FORMER], "columns": columns, "doors": DOORS, **shown}
    return render(request, "cockpit/prospects/import.html", context, status=422 if form.errors else 200)


@required(Right.IMPORT)
@require_POST
def confirm_prospects(request: HttpRequest) -> HttpResponse:
    """Writes what a preview showed, and scores it."""
    form = ConfirmForm(request.POST)
    try:
        if not form.is_valid():
            raise NothingWrittenError(_("Cet aperçu n’est plus valable. Choisissez à nouveau le fichier."))
        token, confirmed = form.cleaned_data["token"], form.confirmed()
        resource = bring(
            ProspectResource, name=LIST, token=token, confirmed=confirmed, by=request.user, right=Right.IMPORT
        )
    except (NothingWrittenError, RefusedError) as refusal:
        messages.error(request, str(refusal))
        return redirect("cockpit:import-prospects")
    except OperationalError:
        messages.error(
            request, _("Un autre import est en train d’écrire. Rien n’a été importé : réessayez dans une minute.")
        )
        return redirect("cockpit:import-prospects")
    prospecting.follow()
    messages.success(request, told_of(resource.report))
    return redirect("cockpit:prospects")

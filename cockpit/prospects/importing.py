"""Importing prospects: a list or an extract of the Sirene register, looked at before anything is written."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.models import User
from accounts.roles import Right
from campaigns import prospecting
from campaigns.prospects import LIST, ProspectResource
from campaigns.sieve import sieve
from clients.imports.findings import RefusedError
from clients.master_data.bringing import NothingWrittenError, bring, preview
from clients.master_data.forms import ConfirmForm
from clients.master_data.reading import MOST_BYTES
from clients.models import TableImport
from cockpit.prospects.forms import ProspectsFileForm
from cockpit.time_import import told_of

FORMER = 20  # imports listed
DOORS = {"here": "cockpit:import-prospects", "confirm": "cockpit:confirm-prospects"}


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_prospects(request: HttpRequest) -> HttpResponse:
    """GET asks for a file; POST shows what importing it would do, and writes nothing of it."""
    form = ProspectsFileForm(request.POST, request.FILES) if request.method == "POST" else ProspectsFileForm()
    shown = {}
    if request.method == "POST" and form.is_valid():
        try:
            shown = _shown(form, request.user)
        except RefusedError as refusal:
            form.add_error("file", refusal.message)
    former = TableImport.objects.filter(name=LIST, imported_at__isnull=False).select_related("launched_by")
    columns = [column for column in ProspectResource.columns if column.is_written]
    context = {"form": form, "former": former[:FORMER], "columns": columns, "doors": DOORS, **shown}
    return render(request, "cockpit/prospects/import.html", context, status=422 if form.errors else 200)


def _shown(form: ProspectsFileForm, by: User) -> dict:
    """What importing this file would do, those that the register keeps out of reach counted with the others."""
    file, areas = form.cleaned_data["file"], form.cleaned_data["departements"]
    with tempfile.TemporaryDirectory() as folder:  # private to this account, gone with the block
        path = Path(folder) / "extract"
        with path.open("wb") as copy:
            copy.writelines(file.chunks())
        sieved = sieve(path, Path(file.name).name[-120:], areas=areas)
        content = sieved.content if sieved else _small(path)
    kept, table, resource = preview(
        ProspectResource,
        name=LIST,
        file_name=file.name,
        content=content,
        options={},
        by=by,
        right=Right.IMPORT,
    )
    for reason, count in (sieved.left if sieved else {}).items():
        resource.report.left(reason, count)
    return {"kept": kept, "table": table, "report": resource.report}


def _small(path: Path) -> bytes:
    """A workbook, which is opened whole. Raises RefusedError when it is too big for that."""
    if path.stat().st_size > MOST_BYTES:
        raise RefusedError("too-big", _("Ce tableur dépasse 10 Mo : enregistrez-le en CSV, qui se lit ligne à ligne."))
    return path.read_bytes()


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

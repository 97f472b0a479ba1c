"""Imports at work and after: watch, read what became of them, take what was rejected."""

import math

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.models import Export
from accounts.roles import Right
from clients.downloads import FORMATS, download
from clients.imports import queue, rejects, report
from clients.imports.summary import Summary
from clients.models import Import, Service
from clients.views.steps import address, address_due, comes_back, ring

ERRORS_PAGE = 50
HISTORY_PAGE = 25
STOP_POLLING = 286  # htmx: show this answer and ask no more


@required(Right.IMPORT)
@require_safe
def import_progress(request, pk):
    """How far the work is, whichever step it is for. Asks again each second, with htmx or without; then leads on."""
    batch = get_object_or_404(Import, pk=pk)
    is_over = batch.is_final or batch.is_waiting
    target = address_due(batch, request)
    if is_over and not request.htmx:
        return redirect(target)
    steps = {Import.Step.LEARN: 1, Import.Step.CHECK: 3}
    context = {
        "batch": batch,
        "remaining": _remaining(batch),
        "target": target if is_over else "",
        "step": steps.get(batch.step, 4),
    }
    if not request.htmx:
        return render(request, "clients/imports/progress.html", context)
    response = render(request, "clients/imports/_progress.html", context, status=STOP_POLLING if is_over else 200)
    if is_over:
        response["HX-Redirect"] = target
    return response


@required(Right.IMPORT)
@require_safe
def import_report(request, pk):
    """Step 5: what became of it."""
    batch = get_object_or_404(Import.objects.select_related("launched_by", "source"), pk=pk)
    if not batch.is_final and batch.status != Import.Status.CONFIRMATION:
        return redirect(address_due(batch, request))
    summary = Summary(batch, request.user)
    page = Paginator(summary.errors, ERRORS_PAGE).get_page(request.GET.get("page"))
    context = {"batch": batch, "summary": summary, "page": page, "comes_back": comes_back(request)}
    return render(request, "clients/imports/report.html", context)


@required(Right.IMPORT)
@require_safe
def import_history(request):
    imports = Import.objects.select_related("launched_by", "source").prefetch_related("files")
    page = Paginator(imports, HISTORY_PAGE).get_page(request.GET.get("page"))
    return render(request, "clients/imports/history.html", {"page": page})


@required(Right.IMPORT)
@require_POST
def confirm_import(request, pk):
    """Somebody read how many invoices disappear, and wants it; a second click changes nothing."""
    batch = get_object_or_404(Import, pk=pk)
    if queue.confirm(batch, by=request.user):
        ring(batch)
    return redirect(address("clients:import-progress", batch, request))


@required(Right.IMPORT)
@require_POST
def export_errors(request, pk, file_format):
    """The errors of an import as a file, to repair beside the original."""
    if file_format not in FORMATS:
        raise Http404
    batch = get_object_or_404(Import, pk=pk)
    errors = Summary(batch, request.user).errors
    Export.objects.create(
        name="erreurs-import",
        filters=f"import={batch.pk}",
        file_format=file_format,
        row_count=errors.count(),
        exported_by=request.user,
    )
    return _errors_file(batch, errors, file_format)


@required(Right.IMPORT)
@require_POST
def export_rejected(request, pk):
    """The rows that were not imported, as their files have them, with the reason: repaired, they import again."""
    batch = get_object_or_404(Import, pk=pk)
    made = rejects.workbooks(batch)
    if not made:
        raise Http404
    Export.objects.create(
        name="lignes-rejetees",
        filters=f"import={batch.pk}",
        file_format="xlsx" if len(made) == 1 else "zip",
        row_count=rejects.count(batch),
        exported_by=request.user,
    )
    name, file = made[0] if len(made) == 1 else (f"import-{batch.pk}-rejets.zip", rejects.zipped(made))
    return FileResponse(file, as_attachment=True, filename=name)


@required(Right.IMPORT)
@require_POST
def mark_recurring(request, pk):
    """Mark as recurring the ticked services, among those that this import asked about."""
    batch = get_object_or_404(Import, pk=pk)
    marked = report.mark_recurring(batch, services=request.POST.getlist("service"), by=request.user)
    names = ", ".join(Service.objects.filter(pk__in=marked).values_list("name", flat=True))
    if names:
        messages.success(request, _("Notés comme abonnements : %(names)s.") % {"names": names})
    else:
        messages.info(request, _("Aucun service n’est coché : rien n’a changé."))
    return redirect(address("clients:import-report", batch, request))


def _errors_file(batch: Import, errors: QuerySet, file_format: str):
    headings = [_("Fichier"), _("Ligne"), _("Colonne"), _("Valeur"), _("Erreur"), _("Comment réparer")]
    rows = ([e.file, e.line, e.column, e.value, e.label, e.repair] for e in errors.iterator())
    name = f"erreurs-import-{batch.pk}"
    return download(name=name, file_format=file_format, headings=headings, rows=rows, title=_("Erreurs"))


def _remaining(batch: Import) -> int | None:
    """Minutes left at the present pace, at least one; None while nothing can be said."""
    if not (batch.claimed_at and batch.rows_total and batch.rows_done):
        return None
    elapsed = (timezone.now() - batch.claimed_at).total_seconds()
    return max(1, math.ceil(elapsed / batch.rows_done * (batch.rows_total - batch.rows_done) / 60))

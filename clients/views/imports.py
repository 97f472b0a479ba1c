"""Importing invoices: choose files, watch, read what became of them."""

import logging
import math

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.models import Export
from accounts.roles import Right
from clients import tasks
from clients.exporting import csv_pieces, xlsx_file
from clients.forms import ImportForm
from clients.imports import queue, report
from clients.imports.summary import Summary
from clients.models import Import, Service

log = logging.getLogger(__name__)
ERRORS_PAGE = 50
HISTORY_PAGE = 25
STOP_POLLING = 286  # htmx: show this answer and ask no more
ADMIN = "admin"  # the only door to come back to, named and never an address
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request):
    """Step 1: choose files. They are kept and a worker is called; the page can be closed at once."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        files = [(file.name, file) for file in form.cleaned_data["files"]]
        batch = queue.submit(files=files, by=request.user, source_name=form.cleaned_data["source"])
        ring(batch)
        return redirect(_address("clients:import-progress", batch, request))
    last = Import.objects.filter(status=Import.Status.COMMITTED).first()
    return render(request, "clients/imports/new.html", {"form": form, "last": last, "comes_back": _comes_back(request)})


@required(Right.IMPORT)
@require_safe
def import_progress(request, pk):
    """Step 2: how far it is. Asks again each second, with htmx or without; leads to the report when over."""
    batch = get_object_or_404(Import, pk=pk)
    is_over = batch.is_final or batch.status == Import.Status.CONFIRMATION
    target = _after(batch, request)
    if is_over and not request.htmx:
        return redirect(target)
    context = {"batch": batch, "remaining": _remaining(batch), "target": target if is_over else ""}
    if not request.htmx:
        return render(request, "clients/imports/progress.html", context)
    response = render(request, "clients/imports/_progress.html", context, status=STOP_POLLING if is_over else 200)
    if is_over:
        response["HX-Redirect"] = target
    return response


@required(Right.IMPORT)
@require_safe
def import_report(request, pk):
    """Step 3: what became of it."""
    batch = get_object_or_404(Import.objects.select_related("launched_by", "source"), pk=pk)
    if not batch.is_final and batch.status != Import.Status.CONFIRMATION:
        return redirect(_address("clients:import-progress", batch, request))
    summary = Summary(batch, request.user)
    page = Paginator(summary.errors, ERRORS_PAGE).get_page(request.GET.get("page"))
    context = {"batch": batch, "summary": summary, "page": page, "comes_back": _comes_back(request)}
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
    return redirect(_address("clients:import-progress", batch, request))


@required(Right.IMPORT)
@require_POST
def decline_import(request, pk):
    batch = get_object_or_404(Import, pk=pk)
    if queue.decline(batch):
        messages.success(request, _("L’import est abandonné : rien n’a été écrit."))
    return redirect(_address("clients:import-report", batch, request))


@required(Right.IMPORT)
@require_POST
def export_errors(request, pk, file_format):
    """The errors of an import as a file, to repair beside the original."""
    if file_format not in ("csv", "xlsx"):
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
def mark_recurring(request, pk):
    """Mark as recurring the ticked services, among those that this import asked about."""
    batch = get_object_or_404(Import, pk=pk)
    marked = report.mark_recurring(batch, services=request.POST.getlist("service"), by=request.user)
    names = ", ".join(Service.objects.filter(pk__in=marked).values_list("name", flat=True))
    if names:
        messages.success(request, _("Notés comme abonnements : %(names)s.") % {"names": names})
    else:
        messages.info(request, _("Aucun service n’est coché : rien n’a changé."))
    return redirect(_address("clients:import-report", batch, request))


def _errors_file(batch: Import, errors: QuerySet, file_format: str):
    headings = [_("Fichier"), _("Ligne"), _("Colonne"), _("Valeur"), _("Erreur"), _("Comment réparer")]
    rows = ([e.file, e.line, e.column, e.value, e.label, e.repair] for e in errors.iterator())
    name = f"erreurs-import-{batch.pk}-{timezone.localdate():%Y-%m-%d}.{file_format}"
    if file_format == "xlsx":
        file = xlsx_file(headings, rows, title=_("Erreurs"))
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)
    pieces = csv_pieces(headings, rows, delimiter=";", decimal=",")
    return StreamingHttpResponse(
        ("\ufeff" * (number == 0) + piece for number, piece in enumerate(pieces)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def ring(batch: Import) -> None:
    """Call a worker. Without a broker the import waits: a tick of every minute rings again."""
    try:
        tasks.process_import.delay_on_commit(batch.pk)
    except Exception as error:
        log.warning("no worker could be called for import %s: %r", batch.pk, error)


def _remaining(batch: Import) -> int | None:
    """Minutes left at the present pace, at least one; None while nothing can be said."""
    if not (batch.claimed_at and batch.rows_total and batch.rows_done):
        return None
    elapsed = (timezone.now() - batch.claimed_at).total_seconds()
    return max(1, math.ceil(elapsed / batch.rows_done * (batch.rows_total - batch.rows_done) / 60))


def _comes_back(request) -> bool:
    """Whether the admin's list of invoices sent here, and waits. Only the word is believed, never an address."""
    return request.GET.get("retour") == ADMIN and request.user.may(Right.USE_ADMIN)


def _address(name: str, batch: Import, request) -> str:
    query = f"?{urlencode({'retour': ADMIN})}" if _comes_back(request) else ""
    return reverse(name, args=[batch.pk]) + query


def _after(batch: Import, request) -> str:
    """Where an import that is over leads: its report, or the admin's list of the invoices it made."""
    if _comes_back(request) and batch.status == Import.Status.COMMITTED:
        query = urlencode({"created_by_import__id__exact": batch.pk})
        return f"{reverse('admin:clients_invoice_changelist')}?{query}"
    return _address("clients:import-report", batch, request)

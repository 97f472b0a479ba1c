"""Stopping an import that runs; undoing one that has committed, and reading what became of each row."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from clients.imports import stopping, undo
from clients.imports.stopping import Answer
from clients.imports.taken_back import TakenBack
from clients.models import Import, UndoneRow
from clients.views.imports import ring

ROWS_PAGE = 100


@required(Right.IMPORT)
@require_POST
def stop_import(request, pk):
    """Ask that an import stop: at once when nobody is at it, else at the next beat of its worker."""
    batch = get_object_or_404(Import, pk=pk)
    answer = stopping.ask(batch)
    batch.refresh_from_db()
    if answer == Answer.ASKED:
        messages.info(request, _("Arrêt demandé : l’import s’arrête dans quelques secondes, sans rien écrire."))
    elif answer == Answer.STOPPED:
        messages.success(request, _("C’est arrêté : rien n’a été écrit."))
    elif undo.until(batch):
        messages.warning(request, _("Trop tard : l’import est fini. Vous pouvez l’annuler."))
    else:
        messages.info(request, _("Trop tard : l’import est déjà terminé."))
    return redirect("clients:import-progress", pk=batch.pk)


@required(Right.IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def undo_import(request, pk):
    """What undoing this import takes back, to be confirmed; a POST calls a worker. A second click changes nothing."""
    batch = get_object_or_404(Import.objects.select_related("source"), pk=pk)
    if request.method == "POST":
        if undo.ask(batch, by=request.user):
            ring(batch)
        return redirect("clients:import-progress", pk=batch.pk)
    if not undo.until(batch):
        return redirect("clients:import-report", pk=batch.pk)
    return render(request, "clients/imports/undo.html", {"batch": batch, "taken_back": TakenBack(batch)})


@required(Right.IMPORT)
@require_safe
def undone_rows(request, pk):
    """What became of each row of an undone import, those that stay first."""
    batch = get_object_or_404(Import, pk=pk)
    taken_back = TakenBack(batch)
    fate = request.GET.get("etat", "")
    page = Paginator(taken_back.rows(fate), ROWS_PAGE).get_page(request.GET.get("page"))
    context = {"batch": batch, "taken_back": taken_back, "page": page, "fate": fate, "fates": UndoneRow.Fate.choices}
    return render(request, "clients/imports/undone_rows.html", context)

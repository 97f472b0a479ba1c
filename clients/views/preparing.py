"""Preparing a file: what is read and how, and tables to start from."""

from django.http import FileResponse, Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import required
from accounts.roles import Right
from clients.exporting import xlsx_file
from clients.imports.models_to_fill import MODELS

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@required(Right.IMPORT)
@require_safe
def prepare_file(request):
    """What a file may hold, said for whoever has none ready."""
    return render(request, "clients/imports/prepare.html")


@required(Right.IMPORT)
@require_safe
def model_to_fill(request, name):
    """A workbook to fill, in the reader's language; both languages import."""
    if name not in MODELS:
        raise Http404
    model = MODELS[name]()
    file = xlsx_file(model.headings, model.rows, title=model.title)
    return FileResponse(file, as_attachment=True, filename=f"{model.name}.xlsx", content_type=XLSX_TYPE)

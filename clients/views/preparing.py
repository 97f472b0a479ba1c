"""Preparing a file: what is read and how, and tables to start from."""

from django.http import Http404, HttpResponse
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
    with xlsx_file(model.headings, model.rows, title=model.title) as file:
        response = HttpResponse(file.read(), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{model.name}.xlsx"'
    return response

"""A list as a file: the rows that the page filters, through the one safe writer, journaled."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import timezone

from accounts.models import Export, User
from clients.exporting import csv_pieces, xlsx_file
from clients.master_data.resource import TableResource

CSV, XLSX = "csv", "xlsx"
FORMATS = [(XLSX, "XLSX"), (CSV, "CSV")]  # one more is a line here and a branch in `exported`
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8
WORDS = "q"  # what was searched may name somebody, and is not kept


def exported(
    resource: TableResource, queryset: QuerySet[Any], *, name: str, file_format: str, asked: QueryDict, by: User
) -> HttpResponseBase:
    """The answer that carries these rows."""
    kept = asked.copy()
    kept.pop(WORDS, None)
    Export.objects.create(
        name=name,
        filters=kept.urlencode()[:1000],
        file_format=file_format,
        row_count=queryset.count(),
        exported_by=by,
    )
    file_name = f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format}"
    rows = (resource.cells_of(instance) for instance in queryset.iterator(chunk_size=2000))
    if file_format == XLSX:
        file = xlsx_file(resource.headings(), rows, title=name)
        return FileResponse(file, as_attachment=True, filename=file_name, content_type=XLSX_TYPE)
    return StreamingHttpResponse(
        _marked(csv_pieces(resource.headings(), rows, delimiter=";", decimal=",")),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _marked(pieces: Iterator[str]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    yield from pieces

"""A list as a file: the rows that the page filters, through the one safe writer, journaled."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict

from accounts.models import Export, User
from clients.downloads import download
from clients.master_data.resource import TableResource

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
    rows = (resource.cells_of(instance) for instance in queryset.iterator(chunk_size=2000))
    return download(name=name, file_format=file_format, headings=resource.headings(), rows=rows, title=name)

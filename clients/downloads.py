"""A table as the answer to a request: a file that the browser saves, in one of the formats of every export."""

from collections.abc import Iterable, Iterator

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from clients.exporting import Row, csv_pieces, xlsx_file
from clients.opendocument import ODS_TYPE, ods_pieces

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("xlsx", "ods", "csv")
BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8


def download(*, name: str, file_format: str, headings: Row, rows: Iterable[Row], title: str = "") -> HttpResponseBase:
    """The table as a file called `<name>-<today>.<format>`; `title` names its sheet.

    CSV, for French spreadsheets, and ODS leave as they are written; XLSX leaves once it is whole.
    """
    file_name = f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format}"
    if file_format == "xlsx":
        file = xlsx_file(headings, rows, title=title)
        return FileResponse(file, as_attachment=True, filename=file_name, content_type=XLSX_TYPE)
    if file_format == "ods":
        return _streamed(ods_pieces(headings, rows, title=title), ODS_TYPE, file_name)
    return _streamed(_marked(csv_pieces(headings, rows, delimiter=";", decimal=",")), CSV_TYPE, file_name)


def _streamed(pieces: Iterable, content_type: str, file_name: str) -> StreamingHttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=disposition)


def _marked(pieces: Iterable[str]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    yield from pieces

"""The rights of a person: everything known about a client as a file, and being forgotten."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.models import Export, User
from accounts.roles import Right
from campaigns import disclosure, erasure
from clients.downloads import BYTE_ORDER_MARK
from clients.exporting import Row, csv_pieces
from clients.folding import fold
from clients.merging import BusyError
from clients.models import Client
from cockpit.calls import told

JOURNAL = "journal"
Table = tuple[str, str, list[str], Iterator[Row]]


@require_POST
@required(Right.EXPORT)
def export_person(request: HttpRequest, pk: int, file_format: str) -> HttpResponseBase:
    """Everything known about this client, as one JSON file or as an archive of CSV files; journaled."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    if file_format not in ("json", "csv"):
        raise Http404
    Export.objects.create(
        name="tout-sur-un-client",
        filters=f"client={client.pk}",
        file_format=file_format,
        row_count=1,
        exported_by=request.user,
    )
    name = f"client-{client.pk}-{timezone.localdate():%Y-%m-%d}"
    if file_format == "csv":
        return FileResponse(_archive(_tables(client, request.user)), as_attachment=True, filename=f"{name}.zip")
    disposition = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    pieces = _json(client, _tables(client, request.user))
    return StreamingHttpResponse(pieces, content_type="application/json", headers=disposition)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.ERASE)
def erase_client(request: HttpRequest, pk: int) -> HttpResponse:
    """What erasing this client takes away and leaves; done once its name is typed."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    if client.erased_at:
        return redirect("cockpit:client-page", pk=client.pk)
    if request.method == "POST":
        try:
            _check_typed(request.POST.get("typed", ""), client)
            erased = erasure.erase(client=client, by=request.user)
        except (ValidationError, BusyError) as error:
            told(request, error if isinstance(error, ValidationError) else ValidationError(str(error)))
            return redirect("cockpit:erase-client", pk=client.pk)
        messages.success(request, _("Le client est effacé : il s’appelle désormais « %(name)s ».") % {"name": erased})
        return redirect("cockpit:client-page", pk=client.pk)
    context = {"client": client, "effect": erasure.effect_on(client)}
    return render(request, "cockpit/erase_client.html", context)


@require_POST
@required(Right.ERASE)
def erase_contact(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Forgets one person at a client, once the box that says so is ticked."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    contact = get_object_or_404(client.contacts, pk=contact_pk)
    try:
        if not request.POST.get("sure"):
            raise ValidationError(_("Cochez la case pour confirmer : rien n’a été effacé."))
        erasure.erase_contact(contact=contact, by=request.user)
    except (ValidationError, BusyError) as error:
        told(request, error if isinstance(error, ValidationError) else ValidationError(str(error)))
        return redirect("cockpit:client-page", pk=pk)
    messages.success(request, _("Cette personne est effacée ; son opposition aux messages, si elle existe, tient."))
    return redirect("cockpit:client-page", pk=pk)


def _check_typed(typed: str, client: Client) -> None:
    """Raises ValidationError unless the name, or the code, of this very client was typed."""
    if fold(typed) not in {fold(client.name), fold(client.code)} - {""}:
        raise ValidationError(
            _("Ce n’est ni le nom ni le code de ce client : rien n’a été effacé. Tapez-le comme il est écrit en haut.")
        )


def _tables(client: Client, reader: User) -> Iterator[Table]:
    """(slug, title, headings, rows) of each part that this person may read, the journal last."""
    ids = disclosure.ids_of(client)
    for part in disclosure.parts_for(reader, client):
        yield part.slug, str(part.title), disclosure.headings_of(part), disclosure.rows_of(part, ids)
    yield JOURNAL, _("Journal"), disclosure.journal_headings(), disclosure.journal_of(client, reader)


def _json(client: Client, tables: Iterator[Table]) -> Iterator[str]:
    """One object: who asked for what, then a list of rows a part, written as they are read."""
    head = {"client": client.pk, "exporte_le": timezone.now()}
    yield json.dumps(head, cls=DjangoJSONEncoder)[:-1]
    for slug, title, headings, rows in tables:
        yield f',\n"{slug}": {{"titre": {json.dumps(title, ensure_ascii=False)}, "lignes": ['
        for number, row in enumerate(rows):
            named = dict(zip(headings, row, strict=True))
            yield (",\n" if number else "\n") + json.dumps(named, cls=DjangoJSONEncoder, ensure_ascii=False)
        yield "]}"
    yield "}\n"


def _archive(tables: Iterator[Table]) -> IO[bytes]:
    """A zip of one CSV file a part, written piece by piece; closing it deletes it."""
    archive = tempfile.TemporaryFile(suffix=".zip")  # noqa: SIM115 - handed over open: the response closes it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for slug, _title, headings, rows in tables:
            with packed.open(f"{slug}.csv", "w") as file:
                file.write(BYTE_ORDER_MARK.encode())
                for piece in csv_pieces(headings, rows, delimiter=";", decimal=","):
                    file.write(piece.encode())
    archive.seek(0)
    return archive

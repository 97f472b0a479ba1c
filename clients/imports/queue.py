"""Handing files over to be imported. What happens next is in `pipeline`."""

import hashlib
from collections.abc import Iterable
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from clients.imports.plan import Plan
from clients.models import Import, ImportFile

CHUNK = 1024 * 1024
# Sent as bytes: the ORM writes them out in hexadecimal, which took half of the time of handing a file over.
CHUNK_AS_IT_IS = "INSERT INTO clients_importchunk (file_id, position, content) VALUES (%s, %s, %b)"


@transaction.atomic
def submit(
    *,
    files: Iterable[tuple[str, IO[bytes] | BufferedIOBase | Path | str]],
    by: User | None,
    format: str = Import.Format.AUTO,  # noqa: A002 - the word of the command line
    source_name: str = "",
    mapping_name: str = "",
    step: str = Import.Step.WRITE,
    door: str = Import.Door.COMMAND,
    strict: bool = False,
    confirmed: bool = False,
) -> Import:
    """The new import, queued for its first step, with a copy of its files. `files` are (name, binary file or path)."""
    batch = Import.objects.create(
        format=format,
        source_name=source_name.strip()[:120],
        mapping_name=mapping_name.strip()[:120],
        step=step,
        door=door,
        is_strict=strict,
        is_confirmed=confirmed,
        launched_by=by,
    )
    for position, (name, content) in enumerate(files):
        if isinstance(content, str | Path):
            with Path(content).open("rb") as opened:
                _store(batch, position, name, opened)
        else:
            _store(batch, position, name, content)
    return batch


def advance(batch: Import, *, step: str, by: User, plan: Plan | None = None, confirmed: bool = False) -> bool:
    """Whether an import that waited for somebody's decisions goes on to this step; a second click changes nothing."""
    changes: dict[str, Any] = {"plan": plan.stored()} if plan else {}
    return bool(
        Import.objects.filter(pk=batch.pk, status__in=[Import.Status.MAPPING, Import.Status.CHECKED]).update(
            status=Import.Status.QUEUED, step=step, launched_by=by, attempts=0, is_confirmed=confirmed, **changes
        )
    )


def abandon(batch: Import) -> bool:
    """Whether an import that waited for somebody is given up; nothing was written."""
    return bool(
        Import.objects.filter(pk=batch.pk, status__in=Import.WAITING).update(
            status=Import.Status.ABANDONED, finished_at=timezone.now()
        )
    )


def confirm(batch: Import, *, by: User) -> bool:
    """Whether an import that waited for a confirmation is queued again; a second click changes nothing."""
    return bool(
        Import.objects.filter(pk=batch.pk, status=Import.Status.CONFIRMATION).update(
            status=Import.Status.QUEUED, is_confirmed=True, launched_by=by, attempts=0
        )
    )


def refuse(batch: Import) -> bool:
    """Whether an import that nobody is there to confirm is refused; nothing was written."""
    return bool(
        Import.objects.filter(pk=batch.pk, status=Import.Status.CONFIRMATION).update(
            status=Import.Status.REFUSED, finished_at=timezone.now()
        )
    )


def _shown(name: str) -> str:
    """What a file is called, as a database can hold it: its name on some disk may be no text."""
    return Path(name).name[-255:].encode("utf-8", "replace").decode().replace("\0", "?")


def _store(batch: Import, position: int, name: str, content: Any) -> None:
    stored = ImportFile.objects.create(batch=batch, position=position, name=_shown(name), size=0, sha256="")
    digest, size, number = hashlib.sha256(), 0, 0
    with psycopg.Cursor(connection.connection) as cursor:
        while piece := content.read(CHUNK):
            digest.update(piece)
            size += len(piece)
            cursor.execute(CHUNK_AS_IT_IS, [stored.pk, number, piece])
            number += 1
    stored.size, stored.sha256 = size, digest.hexdigest()
    stored.save(update_fields=["size", "sha256"])

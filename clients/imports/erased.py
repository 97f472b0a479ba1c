"""Erased clients whom a file names again: recognised by hashes, and nothing of what the file says of them is kept.

Their documents still count: the same file gives the same totals. Staged rows are read one after the other rather than
in SQL, so that the key of the hashes is never part of a statement; nothing is read while nobody was erased.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from clients.keyed import keyed
from clients.models import Client, ClientKey, Import, Source, StagedClient

SQL = Path(__file__).parent / "sql"
TOLD = ("key", "name", "code", "account", "siren", "siret", "vat_number", "email", "phone", "address")
EMPTIED = ("code", "siren", "siret", "vat_number", "email", "phone", "address", "postcode", "city", "naf_code")

Key = tuple[int | None, str, str]


def recognise(batch: Import, source: Source) -> set[str]:
    """Make the staged clients whom somebody erased anonymous; what the files say of them, for who must forget it."""
    known = _hashes()
    if not known:
        return set()
    told: set[str] = set()
    found: list[tuple[int, str, str]] = []
    for staged in StagedClient.objects.filter(batch=batch.pk).iterator(chunk_size=5_000):
        keys = list(_keys(staged, source.pk))
        client_id = next((known[key] for key in keys if key in known), None)
        if client_id is not None:
            told |= {text for name in TOLD if (text := getattr(staged, name))}
            found.append((staged.number, staged.key[:300], keyed(staged.key)))
            _make_anonymous(staged, client_id, keys)
    if found:
        _rename_documents(batch, found)
    return told


def _hashes() -> dict[Key, int]:
    """The client of each hash: (source, kind, hash)."""
    keys = ClientKey.objects.filter(client__erased_at__isnull=False)
    rows = keys.values_list("source_id", "kind", "value", "client_id")
    return {(source, kind, value): client for source, kind, value, client in rows}


def _keys(staged: StagedClient, source: int) -> Iterator[Key]:
    """Every way in which this staged client may be known, hashed, the surest first."""
    spaced = " ".join(staged.name.lower().split())
    for kind, value, of in (
        (staged.key_kind, staged.key, None if staged.key_kind in ("siret", "vat") else source),
        ("siret", staged.siret, None),
        ("siren", f"{staged.siren} {staged.postcode}" if staged.siren and staged.postcode else "", None),
        ("vat", staged.vat_number, None),
        ("account", staged.account, source),
        ("name", "" if staged.code else spaced, source),
        ("email", staged.email.lower(), None),
    ):
        if value:
            yield of, kind, keyed(value)


def _make_anonymous(staged: StagedClient, client_id: int, keys: list[Key]) -> None:
    values: dict[str, Any] = dict.fromkeys(EMPTIED, "")
    values |= {
        "key": keyed(staged.key),
        "account": keyed(staged.account) if staged.account else "",
        "name": Client.objects.values_list("name", flat=True).get(pk=client_id),
        "client": client_id,
        "is_erased": True,
    }
    StagedClient.objects.filter(batch=staged.batch, number=staged.number).update(**values)
    hashes = [ClientKey(client_id=client_id, source_id=source, kind=kind, value=value) for source, kind, value in keys]
    ClientKey.objects.bulk_create(hashes, ignore_conflicts=True)


def _rename_documents(batch: Import, found: list[tuple[int, str, str]]) -> None:
    numbers, formers, latters = (list(column) for column in zip(*found, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            (SQL / "erased_documents.sql").read_text(encoding="utf-8"),
            {"batch": batch.pk, "numbers": numbers, "formers": formers, "latters": latters},
        )

"""Erased clients whom a file names again: recognised by hashes, and nothing of what the file says of them is kept.

Their documents still count: the same file gives the same totals. What identifies whom, and in which order, is that of
`known_clients.sql`: whoever has a surer identity of their own is somebody else, who shares an address with the person.
Staged rows are read one after the other rather than in SQL, so that the key of the hashes is never part of a statement;
nothing is read while nobody was erased.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from clients.keyed import keyed
from clients.models import Client, ClientKey, Import, Source, StagedClient

SQL = Path(__file__).parent / "sql"
TOLD = ("key", "name", "code", "account", "siren", "siret", "vat_number", "email", "phone", "address")
EMPTIED = ("code", "siren", "siret", "vat_number", "email", "phone", "address", "postcode", "city", "naf_code")
LEGAL = (ClientKey.Kind.SIRET, ClientKey.Kind.VAT)


class Known(NamedTuple):
    """One way a client may be known. An account of the books has no source when a table points to it."""

    source: int | None
    kind: str
    value: str

    @property
    def hashed(self) -> "Known":
        return self._replace(value=keyed(self.value))


@dataclass(frozen=True)
class Found:
    """A staged client who is an erased one."""

    staged: StagedClient
    client_id: int
    keys: list[Known]


def recognise(batch: Import, source: Source) -> set[str]:
    """Make the staged clients whom somebody erased anonymous; what the files say of them, for who must forget it."""
    erased = _hashes(source)
    if not erased:
        return set()
    staged = StagedClient.objects.filter(batch=batch.pk).iterator(chunk_size=5_000)
    found = [one for row in staged if (one := _found(row, source, erased))]
    for one in found:
        _make_anonymous(one)
    if found:
        _rename_documents(batch, found)
    return {text for one in found for name in TOLD if (text := getattr(one.staged, name))}


def _hashes(source: Source) -> dict[Known, int]:
    """The client of each hash, as this source may name it."""
    keys = ClientKey.objects.filter(client__erased_at__isnull=False).select_related("source")
    hashes = {}
    for key in keys:
        hashes[Known(key.source_id, key.kind, key.value)] = key.client_id
        if key.kind == ClientKey.Kind.ACCOUNT and key.source and _is_table(key.source) != _is_table(source):
            hashes[Known(None, key.kind, key.value)] = key.client_id
    return hashes


def _is_table(source: Source) -> bool:
    return source.kind == Source.Kind.TABLE


def _found(staged: StagedClient, source: Source, erased: dict[Known, int]) -> Found | None:
    """The erased client that this one is; None for anybody else."""
    keys = list(_keys(staged, source.pk))
    place = next((place for place, key in enumerate(keys) if key.hashed in erased), None)
    if place is None or any(_is_of_somebody(key) for key in keys[:place]):
        return None
    return Found(staged, erased[keys[place].hashed], keys)


def _keys(staged: StagedClient, source: int) -> Iterator[Known]:
    """Every way in which this staged client may be known, the surest first."""
    located = f"{staged.siren} {staged.postcode}" if staged.siren and staged.postcode else ""
    for of, kind, value in (
        (None if staged.key_kind in LEGAL else source, staged.key_kind, staged.key),
        (None, ClientKey.Kind.SIRET, staged.siret),
        (None, ClientKey.Kind.SIREN, located),
        (None, ClientKey.Kind.VAT, staged.vat_number),
        (source, ClientKey.Kind.ACCOUNT, staged.account),
        (None, ClientKey.Kind.ACCOUNT, staged.account),
        (None, ClientKey.Kind.EMAIL, staged.email.lower()),
    ):
        if value:
            yield Known(of, str(kind), value)


def _is_of_somebody(key: Known) -> bool:
    """Whether a client who was not erased is known so."""
    if key.kind == ClientKey.Kind.SIREN:
        siren, _space, postcode = key.value.partition(" ")
        return Client.objects.filter(siren=siren, postcode=postcode).exists()
    known = Q(kind=key.kind, value=key.value, source=key.source)
    return ClientKey.objects.filter(known, client__erased_at=None).exists()


def _make_anonymous(one: Found) -> None:
    """The staged client under the name of the erased one, with hashes for keys; those not known yet are kept."""
    values: dict[str, Any] = dict.fromkeys(EMPTIED, "")
    values |= {
        "key": keyed(one.staged.key),
        "account": keyed(one.staged.account) if one.staged.account else "",
        "name": Client.objects.values_list("name", flat=True).get(pk=one.client_id),
        "client": one.client_id,
        "is_erased": True,
    }
    StagedClient.objects.filter(batch=one.staged.batch, number=one.staged.number).update(**values)
    hashes = [
        ClientKey(client_id=one.client_id, source_id=key.source, kind=key.kind, value=key.hashed.value)
        for key in one.keys
        if key.source is not None or key.kind != ClientKey.Kind.ACCOUNT
    ]
    ClientKey.objects.bulk_create(hashes, ignore_conflicts=True)


def _rename_documents(batch: Import, found: list[Found]) -> None:
    """Documents named after these clients get a hash in that place, as those that are known have it."""
    parameters: dict[str, Any] = {
        "batch": batch.pk,
        "numbers": [one.staged.number for one in found],
        "formers": [one.staged.key[:300] for one in found],
        "latters": [keyed(one.staged.key) for one in found],
    }
    with connection.cursor() as cursor:
        cursor.execute((SQL / "erased_documents.sql").read_text(encoding="utf-8"), parameters)

"""Facts about a client without the person: amounts and dates stay, so that totals hold; what names somebody goes.

What higher layers wrote about the client is `campaigns.erasure`'s business, which calls this. Keys become keyed hashes
(`clients.keyed`): a file that names the client again finds them, and leaves them anonymous.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts import outbox
from clients.folding import fold
from clients.imports import depot, traces
from clients.imports.source import TABLE
from clients.keyed import is_keyed, keyed
from clients.models import (
    Client,
    ClientKey,
    Contact,
    IdentityDecision,
    Import,
    ImportChange,
    Source,
    TableImport,
    TimeEntry,
)

SQL = Path(__file__).parent / "sql"
# What tells who a client is. Kind, country, activity and dates stay: the rules of the scores read them.
IDENTITY = (
    "code", "siren", "siret", "vat_number", "address", "postcode", "city", "email", "phone", "notes",
)  # fmt: skip
NAMING = ("name", *IDENTITY)
SOUGHT = ("name", "code", "siren", "siret", "vat_number", "email", "phone")  # in what files and reports said
SHORTEST = 4  # characters that are looked for in mails: a shorter word is found everywhere


def name_of(client_id: int) -> str:
    """What an erased client is called, on every screen and in every language: it is written in the database."""
    return f"Client effacé n° {client_id}"


def same_person(client: Client) -> list[int]:
    """The ids of this client and of those merged into it, at any depth: erasing one erases all."""
    ids, found = [client.pk], [client.pk]
    while found:
        found = list(Client.objects.filter(merged_into__in=found).exclude(pk__in=ids).values_list("pk", flat=True))
        ids += found
    return ids


def words_about(ids: Collection[int]) -> set[str]:
    """The texts that name these clients and their contacts, as they are written before the erasure."""
    clients = Client.objects.filter(pk__in=ids).values_list(*SOUGHT)
    contacts = Contact.objects.filter(client__in=ids).values_list("name", "email", "phone")
    return {text for row in (*clients, *contacts) for text in row if text}


def unfinished() -> bool:
    """Whether an import waits or runs: its files may hold the person, and nobody can tell."""
    return Import.objects.exclude(status__in=Import.FINAL).exists()


def make_anonymous(ids: Collection[int]) -> None:
    """These clients become nobody; their contacts, keys and what imports kept of them too. In a transaction of the
    caller, who holds the lock of the imports."""
    words = words_about(ids)
    clients = list(Client.objects.filter(pk__in=ids))
    _forget_decisions(clients)
    _forget_images(ids)
    _hash_keys(clients)
    Contact.objects.filter(client__in=ids).delete()
    for client in clients:
        values: dict[str, Any] = dict.fromkeys(IDENTITY, "")
        Client.objects.filter(pk=client.pk).update(name=name_of(client.pk), erased_at=timezone.now(), **values)
    _forget_imports(words)
    _forget_rewritten(ids)
    _forget_log(clients)


def forget_contact(contact: Contact, words: Collection[str]) -> None:
    """This person at a client goes, with what imports and the administration kept of them."""
    ImportChange.objects.filter(table="clients_contact", row_id=contact.pk).delete()
    entries = LogEntry.objects.filter(content_type__app_label="clients", content_type__model="contact")
    entries.filter(object_id=str(contact.pk)).update(object_repr=f"n° {contact.pk}", change_message="")
    contact.delete()
    _forget_imports(words)


def forget_files(words: Collection[str]) -> None:
    """Copies of imported files in the watched folder, mails of the outbox that name the person: after the commit."""
    depot.forget_all()
    sought = [word for word in map(fold, words) if len(word) >= SHORTEST]
    if outbox.is_kept():
        outbox.forget(lambda text: any(word in fold(text) for word in sought))


def _hash_keys(clients: Collection[Client]) -> None:
    """Keys, and documents named after them, by their hashes. No import takes the keys back with it any more."""
    ids = [client.pk for client in clients]
    keys = [key for key in ClientKey.objects.filter(client__in=ids) if not is_keyed(key.value)]
    formers = sorted({key.value[:300] for key in keys})
    if formers:
        _run("erased_invoices", clients=ids, formers=formers, latters=[keyed(value) for value in formers])
    for key in keys:
        key.value, key.created_by_import_id = keyed(key.value), None
    ClientKey.objects.bulk_update(keys, ["value", "created_by_import"], batch_size=500)
    table = Source.objects.get_or_create(kind=Source.Kind.TABLE, name=TABLE)[0]
    added = [
        ClientKey(client=client, kind=kind, source=source, value=keyed(value))
        for client in clients
        if client.erased_at is None
        for kind, source, value in _other_keys(client, table)
        if value
    ]
    ClientKey.objects.bulk_create(added, ignore_conflicts=True)


def _other_keys(client: Client, table: Source) -> Iterator[tuple[str, Source | None, str]]:
    """What else a file may know this client by, besides its keys."""
    located = f"{client.siren} {client.postcode}" if client.siren and client.postcode else ""
    yield ClientKey.Kind.SIREN, None, located
    yield ClientKey.Kind.EMAIL, None, client.email.lower()
    yield ClientKey.Kind.SIRET, None, client.siret
    yield ClientKey.Kind.VAT, None, client.vat_number
    yield ClientKey.Kind.CODE, table, client.code
    yield ClientKey.Kind.NAME, table, " ".join(client.name.lower().split())
    yield ClientKey.Kind.NAME, table, fold(client.name)


def _forget_images(ids: Collection[int]) -> None:
    contacts = Contact.objects.filter(client__in=ids).values("pk")
    images = Q(table="clients_client", row_id__in=ids) | Q(table="clients_contact", row_id__in=contacts)
    ImportChange.objects.filter(images).delete()
    _run("erased_images", clients=list(ids))
    _run("erased_merges", clients=list(ids), columns=list(NAMING))


def _forget_imports(words: Collection[str]) -> None:
    """Nobody can tell which files hold the person: those that are over all go, thirty days being their longest."""
    held = Import.objects.filter(files__chunks__isnull=False) | Import.objects.exclude(learned={})
    traces.forget_files(*held.filter(status__in=Import.FINAL).distinct())
    traces.forget_words(words)
    TableImport.objects.waiting().delete()


def _forget_rewritten(ids: Collection[int]) -> None:
    """What lists brought into pages wrote over, kept for undoing them: hours without their labels."""
    entries = {str(pk) for pk in TimeEntry.objects.filter(client__in=ids).values_list("pk", flat=True)}
    for table in TableImport.objects.exclude(rewritten={}):
        for pk in entries & table.rewritten.keys():
            table.rewritten[pk] = [{**values, "label": ""} for values in table.rewritten[pk]]
        TableImport.objects.filter(pk=table.pk).update(rewritten=table.rewritten)


def _forget_decisions(clients: Collection[Client]) -> None:
    """What was decided about their names, alone or beside another."""
    names = {f"{fold(client.name)} {mark}".strip() for client in clients for mark in ("", client.postcode, client.pk)}
    IdentityDecision.objects.filter(Q(name__in=names) | Q(other__in=names)).delete()


def _forget_log(clients: Collection[Client]) -> None:
    """The Django administration writes what a row is called into a log of its own."""
    for client in clients:
        is_long = len(client.name) >= SHORTEST
        named = LogEntry.objects.filter(object_repr__icontains=client.name) if is_long else LogEntry.objects.none()
        own = LogEntry.objects.filter(content_type__app_label="clients", content_type__model="client")
        for entries in (named, own.filter(object_id=str(client.pk))):
            entries.update(object_repr=name_of(client.pk), change_message="")


def _run(name: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"), parameters)

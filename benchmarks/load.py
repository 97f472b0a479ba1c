"""Filling the tables straight from the sample's engine by COPY: what is measured comes after."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from accounts.models import User
from accounts.roles import Role
from clients.models import Invoice, Service, Source
from clients.sample import words
from clients.sample.firm import Firm
from clients.sample.lives import LOAD

DAY = dt.date(2026, 11, 1)
CLIENTS_A_SALESPERSON = 2_500
NOW = "2026-11-01 00:00:00+00"
ROWS_A_WRITE = 2_000
SERVICES = 40  # the sample's twelve, in as many variants as that takes; a client buys one variant of each

CLIENTS = """
    COPY clients_client (id, name, code, kind, siren, siret, vat_number, naf_code, naf_nomenclature, address, postcode,
                         city, country, email, phone, owner_id, notes, created_at) FROM STDIN
"""
INVOICES = """
    COPY clients_invoice (id, source_id, external_id, number, client_id, kind, status, issued_on, amount_ht, journal,
                          digest, created_at) FROM STDIN
"""
PROSPECTS = """
    INSERT INTO campaigns_prospect (name, siren, siret, naf_code, naf_nomenclature, workforce, address, postcode, city,
                                    email, phone, website, contact_name, source_label, state, owner_id, notes,
                                    created_at)
    SELECT 'Prospect ' || client.id, '', '', client.naf_code, '', (ARRAY['', '01', '11', '12'])[1 + client.id %% 4],
           client.address, client.postcode, client.city, '', client.phone, '', '', 'Sirene',
           (ARRAY['new', 'new', 'contacted', 'dismissed'])[1 + client.id %% 4], client.owner_id, '', now()
    FROM clients_client AS client
    ORDER BY md5(client.id::text)
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f'
      AND conrelid IN ('clients_client'::regclass, 'clients_invoice'::regclass, 'clients_invoiceline'::regclass)
"""
LINES = "COPY clients_invoiceline (invoice_id, position, service_id, label, amount_ht) FROM STDIN"


def fill(clients: int) -> int:
    """How many invoices these many clients received. Everything is written anew in an empty database."""
    firm = Firm(day=DAY, clients=clients, lives=LOAD)
    with transaction.atomic(), connection.cursor() as cursor, references_checked_at_the_end(cursor):
        source = Source.objects.create(kind=Source.Kind.TABLE, name="Load")
        services = [_service(place) for place in range(SERVICES)]
        owners = _salespeople(clients)
        _copy(cursor, CLIENTS, _client_rows(firm, owners))
        _copy(cursor, INVOICES, _invoice_rows(firm, source.pk))
        _copy(cursor, LINES, _line_rows(firm, services))
    with connection.cursor() as cursor:
        for table in ("clients_client", "clients_invoice"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE clients_client, clients_invoice, clients_invoiceline")
    return Invoice.objects.count()


def fill_prospects() -> None:
    """As many prospects as there are clients, of the same sectors and places."""
    with connection.cursor() as cursor:
        cursor.execute(PROSPECTS, {})


@contextmanager
def references_checked_at_the_end(cursor) -> Iterator[None]:
    """Inside, foreign keys of the facts are away; put back, they check all rows in one join rather than one by one."""
    cursor.execute(FOREIGN_KEYS)
    keys = cursor.fetchall()
    for table, name, _definition in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in keys:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _salespeople(clients: int) -> list[int]:
    User.objects.create_user("direction@bench.example", roles=[Role.DIRECTION])
    people = [
        User.objects.create_user(f"commercial{n}@bench.example", roles=[Role.COMMERCIAL])
        for n in range(max(4, clients // CLIENTS_A_SALESPERSON))
    ]
    return [person.pk for person in people]


def _service(place: int) -> int:
    variant, kind = divmod(place, len(words.SERVICES))
    sold = words.SERVICES[kind]
    name = f"{sold.name} {variant + 1}"
    return Service.objects.create(code=name, name=name, family=sold.family).pk


def _copy(cursor, statement: str, rows: Iterator[str]) -> None:
    with cursor.copy(statement) as copy:
        batch: list[str] = []
        for row in rows:
            batch.append(row)
            if len(batch) == ROWS_A_WRITE:
                copy.write("".join(batch))
                batch.clear()
        copy.write("".join(batch))


def _client_rows(firm: Firm, owners: list[int]) -> Iterator[str]:
    for index, who in enumerate(firm.identities()):
        kind = "person" if who.is_person else "company"
        yield (
            f"{index + 1}\t{who.name}\t{who.code}\t{kind}\t{who.siren}\t\t\t{who.naf_code}\t\t{who.address}\t"
            f"{who.postcode}\t{who.city}\tFR\t{who.email}\t{who.phone}\t{owners[index % len(owners)]}\t\t{NOW}\n"
        )


def _invoice_rows(firm: Firm, source: int) -> Iterator[str]:
    number = 0
    days = {day: dt.date.fromordinal(day).isoformat() for day in firm.engine.calendar.days()}
    for index, documents in firm.engine.stream(firm.size):
        for document in documents:
            number += 1
            kind = "invoice" if document.gives_back < 0 else "credit_note"
            cents = sum(cents for _, cents in document.lines)
            yield (
                f"{number}\t{source}\t{number}\tF{number}\t{index + 1}\t{kind}\tissued\t{days[document.day]}\t"
                f"{_decimal(cents)}\t\t\t{NOW}\n"
            )


def _line_rows(firm: Firm, services: list[int]) -> Iterator[str]:
    number = 0
    for index, documents in firm.engine.stream(firm.size):
        for document in documents:
            number += 1
            for position, (service, cents) in enumerate(document.lines, start=1):
                variants = services[service :: len(words.SERVICES)]
                yield f"{number}\t{position}\t{variants[index % len(variants)]}\t\t{_decimal(cents)}\n"


def _decimal(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"

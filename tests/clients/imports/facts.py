"""Every fact of the database, to compare what was with what is."""

import json

from django.db import connection

TABLES = (
    "clients_client",
    "clients_clientkey",
    "clients_contact",
    "clients_event",
    "clients_invoice",
    "clients_invoiceline",
    "clients_invoicelink",
    "clients_service",
    "clients_servicealias",
    "clients_source",
    "clients_timeentry",
    "clients_yearlytotal",
)


TRACES = (  # what an import notes beside the facts
    "clients_identitydecision",
    "clients_importchange",
    "clients_importfinding",
    "clients_rejectedrow",
    "clients_undonerow",
)


def every_fact(*, also=()):
    """Each table's rows, ids included, as {table: [row as text, …]}."""
    found = {}
    with connection.cursor() as cursor:
        for table in (*TABLES, *also):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" AS t ORDER BY 1')
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def described():
    """What the facts say, whatever their ids: invoices with client, amounts and lines; clients with keys and owner;
    yearly totals; services."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jsonb_build_array(invoice.external_id, client.name, invoice.status, invoice.amount_ht, "
            "invoice.issued_on, (SELECT jsonb_agg(jsonb_build_array(service.code, line.label, line.amount_ht) "
            "ORDER BY line.position) FROM clients_invoiceline AS line "
            "LEFT JOIN clients_service AS service ON service.id = line.service_id WHERE line.invoice_id = invoice.id))"
            " FROM clients_invoice AS invoice JOIN clients_client AS client ON client.id = invoice.client_id"
        )
        invoices = sorted(json.dumps(row) for (row,) in cursor.fetchall())
        cursor.execute(
            "SELECT jsonb_build_array(client.name, client.code, client.email, client.phone, client.owner_id, "
            "(SELECT jsonb_agg(key.kind || ' ' || key.value ORDER BY key.kind, key.value) FROM clients_clientkey AS key"
            " WHERE key.client_id = client.id)) FROM clients_client AS client"
        )
        clients = sorted(json.dumps(row) for (row,) in cursor.fetchall())
        cursor.execute(
            "SELECT jsonb_build_array(client.name, total.first_day, total.last_day, total.amount_ht) "
            "FROM clients_yearlytotal AS total JOIN clients_client AS client ON client.id = total.client_id"
        )
        totals = sorted(json.dumps(row) for (row,) in cursor.fetchall())
        cursor.execute("SELECT jsonb_build_array(code, name, family) FROM clients_service")
        return invoices, clients, totals, sorted(json.dumps(row) for (row,) in cursor.fetchall())

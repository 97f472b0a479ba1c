"""Whose documents changed, and from which day on: what tells a movement of a client from a correction of the books."""

import django.db.models.deletion
from django.db import migrations, models

# One row per client and statement, not per document: an import of a million invoices writes as many rows as it has
# clients. What a scoring does not depend on (a number, a due date) is no change.
TRIGGERS = """
CREATE FUNCTION clients_note_documents_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedclient (client_id, first_day)
    SELECT client_id, min(issued_on) FROM came WHERE status IN ('issued', 'paid') GROUP BY client_id;
    RETURN NULL;
END $$;
CREATE FUNCTION clients_note_documents_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedclient (client_id, first_day)
    SELECT client_id, min(issued_on) FROM gone WHERE status IN ('issued', 'paid') GROUP BY client_id;
    RETURN NULL;
END $$;
CREATE FUNCTION clients_note_documents_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedclient (client_id, first_day)
    SELECT side.client_id, min(side.issued_on)
    FROM gone
    JOIN came ON came.id = gone.id
    CROSS JOIN LATERAL (VALUES
        (gone.client_id, gone.issued_on, gone.status IN ('issued', 'paid')),
        (came.client_id, came.issued_on, came.status IN ('issued', 'paid'))
    ) AS side (client_id, issued_on, is_counted)
    WHERE
        side.is_counted
        AND (gone.client_id, gone.issued_on, gone.amount_ht, gone.status IN ('issued', 'paid'))
            IS DISTINCT FROM (came.client_id, came.issued_on, came.amount_ht, came.status IN ('issued', 'paid'))
    GROUP BY side.client_id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_documents_come AFTER INSERT ON clients_invoice
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION clients_note_documents_come();
CREATE TRIGGER note_documents_gone AFTER DELETE ON clients_invoice
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION clients_note_documents_gone();
CREATE TRIGGER note_documents_changed AFTER UPDATE ON clients_invoice
    REFERENCING OLD TABLE AS gone NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION clients_note_documents_changed();

-- A link between two documents says something from the later of their days on.
CREATE FUNCTION clients_note_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedclient (client_id, first_day)
    SELECT named.client_id, min(greatest(document.issued_on, named.issued_on))
    FROM touched
    JOIN clients_invoice AS document ON document.id = touched.document_id
    JOIN clients_invoice AS named ON named.id = touched.named_id
    GROUP BY named.client_id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_links_come AFTER INSERT ON clients_invoicelink
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_links();
CREATE TRIGGER note_links_gone AFTER DELETE ON clients_invoicelink
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_links();

CREATE FUNCTION clients_note_totals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedclient (client_id, first_day)
    SELECT client_id, min(first_day) FROM touched GROUP BY client_id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_totals_come AFTER INSERT ON clients_yearlytotal
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_totals();
CREATE TRIGGER note_totals_gone AFTER DELETE ON clients_yearlytotal
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_totals();
CREATE TRIGGER note_totals_changed AFTER UPDATE ON clients_yearlytotal
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_totals();
CREATE TRIGGER note_totals_changed_to AFTER UPDATE ON clients_yearlytotal
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_totals();

-- Since when somebody is a client, and which services are monthly fees, say something of every day.
CREATE FUNCTION clients_note_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedclient (client_id, first_day)
    SELECT came.id, '1900-01-01'
    FROM gone
    JOIN came ON came.id = gone.id
    WHERE came.client_since IS DISTINCT FROM gone.client_since;
    RETURN NULL;
END $$;
CREATE TRIGGER note_since AFTER UPDATE ON clients_client
    REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION clients_note_since();
CREATE FUNCTION clients_note_fees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedclient (client_id, first_day)
    SELECT invoice.client_id, min(invoice.issued_on)
    FROM gone
    JOIN came ON came.id = gone.id AND came.is_recurring <> gone.is_recurring
    JOIN clients_invoiceline AS line ON line.service_id = came.id
    JOIN clients_invoice AS invoice ON invoice.id = line.invoice_id
    WHERE invoice.status IN ('issued', 'paid')
    GROUP BY invoice.client_id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_fees AFTER UPDATE ON clients_service
    REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION clients_note_fees();
"""
UNDO = """
DROP TRIGGER note_fees ON clients_service;
DROP FUNCTION clients_note_fees();
DROP TRIGGER note_since ON clients_client;
DROP FUNCTION clients_note_since();
DROP TRIGGER note_totals_changed_to ON clients_yearlytotal;
DROP TRIGGER note_totals_changed ON clients_yearlytotal;
DROP TRIGGER note_totals_gone ON clients_yearlytotal;
DROP TRIGGER note_totals_come ON clients_yearlytotal;
DROP FUNCTION clients_note_totals();
DROP TRIGGER note_links_gone ON clients_invoicelink;
DROP TRIGGER note_links_come ON clients_invoicelink;
DROP FUNCTION clients_note_links();
DROP TRIGGER note_documents_changed ON clients_invoice;
DROP TRIGGER note_documents_gone ON clients_invoice;
DROP TRIGGER note_documents_come ON clients_invoice;
DROP FUNCTION clients_note_documents_changed();
DROP FUNCTION clients_note_documents_gone();
DROP FUNCTION clients_note_documents_come();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0015_documents_named_before_they_come")]

    operations = [
        migrations.CreateModel(
            name="ChangedClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField()),
                ("seen_by", models.BigIntegerField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["client", "seen_by"], name="changed_by_client_and_sight")],
            },
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]

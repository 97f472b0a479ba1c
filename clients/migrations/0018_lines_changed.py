"""Whose lines changed, for whoever keeps figures of them from one day to the next."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION clients_note_lines_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_changedlines (client_id)
    SELECT DISTINCT invoice.client_id
    FROM touched
    JOIN clients_invoice AS invoice ON invoice.id = touched.invoice_id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_lines_come AFTER INSERT ON clients_invoiceline
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_lines_touched();
CREATE TRIGGER note_lines_gone AFTER DELETE ON clients_invoiceline
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_lines_touched();
CREATE TRIGGER note_lines_changed AFTER UPDATE ON clients_invoiceline
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_lines_touched();
CREATE TRIGGER note_lines_changed_to AFTER UPDATE ON clients_invoiceline
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION clients_note_lines_touched();
"""
UNDO = """
DROP TRIGGER note_lines_changed_to ON clients_invoiceline;
DROP TRIGGER note_lines_changed ON clients_invoiceline;
DROP TRIGGER note_lines_gone ON clients_invoiceline;
DROP TRIGGER note_lines_come ON clients_invoiceline;
DROP FUNCTION clients_note_lines_touched();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0017_time_comes_in")]

    operations = [
        migrations.CreateModel(
            name="ChangedLines",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]

"""What undoing an import must know: what the import left, and whether a person changed it since."""

from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION clients_note_edit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    computed constant text[] := ARRAY['edited_at', 'sort_name', 'search_text'];
BEGIN
    IF to_jsonb(NEW) - computed = to_jsonb(OLD) - computed THEN
        NEW.edited_at := OLD.edited_at;
    ELSE
        NEW.edited_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER note_edit BEFORE UPDATE ON clients_client
    FOR EACH ROW WHEN (current_setting('app.unattended', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION clients_note_edit();
CREATE TRIGGER note_edit BEFORE UPDATE ON clients_contact
    FOR EACH ROW WHEN (current_setting('app.unattended', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION clients_note_edit();
CREATE TRIGGER note_edit BEFORE UPDATE ON clients_service
    FOR EACH ROW WHEN (current_setting('app.unattended', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION clients_note_edit();
CREATE TRIGGER note_edit BEFORE UPDATE ON clients_invoice
    FOR EACH ROW WHEN (current_setting('app.unattended', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION clients_note_edit();
"""
UNDO = """
DROP TRIGGER note_edit ON clients_invoice;
DROP TRIGGER note_edit ON clients_service;
DROP TRIGGER note_edit ON clients_contact;
DROP TRIGGER note_edit ON clients_client;
DROP FUNCTION clients_note_edit();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0011_totals_are_removed"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="edited_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="edited_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="importchange",
            name="after",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="edited_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="edited_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="importchange",
            name="action",
            field=models.CharField(
                choices=[
                    ("created", "créée"),
                    ("updated", "modifiée"),
                    ("cancelled", "annulée"),
                    ("removed", "retirée"),
                ],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="importchange",
            name="before",
            field=models.JSONField(default=dict),
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]

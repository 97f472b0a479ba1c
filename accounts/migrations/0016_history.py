"""Reading a journal of any size by client, person, kind of object and day."""

from django.conf import settings
from django.db import migrations, models

# Rows that are gone are still found by the client that they named.
BY_CLIENT = "CREATE INDEX audit_by_client ON accounts_auditentry USING gin ((changes -> 'client_id') jsonb_path_ops)"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_redaction"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["table", "-id"], name="audit_by_table"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["user_id", "-id"], name="audit_by_person"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["happened_at"], name="audit_by_moment"),
        ),
        migrations.RunSQL(BY_CLIENT, "DROP INDEX audit_by_client"),
    ]

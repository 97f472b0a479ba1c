"""Lists brought into the administration: what waits for a confirmation, and what came."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
CREATE TRIGGER journal_table_imports AFTER UPDATE OF imported_at ON clients_tableimport
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('imported_at,created,updated,unchanged,left_out');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0012_undo_knows_what_was_left"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TableImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="liste")),
                ("file_name", models.CharField(max_length=255, verbose_name="fichier")),
                ("token", models.UUIDField(default=uuid.uuid4)),
                ("content", models.BinaryField(null=True)),
                ("options", models.JSONField(default=dict)),
                ("previewed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("imported_at", models.DateTimeField(null=True, verbose_name="le")),
                ("created", models.PositiveIntegerField(default=0, verbose_name="créés")),
                ("updated", models.PositiveIntegerField(default=0, verbose_name="modifiés")),
                ("unchanged", models.PositiveIntegerField(default=0, verbose_name="inchangés")),
                ("left_out", models.PositiveIntegerField(default=0, verbose_name="laissés de côté")),
                (
                    "launched_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "import d’une liste",
                "verbose_name_plural": "imports de listes",
                "ordering": ["-imported_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("imported_at", None)),
                        fields=("launched_by", "name"),
                        name="one_table_waits_per_person_and_list",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("imported_at", None), ("content", None), _connector="OR"),
                        name="an_imported_table_keeps_no_file",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER journal_table_imports ON clients_tableimport"),
    ]

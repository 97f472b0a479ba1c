"""What leaves the product is written down."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_exports AFTER INSERT ON accounts_export
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('name,filters,file_format,row_count');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_firm"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="liste")),
                ("filters", models.CharField(blank=True, max_length=1000, verbose_name="filtres")),
                ("file_format", models.CharField(max_length=4, verbose_name="format")),
                ("row_count", models.PositiveIntegerField(verbose_name="lignes")),
                ("exported_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="le")),
                (
                    "exported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "ordering": ["-exported_at", "-id"],
            },
        ),
        migrations.RunSQL(JOURNAL, "DROP TRIGGER journal_exports ON accounts_export"),
    ]

"""The ids of a salesperson's clients come from an index alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0006_index_covers_the_id"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="client",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clients",
                to=settings.AUTH_USER_MODEL,
                verbose_name="commercial",
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["owner", "id"], name="clients_by_owner"),
        ),
    ]

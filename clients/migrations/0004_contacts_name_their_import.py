"""A contact knows the import that brought them, so that undoing it takes them away."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0003_journal"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="created_by_import",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="clients.import",
            ),
        ),
    ]

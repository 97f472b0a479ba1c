"""A yearly total goes when invoices of its client and period come: an import can remove a row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0010_decided_while_importing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importchange",
            name="action",
            field=models.CharField(
                choices=[("updated", "modifiée"), ("cancelled", "annulée"), ("removed", "retirée")], max_length=9
            ),
        ),
    ]

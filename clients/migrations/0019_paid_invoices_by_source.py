"""Which sources tell payments, without reading their invoices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0018_lines_changed"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("paid_on__isnull", False)),
                fields=["source", "issued_on"],
                name="paid_invoices_by_source",
            ),
        ),
    ]

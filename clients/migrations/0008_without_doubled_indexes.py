"""Indexes that another one starts with, or that held nothing but empty values, cost each imported line for nothing."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0007_clients_by_owner"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invoice",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="clients.source",
                verbose_name="source",
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="updated_by_import",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="updated_invoices",
                to="clients.import",
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="invoice",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="clients.invoice"
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("updated_by_import__isnull", False)),
                fields=["updated_by_import"],
                name="invoices_updated_by_import",
            ),
        ),
    ]

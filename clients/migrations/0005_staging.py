"""Where the rows of an import wait; unlogged, since an import that a crash interrupts starts again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0004_contacts_name_their_import"),
    ]

    operations = [
        migrations.CreateModel(
            name="StagedClient",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("key_kind", models.CharField(max_length=8)),
                ("key", models.CharField(max_length=255)),
                ("name", models.CharField(max_length=255)),
                ("code", models.CharField(max_length=60)),
                ("account", models.CharField(max_length=255)),
                ("siren", models.CharField(max_length=9)),
                ("siret", models.CharField(max_length=14)),
                ("vat_number", models.CharField(max_length=20)),
                ("email", models.CharField(max_length=254)),
                ("phone", models.CharField(max_length=40)),
                ("address", models.CharField(max_length=255)),
                ("postcode", models.CharField(max_length=12)),
                ("city", models.CharField(max_length=120)),
                ("owner", models.CharField(max_length=255)),
                ("client", models.BigIntegerField(null=True)),
                ("is_new", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="StagedInvoice",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("row", models.IntegerField()),
                ("file", models.SmallIntegerField()),
                ("external_id", models.CharField(max_length=400)),
                ("invoice", models.BigIntegerField()),
                ("client", models.BigIntegerField()),
                ("number", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=11)),
                ("status", models.CharField(max_length=9)),
                ("issued_on", models.DateField()),
                ("booked_on", models.DateField(null=True)),
                ("journal", models.CharField(max_length=60)),
                ("due_on", models.DateField(null=True)),
                ("paid_on", models.DateField(null=True)),
                ("cents", models.BigIntegerField()),
                ("vat_cents", models.BigIntegerField(null=True)),
                ("digest", models.CharField(max_length=32)),
                ("is_detailed", models.BooleanField()),
                ("is_known", models.BooleanField()),
                ("is_changed", models.BooleanField()),
                ("keeps_lines", models.BooleanField()),
                ("fate", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="StagedLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("row", models.IntegerField()),
                ("file", models.SmallIntegerField()),
                ("line", models.IntegerField()),
                ("client", models.IntegerField(null=True)),
                ("external_id", models.CharField(max_length=400)),
                ("number", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=11)),
                ("status", models.CharField(max_length=9, null=True)),
                ("issued_on", models.DateField(null=True)),
                ("booked_on", models.DateField(null=True)),
                ("journal", models.CharField(max_length=60)),
                ("due_on", models.DateField(null=True)),
                ("paid_on", models.DateField(null=True)),
                ("cents", models.BigIntegerField()),
                ("vat_cents", models.BigIntegerField(null=True)),
                ("service", models.IntegerField(null=True)),
                ("label", models.CharField(max_length=255)),
                ("quantity", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("fate", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="StagedService",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("code", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=160)),
                ("family", models.CharField(max_length=120)),
                ("service", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="import",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        *(
            migrations.RunSQL(f"ALTER TABLE clients_staged{name} SET UNLOGGED", migrations.RunSQL.noop)
            for name in ("client", "invoice", "line", "service")
        ),
    ]

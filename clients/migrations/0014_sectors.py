"""Sectors: the titles of activity codes, and one way of writing the codes that clients already have."""

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import clients.folding

NORMALISED = """
UPDATE clients_client
SET naf_code = upper(translate(naf_code, ' .-', ''))
WHERE naf_code <> upper(translate(naf_code, ' .-', ''))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0013_lists_in_the_administration"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NafCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nomenclature", models.CharField(default="NAFRev2", max_length=12, verbose_name="nomenclature")),
                ("code", models.CharField(max_length=6, verbose_name="code NAF")),
                ("label", models.CharField(max_length=255, verbose_name="intitulé")),
                (
                    "sort_label",
                    models.GeneratedField(
                        db_persist=True,
                        expression=clients.folding.Fold(models.F("label")),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "code NAF",
                "verbose_name_plural": "codes NAF",
                "ordering": ["code", "nomenclature"],
            },
        ),
        migrations.AddField(
            model_name="stagedclient",
            name="naf_code",
            field=models.CharField(default="", max_length=6),
        ),
        migrations.RunSQL(NORMALISED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                django.db.models.functions.text.Left("naf_code", 2),
                condition=models.Q(("naf_code", ""), _negated=True),
                name="clients_by_division",
            ),
        ),
        migrations.AddConstraint(
            model_name="nafcode",
            constraint=models.UniqueConstraint(
                fields=("code", "nomenclature"), name="one_title_per_code_and_nomenclature"
            ),
        ),
        migrations.AddConstraint(
            model_name="nafcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9]{4}[A-Z]$")), name="a_naf_code_reads_as_one"
            ),
        ),
    ]

"""The portrait of the clients of tier A, kept for the run on show."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("segmentation", "0024_opportunities"),
    ]

    operations = [
        migrations.CreateModel(
            name="Portrait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("champions", models.PositiveIntegerField(default=0)),
                ("others", models.PositiveIntegerField(default=0)),
                ("tested_champions", models.PositiveIntegerField(default=0)),
                ("tested_others", models.PositiveIntegerField(default=0)),
                ("auc", models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portrait",
                        to="segmentation.scoringrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "portrait",
            },
        ),
        migrations.CreateModel(
            name="PortraitLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_trial", models.BooleanField(default=False)),
                (
                    "trait",
                    models.CharField(
                        choices=[
                            ("sector", "Secteur"),
                            ("size", "Taille"),
                            ("area", "Département"),
                            ("age", "Ancienneté"),
                            ("service", "Service d’entrée"),
                            ("need", "Besoin"),
                        ],
                        max_length=7,
                    ),
                ),
                ("value", models.CharField(max_length=20)),
                ("champions", models.PositiveIntegerField()),
                ("others", models.PositiveIntegerField()),
                ("known_champions", models.PositiveIntegerField()),
                ("known_others", models.PositiveIntegerField()),
                ("points", models.SmallIntegerField(null=True)),
                (
                    "portrait",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="segmentation.portrait",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du portrait",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("portrait", "is_trial", "trait", "value"), name="one_line_per_portrait_trait_and_value"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("known_champions__gte", models.F("champions")), ("known_others__gte", models.F("others"))
                        ),
                        name="who_has_a_trait_is_known_by_it",
                    ),
                ],
            },
        ),
    ]

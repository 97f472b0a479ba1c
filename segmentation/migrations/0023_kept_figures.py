"""What an official run keeps for the next one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0018_lines_changed"),
        ("segmentation", "0022_hours_written_in_bulk"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptFacts",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="clients.client",
                    ),
                ),
                ("first_purchase_on", models.DateField(null=True)),
                ("last_purchase_on", models.DateField(null=True)),
                ("purchase_days", models.BigIntegerField()),
                ("frequency", models.BigIntegerField()),
                ("recent_half_days", models.BigIntegerField()),
                ("former_half_days", models.BigIntegerField()),
                ("median_gap_days", models.FloatField(null=True)),
                ("monetary", models.DecimalField(decimal_places=2, max_digits=14)),
                ("tier_revenue", models.DecimalField(decimal_places=2, max_digits=14)),
                ("previous_revenue", models.DecimalField(decimal_places=2, max_digits=14)),
                ("recent_half_revenue", models.DecimalField(decimal_places=2, max_digits=14)),
                ("former_half_revenue", models.DecimalField(decimal_places=2, max_digits=14)),
                ("is_tied", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="KeptHabit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_on", models.DateField()),
                ("typical_gap_days", models.DecimalField(decimal_places=1, max_digits=14, null=True)),
                ("recheck_on", models.DateField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="clients.service",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["recheck_on"], name="habits_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "service"), name="one_habit_per_client_and_service")
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("settings", models.JSONField()),
                ("is_only", models.BooleanField(default=True, editable=False, unique=True)),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="segmentation.scoringrun"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("is_only", True)), name="figures_of_one_run_are_kept")
                ],
            },
        ),
    ]

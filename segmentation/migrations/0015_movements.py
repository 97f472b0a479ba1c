"""Movements from run to run, which go with their client as scores do."""

import django.db.models.deletion
from django.db import migrations, models

TRIGGER = """
CREATE OR REPLACE FUNCTION segmentation_forget_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone) THEN
        DELETE FROM segmentation_score AS score USING gone WHERE score.client_id = gone.id;
        DELETE FROM segmentation_risk AS risk USING gone WHERE risk.client_id = gone.id;
        DELETE FROM segmentation_drop AS fallen USING gone WHERE fallen.client_id = gone.id;
        DELETE FROM segmentation_movement AS movement USING gone WHERE movement.client_id = gone.id;
    END IF;
    RETURN NULL;
END $$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION segmentation_forget_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone) THEN
        DELETE FROM segmentation_score AS score USING gone WHERE score.client_id = gone.id;
        DELETE FROM segmentation_risk AS risk USING gone WHERE risk.client_id = gone.id;
        DELETE FROM segmentation_drop AS fallen USING gone WHERE fallen.client_id = gone.id;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0016_who_changed_since"),
        ("segmentation", "0014_risk_as_shown"),
    ]

    operations = [
        migrations.AlterField(
            model_name="scoringrun",
            name="trigger",
            field=models.CharField(
                choices=[
                    ("night", "Nuit"),
                    ("import", "Après un import"),
                    ("hand", "À la main"),
                    ("past", "Historique"),
                ],
                default="hand",
                max_length=6,
            ),
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("former_as_of", models.DateField()),
                ("as_of", models.DateField(verbose_name="date")),
                (
                    "from_segment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("champions", "Champions"),
                            ("loyal", "Fidèles"),
                            ("to-develop", "À développer"),
                            ("new", "Nouveaux"),
                            ("first-purchases", "Premiers achats"),
                            ("watch", "À surveiller"),
                            ("to-revive", "À relancer"),
                            ("at-risk", "À risque"),
                            ("cannot-lose", "À ne pas perdre"),
                            ("dormant", "Dormants"),
                            ("lost", "Perdus"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "to_segment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("champions", "Champions"),
                            ("loyal", "Fidèles"),
                            ("to-develop", "À développer"),
                            ("new", "Nouveaux"),
                            ("first-purchases", "Premiers achats"),
                            ("watch", "À surveiller"),
                            ("to-revive", "À relancer"),
                            ("at-risk", "À risque"),
                            ("cannot-lose", "À ne pas perdre"),
                            ("dormant", "Dormants"),
                            ("lost", "Perdus"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "from_tier",
                    models.CharField(
                        blank=True,
                        choices=[("A", "Champions"), ("B", "Réguliers"), ("C", "Occasionnels")],
                        max_length=1,
                    ),
                ),
                (
                    "to_tier",
                    models.CharField(
                        blank=True,
                        choices=[("A", "Champions"), ("B", "Réguliers"), ("C", "Occasionnels")],
                        max_length=1,
                    ),
                ),
                ("is_arrival", models.BooleanField()),
                ("is_departure", models.BooleanField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("rules", "Les règles ont changé"),
                            ("facts", "Un document passé a été ajouté ou corrigé"),
                            ("own", "Son propre comportement"),
                            ("others", "Les autres clients ont bougé"),
                        ],
                        max_length=6,
                        verbose_name="cause",
                    ),
                ),
                ("confirmed_on", models.DateField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="movements",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "verbose_name": "mouvement",
                "ordering": ["-as_of", "client"],
                "indexes": [models.Index(fields=["as_of"], name="movements_by_date")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "as_of"), name="one_movement_per_client_and_date"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("from_segment", models.F("to_segment")), _negated=True),
                            models.Q(("from_tier", models.F("to_tier")), _negated=True),
                            ("is_arrival", True),
                            ("is_departure", True),
                            _connector="OR",
                        ),
                        name="a_movement_changes_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]

"""Risk as people see it, in a table of its own: what each run found, and what history and people change of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FILL = """
INSERT INTO segmentation_risk (score_id, run_id, client_id, reasons, amount, segment, silence_ratio)
SELECT id, run_id, client_id, risk_reasons, amount_at_risk, segment, silence_ratio
FROM segmentation_score
WHERE at_risk
"""
TRIGGER = """
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
UNDO = """
CREATE OR REPLACE FUNCTION segmentation_forget_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone) THEN
        DELETE FROM segmentation_score AS score USING gone WHERE score.client_id = gone.id;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0013_lists_in_the_administration"),
        ("segmentation", "0013_needs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Drop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("former_as_of", models.DateField()),
                ("r", models.PositiveSmallIntegerField()),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[("A", "Champions"), ("B", "Réguliers"), ("C", "Occasionnels")],
                        max_length=1,
                    ),
                ),
                ("amount_at_risk", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
        ),
        migrations.CreateModel(
            name="Risk",
            fields=[
                (
                    "score",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="risk",
                        serialize=False,
                        to="segmentation.score",
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("grid", "Segment"),
                                ("rhythm", "Rythme rompu"),
                                ("decline", "Montant en baisse"),
                                ("slowing", "Achats espacés"),
                                ("drop", "Décrochage"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("segment", models.CharField(max_length=15)),
                ("silence_ratio", models.DecimalField(decimal_places=6, max_digits=14, null=True)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="score",
            name="scores_at_risk_by_amount",
        ),
        migrations.AddField(
            model_name="scoringrun",
            name="compared_with",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="scoringrun",
            name="fell_from",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="scoringrun",
            name="risks_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="score",
            name="risk_reasons",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("grid", "Segment"),
                        ("rhythm", "Rythme rompu"),
                        ("decline", "Montant en baisse"),
                        ("slowing", "Achats espacés"),
                        ("drop", "Décrochage"),
                    ],
                    max_length=16,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="drop",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="drop",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drops",
                to="segmentation.scoringrun",
            ),
        ),
        migrations.AddField(
            model_name="risk",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="risk",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="risks",
                to="segmentation.scoringrun",
            ),
        ),
        migrations.AddConstraint(
            model_name="drop",
            constraint=models.UniqueConstraint(fields=("run", "client"), name="one_drop_per_client_per_run"),
        ),
        migrations.AddIndex(
            model_name="risk",
            index=models.Index(
                models.F("run"),
                models.OrderBy(models.F("amount"), descending=True, nulls_last=True),
                models.F("client"),
                include=("segment", "silence_ratio"),
                name="risks_by_amount",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, UNDO),
    ]

"""The at-risk list is counted from its index alone, which a vacuum soon after each night's rows keeps possible."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0007_clients_by_owner"),
        ("segmentation", "0008_a_run_takes_along_those_it_replaced"),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE segmentation_score SET (autovacuum_vacuum_insert_scale_factor = 0.02)",
            "ALTER TABLE segmentation_score RESET (autovacuum_vacuum_insert_scale_factor)",
        ),
        migrations.RemoveIndex(
            model_name="score",
            name="scores_at_risk_by_amount",
        ),
        migrations.AddIndex(
            model_name="score",
            index=models.Index(
                condition=models.Q(("at_risk", True)),
                fields=["run", "-amount_at_risk", "client"],
                include=("segment", "silence_ratio"),
                name="scores_at_risk_by_amount",
            ),
        ),
    ]

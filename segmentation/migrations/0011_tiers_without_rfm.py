"""A client known by yearly totals alone has a tier and no more: its scores are empty, together or not at all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0009_take_back_and_remember"),
        ("segmentation", "0010_analysed_after_each_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="scoringrun",
            name="tiers_only",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="scoringrun",
            name="totals_cover_former_window",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="scoringrun",
            name="without_rfm",
            field=models.CharField(
                blank=True,
                choices=[
                    ("only-totals", "seulement des totaux annuels, sans la date des factures"),
                    ("one-day", "toutes les factures portent la même date"),
                ],
                default="",
                max_length=11,
            ),
        ),
        migrations.AlterField(
            model_name="score",
            name="f",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="score",
            name="first_purchase_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="score",
            name="fm",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="score",
            name="last_purchase_on",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="score",
            name="m",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="score",
            name="r",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="score",
            name="recency_days",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="score",
            name="segment",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="score",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("f__isnull", False),
                        ("first_purchase_on__isnull", False),
                        ("fm__isnull", False),
                        ("last_purchase_on__isnull", False),
                        ("m__isnull", False),
                        ("r__isnull", False),
                        ("recency_days__isnull", False),
                        models.Q(("segment", ""), _negated=True),
                    ),
                    models.Q(
                        ("f__isnull", True),
                        ("first_purchase_on__isnull", True),
                        ("fm__isnull", True),
                        ("last_purchase_on__isnull", True),
                        ("m__isnull", True),
                        ("r__isnull", True),
                        ("recency_days__isnull", True),
                        ("at_risk", False),
                        ("frequency", 0),
                        ("segment", ""),
                    ),
                    _connector="OR",
                ),
                name="rfm_together_or_not_at_all",
            ),
        ),
    ]

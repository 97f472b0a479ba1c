"""Services stopped, lifetime values, reasons that people set aside, and the day when the tiers were adopted."""

from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE TRIGGER journal_set_asides AFTER INSERT OR UPDATE OR DELETE ON segmentation_risksetaside
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'client_id,reason,motive,until,set_aside_by_id,lifted_at,lifted_by_id', 'note'
    );
CREATE TRIGGER journal_adoption AFTER UPDATE OF tiers_adopted_at ON segmentation_rules
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('tiers_adopted_at,tiers_adopted_by_id');
CREATE FUNCTION segmentation_forget_stops() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone) THEN
        DELETE FROM segmentation_stoppedservice AS stopped USING gone WHERE stopped.client_id = gone.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_stops AFTER DELETE ON clients_client
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION segmentation_forget_stops();
"""
UNDO = """
DROP TRIGGER forget_stops ON clients_client;
DROP FUNCTION segmentation_forget_stops();
DROP TRIGGER journal_adoption ON segmentation_rules;
DROP TRIGGER journal_set_asides ON segmentation_risksetaside;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0013_lists_in_the_administration"),
        ("segmentation", "0015_movements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LifetimeValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "segment",
                    models.CharField(
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
                ("clients", models.PositiveIntegerField()),
                ("kept", models.PositiveIntegerField()),
                ("is_of_firm", models.BooleanField()),
                ("years", models.DecimalField(decimal_places=6, max_digits=7)),
            ],
            options={
                "verbose_name": "valeur vie",
            },
        ),
        migrations.CreateModel(
            name="RiskSetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("grid", "Segment"),
                            ("rhythm", "Rythme rompu"),
                            ("decline", "Montant en baisse"),
                            ("slowing", "Achats espacés"),
                            ("service-stopped", "Service arrêté"),
                            ("drop", "Décrochage"),
                        ],
                        max_length=16,
                        verbose_name="alerte",
                    ),
                ),
                (
                    "motive",
                    models.CharField(
                        choices=[
                            ("seasonal", "Activité saisonnière"),
                            ("yearly-contract", "Contrat annuel"),
                            ("closed", "Client fermé"),
                            ("other", "Autre"),
                        ],
                        max_length=15,
                        verbose_name="motif",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="précision")),
                ("until", models.DateField(verbose_name="jusqu’au")),
                ("set_aside_at", models.DateTimeField(verbose_name="écartée le")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="rétablie le")),
            ],
            options={
                "verbose_name": "alerte écartée",
                "ordering": ["until", "id"],
            },
        ),
        migrations.CreateModel(
            name="StoppedService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("silence_days", models.PositiveIntegerField()),
                ("typical_gap_days", models.DecimalField(decimal_places=1, max_digits=7)),
            ],
            options={
                "verbose_name": "service arrêté",
            },
        ),
        migrations.RemoveIndex(
            model_name="risk",
            name="risks_by_amount",
        ),
        migrations.AddField(
            model_name="risk",
            name="aside_until",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(null=True), null=True, size=None
            ),
        ),
        migrations.AddField(
            model_name="risk",
            name="hidden_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="rules",
            name="service_floor_days",
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name="rules",
            name="service_min_purchases",
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="rules",
            name="service_ratio",
            field=models.DecimalField(decimal_places=2, default=Decimal("2"), max_digits=5),
        ),
        migrations.AddField(
            model_name="rules",
            name="tiers_adopted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="paliers adoptés le"),
        ),
        migrations.AddField(
            model_name="rules",
            name="tiers_adopted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="paliers adoptés par",
            ),
        ),
        migrations.AlterField(
            model_name="risk",
            name="reasons",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("grid", "Segment"),
                        ("rhythm", "Rythme rompu"),
                        ("decline", "Montant en baisse"),
                        ("slowing", "Achats espacés"),
                        ("service-stopped", "Service arrêté"),
                        ("drop", "Décrochage"),
                    ],
                    max_length=16,
                ),
                size=None,
            ),
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
                        ("service-stopped", "Service arrêté"),
                        ("drop", "Décrochage"),
                    ],
                    max_length=16,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="risk",
            index=models.Index(
                models.F("run"),
                models.OrderBy(models.F("amount"), descending=True, nulls_last=True),
                models.F("client"),
                include=("segment", "silence_ratio", "hidden_until"),
                name="risks_by_amount",
            ),
        ),
        migrations.AddField(
            model_name="lifetimevalue",
            name="former",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="segmentation.scoringrun"
            ),
        ),
        migrations.AddField(
            model_name="lifetimevalue",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lifetime_values",
                to="segmentation.scoringrun",
            ),
        ),
        migrations.AddField(
            model_name="risksetaside",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="risk_set_asides", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="risksetaside",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="rétablie par",
            ),
        ),
        migrations.AddField(
            model_name="risksetaside",
            name="set_aside_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="écartée par",
            ),
        ),
        migrations.AddField(
            model_name="stoppedservice",
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
            model_name="stoppedservice",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stopped_services",
                to="segmentation.scoringrun",
            ),
        ),
        migrations.AddField(
            model_name="stoppedservice",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="clients.service",
            ),
        ),
        migrations.AddConstraint(
            model_name="lifetimevalue",
            constraint=models.UniqueConstraint(
                fields=("run", "segment"), name="one_lifetime_value_per_segment_and_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="lifetimevalue",
            constraint=models.CheckConstraint(
                condition=models.Q(("clients__gt", 0), ("kept__lte", models.F("clients")), ("years__range", (1, 5))),
                name="a_lifetime_is_from_one_to_five_years",
            ),
        ),
        migrations.AddConstraint(
            model_name="risksetaside",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)),
                fields=("client", "reason"),
                name="one_standing_set_aside_per_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="risksetaside",
            constraint=models.CheckConstraint(
                condition=models.Q(("motive", "other"), ("note", ""), _negated=True),
                name="another_motive_is_written_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="risksetaside",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at", None), ("lifted_by", None)),
                    models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                    _connector="OR",
                ),
                name="what_is_lifted_is_lifted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppedservice",
            constraint=models.UniqueConstraint(
                fields=("run", "client", "service"), name="one_stop_per_service_client_and_run"
            ),
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]

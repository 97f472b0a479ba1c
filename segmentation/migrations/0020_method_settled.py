"""The whole method is a setting: who is scored, who is left out; drafts with previews; every setting has its words."""

from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION segmentation_forget_unscored() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone) THEN
        DELETE FROM segmentation_unscored AS row USING gone WHERE row.client_id = gone.id OR row.head_id = gone.id;
        DELETE FROM segmentation_exclusion AS row USING gone WHERE row.client_id = gone.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_unscored AFTER DELETE ON clients_client
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION segmentation_forget_unscored();

-- Rules may leave clients out by what they are: that it changed is a change of facts.
CREATE TRIGGER note_kinds AFTER UPDATE OF kind, country ON clients_client
    FOR EACH ROW WHEN (OLD.kind <> NEW.kind OR OLD.country <> NEW.country)
    EXECUTE FUNCTION clients_note_fact_change();

DROP TRIGGER journal_rules ON segmentation_rules;
CREATE TRIGGER journal_rules AFTER INSERT OR UPDATE OR DELETE ON segmentation_rules
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('version,status,reason,author_id,revision');
CREATE TRIGGER journal_exclusions AFTER INSERT OR UPDATE OR DELETE ON segmentation_exclusion
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('rules_id,client_id,motive');
"""
UNDO = """
DROP TRIGGER journal_exclusions ON segmentation_exclusion;
DROP TRIGGER journal_rules ON segmentation_rules;
CREATE TRIGGER journal_rules AFTER INSERT OR UPDATE OR DELETE ON segmentation_rules
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('version,status,reason,author_id');
DROP TRIGGER note_kinds ON clients_client;
DROP TRIGGER forget_unscored ON clients_client;
DROP FUNCTION segmentation_forget_unscored();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0013_lists_in_the_administration"),
        ("segmentation", "0019_time_and_objectives"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("motive", models.CharField(max_length=160, verbose_name="motif")),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "client exclu",
            },
        ),
        migrations.CreateModel(
            name="Preview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "En attente"),
                            ("running", "En cours"),
                            ("done", "Terminé"),
                            ("failed", "Interrompu"),
                        ],
                        default="queued",
                        max_length=7,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("percent_done", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "aperçu",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Unscored",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("group", "Noté avec son groupe"),
                            ("hand", "Exclu à la main"),
                            ("kind", "Nature exclue"),
                            ("country", "Pays exclu"),
                            ("head", "Groupe exclu"),
                        ],
                        max_length=7,
                    ),
                ),
                ("motive", models.CharField(blank=True, max_length=160)),
            ],
            options={
                "verbose_name": "client sans score",
            },
        ),
        migrations.AddField(
            model_name="rules",
            name="edited_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="rules",
            name="excluded_countries",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2),
                blank=True,
                default=list,
                size=None,
                verbose_name="pays exclus",
            ),
        ),
        migrations.AddField(
            model_name="rules",
            name="excluded_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[("company", "Entreprise"), ("person", "Particulier")], max_length=8
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="natures de clients exclues",
            ),
        ),
        migrations.AddField(
            model_name="rules",
            name="excluded_services",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name="services exclus"
            ),
        ),
        migrations.AddField(
            model_name="rules",
            name="revision",
            field=models.PositiveIntegerField(default=1, verbose_name="révision"),
        ),
        migrations.AddField(
            model_name="rules",
            name="scored_by",
            field=models.CharField(
                choices=[
                    ("client", "Chaque client à part"),
                    ("head", "Chaque groupe : une maison mère et ses sociétés ensemble"),
                ],
                default="client",
                max_length=6,
                verbose_name="qui est noté",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="decline_floor",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("500"),
                max_digits=14,
                verbose_name="montant de départ d’une baisse, en euros",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="decline_share",
            field=models.DecimalField(
                decimal_places=4,
                default=Decimal("0.60"),
                max_digits=5,
                verbose_name="montant en baisse sous cette part",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="frequency_mode",
            field=models.CharField(
                choices=[("thresholds", "Par seuils"), ("value", "Par rang de valeur")],
                default="value",
                max_length=10,
                verbose_name="fréquence notée",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="frequency_thresholds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), size=4, verbose_name="seuils de fréquence"
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="lost_after_months",
            field=models.PositiveSmallIntegerField(default=13, verbose_name="mois sans achat avant d’être perdu"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="monetary_mode",
            field=models.CharField(
                choices=[("thresholds", "Par seuils"), ("value", "Par rang de valeur")],
                default="value",
                max_length=10,
                verbose_name="montant noté",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="monetary_thresholds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DecimalField(decimal_places=2, max_digits=14),
                blank=True,
                null=True,
                size=4,
                verbose_name="seuils de montant",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="new_client_days",
            field=models.PositiveSmallIntegerField(default=90, verbose_name="jours où un client est nouveau"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="published_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="publiée le"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="recency_mode",
            field=models.CharField(
                choices=[("thresholds", "Par seuils"), ("value", "Par rang de valeur")],
                default="thresholds",
                max_length=10,
                verbose_name="récence notée",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="recency_thresholds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), size=4, verbose_name="seuils de récence"
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="rfm_window_months",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="période du comportement, en mois"
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="rhythm_min_gap_days",
            field=models.PositiveSmallIntegerField(default=7, verbose_name="rythme le plus court, en jours"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="rhythm_min_purchases",
            field=models.PositiveSmallIntegerField(default=3, verbose_name="jours d’achat qu’il faut pour un rythme"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="rhythm_ratio",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("2"),
                max_digits=5,
                verbose_name="silence à risque, en nombre de rythmes",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="rhythm_watch_ratio",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("1.5"),
                max_digits=5,
                verbose_name="silence à surveiller, en nombre de rythmes",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="sets_recurring_aside",
            field=models.BooleanField(default=False, verbose_name="abonnements mis à part"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="slowing_floor",
            field=models.PositiveSmallIntegerField(default=3, verbose_name="jours d’achat de départ d’un espacement"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="slowing_share",
            field=models.DecimalField(
                decimal_places=4, default=Decimal("0.60"), max_digits=5, verbose_name="achats espacés sous cette part"
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="tier_a_share",
            field=models.DecimalField(
                decimal_places=4, default=Decimal("0.20"), max_digits=5, verbose_name="part des clients en palier A"
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="tier_b_share",
            field=models.DecimalField(
                decimal_places=4,
                default=Decimal("0.70"),
                max_digits=5,
                verbose_name="part des clients en paliers A et B",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="tier_min_clients",
            field=models.PositiveSmallIntegerField(default=5, verbose_name="clients qu’il faut pour des paliers"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="tier_window_months",
            field=models.PositiveSmallIntegerField(default=12, verbose_name="période des paliers, en mois"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="value_min_clients",
            field=models.PositiveIntegerField(default=30, verbose_name="clients qu’il faut pour classer"),
        ),
        migrations.AlterField(
            model_name="rules",
            name="value_min_distinct",
            field=models.PositiveIntegerField(default=5, verbose_name="valeurs différentes qu’il faut pour classer"),
        ),
        migrations.AddConstraint(
            model_name="rules",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "draft")), fields=("status",), name="one_draft_of_the_rules"
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exclusions",
                to="clients.client",
                verbose_name="client",
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="rules",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exclusions",
                to="segmentation.rules",
                verbose_name="règles",
            ),
        ),
        migrations.AddField(
            model_name="preview",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="preview",
            name="baseline",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="segmentation.scoringrun",
            ),
        ),
        migrations.AddField(
            model_name="preview",
            name="rules",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="previews", to="segmentation.rules"
            ),
        ),
        migrations.AddField(
            model_name="preview",
            name="run",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="segmentation.scoringrun",
            ),
        ),
        migrations.AddField(
            model_name="unscored",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="unscored",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="unscored",
            name="head",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="unscored",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="unscored",
                to="segmentation.scoringrun",
            ),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.UniqueConstraint(
                fields=("rules", "client"), name="a_client_is_excluded_once_per_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(("motive", ""), _negated=True), name="an_exclusion_has_a_motive"
            ),
        ),
        migrations.AddConstraint(
            model_name="preview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "failed"), _negated=True),
                fields=("rules", "revision"),
                name="one_preview_per_revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="preview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "done"), _negated=True),
                    models.Q(("baseline__isnull", False), ("run__isnull", False)),
                    _connector="OR",
                ),
                name="a_finished_preview_compares_two_runs",
            ),
        ),
        migrations.AddIndex(
            model_name="unscored",
            index=models.Index(
                condition=models.Q(("reason", "group")), fields=["run", "head"], name="unscored_by_head"
            ),
        ),
        migrations.AddConstraint(
            model_name="unscored",
            constraint=models.UniqueConstraint(fields=("run", "client"), name="unscored_once_per_run"),
        ),
        migrations.AddConstraint(
            model_name="unscored",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("head__isnull", False), ("reason", "group")),
                    models.Q(models.Q(("reason", "group"), _negated=True), ("head", None)),
                    _connector="OR",
                ),
                name="a_group_scores_under_its_head",
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="service_floor_days",
            field=models.PositiveSmallIntegerField(
                default=30, verbose_name="silence le plus court d’un service arrêté, en jours"
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="service_min_purchases",
            field=models.PositiveSmallIntegerField(
                default=3, verbose_name="jours d’achat qu’il faut pour qu’un service s’arrête"
            ),
        ),
        migrations.AlterField(
            model_name="rules",
            name="service_ratio",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("2"),
                max_digits=5,
                verbose_name="silence d’un service arrêté, en nombre de rythmes",
            ),
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]

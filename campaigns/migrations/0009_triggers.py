"""Rules that events trigger, and what they proposed; rules are journaled."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_trigger_rules AFTER INSERT OR UPDATE OR DELETE ON campaigns_triggerrule
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'name,event_kind,segments,action_kind,service_id,days,tried_at,switched_on_at,created_by_id'
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0008_client_left"),
        ("clients", "0021_events_that_happen_to_clients"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TriggerRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                (
                    "event_kind",
                    models.CharField(
                        choices=[
                            ("fundraising", "Levée de fonds"),
                            ("hiring", "Recrutement"),
                            ("new-site", "Nouveau site"),
                            ("move", "Déménagement"),
                            ("sale", "Cession"),
                            ("insolvency", "Procédure collective"),
                            ("anniversary", "Anniversaire de contrat"),
                            ("first-year", "Un an de relation"),
                            ("service-end", "Service arrêté"),
                            ("growth", "Forte croissance"),
                            ("note", "Note"),
                        ],
                        max_length=12,
                        verbose_name="événement",
                    ),
                ),
                (
                    "segments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="segments",
                    ),
                ),
                (
                    "action_kind",
                    models.CharField(
                        choices=[
                            ("call", "Appel"),
                            ("visit", "Visite"),
                            ("offer", "Proposition"),
                            ("training", "Formation"),
                            ("other", "Autre"),
                        ],
                        default="call",
                        max_length=8,
                        verbose_name="action",
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(default=7, verbose_name="à faire dans (jours)")),
                ("tried_at", models.DateTimeField(editable=False, null=True, verbose_name="essayée le")),
                ("switched_on_at", models.DateTimeField(editable=False, null=True, verbose_name="en marche depuis")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.service",
                        verbose_name="service à proposer",
                    ),
                ),
            ],
            options={
                "verbose_name": "déclencheur",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="TriggerFiring",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fired_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "action",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="firings",
                        to="campaigns.action",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="firings", to="clients.event"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="firings", to="campaigns.triggerrule"
                    ),
                ),
            ],
            options={
                "verbose_name": "déclenchement",
                "ordering": ["-fired_at", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="triggerrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("switched_on_at", None), ("tried_at__isnull", False), _connector="OR"),
                name="a_rule_is_tried_before_it_is_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="triggerrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("event_kind", "note"), _negated=True), name="a_note_triggers_nothing"
            ),
        ),
        migrations.AddConstraint(
            model_name="triggerrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__lte", 365)), name="a_trigger_acts_within_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="triggerfiring",
            constraint=models.UniqueConstraint(fields=("rule", "event"), name="a_rule_fires_once_per_event"),
        ),
        migrations.RunSQL(JOURNAL, "DROP TRIGGER journal_trigger_rules ON campaigns_triggerrule"),
    ]

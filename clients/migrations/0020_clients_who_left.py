"""Clients who left, why, and who said so; each departure is journaled, what was written beside it is not."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_departures AFTER INSERT OR UPDATE OR DELETE ON clients_clientdeparture
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'client_id,left_on,motive,recorded_by_id,reopened_on,taken_back_at,taken_back_by_id', 'note'
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0019_paid_invoices_by_source"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientDeparture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("left_on", models.DateField(verbose_name="parti le")),
                (
                    "motive",
                    models.CharField(
                        choices=[
                            ("price", "Prix"),
                            ("competitor", "Parti chez un concurrent"),
                            ("dissatisfied", "Insatisfaction"),
                            ("ceased", "Cessation d’activité"),
                            ("other", "Autre motif"),
                        ],
                        max_length=12,
                        verbose_name="motif",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="précision")),
                ("recorded_at", models.DateTimeField(verbose_name="validé le")),
                ("reopened_on", models.DateField(blank=True, null=True, verbose_name="revenu le")),
                ("taken_back_at", models.DateTimeField(blank=True, null=True, verbose_name="annulé le")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="departures", to="clients.client"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="validé par",
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="annulé par",
                    ),
                ),
            ],
            options={
                "verbose_name": "départ d’un client",
                "verbose_name_plural": "départs de clients",
                "ordering": ["-left_on", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reopened_on", None), ("taken_back_at", None)),
                        fields=("client",),
                        name="one_standing_departure_per_client",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("motive", "other"), ("note", ""), _negated=True),
                        name="another_motive_to_leave_is_written",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_back_at", None), ("taken_back_by", None)),
                            models.Q(("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_departure_is_taken_back_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reopened_on", None), ("reopened_on__gt", models.F("left_on")), _connector="OR"
                        ),
                        name="a_client_comes_back_after_leaving",
                    ),
                ],
            },
        ),
        migrations.RunSQL(JOURNAL, "DROP TRIGGER journal_departures ON clients_clientdeparture"),
    ]

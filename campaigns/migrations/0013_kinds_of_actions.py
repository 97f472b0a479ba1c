"""Thanking a client, and reframing the relation, are actions too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0012_meeting_decisions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="action",
            name="kind",
            field=models.CharField(
                choices=[
                    ("call", "Appel"),
                    ("visit", "Visite"),
                    ("offer", "Proposition"),
                    ("training", "Formation"),
                    ("thanks", "Remerciement"),
                    ("reframe", "Recadrage"),
                    ("other", "Autre"),
                ],
                default="call",
                max_length=8,
                verbose_name="nature",
            ),
        ),
        migrations.AlterField(
            model_name="triggerrule",
            name="action_kind",
            field=models.CharField(
                choices=[
                    ("call", "Appel"),
                    ("visit", "Visite"),
                    ("offer", "Proposition"),
                    ("training", "Formation"),
                    ("thanks", "Remerciement"),
                    ("reframe", "Recadrage"),
                    ("other", "Autre"),
                ],
                default="call",
                max_length=8,
                verbose_name="action",
            ),
        ),
    ]

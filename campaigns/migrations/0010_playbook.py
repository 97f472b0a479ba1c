"""What the firm writes for each segment in place of the original playbook, journaled as it changes."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_plays AFTER INSERT OR UPDATE OR DELETE ON campaigns_play
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'segment,objective,actor,talking_points,offer,frequency,script,edited_by_id'
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_triggers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Play",
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
                        unique=True,
                        verbose_name="segment",
                    ),
                ),
                ("objective", models.CharField(max_length=200, verbose_name="objectif")),
                ("actor", models.CharField(max_length=200, verbose_name="qui agit")),
                (
                    "talking_points",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), size=None, verbose_name="que dire"
                    ),
                ),
                ("offer", models.TextField(max_length=600, verbose_name="que proposer")),
                ("frequency", models.CharField(max_length=200, verbose_name="à quel rythme")),
                ("script", models.TextField(max_length=2000, verbose_name="script d’appel")),
                ("edited_at", models.DateTimeField()),
                (
                    "edited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "page du playbook",
            },
        ),
        migrations.RunSQL(JOURNAL, "DROP TRIGGER journal_plays ON campaigns_play"),
    ]

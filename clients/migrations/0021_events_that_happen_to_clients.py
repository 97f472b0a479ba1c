"""Events know where they come from and come once; those typed by hand are journaled, their words are not."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_events AFTER INSERT ON clients_event
    FOR EACH ROW WHEN (NEW.origin = 'hand')
    EXECUTE FUNCTION accounts_journal('client_id,kind,happened_on,recorded_by_id', 'label');
CREATE TRIGGER journal_events_removed AFTER DELETE ON clients_event
    FOR EACH ROW WHEN (OLD.origin = 'hand')
    EXECUTE FUNCTION accounts_journal('client_id,kind,happened_on,recorded_by_id', 'label');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0020_clients_who_left"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="brought_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="events",
                to="clients.tableimport",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="origin",
            field=models.CharField(
                choices=[("hand", "Saisi"), ("file", "Fichier"), ("invoices", "Factures")],
                default="hand",
                max_length=8,
                verbose_name="source",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="recorded_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="clients.service",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
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
                verbose_name="nature",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="label",
            field=models.CharField(blank=True, max_length=255, verbose_name="précision"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["kind", "happened_on"], name="events_by_kind"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["-happened_on", "-id"], name="events_by_day"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "note"), _negated=True),
                fields=("client", "kind", "happened_on", "service"),
                name="the_same_event_comes_once",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(
            JOURNAL,
            "DROP TRIGGER journal_events_removed ON clients_event; DROP TRIGGER journal_events ON clients_event",
        ),
    ]

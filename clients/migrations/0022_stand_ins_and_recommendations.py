"""Who stands in for the owner of a client, and who recommended them; both are journaled as the owner is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
DROP TRIGGER journal_clients ON clients_client;
CREATE TRIGGER journal_clients AFTER UPDATE OR DELETE ON clients_client
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,backup_owner_id,recommended_by_id,head_id,client_since,naf_code',
        'name,siren,siret,vat_number,address,email,phone'
    );
"""
UNDO = """
DROP TRIGGER journal_clients ON clients_client;
CREATE TRIGGER journal_clients AFTER UPDATE OR DELETE ON clients_client
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,head_id,client_since,naf_code', 'name,siren,siret,vat_number,address,email,phone'
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0021_events_that_happen_to_clients"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="backup_owner",
            field=models.ForeignKey(
                blank=True,
                help_text="Qui répond au client quand la personne qui le suit est absente.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="remplaçant",
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="recommended_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="recommended_clients",
                to="clients.client",
                verbose_name="recommandé par",
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                condition=models.Q(("recommended_by__isnull", False)),
                fields=["recommended_by"],
                name="clients_recommended",
            ),
        ),
        migrations.RunSQL(JOURNAL, UNDO),
    ]

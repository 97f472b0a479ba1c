"""Clients who were erased: when, known by hashes only, and recognised when a file names them again."""

from django.db import migrations, models
from django.db.models import Q

JOURNAL = """
DROP TRIGGER journal_clients ON clients_client;
CREATE TRIGGER journal_clients AFTER UPDATE OR DELETE ON clients_client
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,backup_owner_id,recommended_by_id,head_id,client_since,naf_code,erased_at',
        'name,siren,siret,vat_number,address,email,phone'
    );
"""
UNDO = """
DROP TRIGGER journal_clients ON clients_client;
CREATE TRIGGER journal_clients AFTER UPDATE OR DELETE ON clients_client
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,backup_owner_id,recommended_by_id,head_id,client_since,naf_code',
        'name,siren,siret,vat_number,address,email,phone'
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0023_consent_and_its_proof"),
        ("accounts", "0015_redaction"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="clientkey",
            name="only_legal_identities_do_without_a_source",
        ),
        migrations.AddField(
            model_name="client",
            name="erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="effacé le"),
        ),
        migrations.AddField(
            model_name="stagedclient",
            name="is_erased",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="clientkey",
            name="kind",
            field=models.CharField(
                choices=[
                    ("code", "Code client"),
                    ("account", "Compte auxiliaire"),
                    ("name", "Nom exact"),
                    ("siret", "SIRET"),
                    ("vat", "N° de TVA"),
                    ("siren", "SIREN"),
                    ("email", "E-mail"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(condition=Q(("erased_at__isnull", False)), fields=["erased_at"], name="clients_erased"),
        ),
        migrations.AddConstraint(
            model_name="clientkey",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("kind__in", ["siret", "vat", "siren", "email"]), ("source", None)),
                    Q(("kind__in", ["code", "account", "name"]), ("source__isnull", False)),
                    _connector="OR",
                ),
                name="only_legal_identities_do_without_a_source",
            ),
        ),
        migrations.RunSQL(JOURNAL, UNDO),
    ]

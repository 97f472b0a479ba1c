"""What importing without preparing needs: plans and mappings, decisions remembered, rows given back and taken back."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE TRIGGER note_totals AFTER INSERT OR UPDATE OR DELETE ON clients_yearlytotal
    FOR EACH STATEMENT EXECUTE FUNCTION clients_note_fact_change();
CREATE TRIGGER journal_identity_decisions AFTER INSERT OR UPDATE OR DELETE ON clients_identitydecision
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('verdict', 'name,other');
CREATE TRIGGER journal_service_aliases AFTER INSERT OR UPDATE OR DELETE ON clients_servicealias
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('service_id,name');
"""
UNDO = """
DROP TRIGGER journal_service_aliases ON clients_servicealias;
DROP TRIGGER journal_identity_decisions ON clients_identitydecision;
DROP TRIGGER note_totals ON clients_yearlytotal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0008_without_doubled_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("different", "deux clients"), ("nobody", "pas un client"), ("somebody", "un client")],
                        max_length=9,
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("other", models.CharField(blank=True, max_length=255)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "décision d’identité",
            },
        ),
        migrations.CreateModel(
            name="Mapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shape", models.CharField(db_index=True, max_length=64)),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="nom")),
                ("headings", models.JSONField(default=list)),
                ("columns", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("is_shared", models.BooleanField(default=False, verbose_name="partagée")),
                ("used_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="utilisée le")),
            ],
            options={
                "verbose_name": "correspondance de colonnes",
                "verbose_name_plural": "correspondances de colonnes",
                "ordering": ["-used_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RejectedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.PositiveSmallIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=255)),
                ("cells", models.JSONField()),
            ],
            options={
                "ordering": ["batch", "file", "line"],
            },
        ),
        migrations.CreateModel(
            name="ServiceAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160, unique=True)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "autre nom d’un service",
            },
        ),
        migrations.CreateModel(
            name="StagedLink",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch", "external_id", "named", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("external_id", models.CharField(max_length=400)),
                ("named", models.CharField(max_length=400)),
            ],
        ),
        migrations.CreateModel(
            name="StagedTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("row", models.IntegerField()),
                ("file", models.SmallIntegerField()),
                ("line", models.IntegerField()),
                ("client", models.IntegerField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("cents", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="UndoneRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                ("label", models.CharField(max_length=255)),
                (
                    "fate",
                    models.CharField(
                        choices=[("undone", "annulé"), ("kept", "conservé"), ("error", "en erreur")],
                        max_length=6,
                        verbose_name="état",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=255, verbose_name="raison")),
            ],
            options={
                "ordering": ["batch", "id"],
            },
        ),
        migrations.CreateModel(
            name="YearlyTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("amount_ht", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="montant HT")),
            ],
            options={
                "verbose_name": "total annuel",
                "verbose_name_plural": "totaux annuels",
                "ordering": ["-last_day", "client"],
            },
        ),
        migrations.RemoveIndex(
            model_name="client",
            name="clients_by_name",
        ),
        migrations.RemoveIndex(
            model_name="client",
            name="clients_by_owner",
        ),
        migrations.AddField(
            model_name="client",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
                verbose_name="fusionné dans",
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="cancel_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="import",
            name="door",
            field=models.CharField(
                choices=[("page", "Page"), ("command", "Commande"), ("folder", "Dossier surveillé")],
                default="command",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="learned",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="import",
            name="plan",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="import",
            name="step",
            field=models.CharField(
                choices=[
                    ("learn", "Reconnaître les colonnes"),
                    ("check", "Vérifier sans rien écrire"),
                    ("write", "Importer"),
                    ("undo", "Annuler"),
                ],
                default="write",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="annulé le"),
        ),
        migrations.AddField(
            model_name="import",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="annulé par",
            ),
        ),
        migrations.AddField(
            model_name="mergedrow",
            name="before",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="import",
            name="phase",
            field=models.CharField(
                choices=[
                    ("reading", "Lecture"),
                    ("checking", "Vérification"),
                    ("writing", "Enregistrement"),
                    ("undoing", "Annulation"),
                ],
                default="reading",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="import",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "En attente"),
                    ("running", "En cours"),
                    ("mapping", "Colonnes à confirmer"),
                    ("checked", "Vérifié, à lancer"),
                    ("confirmation", "À confirmer"),
                    ("committed", "Importé"),
                    ("refused", "Refusé"),
                    ("dry-run", "Essai à blanc"),
                    ("failed", "Interrompu"),
                    ("abandoned", "Abandonné"),
                    ("undone", "Annulé"),
                ],
                default="queued",
                max_length=12,
                verbose_name="état",
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                condition=models.Q(("merged_into", None)), fields=["sort_name", "id"], name="clients_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                condition=models.Q(("merged_into", None)), fields=["owner", "id"], name="clients_by_owner"
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="clients_merged"
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="a_client_is_not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="identitydecision",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="mapping",
            name="saved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mappings",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="rejectedrow",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rejected_rows", to="clients.import"
            ),
        ),
        migrations.AddField(
            model_name="servicealias",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="servicealias",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="clients.service"
            ),
        ),
        migrations.AddField(
            model_name="undonerow",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="undone_rows", to="clients.import"
            ),
        ),
        migrations.AddField(
            model_name="yearlytotal",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="yearly_totals", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="yearlytotal",
            name="created_by_import",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="yearly_totals",
                to="clients.import",
            ),
        ),
        migrations.AddField(
            model_name="yearlytotal",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="yearly_totals",
                to="clients.source",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitydecision",
            constraint=models.UniqueConstraint(fields=("name", "other"), name="one_decision_per_name_or_pair"),
        ),
        migrations.AddConstraint(
            model_name="identitydecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("other__gt", models.F("name")), ("verdict", "different")),
                    models.Q(("other", ""), ("verdict__in", ["nobody", "somebody"])),
                    _connector="OR",
                ),
                name="two_names_differ_and_one_is_judged_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="mapping",
            constraint=models.UniqueConstraint(
                fields=("saved_by", "shape"), name="one_mapping_per_person_and_shape", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="mapping",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True), fields=("name",), name="one_mapping_per_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="rejectedrow",
            constraint=models.UniqueConstraint(
                fields=("batch", "file", "line"), name="one_rejection_per_line_of_a_file"
            ),
        ),
        migrations.AddIndex(
            model_name="undonerow",
            index=models.Index(fields=["batch", "fate"], name="undone_rows_by_fate"),
        ),
        migrations.AddConstraint(
            model_name="undonerow",
            constraint=models.UniqueConstraint(
                fields=("batch", "table", "row_id"), name="one_fate_per_row_and_undone_import"
            ),
        ),
        migrations.AddConstraint(
            model_name="yearlytotal",
            constraint=models.UniqueConstraint(
                fields=("source", "client", "first_day"), name="one_total_per_source_client_and_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="yearlytotal",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gt", models.F("first_day"))), name="a_period_has_days"
            ),
        ),
        *(
            migrations.RunSQL(f"ALTER TABLE clients_staged{name} SET UNLOGGED", migrations.RunSQL.noop)
            for name in ("link", "total")
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]

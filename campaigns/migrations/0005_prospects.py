"""Companies that are not clients, with what changes of them journaled."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clients.folding

TRIGGER = """
CREATE TRIGGER journal_prospects AFTER UPDATE OR DELETE ON campaigns_prospect
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,state,client_id,recommended_by_id,last_contact_on,objected_at,naf_code',
        'name,siren,siret,address,email,phone,contact_name,notes'
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0004_outcome_done"),
        ("clients", "0009_take_back_and_remember"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Prospect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255, verbose_name="nom")),
                ("siren", models.CharField(blank=True, max_length=9, verbose_name="SIREN")),
                ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                ("naf_code", models.CharField(blank=True, max_length=6, verbose_name="code NAF")),
                ("naf_nomenclature", models.CharField(blank=True, max_length=12, verbose_name="nomenclature NAF")),
                (
                    "workforce",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NN", "Non employeur ou inconnu"),
                            ("00", "Aucun salarié"),
                            ("01", "1 ou 2 salariés"),
                            ("02", "3 à 5 salariés"),
                            ("03", "6 à 9 salariés"),
                            ("11", "10 à 19 salariés"),
                            ("12", "20 à 49 salariés"),
                            ("21", "50 à 99 salariés"),
                            ("22", "100 à 199 salariés"),
                            ("31", "200 à 249 salariés"),
                            ("32", "250 à 499 salariés"),
                            ("41", "500 à 999 salariés"),
                            ("42", "1 000 à 1 999 salariés"),
                            ("51", "2 000 à 4 999 salariés"),
                            ("52", "5 000 à 9 999 salariés"),
                            ("53", "10 000 salariés et plus"),
                        ],
                        max_length=2,
                        verbose_name="effectif",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=255, verbose_name="adresse")),
                ("postcode", models.CharField(blank=True, max_length=12, verbose_name="code postal")),
                ("city", models.CharField(blank=True, max_length=120, verbose_name="ville")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="téléphone")),
                ("website", models.CharField(blank=True, max_length=255, verbose_name="site web")),
                ("contact_name", models.CharField(blank=True, max_length=160, verbose_name="interlocuteur")),
                ("source_label", models.CharField(blank=True, max_length=120, verbose_name="origine")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Nouveau"),
                            ("contacted", "Contacté"),
                            ("interested", "Intéressé"),
                            ("dismissed", "Écarté"),
                            ("client", "Devenu client"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="ajouté le"),
                ),
                ("last_contact_on", models.DateField(blank=True, null=True, verbose_name="dernier contact")),
                ("objected_at", models.DateTimeField(blank=True, null=True, verbose_name="opposition reçue le")),
                (
                    "sort_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=clients.folding.Fold(models.F("name")),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=clients.folding.Fold(
                            django.db.models.functions.text.Concat(
                                django.db.models.functions.comparison.Coalesce(models.F("name"), models.Value("")),
                                models.Value(" "),
                                django.db.models.functions.comparison.Coalesce(models.F("city"), models.Value("")),
                                models.Value(" "),
                                django.db.models.functions.comparison.Coalesce(models.F("postcode"), models.Value("")),
                                models.Value(" "),
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("contact_name"), models.Value("")
                                ),
                                models.Value(" "),
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="was_prospect",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prospects",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="commercial",
                    ),
                ),
                (
                    "recommended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="recommended_prospects",
                        to="clients.client",
                        verbose_name="recommandé par",
                    ),
                ),
            ],
            options={
                "verbose_name": "prospect",
                "ordering": ["sort_name", "id"],
                "indexes": [
                    models.Index(fields=["sort_name", "id"], name="prospects_by_name"),
                    models.Index(
                        condition=models.Q(("siren", ""), _negated=True), fields=["siren"], name="prospects_by_siren"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("siret", ""), _negated=True),
                        fields=("siret",),
                        name="one_prospect_per_siret",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="a_prospect_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("siret", ""), ("siret__startswith", models.F("siren")), _connector="OR"),
                        name="a_siret_starts_with_its_siren",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("client__isnull", False), ("state", "client")),
                            models.Q(models.Q(("state", "client"), _negated=True), ("client", None)),
                            _connector="OR",
                        ),
                        name="a_prospect_won_names_its_client",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER journal_prospects ON campaigns_prospect"),
    ]

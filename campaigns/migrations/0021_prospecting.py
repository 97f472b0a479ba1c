"""What a prospect is worth, who put it back, how it became a client, and what is done to win it."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

FORMER_TRIGGER = """
CREATE TRIGGER journal_prospects AFTER UPDATE OR DELETE ON campaigns_prospect
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,state,client_id,recommended_by_id,last_contact_on,objected_at,naf_code',
        'name,siren,siret,address,email,phone,contact_name,notes'
    );
"""
TRIGGERS = """
DROP TRIGGER journal_prospects ON campaigns_prospect;
CREATE TRIGGER journal_prospects AFTER UPDATE OR DELETE ON campaigns_prospect
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,state,client_id,recommended_by_id,last_contact_on,objected_at,naf_code,workforce,kept_at,kept_by_id',
        'name,siren,siret,address,email,phone,contact_name,notes'
    );
CREATE TRIGGER journal_approaches AFTER INSERT OR UPDATE OR DELETE ON campaigns_approach
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'prospect_id,assignee_id,kind,due_on,outcome,done_at,done_by_id', 'note'
    );
"""
BACK = f"""
DROP TRIGGER journal_approaches ON campaigns_approach;
DROP TRIGGER journal_prospects ON campaigns_prospect;
{FORMER_TRIGGER}
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0020_month_letter"),
        ("clients", "0025_workforce"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Approach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("call", "Appel"), ("visit", "Visite"), ("offer", "Proposition"), ("other", "Autre")],
                        default="call",
                        max_length=8,
                        verbose_name="nature",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="pour le")),
                ("note", models.TextField(blank=True, verbose_name="compte rendu")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "Joint"),
                            ("message-left", "Message laissé"),
                            ("done", "Faite"),
                            ("dropped", "Abandonnée"),
                        ],
                        max_length=12,
                        verbose_name="résultat",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="faite le")),
                ("former_state", models.CharField(blank=True, editable=False, max_length=10)),
                ("former_contact_on", models.DateField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "action auprès d’un prospect",
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.AddField(
            model_name="prospect",
            name="former_state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("new", "Nouveau"),
                    ("contacted", "Contacté"),
                    ("interested", "Intéressé"),
                    ("dismissed", "Écarté"),
                    ("client", "Devenu client"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="prospect",
            name="kept_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="remis dans la liste le"),
        ),
        migrations.AddField(
            model_name="prospect",
            name="kept_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="remis dans la liste par",
            ),
        ),
        migrations.AddField(
            model_name="prospect",
            name="links_by_hand",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="prospect",
            name="made_client",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="prospect",
            name="points",
            field=models.SmallIntegerField(editable=False, null=True, verbose_name="ressemblance"),
        ),
        migrations.AddField(
            model_name="prospect",
            name="put_out",
            field=models.CharField(
                blank=True,
                choices=[
                    ("group", "Même SIREN ou même groupe qu’un client rouge ou parti"),
                    ("size", "Secteur et taille où les clients rouges sont nombreux"),
                    ("sector", "Secteur où les clients rouges sont nombreux"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=6,
                verbose_name="tenu à l’écart",
            ),
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(
                models.OrderBy(models.F("points"), descending=True, nulls_last=True),
                models.F("sort_name"),
                models.F("id"),
                name="prospects_by_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kept_at", None), ("kept_by", None)),
                    models.Q(("kept_at__isnull", False), ("kept_by__isnull", False)),
                    _connector="OR",
                ),
                name="somebody_put_a_prospect_back",
            ),
        ),
        migrations.AddField(
            model_name="approach",
            name="assignee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approaches",
                to=settings.AUTH_USER_MODEL,
                verbose_name="pour",
            ),
        ),
        migrations.AddField(
            model_name="approach",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="approach",
            name="done_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="faite par",
            ),
        ),
        migrations.AddField(
            model_name="approach",
            name="prospect",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="approaches",
                to="campaigns.prospect",
                verbose_name="prospect",
            ),
        ),
        migrations.AddIndex(
            model_name="approach",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["assignee", "due_on"], name="open_approaches_by_assignee"
            ),
        ),
        migrations.AddConstraint(
            model_name="approach",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("outcome", "")),
                    models.Q(("done_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="an_approach_is_done_when_it_has_an_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="approach",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)),
                fields=("prospect", "assignee", "kind", "due_on"),
                name="an_open_approach_is_planned_once",
            ),
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(fields=["owner", "state", "put_out", "kept_at"], name="prospects_by_view"),
        ),
        migrations.RunSQL(TRIGGERS, BACK),
    ]

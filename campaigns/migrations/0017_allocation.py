"""Plans of hours and budget, what people have of time, what was spent, and dated contacts."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_plans AFTER INSERT OR UPDATE OR DELETE ON campaigns_allocationplan
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'name,starts_on,budget,keeping_percent,stretch_percent,adopted_by_id,adopted_at'
    );
CREATE TRIGGER journal_plan_lines AFTER INSERT OR UPDATE OR DELETE ON campaigns_allocationline
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('plan_id,target,keeping,winning,interval_days,minutes');
CREATE TRIGGER journal_availabilities AFTER INSERT OR UPDATE OR DELETE ON campaigns_availability
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('person_id,starts_on,days_off,field_percent');
CREATE TRIGGER journal_spendings AFTER INSERT OR UPDATE OR DELETE ON campaigns_spending
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('plan_id,target,purpose,amount,spent_on,label');
"""
UNDO = """
DROP TRIGGER journal_spendings ON campaigns_spending;
DROP TRIGGER journal_availabilities ON campaigns_availability;
DROP TRIGGER journal_plan_lines ON campaigns_allocationline;
DROP TRIGGER journal_plans ON campaigns_allocationplan;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0016_delay_before_coming_in_again"),
        ("clients", "0023_consent_and_its_proof"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="action",
            name="origin",
            field=models.CharField(
                choices=[
                    ("hand", "à la main"),
                    ("risk", "alerte"),
                    ("hole", "opportunité"),
                    ("movement", "mouvement"),
                    ("trigger", "déclencheur"),
                    ("meeting", "réunion du lundi"),
                    ("action", "suite d’une action"),
                    ("plan", "plan d’allocation"),
                ],
                db_default="hand",
                default="hand",
                max_length=8,
                verbose_name="origine",
            ),
        ),
        migrations.CreateModel(
            name="AllocationPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("starts_on", models.DateField(verbose_name="trimestre")),
                ("budget", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="budget total")),
                ("keeping_percent", models.PositiveSmallIntegerField(verbose_name="part pour fidéliser")),
                ("stretch_percent", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("adopted_at", models.DateTimeField(null=True)),
                (
                    "adopted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocation_plans",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "plan d’allocation",
                "verbose_name_plural": "plans d’allocation",
                "ordering": ["-starts_on", "made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="AllocationLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("A", "Palier A · Champions"),
                            ("B", "Palier B · Réguliers"),
                            ("C", "Palier C · Occasionnels"),
                            ("P", "Prospects ressemblants"),
                        ],
                        max_length=1,
                    ),
                ),
                ("keeping", models.PositiveSmallIntegerField()),
                ("winning", models.PositiveSmallIntegerField()),
                ("keeping_locked", models.BooleanField(default=False)),
                ("winning_locked", models.BooleanField(default=False)),
                ("interval_days", models.PositiveSmallIntegerField()),
                ("minutes", models.PositiveSmallIntegerField()),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="campaigns.allocationplan"
                    ),
                ),
            ],
            options={
                "ordering": ["plan", "target"],
            },
        ),
        migrations.CreateModel(
            name="Availability",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("days_off", models.DecimalField(decimal_places=1, default=0, max_digits=4)),
                ("field_percent", models.PositiveSmallIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="availabilities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "disponibilité",
            },
        ),
        migrations.CreateModel(
            name="PlannedContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("A", "Palier A · Champions"),
                            ("B", "Palier B · Réguliers"),
                            ("C", "Palier C · Occasionnels"),
                            ("P", "Prospects ressemblants"),
                        ],
                        max_length=1,
                    ),
                ),
                ("due_on", models.DateField(verbose_name="pour le")),
                ("called_at", models.DateTimeField(null=True)),
                (
                    "action",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="planned_contacts",
                        to="campaigns.action",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_contacts",
                        to="clients.client",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="campaigns.allocationplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact prévu",
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Spending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("A", "Palier A · Champions"),
                            ("B", "Palier B · Réguliers"),
                            ("C", "Palier C · Occasionnels"),
                            ("P", "Prospects ressemblants"),
                        ],
                        max_length=1,
                    ),
                ),
                ("purpose", models.CharField(choices=[("keep", "Fidéliser"), ("win", "Prospecter")], max_length=4)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="montant")),
                ("spent_on", models.DateField(verbose_name="date")),
                ("label", models.CharField(blank=True, max_length=120, verbose_name="libellé")),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spendings",
                        to="campaigns.allocationplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "dépense",
                "ordering": ["-spent_on", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="allocationplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__day", 1), ("starts_on__month__in", [1, 4, 7, 10])),
                name="a_plan_is_for_a_quarter",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget__gte", 0), ("keeping_percent__lte", 100)),
                name="a_plan_shares_out_what_there_is",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("adopted_at", None), ("adopted_by", None)),
                    models.Q(("adopted_at__isnull", False), ("adopted_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_plan_is_adopted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("adopted_at__isnull", False)),
                fields=("made_by", "starts_on"),
                name="one_adopted_plan_per_person_and_quarter",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationline",
            constraint=models.UniqueConstraint(fields=("plan", "target"), name="one_line_per_plan_and_target"),
        ),
        migrations.AddConstraint(
            model_name="allocationline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interval_days__gte", 1), ("keeping__lte", 100), ("minutes__gte", 1), ("winning__lte", 100)
                ),
                name="a_line_is_possible",
            ),
        ),
        migrations.AddConstraint(
            model_name="availability",
            constraint=models.UniqueConstraint(
                fields=("person", "starts_on"), name="one_availability_per_person_and_quarter"
            ),
        ),
        migrations.AddConstraint(
            model_name="availability",
            constraint=models.CheckConstraint(
                condition=models.Q(("days_off__gte", 0), ("field_percent__lte", 100)),
                name="an_availability_is_possible",
            ),
        ),
        migrations.AddIndex(
            model_name="plannedcontact",
            index=models.Index(fields=["plan", "due_on"], name="planned_contacts_by_day"),
        ),
        migrations.AddIndex(
            model_name="plannedcontact",
            index=models.Index(
                models.F("due_on"), condition=models.Q(("called_at", None)), name="planned_contacts_to_come"
            ),
        ),
        migrations.AddConstraint(
            model_name="spending",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="a_spending_is_of_some_euros"
            ),
        ),
        migrations.RunSQL(JOURNAL, UNDO),
    ]

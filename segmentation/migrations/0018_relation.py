"""The relation with each client: opinions, colour, facts, reframing plans; its weights and cuts beside the rules."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE TRIGGER journal_assessments AFTER INSERT OR UPDATE OR DELETE ON segmentation_assessment
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('client_id,rater_id,punctuality,relationship,effort,potential,prescriber', 'comment');
CREATE TRIGGER journal_grades AFTER INSERT OR UPDATE OR DELETE ON segmentation_grade
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('client_id,colour,red,proposed_by_id,decided_by_id', 'motive');
CREATE TRIGGER journal_plans AFTER INSERT OR UPDATE OR DELETE ON segmentation_reframingplan
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('client_id,kind,owner_id,due_on,closed_by_id,closed_at', 'what,outcome');
CREATE TRIGGER journal_grade_rules AFTER INSERT OR UPDATE OR DELETE ON segmentation_graderules
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('rules_id,amount_weight,hourly_weight,delay_weight,credit_weight,punctuality_weight,relationship_weight,effort_weight,potential_weight,prescriber_weight,worst_delay_days,worst_credit_share,dark_green_from,light_green_from,orange_from,valid_months');
CREATE FUNCTION segmentation_forget_relation_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone) THEN
        DELETE FROM segmentation_relationfacts AS facts USING gone WHERE facts.client_id = gone.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_relation_facts AFTER DELETE ON clients_client
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION segmentation_forget_relation_facts();
"""
UNDO = """
DROP TRIGGER forget_relation_facts ON clients_client;
DROP FUNCTION segmentation_forget_relation_facts();
DROP TRIGGER journal_grade_rules ON segmentation_graderules;
DROP TRIGGER journal_plans ON segmentation_reframingplan;
DROP TRIGGER journal_grades ON segmentation_grade;
DROP TRIGGER journal_assessments ON segmentation_assessment;
"""


def weigh(apps, schema_editor):
    """Every version of the rules there is gets the first weights and cuts."""
    GradeRules = apps.get_model("segmentation", "GradeRules")
    Rules = apps.get_model("segmentation", "Rules")
    GradeRules.objects.bulk_create(GradeRules(rules=rules) for rules in Rules.objects.filter(grading=None))


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0013_lists_in_the_administration"),
        ("segmentation", "0017_backtests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerGrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("dark-green", "Vert foncé"),
                            ("light-green", "Vert clair"),
                            ("orange", "Orange"),
                            ("red", "Rouge"),
                        ],
                        max_length=11,
                        verbose_name="couleur",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(verbose_name="sur 100")),
                ("since", models.DateTimeField(verbose_name="depuis le")),
                ("until", models.DateTimeField(verbose_name="jusqu’au")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_grades", to="clients.client"
                    ),
                ),
            ],
            options={
                "verbose_name": "ancienne note de relation",
                "ordering": ["-until", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RelationFacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("below", models.PositiveIntegerField(null=True)),
                ("among", models.PositiveIntegerField(null=True)),
                ("per_hour", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("usual_per_hour", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("late_days", models.DecimalField(decimal_places=1, max_digits=7, null=True)),
                ("credit_share", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("hours", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                (
                    "client",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="relation_facts",
                        to="clients.client",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segmentation.scoringrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "faits de la relation",
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "punctuality",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="ponctualité",
                    ),
                ),
                (
                    "relationship",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="relation",
                    ),
                ),
                (
                    "effort",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="effort",
                    ),
                ),
                (
                    "potential",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="potentiel de croissance",
                    ),
                ),
                (
                    "prescriber",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="prescription",
                    ),
                ),
                ("comment", models.TextField(blank=True, max_length=2000, verbose_name="commentaire")),
                ("assessed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="donné le")),
                ("token", models.UUIDField(blank=True, editable=False, null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assessments",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "rater",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="avis de",
                    ),
                ),
            ],
            options={
                "verbose_name": "avis sur un client",
                "verbose_name_plural": "avis sur les clients",
                "ordering": ["-assessed_at", "-id"],
                "indexes": [models.Index(fields=["client", "rater", "-assessed_at"], name="assessments_by_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("rater", "token"), name="a_form_records_one_assessment"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effort__range", (1, 5)),
                            ("potential__range", (1, 5)),
                            ("prescriber__range", (1, 5)),
                            ("punctuality__range", (1, 5)),
                            ("relationship__range", (1, 5)),
                        ),
                        name="an_answer_is_from_one_to_five",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("below", models.PositiveIntegerField(null=True)),
                ("among", models.PositiveIntegerField(null=True)),
                ("per_hour", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("usual_per_hour", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("late_days", models.DecimalField(decimal_places=1, max_digits=7, null=True)),
                ("credit_share", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("dark-green", "Vert foncé"),
                            ("light-green", "Vert clair"),
                            ("orange", "Orange"),
                            ("red", "Rouge"),
                        ],
                        max_length=11,
                        verbose_name="couleur",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(verbose_name="sur 100")),
                ("since", models.DateTimeField(verbose_name="depuis le")),
                ("assessed_at", models.DateTimeField(verbose_name="dernier avis le")),
                ("raters", models.PositiveSmallIntegerField()),
                ("spread", models.PositiveSmallIntegerField()),
                ("gap", models.PositiveSmallIntegerField()),
                ("punctuality", models.DecimalField(decimal_places=2, max_digits=3)),
                ("relationship", models.DecimalField(decimal_places=2, max_digits=3)),
                ("effort", models.DecimalField(decimal_places=2, max_digits=3)),
                ("potential", models.DecimalField(decimal_places=2, max_digits=3)),
                ("prescriber", models.DecimalField(decimal_places=2, max_digits=3)),
                (
                    "red",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("proposed", "Rouge à confirmer"),
                            ("confirmed", "Rouge confirmé"),
                            ("set-aside", "Rouge écarté"),
                        ],
                        default="",
                        max_length=9,
                        verbose_name="rouge",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("motive", models.CharField(blank=True, default="", max_length=500, verbose_name="motif")),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grade",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="décidé par",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposé par",
                    ),
                ),
                (
                    "rules",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="segmentation.rules"
                    ),
                ),
            ],
            options={
                "verbose_name": "note de relation",
                "verbose_name_plural": "notes de relation",
                "indexes": [models.Index(fields=["colour", "client"], name="grades_by_colour")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("colour", "red"), ("red", "confirmed")),
                            models.Q(
                                models.Q(("colour", "red"), _negated=True),
                                models.Q(("red", "confirmed"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="red_counts_once_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed_by", None), ("red", "")),
                            models.Q(models.Q(("red", ""), _negated=True), ("proposed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="somebody_proposed_red",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("red__in", ["confirmed", "set-aside"]),
                            ),
                            models.Q(("decided_at", None), ("decided_by", None), ("red__in", ["", "proposed"])),
                            _connector="OR",
                        ),
                        name="somebody_decided_about_red",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GradeRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "amount_weight",
                    models.PositiveSmallIntegerField(
                        default=15, validators=[django.core.validators.MaxValueValidator(100)], verbose_name="montant"
                    ),
                ),
                (
                    "hourly_weight",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="revenu par heure",
                    ),
                ),
                (
                    "delay_weight",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="délai de paiement",
                    ),
                ),
                (
                    "credit_weight",
                    models.PositiveSmallIntegerField(
                        default=5, validators=[django.core.validators.MaxValueValidator(100)], verbose_name="avoirs"
                    ),
                ),
                (
                    "punctuality_weight",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="ponctualité",
                    ),
                ),
                (
                    "relationship_weight",
                    models.PositiveSmallIntegerField(
                        default=15, validators=[django.core.validators.MaxValueValidator(100)], verbose_name="relation"
                    ),
                ),
                (
                    "effort_weight",
                    models.PositiveSmallIntegerField(
                        default=10, validators=[django.core.validators.MaxValueValidator(100)], verbose_name="effort"
                    ),
                ),
                (
                    "potential_weight",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="potentiel de croissance",
                    ),
                ),
                (
                    "prescriber_weight",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="prescription",
                    ),
                ),
                (
                    "worst_delay_days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="retard de paiement qui ne vaut plus rien (jours)",
                    ),
                ),
                (
                    "worst_credit_share",
                    models.DecimalField(
                        decimal_places=3,
                        default=Decimal("0.200"),
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.001")),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="part d’avoirs qui ne vaut plus rien",
                    ),
                ),
                (
                    "dark_green_from",
                    models.PositiveSmallIntegerField(default=72, verbose_name="vert foncé à partir de"),
                ),
                (
                    "light_green_from",
                    models.PositiveSmallIntegerField(default=52, verbose_name="vert clair à partir de"),
                ),
                ("orange_from", models.PositiveSmallIntegerField(default=34, verbose_name="orange à partir de")),
                (
                    "valid_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="à refaire après (mois)",
                    ),
                ),
                (
                    "rules",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grading", to="segmentation.rules"
                    ),
                ),
            ],
            options={
                "verbose_name": "règles de la note de relation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dark_green_from__gt", models.F("light_green_from")),
                            ("dark_green_from__lte", 100),
                            ("light_green_from__gt", models.F("orange_from")),
                            ("orange_from__gt", 0),
                        ),
                        name="the_cuts_of_the_colours_follow_each_other",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("punctuality_weight__gt", 0),
                            ("relationship_weight__gt", 0),
                            ("effort_weight__gt", 0),
                            ("potential_weight__gt", 0),
                            ("prescriber_weight__gt", 0),
                            _connector="OR",
                        ),
                        name="an_answer_weighs_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_months__gt", 0), ("worst_credit_share__gt", 0), ("worst_delay_days__gt", 0)
                        ),
                        name="the_worst_is_worse_than_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReframingPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("talk", "Un entretien"),
                            ("price", "Le prix"),
                            ("way-of-working", "La façon de travailler"),
                            ("exit", "La fin de la relation"),
                        ],
                        default="talk",
                        max_length=14,
                        verbose_name="on agit sur",
                    ),
                ),
                ("what", models.TextField(max_length=2000, verbose_name="ce qui sera fait")),
                ("due_on", models.DateField(verbose_name="pour le")),
                ("outcome", models.TextField(blank=True, max_length=2000, verbose_name="ce qui en est sorti")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="ouvert le")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="clos le")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reframing_plans",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="clos par",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ouvert par",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "plan de recadrage",
                "verbose_name_plural": "plans de recadrage",
                "ordering": ["due_on", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("client",),
                        name="one_open_reframing_plan_per_client",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_closed_plan_says_what_came_of_it",
                    ),
                ],
            },
        ),
        migrations.RunPython(weigh, migrations.RunPython.noop),
        migrations.RunSQL(TRIGGERS, UNDO),
    ]

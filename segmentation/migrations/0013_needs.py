"""Needs, who has them and what answers them; the journal of what people say about it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import clients.folding

# A need goes with its client, whoever removes that: what a rule found must not keep a client that an import made.
# What rules find is not journaled, nor which needs are answered: they follow from the rest.
WRITTEN_BY_HAND = """
ALTER TABLE segmentation_clientneed ADD CONSTRAINT a_need_goes_with_its_client
    FOREIGN KEY (client_id) REFERENCES clients_client (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

CREATE TRIGGER journal_needs AFTER INSERT OR UPDATE OR DELETE ON segmentation_need
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('name,situation,wish,aim,is_active');
CREATE TRIGGER journal_need_services AFTER INSERT OR DELETE ON segmentation_needservice
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('need_id,service_id');
CREATE TRIGGER journal_need_rules AFTER INSERT OR UPDATE OR DELETE ON segmentation_needrule
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('need_id,naf_prefixes,months,match');
CREATE TRIGGER journal_need_rule_services AFTER INSERT OR DELETE ON segmentation_needrule_services
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('needrule_id,service_id');
CREATE TRIGGER journal_need_evidence AFTER INSERT OR UPDATE OR DELETE ON segmentation_needevidence
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('need_id,client_id,heard_by_id,heard_on', 'quote');
CREATE TRIGGER journal_client_needs_said AFTER INSERT ON segmentation_clientneed
    FOR EACH ROW WHEN (NEW.noted_by_id IS NOT NULL)
    EXECUTE FUNCTION accounts_journal('need_id,client_id,origin,noted_by_id,is_refuted');
CREATE TRIGGER journal_client_needs_changed AFTER UPDATE ON segmentation_clientneed
    FOR EACH ROW WHEN (NEW.is_answered = OLD.is_answered)
    EXECUTE FUNCTION accounts_journal('need_id,client_id,origin,noted_by_id,is_refuted');
CREATE TRIGGER journal_client_needs_gone AFTER DELETE ON segmentation_clientneed
    FOR EACH ROW WHEN (OLD.noted_by_id IS NOT NULL)
    EXECUTE FUNCTION accounts_journal('need_id,client_id,origin,noted_by_id,is_refuted');
"""
UNDO = """
DROP TRIGGER journal_client_needs_gone ON segmentation_clientneed;
DROP TRIGGER journal_client_needs_changed ON segmentation_clientneed;
DROP TRIGGER journal_client_needs_said ON segmentation_clientneed;
DROP TRIGGER journal_need_evidence ON segmentation_needevidence;
DROP TRIGGER journal_need_rule_services ON segmentation_needrule_services;
DROP TRIGGER journal_need_rules ON segmentation_needrule;
DROP TRIGGER journal_need_services ON segmentation_needservice;
DROP TRIGGER journal_needs ON segmentation_need;
ALTER TABLE segmentation_clientneed DROP CONSTRAINT a_need_goes_with_its_client;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0014_sectors"),
        ("segmentation", "0012_history_follows_the_past"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(editable=False, max_length=60, unique=True)),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="nom court")),
                ("situation", models.CharField(max_length=200, verbose_name="quand…")),
                ("wish", models.CharField(max_length=200, verbose_name="je veux…")),
                ("aim", models.CharField(max_length=200, verbose_name="pour…")),
                ("is_active", models.BooleanField(default=True, verbose_name="suivi")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "sort_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=clients.folding.Fold(models.F("name")),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "besoin",
                "ordering": ["position", "sort_name", "id"],
            },
        ),
        migrations.CreateModel(
            name="NeedService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="segmentation.need",
                        verbose_name="besoin",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answered",
                        to="clients.service",
                        verbose_name="service",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse à un besoin",
            },
        ),
        migrations.AddField(
            model_name="need",
            name="services",
            field=models.ManyToManyField(
                related_name="needs", through="segmentation.NeedService", to="clients.service"
            ),
        ),
        migrations.CreateModel(
            name="ClientNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("hand", "Noté à la main"),
                            ("bulk", "Associé en nombre"),
                            ("rule", "Trouvé par la règle"),
                        ],
                        max_length=4,
                        verbose_name="origine",
                    ),
                ),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="noté le")),
                ("is_refuted", models.BooleanField(default=False, verbose_name="retiré")),
                ("is_answered", models.BooleanField(default=False, verbose_name="a un service qui y répond")),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="needs",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="noté par",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holders",
                        to="segmentation.need",
                        verbose_name="besoin",
                    ),
                ),
            ],
            options={
                "verbose_name": "besoin d’un client",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_refuted", False)),
                        fields=["need", "client"],
                        include=("is_answered",),
                        name="standing_needs",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "need"), name="a_client_has_a_need_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_refuted", False), ("origin", "rule")),
                            ("noted_by__isnull", False),
                            _connector="OR",
                        ),
                        name="what_a_person_says_of_a_need_is_signed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("heard_on", models.DateField(verbose_name="entendu le")),
                ("quote", models.CharField(blank=True, max_length=1000, verbose_name="paroles entendues")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="need_evidence",
                        to="clients.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "heard_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entendu par",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="segmentation.need",
                        verbose_name="besoin",
                    ),
                ),
            ],
            options={
                "verbose_name": "preuve d’un besoin",
                "ordering": ["-heard_on", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("need", "client", "heard_by", "heard_on", "quote"),
                        name="the_same_words_are_heard_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "naf_prefixes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=6),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="codes NAF",
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(default=12, verbose_name="depuis (mois)")),
                (
                    "match",
                    models.CharField(
                        choices=[("all", "les deux à la fois"), ("any", "l’un ou l’autre")],
                        default="any",
                        max_length=3,
                        verbose_name="il faut",
                    ),
                ),
                (
                    "need",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rule",
                        to="segmentation.need",
                        verbose_name="besoin",
                    ),
                ),
                (
                    "services",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="clients.service", verbose_name="services achetés"
                    ),
                ),
            ],
            options={
                "verbose_name": "règle d’un besoin",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("months__range", (1, 60))), name="a_need_is_looked_for_up_to_five_years"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="needservice",
            constraint=models.UniqueConstraint(fields=("need", "service"), name="a_service_answers_a_need_once"),
        ),
        migrations.AddConstraint(
            model_name="need",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), _negated=True),
                    models.Q(("situation", ""), _negated=True),
                    models.Q(("wish", ""), _negated=True),
                    models.Q(("aim", ""), _negated=True),
                ),
                name="a_need_is_said_in_full",
            ),
        ),
        migrations.RunSQL(WRITTEN_BY_HAND, UNDO),
    ]

"""Campaigns: messages, recipients and what came back; decisions are journaled, addresses are not."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

JOURNAL = """
CREATE TRIGGER journal_campaigns AFTER INSERT OR UPDATE OR DELETE ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'name,kind,state,segments,service_id,need_id,generic_share,held_share,scheduled_for,per_hour,'
        'created_by_id,submitted_at,launched_by_id,launched_at'
    );
CREATE TRIGGER journal_mail_settings AFTER INSERT OR UPDATE OR DELETE ON campaigns_mailsettings
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'sender_name,sender_email,reply_to,signature,postal_address,most_messages,most_days'
    );
CREATE TRIGGER journal_suppressions AFTER INSERT OR UPDATE OR DELETE ON campaigns_suppression
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('scope,reason,campaign_id,noted_by_id,at');
CREATE TRIGGER journal_proofs AFTER INSERT OR UPDATE OR DELETE ON campaigns_proof
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('consented_on,expires_on,sector,created_by_id');
CREATE TRIGGER journal_ready_messages AFTER INSERT OR UPDATE OR DELETE ON campaigns_storedmessage
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('segment,kind,need_id,language,edited_by_id,edited_at');
CREATE TRIGGER journal_automations AFTER INSERT OR UPDATE OR DELETE ON campaigns_automation
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'campaign_id,segment,event_kind,again,again_after_days,daily_cap,tried_at,switched_on_at,created_by_id'
    );
CREATE TRIGGER journal_settled_recipients AFTER UPDATE ON campaigns_recipient
    FOR EACH ROW WHEN (OLD.settled_by_id IS DISTINCT FROM NEW.settled_by_id)
    EXECUTE FUNCTION accounts_journal('state,settled_by_id,sent_at');
"""
NO_JOURNAL = """
DROP TRIGGER journal_campaigns ON campaigns_campaign;
DROP TRIGGER journal_mail_settings ON campaigns_mailsettings;
DROP TRIGGER journal_suppressions ON campaigns_suppression;
DROP TRIGGER journal_proofs ON campaigns_proof;
DROP TRIGGER journal_ready_messages ON campaigns_storedmessage;
DROP TRIGGER journal_automations ON campaigns_automation;
DROP TRIGGER journal_settled_recipients ON campaigns_recipient;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0013_kinds_of_actions"),
        ("clients", "0022_stand_ins_and_recommendations"),
        ("segmentation", "0024_opportunities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                (
                    "kind",
                    models.CharField(
                        choices=[("message", "Message"), ("invitation", "Invitation"), ("survey", "Question")],
                        default="message",
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("submitted", "À approuver"),
                            ("scheduled", "Programmée"),
                            ("sending", "En cours d’envoi"),
                            ("paused", "En pause"),
                            ("done", "Envoyée"),
                            ("cancelled", "Arrêtée"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fr", "Français"), ("en", "Anglais")],
                        default="fr",
                        max_length=2,
                        verbose_name="langue",
                    ),
                ),
                (
                    "segments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="segments",
                    ),
                ),
                (
                    "chosen",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, null=True, size=None
                    ),
                ),
                (
                    "generic_share",
                    models.PositiveSmallIntegerField(default=0, verbose_name="part qui reçoit le message standard"),
                ),
                ("held_share", models.PositiveSmallIntegerField(default=0, verbose_name="part gardée sans contact")),
                ("seed", models.BigIntegerField(default=0, editable=False)),
                (
                    "outcome_days",
                    models.PositiveSmallIntegerField(default=60, verbose_name="jours pendant lesquels on observe"),
                ),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name="coût"),
                ),
                ("scheduled_for", models.DateTimeField(blank=True, null=True, verbose_name="envoi à partir du")),
                (
                    "per_hour",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="messages à l’heure au plus"),
                ),
                ("next_at", models.DateTimeField(editable=False, null=True)),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="lieu")),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="date et heure")),
                ("capacity", models.PositiveIntegerField(blank=True, null=True, verbose_name="places")),
                ("question", models.CharField(blank=True, max_length=200, verbose_name="question")),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="réponses proposées",
                    ),
                ),
                ("excluded", models.JSONField(default=dict, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("edited_at", models.DateTimeField(editable=False, null=True)),
                ("submitted_at", models.DateTimeField(editable=False, null=True)),
                ("launched_at", models.DateTimeField(editable=False, null=True, verbose_name="lancée le")),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="terminée le")),
                ("trouble", models.CharField(blank=True, editable=False, max_length=300)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
                (
                    "launched_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="envoyée par",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="segmentation.need",
                        verbose_name="seulement les clients qui ont ce besoin",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="segmentation.scoringrun",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.service",
                        verbose_name="seulement les clients sans ce service",
                    ),
                ),
            ],
            options={
                "verbose_name": "campagne",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Automation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "segment",
                    models.CharField(
                        blank=True,
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
                        verbose_name="segment où le client entre",
                    ),
                ),
                (
                    "event_kind",
                    models.CharField(
                        blank=True,
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
                        verbose_name="événement",
                    ),
                ),
                (
                    "again",
                    models.CharField(
                        choices=[("never", "Jamais : une fois par client"), ("after", "De nouveau, après un délai")],
                        max_length=5,
                        verbose_name="un client qui revient",
                    ),
                ),
                (
                    "again_after_days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="délai, en jours"),
                ),
                ("daily_cap", models.PositiveIntegerField(default=20, verbose_name="messages par jour au plus")),
                ("tried_at", models.DateTimeField(editable=False, null=True, verbose_name="essayé le")),
                ("switched_on_at", models.DateTimeField(editable=False, null=True, verbose_name="en marche depuis")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="automation", to="campaigns.campaign"
                    ),
                ),
            ],
            options={
                "verbose_name": "message automatique",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CampaignMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "segment",
                    models.CharField(
                        blank=True,
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
                        verbose_name="segment",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="objet")),
                ("body", models.TextField(max_length=20000, verbose_name="message")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="campaigns.campaign"
                    ),
                ),
            ],
            options={
                "verbose_name": "message d’une campagne",
                "ordering": ["campaign", models.OrderBy(models.F("segment"))],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.URLField(max_length=500, verbose_name="adresse")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="campaigns.campaign"
                    ),
                ),
            ],
            options={
                "verbose_name": "lien d’une campagne",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="MailSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender_name", models.CharField(blank=True, max_length=120, verbose_name="nom de l’expéditeur")),
                ("sender_email", models.EmailField(blank=True, max_length=254, verbose_name="adresse de l’expéditeur")),
                ("reply_to", models.EmailField(blank=True, max_length=254, verbose_name="adresse des réponses")),
                ("signature", models.TextField(blank=True, max_length=500, verbose_name="signature")),
                (
                    "postal_address",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="adresse postale, au pied de chaque message"
                    ),
                ),
                (
                    "most_messages",
                    models.PositiveSmallIntegerField(default=2, verbose_name="messages au plus par personne"),
                ),
                ("most_days", models.PositiveSmallIntegerField(default=30, verbose_name="sur combien de jours")),
            ],
            options={
                "verbose_name": "réglage des messages",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_way_to_sign"),
                    models.CheckConstraint(
                        condition=models.Q(("most_days__gte", 1), ("most_days__lte", 365), ("most_messages__gte", 1)),
                        name="somebody_may_be_written_to",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="preuve")),
                ("client_name", models.CharField(blank=True, max_length=160, verbose_name="de qui")),
                ("consented_on", models.DateField(verbose_name="accord donné le")),
                ("consent", models.CharField(max_length=200, verbose_name="par qui, comment")),
                ("sector", models.CharField(blank=True, max_length=6, verbose_name="secteur (code NAF)")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valable jusqu’au")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "preuve",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse")),
                ("address_key", models.BinaryField(max_length=32)),
                (
                    "segment",
                    models.CharField(
                        blank=True,
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
                        verbose_name="segment",
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[("A", "Champions"), ("B", "Réguliers"), ("C", "Occasionnels")],
                        max_length=1,
                        verbose_name="palier",
                    ),
                ),
                (
                    "arm",
                    models.CharField(
                        choices=[
                            ("segmented", "Message du segment"),
                            ("generic", "Message standard"),
                            ("held", "Sans contact"),
                        ],
                        default="segmented",
                        max_length=9,
                        verbose_name="bras",
                    ),
                ),
                ("occurrence", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "En attente"),
                            ("sending", "En cours"),
                            ("sent", "Envoyé"),
                            ("failed", "Refusé"),
                            ("uncertain", "Incertain"),
                            ("left-out", "Écarté"),
                            ("cancelled", "Arrêté"),
                            ("held", "Sans contact"),
                        ],
                        default="pending",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="pourquoi")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("leased_until", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                ("replied_at", models.DateTimeField(null=True, verbose_name="a répondu le")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recipients", to="campaigns.campaign"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="campaign_recipients",
                        to="clients.client",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="clients.contact"
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "destinataire",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Click",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_machine", models.BooleanField(default=False)),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clicks", to="campaigns.link"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clicks", to="campaigns.recipient"
                    ),
                ),
            ],
            options={
                "verbose_name": "clic",
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("choice", models.CharField(max_length=80, verbose_name="réponse")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="précision")),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="répondu le")),
                ("is_waiting", models.BooleanField(default=False, verbose_name="en liste d’attente")),
                ("attended", models.BooleanField(null=True, verbose_name="était là")),
                (
                    "attendance_noted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recipient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answer", to="campaigns.recipient"
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse d’un destinataire",
                "ordering": ["-answered_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="StoredMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "segment",
                    models.CharField(
                        blank=True,
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
                        verbose_name="segment",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("message", "Message"), ("invitation", "Invitation"), ("survey", "Question")],
                        default="message",
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fr", "Français"), ("en", "Anglais")],
                        default="fr",
                        max_length=2,
                        verbose_name="langue",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="objet")),
                ("body", models.TextField(max_length=20000, verbose_name="message")),
                ("edited_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "edited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segmentation.need",
                        verbose_name="besoin",
                    ),
                ),
            ],
            options={
                "verbose_name": "message prêt à l’emploi",
                "ordering": ["segment", "kind", "language", "id"],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BinaryField(max_length=32)),
                (
                    "scope",
                    models.CharField(
                        blank=True,
                        choices=[("message", "Message"), ("invitation", "Invitation"), ("survey", "Question")],
                        max_length=10,
                        verbose_name="portée",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("objected", "S’est opposé"),
                            ("unknown", "Adresse inexistante"),
                            ("complained", "A signalé un message comme indésirable"),
                            ("by-hand", "Opposition notée"),
                        ],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="depuis le")),
                (
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="suppressions",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "opposition",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("generic_share__lte", 50), ("held_share__lte", 50)),
                name="most_receive_the_message_of_their_segment",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "submitted"]),
                    models.Q(("launched_at__isnull", False), ("launched_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_campaign_under_way_was_launched_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome_days__gte", 1), ("outcome_days__lte", 365)),
                name="outcomes_are_watched_within_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_hour", None), ("per_hour__gte", 1), _connector="OR"),
                name="a_throttle_lets_some_go",
            ),
        ),
        migrations.AddConstraint(
            model_name="automation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("segment", ""), models.Q(("event_kind", ""), _negated=True)),
                    models.Q(models.Q(("segment", ""), _negated=True), ("event_kind", "")),
                    _connector="OR",
                ),
                name="one_thing_starts_an_automatic_message",
            ),
        ),
        migrations.AddConstraint(
            model_name="automation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("again", "never"), ("again_after_days", None)),
                    models.Q(("again", "after"), ("again_after_days__gte", 1)),
                    _connector="OR",
                ),
                name="coming_in_again_waits_for_so_many_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="automation",
            constraint=models.CheckConstraint(
                condition=models.Q(("switched_on_at", None), ("tried_at__isnull", False), _connector="OR"),
                name="an_automatic_message_is_tried_before_it_is_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="automation",
            constraint=models.CheckConstraint(
                condition=models.Q(("daily_cap__gte", 1)), name="an_automatic_message_may_leave"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignmessage",
            constraint=models.UniqueConstraint(
                fields=("campaign", "segment"), name="one_message_per_segment_of_a_campaign"
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(fields=("campaign", "address"), name="a_campaign_names_an_address_once"),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["campaign", "next_try_at", "id"],
                name="recipients_to_send",
            ),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("state", "sending")), fields=["leased_until"], name="recipients_being_sent"
            ),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(fields=["address_key", "sent_at"], name="recipients_by_address"),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(fields=["client", "-sent_at"], name="recipients_by_client"),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.UniqueConstraint(
                fields=("campaign", "client", "occurrence"), name="one_message_per_client_of_a_campaign"
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.UniqueConstraint(
                condition=models.Q(("arm", "held"), _negated=True),
                fields=("campaign", "address_key", "occurrence"),
                name="one_message_per_address_of_a_campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("arm", "held"), ("state", "held")),
                    models.Q(models.Q(("arm", "held"), _negated=True), models.Q(("state", "held"), _negated=True)),
                    _connector="OR",
                ),
                name="nothing_leaves_to_the_arm_without_contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("leased_until__isnull", False), ("state", "sending")),
                    models.Q(models.Q(("state", "sending"), _negated=True), ("leased_until", None)),
                    _connector="OR",
                ),
                name="what_is_being_sent_has_a_lease",
            ),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                ),
                name="what_was_sent_says_when",
            ),
        ),
        migrations.AddIndex(
            model_name="click",
            index=models.Index(fields=["recipient", "at"], name="clicks_by_recipient"),
        ),
        migrations.AddConstraint(
            model_name="storedmessage",
            constraint=models.UniqueConstraint(
                fields=("segment", "kind", "need", "language"),
                name="one_ready_message_per_segment_kind_need_and_language",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(fields=("key", "scope"), name="one_suppression_per_address_and_scope"),
        ),
        migrations.RunSQL(JOURNAL, NO_JOURNAL),
    ]

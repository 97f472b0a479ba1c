"""What is said to whom: a campaign, its messages by segment, and how this firm signs what it sends."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import team_ids
from accounts.roles import Right
from clients.models import Service
from segmentation.models import Need, ScoringRun, SegmentSlug

MOST_APART = 80  # per cent who may not receive the message of their segment
FEWEST_FOR_ARMS = 100  # recipients: with fewer, arms would only take messages away


class CampaignKind(models.TextChoices):
    """What a campaign is, and what somebody may object to alone."""

    MESSAGE = "message", _("Message")
    INVITATION = "invitation", _("Invitation")
    SURVEY = "survey", _("Question")


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The campaigns this person may read: all, their team's, or their own."""
        if user.may(Right.SEE_ALL_CLIENTS) and user.may(Right.DRAFT_CAMPAIGNS):
            return self
        if user.may(Right.SEE_TEAM_CLIENTS):
            return self.filter(created_by__in=team_ids(user))
        return self.filter(created_by=user.pk) if user.may(Right.DRAFT_CAMPAIGNS) else self.none()

    def drafted(self):
        """Not launched yet: drafts, and those that wait for somebody to approve them."""
        return self.filter(state__in=Campaign.DRAFTED)

    def under_way(self):
        """Launched, and not over."""
        return self.filter(state__in=Campaign.UNDER_WAY)

    def sending(self):
        return self.filter(state=Campaign.State.SENDING)

    def by_hand(self):
        """Those that somebody launches: not the ones that hold what an automatic message sent."""
        return self.filter(automation=None)


class Campaign(models.Model):
    """Messages to chosen segments, in arms fixed before sending: segmented, generic, no contact.

    Its recipients are frozen when it is launched. Shares are in percent of those who can be written to. Outcomes are
    watched for `outcome_days` days from the day after it began, for all arms alike: who received nothing has no sending
    of their own. `per_hour` is the most that leaves in an hour.
    """

    Kind = CampaignKind

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        SUBMITTED = "submitted", _("À approuver")
        SCHEDULED = "scheduled", _("Programmée")
        SENDING = "sending", _("En cours d’envoi")
        PAUSED = "paused", _("En pause")
        DONE = "done", _("Envoyée")
        CANCELLED = "cancelled", _("Arrêtée")

    DRAFTED = (State.DRAFT, State.SUBMITTED)
    UNDER_WAY = (State.SCHEDULED, State.SENDING, State.PAUSED)
    OVER = (State.DONE, State.CANCELLED)

    name = models.CharField(_("nom"), max_length=120)
    kind = models.CharField(_("nature"), max_length=10, choices=Kind.choices, default=Kind.MESSAGE)
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    language = models.CharField(_("langue"), max_length=2, choices=settings.LANGUAGES, default="fr")
    segments = ArrayField(
        models.CharField(max_length=15, choices=SegmentSlug.choices),
        verbose_name=_("segments"),
        default=list,
        blank=True,
    )
    service = models.ForeignKey(
        Service,
        verbose_name=_("seulement les clients sans ce service"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    need = models.ForeignKey(
        Need,
        verbose_name=_("seulement les clients qui ont ce besoin"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    chosen = ArrayField(models.BigIntegerField(), null=True, blank=True)  # clients picked one by one from a list
    generic_share = models.PositiveSmallIntegerField(_("part qui reçoit le message standard"), default=0)
    held_share = models.PositiveSmallIntegerField(_("part gardée sans contact"), default=0)
    seed = models.BigIntegerField(default=0, editable=False)  # what the draw of the arms starts from
    outcome_days = models.PositiveSmallIntegerField(_("jours pendant lesquels on observe"), default=60)
    cost = models.DecimalField(_("coût"), max_digits=9, decimal_places=2, null=True, blank=True)  # euros HT
    scheduled_for = models.DateTimeField(_("envoi à partir du"), null=True, blank=True)
    per_hour = models.PositiveIntegerField(_("messages à l’heure au plus"), null=True, blank=True)
    next_at = models.DateTimeField(null=True, editable=False)  # when the throttle lets the next one go
    place = models.CharField(_("lieu"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("date et heure"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    question = models.CharField(_("question"), max_length=200, blank=True)
    choices = ArrayField(
        models.CharField(max_length=80), verbose_name=_("réponses proposées"), default=list, blank=True
    )

    run = models.ForeignKey(ScoringRun, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    excluded = models.JSONField(default=dict, editable=False)  # why and how many were left out, as of the launch
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("auteur"), editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("envoyée par"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    launched_at = models.DateTimeField(_("lancée le"), null=True, editable=False)
    ended_at = models.DateTimeField(_("terminée le"), null=True, editable=False)
    trouble = models.CharField(max_length=300, blank=True, editable=False)  # why it waits, or paused by itself

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campagne")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(generic_share__lte=50, held_share__lte=50), name="most_receive_the_message_of_their_segment"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"]) | Q(launched_at__isnull=False, launched_by__isnull=False),
                name="a_campaign_under_way_was_launched_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(outcome_days__gte=1, outcome_days__lte=365), name="outcomes_are_watched_within_a_year"
            ),
            models.CheckConstraint(condition=Q(per_hour=None) | Q(per_hour__gte=1), name="a_throttle_lets_some_go"),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if self.generic_share + self.held_share > MOST_APART:
            raise ValidationError(
                _("Un client sur cinq au moins doit lire le message de son segment : baissez une des deux parts.")
            )

    @property
    def is_drafted(self) -> bool:
        return self.state in self.DRAFTED

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class CampaignMessage(models.Model):
    """What one segment reads, in Markdown with placeholders; without a segment, what the generic arm reads."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="messages")
    segment = models.CharField(_("segment"), max_length=15, choices=SegmentSlug.choices, blank=True)
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("message"), max_length=20_000)

    class Meta:
        verbose_name = _("message d’une campagne")
        ordering = ["campaign", F("segment").asc()]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "segment"], name="one_message_per_segment_of_a_campaign"),
        ]

    def __str__(self):
        return self.subject


class MailSettings(models.Model):
    """How this firm signs what it sends, and how often one person may be written to."""

    ONLY = 1

    sender_name = models.CharField(_("nom de l’expéditeur"), max_length=120, blank=True)
    sender_email = models.EmailField(_("adresse de l’expéditeur"), blank=True)
    reply_to = models.EmailField(_("adresse des réponses"), blank=True)
    signature = models.TextField(_("signature"), max_length=500, blank=True)
    postal_address = models.CharField(_("adresse postale, au pied de chaque message"), max_length=200, blank=True)
    most_messages = models.PositiveSmallIntegerField(_("messages au plus par personne"), default=2)
    most_days = models.PositiveSmallIntegerField(_("sur combien de jours"), default=30)

    class Meta:
        verbose_name = _("réglage des messages")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_way_to_sign"),
            models.CheckConstraint(
                condition=Q(most_messages__gte=1, most_days__gte=1, most_days__lte=365),
                name="somebody_may_be_written_to",
            ),
        ]

    def __str__(self):
        return self.sender_name

    @classmethod
    def current(cls) -> "MailSettings":
        return cls.objects.filter(pk=cls.ONLY).first() or cls(pk=cls.ONLY)


class ProofQuerySet(models.QuerySet):
    def valid(self):
        """Those that may be shown today, the newest first."""
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=timezone.localdate()))


class Proof(models.Model):
    """What a satisfied client lets the firm say: for which sector, until when, and the consent to say it."""

    text = models.CharField(_("preuve"), max_length=300)
    client_name = models.CharField(_("de qui"), max_length=160, blank=True)
    consented_on = models.DateField(_("accord donné le"))
    consent = models.CharField(_("par qui, comment"), max_length=200)
    sector = models.CharField(_("secteur (code NAF)"), max_length=6, blank=True)
    expires_on = models.DateField(_("valable jusqu’au"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("preuve")
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return self.text


class StoredMessage(models.Model):
    """A message that the firm wrote for one segment or for all, ready to be used again in place of the original."""

    segment = models.CharField(_("segment"), max_length=15, choices=SegmentSlug.choices, blank=True)
    kind = models.CharField(_("nature"), max_length=10, choices=CampaignKind.choices, default=CampaignKind.MESSAGE)
    need = models.ForeignKey(
        Need, verbose_name=_("besoin"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    language = models.CharField(_("langue"), max_length=2, choices=settings.LANGUAGES, default="fr")
    subject = models.CharField(_("objet"), max_length=200)
    body = models.TextField(_("message"), max_length=20_000)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("message prêt à l’emploi")
        ordering = ["segment", "kind", "language", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "kind", "need", "language"],
                nulls_distinct=False,
                name="one_ready_message_per_segment_kind_need_and_language",
            ),
        ]

    def __str__(self):
        return self.subject

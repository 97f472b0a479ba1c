"""Who a campaign is sent to, one row each, and what came back: the record of what left, which no broker holds."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign, CampaignKind
from clients.models import Client, Contact
from segmentation.models import SegmentSlug, Tier


class Arm(models.TextChoices):
    """What a recipient gets, drawn before anything leaves."""

    SEGMENTED = "segmented", _("Message du segment")
    GENERIC = "generic", _("Message standard")
    HELD = "held", _("Sans contact")


class RecipientQuerySet(models.QuerySet):
    def to_write_to(self):
        """Those whom a message is for: all but the arm without contact."""
        return self.exclude(arm=Arm.HELD)

    def sent(self):
        return self.filter(state=Recipient.State.SENT)

    def uncertain(self):
        """Those of whom nobody knows whether their message left."""
        return self.filter(state=Recipient.State.UNCERTAIN)

    def visible_to(self, user):
        return self.filter(client__in=Client.objects.visible_to(user))


class Recipient(models.Model):
    """One client in one campaign: the address written to, the arm, and where its message stands.

    Claimed by one sender for a lease (`leased_until`): SENDING is committed before the message leaves, so that one
    whose sender died is UNCERTAIN, never sent again by itself. `address_key` is `campaigns.addresses.key_of(email)`.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("En attente")
        SENDING = "sending", _("En cours")
        SENT = "sent", _("Envoyé")
        FAILED = "failed", _("Refusé")
        UNCERTAIN = "uncertain", _("Incertain")
        LEFT_OUT = "left-out", _("Écarté")
        CANCELLED = "cancelled", _("Arrêté")
        HELD = "held", _("Sans contact")

    # Each message is written three times, and each time every index with it: those that others cover are not made.
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="campaign_recipients", db_index=False)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    email = models.EmailField(_("adresse"), blank=True)
    address_key = models.BinaryField(max_length=32)
    segment = models.CharField(_("segment"), max_length=15, choices=SegmentSlug.choices, blank=True)
    tier = models.CharField(_("palier"), max_length=1, choices=Tier.choices, blank=True)
    arm = models.CharField(_("bras"), max_length=9, choices=Arm.choices, default=Arm.SEGMENTED)
    occurrence = models.PositiveSmallIntegerField(default=1)  # of an automatic message that may start again
    state = models.CharField(_("état"), max_length=9, choices=State.choices, default=State.PENDING)
    reason = models.CharField(_("pourquoi"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("envoyé le"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # who said what became of an uncertain one
    replied_at = models.DateTimeField(_("a répondu le"), null=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("destinataire")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "client", "occurrence"], name="one_message_per_client_of_a_campaign"
            ),
            models.UniqueConstraint(
                fields=["campaign", "address_key", "occurrence"],
                condition=~Q(arm="held"),
                name="one_message_per_address_of_a_campaign",
            ),
            models.CheckConstraint(
                condition=Q(arm="held", state="held") | ~Q(arm="held") & ~Q(state="held"),
                name="nothing_leaves_to_the_arm_without_contact",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", leased_until__isnull=False) | ~Q(state="sending") & Q(leased_until=None),
                name="what_is_being_sent_has_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="what_was_sent_says_when"
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "next_try_at", "id"], condition=Q(state="pending"), name="recipients_to_send"
            ),
            models.Index(fields=["leased_until"], condition=Q(state="sending"), name="recipients_being_sent"),
            models.Index(fields=["address_key", "sent_at"], name="recipients_by_address"),
            models.Index(fields=["client", "-sent_at"], name="recipients_by_client"),
        ]

    def __str__(self):
        return str(self.client)


class Suppression(models.Model):
    """An address that is written to no more, for one kind of message or for all: known by its key, never by itself.

    It outlives imports, merges and erasure. An empty scope is everything.
    """

    class Reason(models.TextChoices):
        OBJECTED = "objected", _("S’est opposé")
        UNKNOWN = "unknown", _("Adresse inexistante")
        COMPLAINED = "complained", _("A signalé un message comme indésirable")
        BY_HAND = "by-hand", _("Opposition notée")

    key = models.BinaryField(max_length=32)
    scope = models.CharField(_("portée"), max_length=10, choices=CampaignKind.choices, blank=True)
    reason = models.CharField(_("motif"), max_length=10, choices=Reason.choices)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.SET_NULL, related_name="suppressions")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("depuis le"), default=timezone.now)

    class Meta:
        verbose_name = _("opposition")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["key", "scope"], name="one_suppression_per_address_and_scope")]


class Link(models.Model):
    """An address that a campaign's messages lead to, through ours: the only ones that a click may lead to."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links")
    address = models.URLField(_("adresse"), max_length=500)

    class Meta:
        verbose_name = _("lien d’une campagne")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["campaign", "address"], name="a_campaign_names_an_address_once")]

    def __str__(self):
        return self.address


class Click(models.Model):
    """Somebody, or a machine that reads mails before people do, followed a link. No IP address is kept."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="clicks")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="clicks")
    at = models.DateTimeField(default=timezone.now)
    is_machine = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("clic")
        indexes = [models.Index(fields=["recipient", "at"], name="clicks_by_recipient")]


class Answer(models.Model):
    """What a recipient answered through their signed link: to a question, or to an invitation. The last one counts."""

    class Coming(models.TextChoices):
        YES = "yes", _("Vient")
        NO = "no", _("Ne vient pas")

    recipient = models.OneToOneField(Recipient, on_delete=models.CASCADE, related_name="answer")
    choice = models.CharField(_("réponse"), max_length=80)
    comment = models.CharField(_("précision"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("répondu le"), default=timezone.now)
    is_waiting = models.BooleanField(_("en liste d’attente"), default=False)
    attended = models.BooleanField(_("était là"), null=True)
    attendance_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("réponse d’un destinataire")
        ordering = ["-answered_at", "-id"]

    def __str__(self):
        return self.words

    @property
    def words(self) -> str:
        """What was answered, as people read it."""
        return str(dict(self.Coming.choices).get(self.choice, self.choice))

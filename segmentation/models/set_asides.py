"""Reasons of risk that somebody set aside, with a motive and until a date: `segmentation.setting_aside` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Client
from segmentation.models.scores import RiskReason


class Motive(models.TextChoices):
    SEASONAL = "seasonal", _("Activité saisonnière")
    YEARLY_CONTRACT = "yearly-contract", _("Contrat annuel")
    CLOSED = "closed", _("Client fermé")
    OTHER = "other", _("Autre")


class RiskSetAsideQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody lifted, their date gone by or not."""
        return self.filter(lifted_at=None)

    def active(self):
        """Those that hide something today."""
        return self.standing().filter(until__gte=timezone.localdate())

    def visible_to(self, user: User):
        return self.filter(client__in=Client.objects.visible_to(user))


class RiskSetAside(models.Model):
    """One reason of one client, or every reason when `reason` is empty, hidden up to a day (included).

    A day later it is shown again by itself. One that is lifted stays, for who wants to know.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="risk_set_asides")
    reason = models.CharField(_("alerte"), max_length=16, choices=RiskReason.choices, blank=True)
    motive = models.CharField(_("motif"), max_length=15, choices=Motive.choices)
    note = models.CharField(_("précision"), max_length=200, blank=True)
    until = models.DateField(_("jusqu’au"))
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("écartée par"), on_delete=models.PROTECT, related_name="+"
    )
    set_aside_at = models.DateTimeField(_("écartée le"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("rétablie par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lifted_at = models.DateTimeField(_("rétablie le"), null=True, blank=True)

    objects = RiskSetAsideQuerySet.as_manager()

    class Meta:
        verbose_name = _("alerte écartée")
        ordering = ["until", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "reason"], condition=Q(lifted_at=None), name="one_standing_set_aside_per_reason"
            ),
            models.CheckConstraint(condition=~Q(motive="other", note=""), name="another_motive_is_written_out"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="what_is_lifted_is_lifted_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.reason_words} ({self.motive_words})"

    @property
    def reason_words(self) -> str:
        """ "Rythme rompu", or "Toutes les alertes"."""
        return str(RiskReason(self.reason).label) if self.reason else str(_("Toutes les alertes"))

    @property
    def motive_words(self) -> str:
        """The motive, and what was written beside it: "Contrat annuel : renouvelé en mars"."""
        if self.motive == Motive.OTHER:
            return self.note
        label = str(Motive(self.motive).label)
        return f"{label} : {self.note}" if self.note else label

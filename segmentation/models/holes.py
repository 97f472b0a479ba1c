"""Why a client lacks a service or a family, as somebody said it: `segmentation.holes` writes it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.figures import day
from clients.models import Client, Service


class HoleReason(models.TextChoices):
    NEVER_OFFERED = "never-offered", _("Jamais proposé")
    UNKNOWN_TO_CLIENT = "unknown", _("Le client l’ignore")
    UNSUITED = "unsuited", _("Offre inadaptée")
    OFFERED = "offered", _("Proposé")
    REFUSED = "refused", _("Refusé")
    ELSEWHERE = "elsewhere", _("Déjà ailleurs")
    IRRELEVANT = "irrelevant", _("Non pertinent")


CLOSING = (HoleReason.REFUSED, HoleReason.ELSEWHERE, HoleReason.IRRELEVANT)  # out of counts and euros up to a day
DATED = (HoleReason.OFFERED, HoleReason.REFUSED)


class HoleQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody took back."""
        return self.filter(lifted_at=None)

    def closing(self):
        """Those that leave the count and the euros today."""
        return self.standing().filter(until__gte=timezone.localdate())

    def visible_to(self, user: User):
        return self.filter(client__in=Client.objects.visible_to(user))


class Hole(models.Model):
    """The reason why one client lacks one service, or one family: who said it, and when.

    A closing reason has a last day (`until`, included); afterwards the hole counts again. `happened_on` is when it was
    offered or refused. One that is taken back, or replaced, stays for who wants to know.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="holes")
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE, related_name="+")
    family = models.CharField(max_length=120, blank=True)
    reason = models.CharField(_("motif"), max_length=13, choices=HoleReason.choices)
    happened_on = models.DateField(_("le"), null=True)
    until = models.DateField(_("jusqu’au"), null=True)
    note = models.CharField(_("précision"), max_length=200, blank=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("dit par"), on_delete=models.PROTECT, related_name="+"
    )
    said_at = models.DateTimeField(_("dit le"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = HoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("motif d’une opportunité")
        ordering = ["-said_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "service", "family"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="one_standing_reason_per_hole",
            ),
            models.CheckConstraint(
                condition=Q(service=None) & ~Q(family="") | Q(service__isnull=False, family=""),
                name="a_hole_is_of_a_service_or_of_a_family",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=CLOSING, until__isnull=False) | ~Q(reason__in=CLOSING) & Q(until=None),
                name="a_closing_reason_has_a_last_day",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=DATED, happened_on__isnull=False) | ~Q(reason__in=DATED) & Q(happened_on=None),
                name="what_was_offered_or_refused_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="a_reason_taken_back_is_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "family"], name="standing_holes", condition=Q(lifted_at=None)),
        ]

    def __str__(self):
        return self.words

    @property
    def closes(self) -> bool:
        """Whether it takes the hole out of the count today."""
        return self.until is not None and self.until >= timezone.localdate()

    @property
    def words(self) -> str:
        """ "Refusé le 3 oct. 2026 : trop cher", with what was written beside it."""
        label = str(HoleReason(self.reason).label)
        if self.happened_on:
            label = _("%(reason)s le %(day)s") % {"reason": label, "day": day(self.happened_on)}
        return f"{label} : {self.note}" if self.note else str(label)

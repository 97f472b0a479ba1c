"""What happened with a client besides invoices: hours spent, dated events."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.models.parties import Client, Service, Source


class TimeEntry(models.Model):
    """Hours a person spent on a client."""

    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.PROTECT,
        related_name="time_entries",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("personne"),
        on_delete=models.PROTECT,
        related_name="time_entries",
    )
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    spent_on = models.DateField(_("date"))
    hours = models.DecimalField(_("heures"), max_digits=6, decimal_places=2)
    label = models.CharField(_("libellé"), max_length=255, blank=True)
    source = models.ForeignKey(
        Source,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="time_entries",
    )
    external_id = models.CharField(max_length=400, blank=True)
    created_by_import = models.ForeignKey("Import", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("temps passé")
        verbose_name_plural = _("temps passés")
        ordering = ["-spent_on", "-id"]
        indexes = [models.Index(fields=["client", "spent_on"], name="time_entries_by_client")]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="time_spent_is_positive"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(source__isnull=False),
                name="one_time_entry_per_source_and_identity",
            ),
        ]

    def __str__(self):
        return f"{self.client} {self.hours} h"


class Event(models.Model):
    """Something dated that happened to a client, or will: a new site, an anniversary, a meeting heard of."""

    class Kind(models.TextChoices):
        NEW_SITE = "new-site", _("Nouveau site")
        HIRING = "hiring", _("Recrutement")
        FUNDRAISING = "fundraising", _("Levée de fonds")
        MOVE = "move", _("Déménagement")
        SALE = "sale", _("Cession")
        INSOLVENCY = "insolvency", _("Procédure collective")
        ANNIVERSARY = "anniversary", _("Anniversaire")
        NOTE = "note", _("Note")

    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="events",
    )
    kind = models.CharField(_("nature"), max_length=12, choices=Kind.choices)
    happened_on = models.DateField(_("date"))
    label = models.CharField(_("libellé"), max_length=255, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("événement")
        ordering = ["-happened_on", "-id"]
        indexes = [models.Index(fields=["client", "happened_on"], name="events_by_client")]

    def __str__(self):
        return self.label or self.get_kind_display()

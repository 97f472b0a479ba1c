"""What happened with a client besides invoices: hours spent, dated events."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models.imports import TableImport
from clients.models.parties import Client, Service, Source


class TimeEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The hours spent on the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))

    def in_window(self, run_from, as_of):
        """Spent after the first day, which is excluded, up to the last."""
        return self.filter(spent_on__gt=run_from, spent_on__lte=as_of)


class TimeEntry(models.Model):
    """Hours a person spent on a client: from a file, noted by hand, or those of an action that was done."""

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
    brought_by = models.ForeignKey(
        TableImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="time_entries"
    )

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("temps passé")
        verbose_name_plural = _("temps passés")
        ordering = ["-spent_on", "-id"]
        indexes = [
            models.Index(fields=["client", "spent_on"], name="time_entries_by_client"),
            models.Index(fields=["spent_on"], name="time_entries_by_day"),
        ]
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


class EventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What happened to the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))

    def between(self, after, until):
        """Those after the first day, which is excluded, up to the last."""
        return self.filter(happened_on__gt=after, happened_on__lte=until)


class Event(models.Model):
    """Something dated that happened to a client, or will: a new site, an anniversary, a meeting heard of.

    Typed by a person, read from a file, or found in the invoices: the same one is there once, a note excepted.
    """

    class Kind(models.TextChoices):
        FUNDRAISING = "fundraising", _("Levée de fonds")
        HIRING = "hiring", _("Recrutement")
        NEW_SITE = "new-site", _("Nouveau site")
        MOVE = "move", _("Déménagement")
        SALE = "sale", _("Cession")
        INSOLVENCY = "insolvency", _("Procédure collective")
        ANNIVERSARY = "anniversary", _("Anniversaire de contrat")
        FIRST_YEAR = "first-year", _("Un an de relation")
        SERVICE_END = "service-end", _("Service arrêté")
        GROWTH = "growth", _("Forte croissance")
        NOTE = "note", _("Note")

    class Origin(models.TextChoices):
        HAND = "hand", _("Saisi")
        FILE = "file", _("Fichier")
        INVOICES = "invoices", _("Factures")

    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="events",
    )
    kind = models.CharField(_("nature"), max_length=12, choices=Kind.choices)
    happened_on = models.DateField(_("date"))
    label = models.CharField(_("précision"), max_length=255, blank=True)
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(_("source"), max_length=8, choices=Origin.choices, default=Origin.HAND)
    brought_by = models.ForeignKey(TableImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("événement")
        ordering = ["-happened_on", "-id"]
        indexes = [
            models.Index(fields=["client", "happened_on"], name="events_by_client"),
            models.Index(fields=["kind", "happened_on"], name="events_by_kind"),
            models.Index(fields=["-happened_on", "-id"], name="events_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "kind", "happened_on", "service"],
                condition=~Q(kind="note"),
                nulls_distinct=False,
                name="the_same_event_comes_once",
            ),
        ]

    def __str__(self):
        return self.label or self.get_kind_display()

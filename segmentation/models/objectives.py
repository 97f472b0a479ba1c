"""Objectives: what Direction wants by a date, and what each client brings to it and could bring. Euros HT."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Service
from segmentation.models.hours import OfARunQuerySet
from segmentation.models.needs import Need
from segmentation.models.runs import ScoringRun
from segmentation.models.scores import Score

PLACES = (1, 2, 3)  # three objectives at once: more is none


class ObjectiveQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None).order_by("place")

    def closed(self):
        return self.exclude(closed_at=None).order_by("-closed_at", "-id")


class Objective(models.Model):
    """Something to reach between two days, in euros or in clients, on some services, in some sectors, or on some needs:
    the services that answer them, bought by the clients who have them.

    An open one holds one of three places, under which its columns and filters are known; a closed one is kept.
    """

    class Kind(models.TextChoices):
        SERVICES = "services", _("Des services")
        SECTORS = "sectors", _("Des secteurs d’activité")
        NEEDS = "needs", _("Des besoins")

    class Measure(models.TextChoices):
        EUROS = "euros", _("En euros HT")
        CLIENTS = "clients", _("En nombre de clients")

    name = models.CharField(_("nom"), max_length=60)
    kind = models.CharField(_("porte sur"), max_length=8, choices=Kind.choices, default=Kind.SERVICES)
    services = models.ManyToManyField(Service, verbose_name=_("services"), blank=True, related_name="+")
    needs = models.ManyToManyField(Need, verbose_name=_("besoins"), blank=True, related_name="+")
    sectors = ArrayField(
        models.CharField(max_length=6), verbose_name=_("codes NAF"), default=list, blank=True
    )  # each the start of a code: "69", "6920Z"
    measure = models.CharField(_("se compte"), max_length=7, choices=Measure.choices, default=Measure.EUROS)
    target = models.DecimalField(_("cible"), max_digits=14, decimal_places=2)
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"))
    place = models.PositiveSmallIntegerField(null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("fermé le"), null=True, editable=False)
    # What everybody's clients had brought on the day it was closed, in its own measure.
    reached = models.DecimalField(max_digits=14, decimal_places=2, null=True, editable=False)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("objectif")
        ordering = ["place", "-closed_at"]
        constraints = [
            models.UniqueConstraint(fields=["place"], name="one_open_objective_per_place"),
            models.CheckConstraint(
                condition=Q(place__in=PLACES, closed_at=None) | Q(place=None, closed_at__isnull=False),
                name="at_most_three_objectives_are_open",
            ),
            models.CheckConstraint(condition=Q(target__gt=0), name="an_objective_has_something_to_reach"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="an_objective_ends_after_it_starts"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def counts_clients(self) -> bool:
        return self.measure == self.Measure.CLIENTS


class ClientObjective(models.Model):
    """What one client brought to an open objective since its first day, and could bring in a year.

    Kept for the run on show alone, written by `segmentation/sql/service_objectives.sql` and `sector_objectives.sql`. No
    row when both are zero. `score` is None for a client whose documents are credit notes only.
    """

    # Written in bulk from rows that exist, as scores are: checking each again would cost as much as finding them.
    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="values", db_constraint=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    score = models.ForeignKey(
        Score, null=True, on_delete=models.DO_NOTHING, related_name="objectives", db_constraint=False
    )  # as its time
    contribution = models.DecimalField(_("contribution"), max_digits=14, decimal_places=2)
    potential = models.DecimalField(_("potentiel"), max_digits=14, decimal_places=2)

    objects = OfARunQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution à un objectif")
        constraints = [
            models.UniqueConstraint(fields=["run", "client", "objective"], name="one_value_per_client_and_objective"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.contribution}"

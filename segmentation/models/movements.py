"""Movements: who changed segment or tier from one run to the next, and why. Written by `segmentation/sql/*.sql`."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models import Client
from segmentation.models.segments import SegmentSlug, Tier


class Cause(models.TextChoices):
    """Why a client moved: the first that applies, in this order."""

    RULES = "rules", _("Les règles ont changé")
    FACTS = "facts", _("Un document passé a été ajouté ou corrigé")
    OWN = "own", _("Son propre comportement")
    OTHERS = "others", _("Les autres clients ont bougé")


class MovementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The movements of the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))

    def of_segment(self):
        """Those from one segment to another, arrivals and departures included; the others changed tier alone."""
        return self.exclude(from_segment=F("to_segment"))

    def of_tier(self):
        """Those from one tier to another, in and out of tiers included; `cause` and `confirmed_on` are about the tier
        where the segment did not change with it."""
        return self.exclude(from_tier=F("to_tier"))

    def confirmed(self):
        """Those that the next official run of another date kept."""
        return self.filter(confirmed_on__isnull=False)


class Movement(models.Model):
    """A client found in another segment or tier by the official run of `as_of` than by the one before it.

    It is about the segment when that changed, else about the tier: `cause` and `confirmed_on` are those of what it is
    about. It is confirmed by the next standing official run of another date, if that finds the client where the
    movement took it; `confirmed_on` is the date of that run. Without a later run, or when the next one finds the client
    elsewhere, it is not. Who was not scored before arrives, from nowhere; who no longer is departs.

    It names runs by their dates, of which each has one standing run: it outlives the nights that are forgotten.
    """

    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="movements", db_index=False, db_constraint=False
    )
    former_as_of = models.DateField()
    as_of = models.DateField(_("date"))
    from_segment = models.CharField(max_length=15, choices=SegmentSlug.choices, blank=True)
    to_segment = models.CharField(max_length=15, choices=SegmentSlug.choices, blank=True)
    from_tier = models.CharField(max_length=1, choices=Tier.choices, blank=True)
    to_tier = models.CharField(max_length=1, choices=Tier.choices, blank=True)
    is_arrival = models.BooleanField()
    is_departure = models.BooleanField()
    cause = models.CharField(_("cause"), max_length=6, choices=Cause.choices)
    confirmed_on = models.DateField(null=True)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("mouvement")
        ordering = ["-as_of", "client"]
        constraints = [
            models.UniqueConstraint(fields=["client", "as_of"], name="one_movement_per_client_and_date"),
            models.CheckConstraint(
                condition=~Q(from_segment=F("to_segment"))
                | ~Q(from_tier=F("to_tier"))
                | Q(is_arrival=True)
                | Q(is_departure=True),
                name="a_movement_changes_something",
            ),
        ]
        indexes = [models.Index(fields=["as_of"], name="movements_by_date")]

    def __str__(self):
        return f"{self.client_id} {self.from_segment or self.from_tier} → {self.to_segment or self.to_tier}"

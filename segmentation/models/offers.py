"""Offers: services sold together under a name and a price, to some segments."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Service
from segmentation.models.segments import SegmentSlug


class OfferQuerySet(models.QuerySet):
    def current(self):
        """Those that are still proposed."""
        return self.filter(withdrawn_at=None)


class Offer(models.Model):
    """Several services under one name, with a yearly price in euros HT, proposed to clients of these segments."""

    name = models.CharField(_("nom"), max_length=80, unique=True)
    services = models.ManyToManyField(Service, verbose_name=_("services"), related_name="+")
    price = models.DecimalField(_("prix par an"), max_digits=10, decimal_places=2)
    segments = ArrayField(
        models.CharField(max_length=15, choices=SegmentSlug.choices), verbose_name=_("segments visés")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("retirée le"), null=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offre groupée")
        ordering = ["withdrawn_at", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="an_offer_has_a_name"),
            models.CheckConstraint(condition=Q(price__gt=0), name="an_offer_has_a_price"),
        ]

    def __str__(self):
        return self.name

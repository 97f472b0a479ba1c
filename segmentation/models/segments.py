"""The classes that clients fall into: three tiers by revenue, eleven segments by behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Tier(models.TextChoices):
    """Pareto class by revenue. Always shown with its letter: "Palier A · Champions"."""

    A = "A", _("Champions")
    B = "B", _("Réguliers")
    C = "C", _("Occasionnels")


class SegmentSlug(models.TextChoices):
    """The eleven segments, in the order they are listed."""

    CHAMPIONS = "champions", _("Champions")
    LOYAL = "loyal", _("Fidèles")
    TO_DEVELOP = "to-develop", _("À développer")
    NEW = "new", _("Nouveaux")
    FIRST_PURCHASES = "first-purchases", _("Premiers achats")
    WATCH = "watch", _("À surveiller")
    TO_REVIVE = "to-revive", _("À relancer")
    AT_RISK = "at-risk", _("À risque")
    CANNOT_LOSE = "cannot-lose", _("À ne pas perdre")
    DORMANT = "dormant", _("Dormants")
    LOST = "lost", _("Perdus")


class Segment(models.Model):
    """What the firm says and does for a segment: one line of advice in lists, three for a phone call."""

    slug = models.CharField(max_length=15, choices=SegmentSlug.choices, primary_key=True)
    position = models.PositiveSmallIntegerField(unique=True)
    advice = models.CharField(_("consigne"), max_length=120)
    talking_points = ArrayField(models.CharField(max_length=200), verbose_name=_("que dire"), default=list)

    class Meta:
        verbose_name = _("segment")
        ordering = ["position"]

    def __str__(self):
        return self.get_slug_display()

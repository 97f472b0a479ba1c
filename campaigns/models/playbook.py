"""What the firm says and does for each segment."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from segmentation.models import SegmentSlug


class Play(models.Model):
    """What the firm itself wrote for one segment, in place of the original text; without a row, the original holds."""

    segment = models.CharField(_("segment"), max_length=15, choices=SegmentSlug.choices, unique=True)
    objective = models.CharField(_("objectif"), max_length=200)
    actor = models.CharField(_("qui agit"), max_length=200)
    talking_points = ArrayField(models.CharField(max_length=200), verbose_name=_("que dire"))
    offer = models.TextField(_("que proposer"), max_length=600)
    frequency = models.CharField(_("à quel rythme"), max_length=200)
    script = models.TextField(_("script d’appel"), max_length=2000)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        verbose_name = _("page du playbook")

    def __str__(self):
        return self.get_segment_display()

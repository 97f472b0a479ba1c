"""Messages that start by themselves: when a client enters a segment, or something happens to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import Campaign
from clients.models import Event
from segmentation.models import SegmentSlug


class Automation(models.Model):
    """What starts a message, how often for one client, and how many leave in a day.

    Either a segment that a client enters, once the change is confirmed, or an event. Its campaign holds the message and
    everybody it went to. It is tried on the past month before it is on, and changing it asks for another trial.
    """

    class Again(models.TextChoices):
        """What happens to a client who comes in a second time."""

        NEVER = "never", _("Jamais : une fois par client")
        AFTER = "after", _("De nouveau, après un délai")

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="automation")
    segment = models.CharField(_("segment où le client entre"), max_length=15, choices=SegmentSlug.choices, blank=True)
    event_kind = models.CharField(_("événement"), max_length=12, choices=Event.Kind.choices, blank=True)
    again = models.CharField(_("un client qui revient"), max_length=5, choices=Again.choices)
    again_after_days = models.PositiveSmallIntegerField(_("délai, en jours"), null=True, blank=True)
    daily_cap = models.PositiveIntegerField(_("messages par jour au plus"), default=20)
    tried_at = models.DateTimeField(_("essayé le"), null=True, editable=False)
    switched_on_at = models.DateTimeField(_("en marche depuis"), null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("message automatique")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(segment="") & ~Q(event_kind="") | ~Q(segment="") & Q(event_kind=""),
                name="one_thing_starts_an_automatic_message",
            ),
            models.CheckConstraint(
                condition=Q(again="never", again_after_days=None)
                | Q(again="after", again_after_days__isnull=False, again_after_days__gte=1),
                name="coming_in_again_waits_for_so_many_days",
            ),
            models.CheckConstraint(
                condition=Q(switched_on_at=None) | Q(tried_at__isnull=False),
                name="an_automatic_message_is_tried_before_it_is_on",
            ),
            models.CheckConstraint(condition=Q(daily_cap__gte=1), name="an_automatic_message_may_leave"),
        ]

    def __str__(self):
        return str(self.campaign)

    @property
    def is_on(self) -> bool:
        return self.switched_on_at is not None

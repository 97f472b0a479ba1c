"""What an event of a client calls for, and that it did."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.actions import Action
from clients.models import Event, Service
from segmentation.models import SegmentSlug


class TriggerRule(models.Model):
    """What an event of a client calls for: an action in so many days, about a service when one is named.

    No segment means every segment. A rule is on only once it was tried on the past as it stands: changing it asks for
    another trial. It fires on what happens, or becomes known, from `switched_on_at` on.
    """

    name = models.CharField(_("nom"), max_length=120)
    event_kind = models.CharField(_("événement"), max_length=12, choices=Event.Kind.choices)
    segments = ArrayField(
        models.CharField(max_length=15, choices=SegmentSlug.choices),
        verbose_name=_("segments"),
        default=list,
        blank=True,
    )
    action_kind = models.CharField(_("action"), max_length=8, choices=Action.Kind.choices, default=Action.Kind.CALL)
    service = models.ForeignKey(
        Service, verbose_name=_("service à proposer"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    days = models.PositiveSmallIntegerField(_("à faire dans (jours)"), default=7)
    tried_at = models.DateTimeField(_("essayée le"), null=True, editable=False)
    switched_on_at = models.DateTimeField(_("en marche depuis"), null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("déclencheur")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(switched_on_at=None) | Q(tried_at__isnull=False), name="a_rule_is_tried_before_it_is_on"
            ),
            models.CheckConstraint(condition=~Q(event_kind="note"), name="a_note_triggers_nothing"),
            models.CheckConstraint(condition=Q(days__lte=365), name="a_trigger_acts_within_a_year"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_on(self) -> bool:
        return self.switched_on_at is not None


class TriggerFiring(models.Model):
    """A rule that fired on an event: once. The action may have been planned already, for another reason."""

    rule = models.ForeignKey(TriggerRule, on_delete=models.PROTECT, related_name="firings")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="firings")
    action = models.ForeignKey(Action, null=True, on_delete=models.SET_NULL, related_name="firings")
    fired_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("déclenchement")
        ordering = ["-fired_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "event"], name="a_rule_fires_once_per_event")]

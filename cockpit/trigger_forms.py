"""What people write about events: one that happened to a client, and the rule that acts on a kind of them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import TriggerRule
from clients import happenings
from clients.models import Event
from segmentation.models import SegmentSlug

TYPED = [choice for choice in Event.Kind.choices if choice[0] in happenings.HAND]
TRIGGERING = [choice for choice in Event.Kind.choices if choice[0] != Event.Kind.NOTE]


class EventForm(forms.Form):
    """Something that happened to a client."""

    kind = forms.ChoiceField(label=_("Événement"), choices=TYPED)
    happened_on = forms.DateField(label=_("Date"))
    label = forms.CharField(label=_("Précision"), required=False, max_length=255)


class TriggerForm(forms.ModelForm):
    """A rule: on which event, for which segments, what to do."""

    segments = forms.MultipleChoiceField(
        label=_("Segments"),
        choices=SegmentSlug.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Aucun coché : tous."),
    )
    event_kind = forms.ChoiceField(
        label=_("Quand arrive"),
        choices=TRIGGERING,
        help_text=_(
            "« Service arrêté », « Un an de relation », « Anniversaire de contrat » et « Forte croissance » se lisent "
            "dans les factures. Forte croissance : au moins 2 000 € et la moitié de plus en six mois que les mêmes "
            "mois un an plus tôt, qui valaient 500 € ou plus."
        ),
    )

    class Meta:
        model = TriggerRule
        fields = ["name", "event_kind", "segments", "action_kind", "service", "days"]

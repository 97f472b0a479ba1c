"""What is decided about a campaign, part by part, as its desk asks it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, MailSettings, Proof
from clients.models import Service
from segmentation.models import Need, SegmentSlug

MOST_CHOICES = 6
LOCAL = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class StartForm(forms.ModelForm):
    """The least that a campaign begins with."""

    class Meta:
        model = Campaign
        fields = ["name", "kind"]


class AudienceForm(forms.ModelForm):
    """Who: segments, narrowed to those who lack a service or have a need."""

    segments = forms.MultipleChoiceField(
        label=_("Segments"), choices=SegmentSlug.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Campaign
        fields = ["name", "kind", "language", "segments", "service", "need"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = Service.objects.all()
        self.fields["need"].queryset = Need.objects.filter(is_active=True)


class InvitationForm(forms.ModelForm):
    """Where and when, and how many places."""

    class Meta:
        model = Campaign
        fields = ["place", "starts_at", "capacity"]
        widgets = {"starts_at": LOCAL}


class SurveyForm(forms.ModelForm):
    """One question, and the answers to choose from, one a line."""

    choices = forms.CharField(
        label=_("Réponses proposées"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Une par ligne, de deux à six."),
        required=False,
    )

    class Meta:
        model = Campaign
        fields = ["question", "choices"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices or [])

    def clean_choices(self) -> list[str]:
        choices = [line.strip()[:80] for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        if len(choices) > MOST_CHOICES:
            raise ValidationError(_now("Six réponses au plus : au-delà, on ne choisit plus."))
        return list(dict.fromkeys(choices))


class MeasureForm(forms.ModelForm):
    """How it is to be judged."""

    class Meta:
        model = Campaign
        fields = ["generic_share", "held_share", "outcome_days", "cost"]
        help_texts = {
            "generic_share": _("En pour cent, 50 au plus : pour savoir si le message du segment fait mieux."),
            "held_share": _("En pour cent, 50 au plus : pour savoir si écrire change quelque chose."),
            "cost": _("En euros, tout compris : temps, création, envoi."),
        }


class ScheduleForm(forms.ModelForm):
    """When it leaves, and how fast."""

    class Meta:
        model = Campaign
        fields = ["scheduled_for", "per_hour"]
        widgets = {"scheduled_for": LOCAL}
        help_texts = {"scheduled_for": _("Vide : dès que vous envoyez."), "per_hour": _("Vide : sans limite.")}


class MessageForm(forms.Form):
    """What one segment reads."""

    subject = forms.CharField(label=_("Objet"), max_length=200)
    body = forms.CharField(
        label=_("Message"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("En Markdown : **gras**, [texte du lien](https://…), une ligne vide entre deux paragraphes."),
    )


class MailSettingsForm(forms.ModelForm):
    """How the firm signs, and how often one person may be written to."""

    class Meta:
        model = MailSettings
        fields = [
            "sender_name", "sender_email", "reply_to", "postal_address", "signature", "most_messages", "most_days",
        ]  # fmt: skip
        widgets = {"signature": forms.Textarea(attrs={"rows": 3})}


class ProofForm(forms.ModelForm):
    """A proof, with the consent that allows to show it."""

    class Meta:
        model = Proof
        fields = ["text", "client_name", "consented_on", "consent", "sector", "expires_on"]
        widgets = {
            "consented_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"sector": _("Le début d’un code NAF, « 43 » pour la construction ; vide : pour tous.")}

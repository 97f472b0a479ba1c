"""What people send about needs: the need itself, what was heard of it, the rule that finds it."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import led_by
from accounts.models import User
from clients.models import Service
from clients.sectors import Section, is_prefix, normalised, written
from segmentation.models import Need, NeedRule
from segmentation.need_rules import Criteria

MONTHS = [(3, _("3 mois")), (6, _("6 mois")), (12, _("12 mois")), (24, _("24 mois")), (36, _("36 mois"))]


class NeedForm(forms.ModelForm):
    """A need, in three parts that make one sentence."""

    class Meta:
        model = Need
        fields = ["name", "situation", "wish", "aim", "position"]
        help_texts = {
            "name": _("Tel qu’on le lit dans les listes et les filtres : « Piloter l’activité »."),
            "situation": _("La situation du client, sans majuscule : « l’année avance et que la trésorerie baisse »."),
            "wish": _("Ce qu’il cherche à faire, avec un verbe : « savoir où j’en suis »."),
            "aim": _("Ce que cela lui permet : « décider avant qu’il ne soit trop tard »."),
            "position": _("L’ordre dans les listes ; 0 met le besoin en tête."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        if self.instance.pk is None:
            del self.fields["position"]  # a new one comes last

    def clean_position(self):
        position = self.cleaned_data["position"]
        return self.instance.position if position is None else position


class NeedOfClients(forms.Form):
    """A need to give to clients."""

    need = forms.ModelChoiceField(Need.objects.active(), label=_("Besoin"))


class HeardForm(forms.Form):
    """What was heard: by whom, when, in which words."""

    quote = forms.CharField(label=_("Paroles entendues"), required=False, max_length=1000)
    heard_on = forms.DateField(
        label=_("Entendu le"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    heard_by = forms.ChoiceField(label=_("Entendu par"), required=False)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        people = {str(user.pk): user} | {str(person.pk): person for person in led_by(user)}
        self.people = people
        self.fields["heard_by"].choices = [(key, str(person)) for key, person in people.items()]
        self.fields["heard_on"].initial = timezone.localdate()
        self.fields["heard_by"].initial = str(user.pk)

    def clean_heard_by(self) -> User | None:
        return self.people.get(self.cleaned_data["heard_by"])


class NoteForm(HeardForm):
    """The same from one client, of one need."""

    need = forms.ModelChoiceField(Need.objects.active(), label=_("Besoin"))


class RuleForm(forms.Form):
    """By what a need is found: activities, services bought, and how the two go together."""

    naf = forms.CharField(
        label=_("Secteurs ou codes NAF"),
        required=False,
        max_length=400,
        help_text=_("Une lettre de section ou un début de code, séparés par des virgules : F, 62, 47.7, 10.71C."),
    )
    services = forms.ModelMultipleChoiceField(
        Service.objects.all(),
        label=_("Services achetés"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Un seul suffit."),
    )
    months = forms.TypedChoiceField(label=_("Achetés depuis"), choices=MONTHS, coerce=int, initial=12)
    match = forms.ChoiceField(
        label=_("Si les deux listes sont remplies, il faut"), choices=NeedRule.Match.choices, initial=NeedRule.Match.ANY
    )

    def clean_naf(self) -> list[str]:
        """The prefixes typed, as they are kept; one that is none is named."""
        texts = [text for text in re.split(r"[,;\s]+", self.cleaned_data["naf"]) if text]
        wrong = [text for text in texts if not is_prefix(text)]
        if wrong:
            raise ValidationError(
                _now("« %(text)s » n’est ni une section ni le début d’un code NAF : écrivez F, 62 ou 62.01Z.")
                % {"text": wrong[0]}
            )
        return list(dict.fromkeys(normalised(text) for text in texts))

    def criteria(self) -> Criteria:
        """What the valid form asks for."""
        data = self.cleaned_data
        services = tuple(sorted(service.pk for service in data["services"]))
        return Criteria(tuple(data["naf"]), services, data["months"], data["match"])


def rule_initial(rule: NeedRule | None) -> dict:
    """What the form of a rule begins with."""
    if rule is None:
        return {}
    return {
        "naf": ", ".join(_typed(prefix) for prefix in rule.naf_prefixes),
        "services": list(rule.services.values_list("pk", flat=True)),
        "months": rule.months,
        "match": rule.match,
    }


def in_words(prefix: str) -> str:
    """A prefix as people read it: "F · Construction", "62.01Z"."""
    typed = _typed(prefix)
    return f"{typed} · {Section(prefix).label}" if prefix in Section.values else typed


def _typed(prefix: str) -> str:
    """A prefix as people write it: "62.01Z", "47.7", "F"."""
    if prefix in Section.values or len(prefix) < 3:
        return prefix
    return written(prefix) if len(prefix) == 5 else f"{prefix[:2]}.{prefix[2:]}"

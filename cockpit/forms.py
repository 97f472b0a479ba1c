"""What people send about clients: a call's outcome, something to plan, somebody to follow them."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import led_by
from accounts.models import ListPage, User
from campaigns.models import Action
from clients.models import Contact

OWNERS = "commercial"  # each client's own salesperson
MOST_TICKED = 100
DAYS_LATER = ("1", "3", "7")
OUTCOMES = [
    (Action.Outcome.REACHED, _("Joint")),
    (Action.Outcome.MESSAGE_LEFT, _("Message laissé")),
    (Action.Outcome.STOP_CALLING, _("Ne plus appeler")),
    (Action.Outcome.CALL_BACK, _("Rappeler")),
    *((f"{Action.Outcome.CALL_BACK}+{days}", days) for days in DAYS_LATER),
]


def ticked(data: QueryDict) -> list[int]:
    """The ids of the clients ticked in a list, as many as a page may show."""
    return [int(pk) for pk in data.getlist("clients")[:MOST_TICKED] if pk.isascii() and pk.isdigit() and len(pk) < 19]


class CallForm(forms.Form):
    """The report of a call. `call-back+7` is a call back in seven days."""

    token = forms.UUIDField(required=False)
    planned = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    note = forms.CharField(label=_("Compte rendu"), required=False, max_length=4000, widget=forms.Textarea)
    call_back_on = forms.DateField(label=_("Rappeler le"), required=False)
    outcome = forms.ChoiceField(label=_("Résultat"), choices=OUTCOMES)

    def clean(self):
        data = super().clean()
        outcome, _plus, days = data.get("outcome", "").partition("+")
        if days:
            data["outcome"] = outcome
            data["call_back_on"] = timezone.localdate() + dt.timedelta(days=int(days))
        return data


class PlanForm(forms.Form):
    """Something to do for a client, or the same for several."""

    due_on = forms.DateField(label=_("Pour le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    kind = forms.ChoiceField(label=_("Nature"), choices=Action.Kind.choices, required=False)
    assignee = forms.CharField(label=_("Par"), required=False)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.people = {str(person.pk): person for person in led_by(user)}

    def clean_kind(self):
        return self.cleaned_data["kind"] or Action.Kind.CALL

    def clean_assignee(self) -> User | None:
        """The person who will do it: `user` by default; None for each client's own salesperson."""
        asked = self.cleaned_data["assignee"]
        if asked == OWNERS:
            return None
        if asked and asked not in self.people:
            raise ValidationError(_("Choisissez une personne de votre équipe."))
        return self.people[asked] if asked else self.user


class OwnerForm(forms.Form):
    """Who follows clients from now on; nobody when empty."""

    owner = forms.CharField(label=_("Suivi par"), required=False)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in led_by(user)}

    def clean_owner(self) -> User | None:
        asked = self.cleaned_data["owner"]
        if asked and asked not in self.people:
            raise ValidationError(_("Choisissez une personne de votre équipe."))
        return self.people.get(asked)


class ContactForm(forms.ModelForm):
    """A person at a client."""

    class Meta:
        model = Contact
        fields = ["name", "role", "phone", "email", "is_main"]


class ViewForm(forms.Form):
    """A saved view: what it is called, and whether others read it."""

    name = forms.CharField(label=_("Nom de la vue"), max_length=60)
    is_shared = forms.BooleanField(
        label=_("Partager avec l’équipe"),
        required=False,
        help_text=_("Chacun la verra sur ses propres clients. Son nom et les mots recherchés seront lus par tous."),
    )


class NewViewForm(ViewForm):
    """The same of a list as it is shown: its page and its address."""

    page = forms.ChoiceField(choices=ListPage.choices, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=8000, widget=forms.HiddenInput)
    replaces = forms.BooleanField(label=_("Remplacer la vue de ce nom"), required=False)

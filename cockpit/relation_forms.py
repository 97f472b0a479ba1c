"""What people send about the relation with a client: an opinion, a reframing plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Client
from segmentation.models import QUESTIONS, ReframingPlan
from segmentation.relation import access
from segmentation.relation.wording import ASKED, MEANT, NAMES

LONGEST = 2000


class OpinionForm(forms.Form):
    """Five answers of five, each with its word, and a comment."""

    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for question in QUESTIONS:
            self.fields[question] = forms.TypedChoiceField(
                label=NAMES[question],
                help_text=ASKED[question],
                choices=[(number, word) for number, word in enumerate(MEANT[question], start=1)],
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choisissez une réponse de 1 à 5.")},
            )
        self.fields["comment"] = forms.CharField(
            label=_("Commentaire"),
            required=False,
            max_length=LONGEST,
            widget=forms.Textarea({"rows": 2}),
            help_text=_("Lu par les personnes en charge de ce client et la Direction, jamais exporté."),
        )

    @property
    def questions(self):
        return [self[question] for question in QUESTIONS]

    @property
    def answers(self) -> dict[str, int]:
        return {question: self.cleaned_data[question] for question in QUESTIONS}


class PlanForm(forms.ModelForm):
    """What will be done about a client in red, by whom, by when."""

    owner = forms.TypedChoiceField(label=_("Par"), coerce=int)
    in_actions = forms.BooleanField(
        label=_("L’inscrire dans les actions"),
        required=False,
        help_text=_("Sous « Autre », à cette date, sans rien dire de la note."),
    )

    class Meta:
        model = ReframingPlan
        fields = ["kind", "what", "owner", "due_on"]
        widgets = {
            "kind": forms.RadioSelect,
            "what": forms.Textarea({"rows": 4}),
            "due_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, client: Client, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        people = {user.pk: user, **{one.pk: one for one in access.others_in_charge(client, but=user.pk)}}
        if self.instance.pk:
            people.setdefault(self.instance.owner_id, self.instance.owner)
            del self.fields["in_actions"]
        self.people = people
        self.fields["owner"].choices = [(pk, str(person)) for pk, person in people.items()]
        self.fields["kind"].choices = ReframingPlan.Kind.choices

    def clean_owner(self) -> User:
        return self.people[self.cleaned_data["owner"]]

    def _post_clean(self):
        """Nothing is written on the plan here: the domain does, under its lock."""

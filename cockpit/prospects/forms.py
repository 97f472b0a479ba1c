"""What people send about prospects: their facts, something to plan, what came of it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from accounts.hierarchy import led_by
from accounts.models import Firm, User
from accounts.roles import Right
from campaigns.models import Approach, Prospect
from campaigns.sieve import MOST_BYTES
from clients.areas import NAMES
from clients.master_data.forms import TableForm
from clients.sectors import normalised

NAF_LENGTH = 6


class ProspectForm(forms.ModelForm):
    """A prospect typed by hand. Its owner is given by whoever may assign clients."""

    # As people write them, with spaces and dots: these are taken out.
    siret = forms.CharField(label="SIRET", max_length=20, required=False)
    siren = forms.CharField(label="SIREN", max_length=13, required=False)
    naf_code = forms.CharField(label=_("Code NAF"), max_length=10, required=False)

    class Meta:
        model = Prospect
        fields = [
            "name", "siret", "siren", "naf_code", "workforce", "address", "postcode", "city", "contact_name", "phone",
            "email", "website", "source_label", "owner", "notes",
        ]  # fmt: skip
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        if user.may(Right.ASSIGN_CLIENTS):
            self.fields["owner"].queryset = led_by(user)
            self.fields["owner"].label = Firm.current().owner
        else:
            del self.fields["owner"]

    def clean_siret(self):
        bare = "".join(self.cleaned_data["siret"].split())
        if bare and not siret_number.is_valid(bare):
            raise ValidationError(gettext("Ce SIRET n’existe pas : 14 chiffres dont le dernier vérifie les autres."))
        return bare

    def clean_siren(self):
        bare = "".join(self.cleaned_data["siren"].split())
        if bare and not siren_number.is_valid(bare):
            raise ValidationError(gettext("Ce SIREN n’existe pas : 9 chiffres dont le dernier vérifie les autres."))
        return bare

    def clean_naf_code(self):
        code = normalised(self.cleaned_data["naf_code"])
        if len(code) > NAF_LENGTH:
            raise ValidationError(gettext("Ce code NAF n’existe pas : écrivez-le comme 62.01Z."))
        return code

    def clean(self):
        data = super().clean()
        siret, siren = data.get("siret", ""), data.get("siren", "")
        if siret and siren and not siret.startswith(siren):
            self.add_error("siret", gettext("Ce SIRET n’est pas celui de ce SIREN. Corrigez l’un des deux."))
        elif siret:
            data["siren"] = siret[:9]
        if siret and Prospect.objects.filter(siret=siret).exclude(pk=self.instance.pk).exists():
            self.add_error("siret", gettext("Un prospect a déjà ce SIRET : cherchez-le dans la liste."))
        return data


class ProspectsFileForm(TableForm):
    """The file of a list of prospects, and the areas to keep of a long one."""

    departements = forms.CharField(
        label=_("Départements à garder"),
        max_length=400,
        required=False,
        help_text=_("Pour un extrait long : leurs numéros, par exemple 12, 81, 46. Vide : tous."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["clears"]
        self.fields["file"].help_text = _(
            "CSV jusqu’à 100 Mo, lu ligne à ligne, ou XLSX, XLS, ODS jusqu’à 10 Mo ; 20 000 prospects au plus. Rien "
            "n’est écrit avant votre confirmation."
        )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(gettext("Ce fichier dépasse 100 Mo : extrayez-en moins de départements."))
        return file

    def clean_departements(self) -> list[str]:
        asked = [part.strip() for part in self.cleaned_data["departements"].replace(";", ",").split(",")]
        areas = [area.zfill(2) for area in asked if area]
        if wrong := [area for area in areas if area not in NAMES]:
            words = {"areas": ", ".join(wrong)[:80]}
            raise ValidationError(
                gettext("Département inconnu : %(areas)s. Écrivez des numéros, 12, 81 ou 974.") % words
            )
        return areas


class ApproachForm(forms.Form):
    """Something to do about a prospect: what, when, by whom."""

    kind = forms.ChoiceField(label=_("Nature"), choices=Approach.Kind.choices)
    due_on = forms.DateField(
        label=_("Pour le"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )
    assignee = forms.ModelChoiceField(User.objects.none(), label=_("Par"), required=False)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = led_by(user)
        self.user = user
        if not (user.may(Right.SEE_ALL_CLIENTS) or user.may(Right.SEE_TEAM_CLIENTS)):
            del self.fields["assignee"]


class ReportForm(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(label=_("Résultat"), choices=Approach.Outcome.choices)
    note = forms.CharField(label=_("Compte rendu"), required=False, max_length=4000, widget=forms.Textarea)

"""What people send to bring a list in, or to take one out."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clients.downloads import FORMATS
from clients.master_data.reading import MOST_BYTES
from clients.master_data.resource import Options


class TableForm(forms.Form):
    """The file of a list, and what may be done with its empty cells."""

    file = forms.FileField(
        label=_("Fichier"),
        help_text=_(
            "CSV, XLSX, XLS ou ODS, jusqu’à 10 Mo et 20 000 lignes. Rien n’est écrit avant votre confirmation."
        ),
        error_messages={
            "required": _("Choisissez un fichier."),
            "empty": _("Ce fichier est vide. L’export n’a sans doute rien produit : exportez-le à nouveau."),
        },
    )
    clears = forms.BooleanField(
        label=_("Les cellules vides effacent ce qui est enregistré"),
        required=False,
        help_text=_(
            "Sans cette case, une cellule vide laisse la valeur en place. Oppositions et consentements restent."
        ),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("Ce fichier dépasse 10 Mo. Découpez-le en plusieurs, ou enregistrez-le en CSV."))
        return file

    def options(self) -> dict:
        """What was ticked, as it is kept until the confirmation."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class ObjectionForm(TableForm):
    """A list that says who objected."""

    lifts = forms.BooleanField(
        label=_("« non » lève une opposition enregistrée"),
        required=False,
        help_text=_("À ne cocher que si les personnes l’ont demandé. Sans cette case, aucune opposition n’est levée."),
    )


class NamesForm(TableForm):
    """A list of clients."""

    knows_names = forms.BooleanField(
        label=_("Reconnaître un client à son nom exact"),
        required=False,
        help_text=_(
            "Quand ni code, ni SIRET, ni SIREN, ni TVA, ni e-mail ne répond, et qu’un seul client porte ce nom."
        ),
    )


class ConfirmForm(forms.Form):
    """The preview that is confirmed, and the names that were said to be clients."""

    token = forms.UUIDField()

    def confirmed(self) -> dict[str, str]:
        """Who each name was said to be, as {name of the file: key of a client}; a name said twice is nobody."""
        found: dict[str, list[str]] = {}
        for answer in self.data.getlist("confirme"):
            key, _bar, name = answer.partition("|")
            found.setdefault(name, []).append(key)
        return {name: keys[0] for name, keys in found.items() if len(keys) == 1}


def options_of(kept: dict, confirmed: dict[str, str] | None = None) -> Options:
    """The options of an import as its form or its preview kept them."""
    return Options(
        clears=bool(kept.get("clears")),
        lifts=bool(kept.get("lifts")),
        knows_names=bool(kept.get("knows_names")),
        confirmed={**kept.get("confirmed", {}), **(confirmed or {})},
    )


class ExportForm(forms.Form):
    """In which format a list leaves."""

    file_format = forms.ChoiceField(
        label=_("Format"),
        choices=[(file_format, file_format.upper()) for file_format in FORMATS],
        widget=forms.RadioSelect,
        initial=FORMATS[0],
    )

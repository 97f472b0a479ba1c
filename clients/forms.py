"""What people send about facts: files to import, clients to share out."""

from io import BytesIO
from typing import IO

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import led_by
from accounts.models import User

MOST_FILES = 50
MOST_BYTES = 500 * 1024 * 1024


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(FilesField, self).clean(file, initial) for file in files if file is not None]
        if len(cleaned) > MOST_FILES:
            raise ValidationError(_("Choisissez au plus %(most)s fichiers à la fois.") % {"most": MOST_FILES})
        if sum(file.size for file in cleaned) > MOST_BYTES:
            raise ValidationError(_("Ces fichiers dépassent 500 Mo : importez-les en plusieurs fois."))
        return cleaned


class ImportForm(forms.Form):
    """The files of one import or the cells pasted instead, and the source they belong to."""

    files = FilesField(
        label=_("Fichiers"),
        required=False,
        allow_empty_file=True,  # the import itself says what is wrong with an empty file
    )
    pasted = forms.CharField(
        label=_("Cellules collées"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("Copiez les cellules dans votre tableur, titres compris, puis collez-les ici."),
    )
    source = forms.CharField(
        label=_("Nom de la source"),
        required=False,
        max_length=120,
        help_text=_("Seulement si vous importez plusieurs comptabilités ou plusieurs logiciels de facturation."),
    )

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned["files"] and not cleaned["pasted"].strip():
            self.add_error("files", _("Choisissez au moins un fichier, ou collez des cellules."))
        return cleaned

    def files_given(self, pasted_name: str) -> list[tuple[str, IO[bytes]]]:
        """(name, content) of each file, what was pasted being one of that name. Only for a valid form."""
        given = [(file.name, file) for file in self.cleaned_data["files"]]
        if self.cleaned_data["pasted"].strip():
            given.append((pasted_name, BytesIO(self.cleaned_data["pasted"].encode(errors="replace"))))
        return given


class SharingForm(forms.Form):
    """To whom clients without owner go, one by one, by a rule or from a list pasted from a spreadsheet."""

    owner = forms.ModelChoiceField(label=_("À qui"), queryset=User.objects.none(), required=False)
    pasted = forms.CharField(
        label=_("Liste"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Une ligne par client : son code ou son nom, puis l’e-mail ou le nom de qui le suivra."),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = led_by(user)

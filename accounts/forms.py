"""What people may type about themselves and each other."""

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import logos, team
from accounts.models import Firm, FirmLogo, User
from accounts.roles import Role

PASSWORD_ADVICE = _("Au moins 12 caractères. Trois ou quatre mots sans rapport entre eux font un bon mot de passe.")


def _ask(form, name, label, help_text=""):
    """Words of ours on a field of django-allauth: a label above, no grey text inside."""
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


def _first_to_type(form):
    """The cursor waits in the address, unless there are errors to read first."""
    return {"autocomplete": "username", **({} if form.is_bound else {"autofocus": True})}


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask(self, "login", _("Adresse e-mail"))
        _ask(self, "password", _("Mot de passe"))
        self.fields["login"].widget.attrs |= _first_to_type(self)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask(self, "email", _("Adresse e-mail"))
        self.fields["email"].widget.attrs |= _first_to_type(self)


class _SameTwice:
    """Says in our words that two typings of a new password differ."""

    def clean(self):
        cleaned = forms.Form.clean(self)
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Les deux mots de passe diffèrent. Tapez deux fois le même."))
        return cleaned


class ResetPasswordKeyForm(_SameTwice, allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask(self, "password1", _("Nouveau mot de passe"), PASSWORD_ADVICE)
        _ask(self, "password2", _("Le même, encore une fois"))


class ChangePasswordForm(_SameTwice, allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _ask(self, "oldpassword", _("Mot de passe actuel"))
        _ask(self, "password1", _("Nouveau mot de passe"), PASSWORD_ADVICE)
        _ask(self, "password2", _("Le même, encore une fois"))


class RolesField(forms.TypedMultipleChoiceField):
    def __init__(self, **kwargs):
        super().__init__(
            label=_("Rôles"),
            choices=Role.choices,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Les rôles s’ajoutent : chacun apporte ses droits."),
            error_messages={"required": _("Cochez au moins un rôle : sans rôle, une personne ne voit rien.")},
            **kwargs,
        )


class _PersonFields(forms.Form):
    """What an invitation and an account have in common, offered as far as `by` may give it."""

    email = forms.EmailField(label=_("Adresse e-mail"), max_length=254)
    roles = RolesField()
    manager = forms.ModelChoiceField(
        User.objects.none(),
        label=pgettext_lazy("manager", "Responsable"),
        required=False,
        empty_label=pgettext_lazy("nobody", "Personne"),
    )

    def __init__(self, *args, by, person=None, **kwargs):
        super().__init__(*args, **kwargs)
        offered = {*team.grantable_roles(by, person), *(person.roles if person else [])}
        self.fields["roles"].choices = [choice for choice in Role.choices if choice[0] in offered]
        self.fields["manager"].queryset = team.possible_managers(person)

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class InvitationForm(_PersonFields):
    """Whom to let in."""


class PersonForm(_PersonFields):
    """Somebody of the team, as whoever manages users may change them."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80)
    last_name = forms.CharField(label=_("Nom"), max_length=80)
    phone = forms.CharField(label=_("Téléphone"), max_length=40, required=False)
    weekly_hours = forms.DecimalField(
        label=_("Heures par semaine"), min_value=0, max_value=80, max_digits=4, decimal_places=1, localize=True
    )
    field_order = ["first_name", "last_name", "email", "phone", "roles", "manager", "weekly_hours"]

    def __init__(self, *args, by, person, **kwargs):
        initial = {name: getattr(person, name) for name in self.base_fields}
        super().__init__(*args, by=by, person=person, initial=initial, **kwargs)
        if person.manager_id:  # the present one stays in the list, even deactivated since
            self.fields["manager"].queryset |= User.objects.filter(pk=person.manager_id)


class AcceptForm(forms.Form):
    """Who answers an invitation."""

    email = forms.EmailField(label=_("Adresse e-mail"), max_length=254)
    first_name = forms.CharField(label=_("Prénom"), max_length=80)
    last_name = forms.CharField(label=_("Nom"), max_length=80)
    password = forms.CharField(
        label=_("Mot de passe"),
        help_text=PASSWORD_ADVICE,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, invitation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"
        self.fields["email"].widget.attrs["autocomplete"] = "username"
        if invitation.email:
            self.fields["email"].disabled = True
            self.fields["email"].initial = invitation.email

    def clean(self):
        cleaned = super().clean()
        if password := cleaned.get("password"):
            typed = {name: cleaned.get(name, "") for name in ("email", "first_name", "last_name")}
            try:
                validate_password(password, User(**typed))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class AccountForm(forms.ModelForm):
    """Oneself: nothing here gives a right."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "language", "theme", "keyboard_shortcuts", "monday_letter"]
        fields += ["monthly_note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if Role.DIRECTION not in self.instance.roles:
            del self.fields["monthly_note"]


class FirmForm(forms.ModelForm):
    """The firm, its words and the parts of the product it shows; only Direction switches these."""

    parts = forms.MultipleChoiceField(
        label=_("Parties affichées"),
        choices=Firm.Part.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("L’essentiel est toujours là : tableau de bord, clients, clients à risque, actions."),
    )

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_("Une image PNG ou JPEG de 500 Ko au plus, pour ce qui s’imprime : note de direction, diagnostic."),
    )
    forgets_logo = forms.BooleanField(label=_("Retirer le logo actuel"), required=False)

    class Meta:
        model = Firm
        fields = ["name", "revenue_word", "owner_word", "parts"]
        widgets = {"revenue_word": forms.RadioSelect, "owner_word": forms.RadioSelect}

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        if Role.DIRECTION not in by.roles:
            del self.fields["parts"]
        if FirmLogo.current() is None:
            del self.fields["forgets_logo"]

    def clean_logo(self):
        """The bytes of a picture; None when none was chosen."""
        chosen = self.cleaned_data["logo"]
        if chosen is None:
            return None
        content = chosen.read(logos.MOST_BYTES + 1)
        logos.read(content)
        return content

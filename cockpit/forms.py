"""What people send about clients: a call's outcome, something to plan, somebody to follow them."""

import datetime as dt
import re
from decimal import Decimal
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.db.models.functions import Left
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import led_by
from accounts.models import ListPage, User
from campaigns.models import Action
from clients.durations import hours_of
from clients.folding import fold
from clients.models import Client, ClientDeparture, Contact, Service
from segmentation.models import Motive, Need, Objective, RiskReason
from segmentation.setting_aside import usual_until

OWNERS = "commercial"  # each client's own salesperson
MOST_TICKED = 100
NAF_START = re.compile(r"\d{2}|\d{3,4}|\d{4}[A-Z]")
MOST_SECTORS = 12
DAYS_LATER = ("1", "3", "7")
SEASONAL = "seasonal"  # reached, and the silence is one of the season
OUTCOMES = [
    (Action.Outcome.REACHED, _("Joint")),
    (Action.Outcome.MESSAGE_LEFT, _("Message laissé")),
    (Action.Outcome.STOP_CALLING, _("Ne plus appeler")),
    (Action.Outcome.LEFT, _("Client parti")),
    (SEASONAL, _("Joint, activité saisonnière")),
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
    minutes = forms.IntegerField(label=_("Minutes passées"), required=False, min_value=1, max_value=1440)
    motive = forms.ChoiceField(
        label=_("Motif du départ"), choices=[("", ""), *ClientDeparture.Motive.choices], required=False
    )
    left_on = forms.DateField(label=_("Parti le"), required=False)
    seasonal_until = forms.DateField(label=_("Alerte écartée jusqu’au"), required=False)
    outcome = forms.ChoiceField(label=_("Résultat"), choices=OUTCOMES)

    def clean(self):
        data = super().clean()
        outcome, _plus, days = data.get("outcome", "").partition("+")
        if days:
            data["outcome"] = outcome
            data["call_back_on"] = timezone.localdate() + dt.timedelta(days=int(days))
        is_seasonal = outcome == SEASONAL
        if is_seasonal:
            data["outcome"] = Action.Outcome.REACHED
        data["seasonal_until"] = (data.get("seasonal_until") or usual_until()) if is_seasonal else None
        return data


class CompleteForm(forms.Form):
    """What came of an action, and what comes next."""

    outcome = forms.CharField(max_length=20)
    note = forms.CharField(required=False, max_length=4000)
    minutes = forms.IntegerField(label=_("Minutes passées"), required=False, min_value=1, max_value=1440)
    next_kind = forms.ChoiceField(label=_("Ensuite"), choices=[("", ""), *Action.Kind.choices], required=False)
    next_on = forms.DateField(label=_("Pour le"), required=False)

    def clean(self):
        data = super().clean()
        if data.get("next_kind") and not data.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", _("Dites pour quel jour prévoir la suite."))
        return data


class DepartureForm(forms.Form):
    """A client's departure: when, why, and a word beside it."""

    left_on = forms.DateField(label=_("Parti le"))
    motive = forms.ChoiceField(label=_("Motif"), choices=ClientDeparture.Motive.choices)
    departure_note = forms.CharField(label=_("Précision"), required=False, max_length=200)


class PlanForm(forms.Form):
    """Something to do for a client, or the same for several."""

    due_on = forms.DateField(label=_("Pour le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    kind = forms.ChoiceField(label=_("Nature"), choices=Action.Kind.choices, required=False)
    assignee = forms.CharField(label=_("Par"), required=False)
    service = forms.ModelChoiceField(Service.objects.all(), label=_("Service proposé"), required=False)
    origin = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.people = {str(person.pk): person for person in led_by(user)}

    def clean_kind(self):
        return self.cleaned_data["kind"] or Action.Kind.CALL

    def clean_origin(self):
        asked = self.cleaned_data["origin"]
        return asked if asked in Action.Origin.values else Action.Origin.HAND

    def clean_assignee(self) -> User | None:
        """The person who will do it: `user` by default; None for each client's own salesperson."""
        asked = self.cleaned_data["assignee"]
        if asked == OWNERS:
            return None
        if asked and asked not in self.people:
            raise ValidationError(_("Choisissez une personne de votre équipe."))
        return self.people[asked] if asked else self.user


class SetAsideForm(forms.Form):
    """An alert to set aside: which one (all when empty), why, and up to which day."""

    reason = forms.ChoiceField(
        label=_("Alerte"), choices=[("", _("Toutes les alertes")), *RiskReason.choices], required=False
    )
    motive = forms.ChoiceField(
        label=_("Motif"), choices=Motive.choices, error_messages={"required": _("Choisissez un motif.")}
    )
    aside_note = forms.CharField(label=_("Précision"), required=False, max_length=200)
    until = forms.DateField(
        label=_("Jusqu’au"), error_messages={"required": _("Choisissez jusqu’à quel jour écarter l’alerte.")}
    )


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


class TimeForm(forms.Form):
    """Time somebody spent on a client, noted by hand. `client` is its code or its exact name, where no page says it."""

    token = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    who = forms.CharField(label=_("Client (nom ou code)"), required=False, max_length=255)
    spent_on = forms.DateField(
        label=_("Date"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hours = forms.CharField(label=_("Durée"), max_length=20, help_text=_("1:30, 1,5 ou 90 min"))
    label = forms.CharField(label=_("Pour quoi faire"), required=False, max_length=255)
    person = forms.ModelChoiceField(User.objects.none(), label=_("Personne"), required=False, empty_label=None)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        people = User.objects.filter(pk__in=[user.pk, *led_by(user).values_list("pk", flat=True)])
        self.fields["person"].queryset = people
        self.fields["person"].initial = user.pk

    def clean_hours(self):
        try:
            return hours_of(self.cleaned_data["hours"])
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def noted(self) -> dict:
        """What is to be noted, but for the client."""
        data = self.cleaned_data
        names = ("token", "spent_on", "hours", "label")
        return {name: data[name] for name in names} | {"person": data["person"] or self.user}

    def client(self, seen):
        """The one client of this code or exact name, among those seen. Raises ValidationError."""
        text = self.cleaned_data["who"].strip()
        found = list(seen.filter(code=text)[:2]) or list(seen.filter(sort_name=fold(text))[:2]) if text else []
        if len(found) != 1:
            raise ValidationError(
                _("Aucun client, ou plusieurs, sous « %(text)s ». Écrivez son code, ou notez le temps depuis sa fiche.")
                % {"text": text}
            )
        return found[0]


class ObjectiveForm(forms.ModelForm):
    """What Direction wants by a date."""

    services = forms.ModelMultipleChoiceField(
        Service.objects.all(),
        label=_("Services"),
        required=False,
        help_text=_("Un ou plusieurs : ce que les clients en achètent compte. Ctrl + clic en choisit plusieurs."),
    )
    needs = forms.ModelMultipleChoiceField(
        Need.objects.active(),
        label=_("Besoins"),
        required=False,
        help_text=_("Compte ce que les clients qui ont ces besoins achètent des services qui y répondent."),
    )
    sectors = forms.CharField(
        label=_("Codes NAF"),
        required=False,
        max_length=200,
        help_text=_("Le début des codes, séparés par des virgules : 69 (toute la division), 6920Z (une activité)."),
    )

    class Meta:
        model = Objective
        fields = ["name", "kind", "services", "needs", "sectors", "measure", "target", "starts_on", "ends_on"]
        localized_fields = ["target"]
        widgets = {
            "kind": forms.RadioSelect,
            "measure": forms.RadioSelect,
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["sectors"] = ", ".join(self.instance.sectors)
            self.initial["services"] = list(self.instance.services.values_list("pk", flat=True))
            self.initial["needs"] = list(self.instance.needs.values_list("pk", flat=True))

    def clean(self):
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last <= first:
            self.add_error("ends_on", _("L’objectif se termine avant de commencer. Choisissez un jour plus tard."))
        return data

    def clean_sectors(self):
        codes = [code.strip().replace(".", "").upper() for code in self.cleaned_data["sectors"].split(",")]
        codes = list(dict.fromkeys(code for code in codes if code))
        if wrong := [code for code in codes if not NAF_START.fullmatch(code)]:
            raise ValidationError(
                _("« %(code)s » n’est pas un début de code NAF. Écrivez par exemple 69 ou 6920Z.") % {"code": wrong[0]}
            )
        return codes


def most_frequent_sectors() -> list[tuple[str, int]]:
    """The divisions of the clients' activities, the two first figures of their codes, with how many clients each."""
    clients = Client.objects.unmerged().exclude(naf_code="").order_by()
    found = clients.annotate(division=Left("naf_code", 2)).values_list("division").annotate(n=Count("id"))
    return list(found.order_by("-n", "division")[:MOST_SECTORS])


class CostForm(forms.Form):
    """What an hour costs and should bring: for the firm, and for each person where it differs."""

    hourly_cost = forms.DecimalField(
        label=_("Coût d’une heure, par défaut (€ HT)"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=7,
        decimal_places=2,
        localize=True,
        help_text=_("Salaire chargé et frais généraux, divisés par les heures travaillées."),
    )
    hourly_target = forms.DecimalField(
        label=_("Cible à l’heure (€ HT)"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=7,
        decimal_places=2,
        localize=True,
        help_text=_("Ce qu’une heure passée pour un client devrait rapporter."),
    )

    def __init__(self, *args, firm, people, **kwargs):
        initial = {"hourly_cost": firm.hourly_cost, "hourly_target": firm.hourly_target}
        self.people = {f"cost-{person.pk}": person for person in people}
        initial |= {name: person.hourly_cost for name, person in self.people.items()}
        super().__init__(*args, initial=initial, **kwargs)
        for name, person in self.people.items():
            self.fields[name] = forms.DecimalField(
                label=str(person),
                required=False,
                min_value=Decimal("0.01"),
                max_digits=7,
                decimal_places=2,
                localize=True,
            )

    def own_costs(self) -> dict[int, Decimal | None]:
        """The cost of each person by id; None where the firm's holds."""
        return {person.pk: self.cleaned_data[name] for name, person in self.people.items()}


class ContactForm(forms.ModelForm):
    """A person at a client; a consent that they gave is dated when it is first written down, with its proof."""

    class Meta:
        model = Contact
        fields = ["name", "role", "phone", "email", "is_main", "consent_proof"]
        help_texts = {
            "consent_proof": _("Où et comment cette personne a accepté vos messages ; vide si elle n’a rien dit.")
        }

    def save(self, commit=True):
        proof = self.cleaned_data["consent_proof"]
        if proof and self.instance.consented_at is None:
            self.instance.consented_at = timezone.now()
        if not proof and "consent_proof" in self.changed_data:
            self.instance.consented_at = None
        return super().save(commit)


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

"""What people send about a plan, besides its shares: a new scenario, somebody's time, euros spent."""

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import led_by
from campaigns.allocation.planning import first_day_of_quarter, next_quarter
from campaigns.allocation.presets import Preset
from campaigns.models import Purpose, Spending, Target
from clients.figures import quarter

QUARTERS = 5  # this one and the four that follow
MOST_DAYS_OFF = 92


class ScenarioForm(forms.Form):
    """A new scenario."""

    name = forms.CharField(label=_("Nom du scénario"), max_length=80)
    starts_on = forms.TypedChoiceField(label=_("Trimestre"))
    budget = forms.DecimalField(
        label=_("Budget total, en euros HT"), min_value=0, max_digits=12, decimal_places=2, localize=True
    )
    preset = forms.ChoiceField(label=_("Partir de"), choices=Preset.choices)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        this = first_day_of_quarter(timezone.localdate())
        days = [this + relativedelta(months=3 * n) for n in range(QUARTERS)]
        known = {day.isoformat(): day for day in days}
        self.fields["starts_on"].choices = [(key, quarter(day)) for key, day in known.items()]
        self.fields["starts_on"].coerce = known.__getitem__
        self.fields["starts_on"].initial = next_quarter(timezone.localdate()).isoformat()


class AvailabilityForm(forms.Form):
    """The time that one person has for clients in a quarter."""

    person = forms.ModelChoiceField(None)
    days_off = forms.DecimalField(
        label=_("Jours d’absence"), min_value=0, max_value=MOST_DAYS_OFF, max_digits=4, decimal_places=1, localize=True
    )
    field_percent = forms.IntegerField(label=_("Part du temps auprès des clients"), min_value=0, max_value=100)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = led_by(user)


class SpendingForm(forms.ModelForm):
    """Euros spent on a line."""

    target = forms.ChoiceField(label=_("Pour"), choices=Target.choices)
    purpose = forms.ChoiceField(label=_("Budget"), choices=Purpose.choices)
    amount = forms.DecimalField(
        label=_("Montant, en euros HT"), min_value=0.01, max_digits=12, decimal_places=2, localize=True
    )

    class Meta:
        model = Spending
        fields = ["target", "purpose", "amount", "spent_on", "label"]
        widgets = {"spent_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

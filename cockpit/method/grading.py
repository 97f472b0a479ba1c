"""The weights and cuts of the grade of the relation, in the draft of the rules."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import required
from accounts.roles import Right
from cockpit.method.forms import SeenForm, short
from cockpit.method.pages import draft_or_published
from segmentation import drafting
from segmentation.models import CRITERIA, QUESTIONS, Rules
from segmentation.relation import rules as grading

WEIGHTS = [f"{criterion}_weight" for criterion in CRITERIA]
CUTS = ("dark_green_from", "light_green_from", "orange_from")
LIMITS = {**dict.fromkeys(CUTS, (1, 100)), "worst_delay_days": (1, 1000), "valid_months": (1, 60)}
SHARE = "worst_credit_share"
UNITS = {"worst_delay_days": gettext_lazy("En jours."), "valid_months": gettext_lazy("En mois.")}
HUNDRED = Decimal(100)


class GradingForm(SeenForm):
    """The weights and cuts of a draft. The fields bear their names; the share of credit notes is a percentage."""

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        values = grading.values_of(rules)
        values |= {SHARE: short(values[SHARE] * HUNDRED), "version": rules.version, "revision": rules.revision}
        super().__init__(*args, initial=values, **kwargs)
        for field in grading.fields():
            label = capfirst(str(field.verbose_name))
            if field.name == SHARE:
                label = _("%(setting)s, en pour cent") % {"setting": label}
                self.fields[SHARE] = forms.DecimalField(label=label, min_value=Decimal("0.1"), max_value=HUNDRED)
                self.fields[SHARE].widget.attrs["step"] = "any"
            else:
                least, most = LIMITS.get(field.name, (0, 100))
                self.fields[field.name] = forms.IntegerField(
                    label=label, min_value=least, max_value=most, help_text=UNITS.get(field.name, "")
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for (_higher, above), (name, below) in pairwise((name, cleaned.get(name)) for name in CUTS):
            if above is not None and below is not None and below >= above:
                self.add_error(name, _("Chaque couleur commence sous la précédente : choisissez un nombre plus petit."))
        answers = [cleaned.get(f"{question}_weight") for question in QUESTIONS]
        if None not in answers and not any(answers):
            self.add_error("relationship_weight", _("Donnez du poids à une réponse au moins : sans avis, pas de note."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says, as the domain takes it."""
        said = {field.name: self.cleaned_data[field.name] for field in grading.fields()}
        return said | {SHARE: said[SHARE] / HUNDRED}

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[name] for name in WEIGHTS]

    @property
    def cuts(self) -> list[forms.BoundField]:
        return [self[name] for name in CUTS]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in ("worst_delay_days", SHARE, "valid_months")]


@required(Right.MANAGE_RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_grading(request: HttpRequest) -> HttpResponse:
    """How the grade is made in the draft; in the rules in force until somebody saves."""
    form = GradingForm(request.POST or None, rules=draft_or_published())
    if request.method == "POST" and form.is_valid():
        try:
            drafting.change_grading(seen=form.seen, values=form.values, by=request.user)
        except drafting.Refused as error:
            messages.error(request, str(error))
            return redirect("cockpit:draft-grading")
        messages.success(request, _("Le brouillon est enregistré. Rien ne change avant qu’il soit publié."))
        return redirect("cockpit:draft")
    return render(request, "cockpit/method/grading.html", {"form": form}, status=422 if form.errors else 200)

"""Réglages › Données: what is kept, how long, what the last nights removed, and where the rest is."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import required
from accounts.models import Firm
from accounts.roles import Right
from campaigns import prospect_keeping, retention
from cockpit.calls import told


class RetentionForm(forms.Form):
    """After how many years of silence clients are forgotten; empty is never."""

    years = forms.IntegerField(
        label=gettext_lazy("Oublier les clients silencieux après (années)"),
        required=False,
        min_value=retention.YEARS[0],
        max_value=retention.YEARS[-1],
        help_text=gettext_lazy("Vide : jamais. L’usage est de trois ans. Cela ne se défait pas."),
    )


@required(Right.ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
def data_page(request: HttpRequest) -> HttpResponse:
    """GET shows what is kept; POST decides after how many years clients who keep silent are forgotten."""
    years = Firm.current().forgets_after_years
    form = RetentionForm(request.POST or None, initial={"years": years})
    if request.method == "POST" and form.is_valid():
        try:
            retention.set_years(years=form.cleaned_data["years"], by=request.user)
        except ValidationError as error:
            told(request, error)
        else:
            messages.success(request, _("La durée est enregistrée : la prochaine nuit l’applique."))
        return redirect("cockpit:data")
    usual = years or retention.USUAL_YEARS
    context = {
        "form": form,
        "rules": retention.rules(),
        "nights": retention.last_nights(),
        "prospect_nights": prospect_keeping.last_nights(),
        "usual": usual,
        "silent": len(retention.silent_clients(usual)),
        "may_see_health": request.user.may(Right.USE_ADMIN),
    }
    return render(request, "cockpit/data.html", context, status=422 if form.errors else 200)

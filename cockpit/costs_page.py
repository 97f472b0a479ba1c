"""Réglages › Coûts et cible à l'heure: what an hour costs, by person where it differs, and what it should bring."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import costs
from accounts.access import required
from accounts.models import Firm, User
from accounts.roles import Right
from cockpit.forms import CostForm
from segmentation import time_spent


@required(Right.SET_COURSE)
@require_http_methods(["GET", "HEAD", "POST"])
def cost_settings(request: HttpRequest) -> HttpResponse:
    """GET shows the costs to change; POST keeps them, and the margins on show follow at once."""
    people = User.objects.active()
    form = CostForm(request.POST or None, firm=Firm.current(), people=people)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        costs.set_costs(
            hourly_cost=data["hourly_cost"],
            hourly_target=data["hourly_target"],
            own=form.own_costs(),
            by=request.user,
        )
        time_spent.follow()
        messages.success(request, _("Coûts et cible enregistrés : les marges à l’heure sont à jour."))
        return redirect("cockpit:costs")
    return render(request, "cockpit/time/costs.html", {"form": form}, status=422 if form.errors else 200)

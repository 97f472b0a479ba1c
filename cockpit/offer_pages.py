"""Offers that group services: what good clients buy together, and the offers that were made of it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from clients.models import Service
from segmentation import offers, opportunity_words
from segmentation.models import Bundle, Offer, ScoringRun, SegmentSlug
from segmentation.opportunities import run_on_show

MOST = 12  # pairs suggested
NUMBERS = 18  # digits of an id, at most


class OfferForm(forms.ModelForm):
    """A grouped offer: its name, its services, its price, and whom it is for."""

    services = forms.ModelMultipleChoiceField(
        Service.objects.all(), label=gettext_lazy("Services"), widget=forms.CheckboxSelectMultiple
    )
    segments = forms.MultipleChoiceField(
        choices=SegmentSlug.choices, label=gettext_lazy("Segments visés"), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Offer
        fields = ["name", "services", "price", "segments"]
        help_texts = {
            "name": gettext_lazy("Tel que vos clients le liront : « Sérénité sociale »."),
            "price": gettext_lazy("En euros HT par an, pour tous les services ensemble."),
        }


@require_safe
def offer_list(request: HttpRequest) -> HttpResponse:
    """What is bought together, and the offers, those withdrawn last."""
    run = run_on_show()
    context = {
        "run": run,
        "bundles": [(one, opportunity_words.together(one)) for one in _suggested(run)],
        "offers": Offer.objects.prefetch_related("services"),
        "segments": dict(SegmentSlug.choices),
        "may_manage": request.user.may(Right.MANAGE_NEEDS),
    }
    return render(request, "cockpit/opportunities/offers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.MANAGE_NEEDS)
def edit_offer(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The form of a new offer, begun with the services that the address names, or of one that is proposed."""
    known = get_object_or_404(Offer.objects.current(), pk=pk) if pk else None
    form = OfferForm(request.POST or None, instance=known, initial={} if known else _begun(request.GET))
    if request.method == "POST" and form.is_valid():
        services = list(form.cleaned_data["services"])
        try:
            saved = offers.save(offer=form.save(commit=False), services=services, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("L’offre « %(name)s » est enregistrée.") % {"name": saved.name})
            return redirect("cockpit:offers")
    context = {"form": form, "known": known}
    return render(request, "cockpit/opportunities/offer.html", context, status=422 if form.errors else 200)


@require_POST
@required(Right.MANAGE_NEEDS)
def withdraw_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes an offer no more; it stays in the list, for who wants to know."""
    offer = get_object_or_404(Offer, pk=pk)
    offers.withdraw(offer=offer, by=request.user)
    messages.success(request, _("L’offre « %(name)s » n’est plus proposée.") % {"name": offer.name})
    return redirect("cockpit:offers")


def _suggested(run: ScoringRun | None) -> list[Bundle]:
    return offers.suggested(run)[:MOST] if run else []


def _begun(asked: QueryDict) -> dict:
    """What a new offer begins with: the services of a suggestion, for the clients that suggested it."""
    services = [
        int(pk) for pk in asked.getlist("service")[:MOST] if pk.isascii() and pk.isdigit() and len(pk) <= NUMBERS
    ]
    good = [SegmentSlug.CHAMPIONS, SegmentSlug.LOYAL, SegmentSlug.TO_DEVELOP]
    return {"services": services, "segments": good if services else []}

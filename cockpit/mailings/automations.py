"""Messages automatiques: the list, one with its trial and what left, its rule and its text, on and off."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from campaigns import automations
from campaigns.models import Automation, Recipient
from clients.models import Client
from cockpit.calls import told
from cockpit.mailings.forms import MessageForm
from cockpit.trigger_forms import TRIGGERING
from segmentation.models import SegmentSlug

PAGE = 25
NONE = ("", "–")


class AutomationForm(forms.ModelForm):
    """What starts it, how often for one client, how many a day."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=120)
    segment = forms.ChoiceField(
        label=gettext_lazy("Quand un client entre dans le segment"),
        choices=[NONE, *SegmentSlug.choices],
        required=False,
        help_text=gettext_lazy("Une fois le changement confirmé par le calcul suivant."),
    )
    event_kind = forms.ChoiceField(label=gettext_lazy("Ou quand arrive"), choices=[NONE, *TRIGGERING], required=False)

    class Meta:
        model = Automation
        fields = ["segment", "event_kind", "again", "again_after_days", "daily_cap"]

    field_order = ("name", "segment", "event_kind", "again", "again_after_days", "daily_cap")

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if bool(cleaned.get("segment")) == bool(cleaned.get("event_kind")):
            raise ValidationError(_("Choisissez un segment ou un événement, l’un des deux."))
        if cleaned.get("again") == Automation.Again.NEVER:
            cleaned["again_after_days"] = None
        elif not cleaned.get("again_after_days"):
            self.add_error("again_after_days", _("Dites après combien de jours, un au moins."))
        return cleaned


@require_safe
@required(Right.SEND_CAMPAIGNS)
def automation_list(request: HttpRequest) -> HttpResponse:
    """The automatic messages, and how many of each left."""
    sent = Count("campaign__recipients", filter=Q(campaign__recipients__state=Recipient.State.SENT))
    found = Automation.objects.select_related("campaign", "created_by").annotate(sent=sent)
    return render(request, "cockpit/mailings/automations.html", {"automations": found})


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.SEND_CAMPAIGNS)
def edit_automation(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The form of a new automatic message, or of one that there is; saved, it is to be tried."""
    known = _known(pk) if pk else None
    initial = {"name": known.campaign.name} if known else {}
    form = AutomationForm(request.POST or None, instance=_known(pk) if pk else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        made = automations.save(automation=form.save(commit=False), name=name, by=request.user)
        messages.success(
            request, _("« %(name)s » est enregistré, à l’arrêt : relisez-le, puis essayez-le.") % {"name": name}
        )
        return redirect("cockpit:automation", pk=made.pk)
    context = {"form": form, "known": known}
    return render(request, "cockpit/mailings/automation_form.html", context, status=422 if form.errors else 200)


@require_safe
@required(Right.SEND_CAMPAIGNS)
def automation(request: HttpRequest, pk: int) -> HttpResponse:
    """One automatic message: its text, what it would have done in the past month once tried, and what left."""
    return _page(request, _known(pk))


@require_POST
@required(Right.SEND_CAMPAIGNS)
def write_automation(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves its text; it stops, and is to be tried again."""
    known, form = _known(pk), MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, known, form)
    try:
        automations.write(automation=known, **form.cleaned_data, by=request.user)
    except ValidationError as error:
        form.add_error("body", error)
        return _page(request, known, form)
    messages.success(request, _("Le texte est enregistré : essayez-le avant de le remettre en marche."))
    return redirect("cockpit:automation", pk=pk)


@require_POST
@required(Right.SEND_CAMPAIGNS)
def try_automation(request: HttpRequest, pk: int) -> HttpResponse:
    """Tries it on the past month."""
    count = automations.mark_tried(automation=_known(pk), by=request.user).sent
    words = ngettext(
        "Le mois passé, %(n)d message serait parti.", "Le mois passé, %(n)d messages seraient partis.", count
    )
    messages.success(request, words % {"n": count})
    return redirect("cockpit:automation", pk=pk)


@require_POST
@required(Right.SEND_CAMPAIGNS)
def switch_automation(request: HttpRequest, pk: int) -> HttpResponse:
    """Switches it on, or off."""
    known, is_on = _known(pk), request.POST.get("marche") == "1"
    try:
        automations.switch(automation=known, is_on=is_on, by=request.user)
        words = _("« %(name)s » est en marche.") if is_on else _("« %(name)s » est arrêté.")
        messages.success(request, words % {"name": known})
    except ValidationError as error:
        told(request, error)
    return redirect("cockpit:automation", pk=pk)


def _known(pk: int) -> Automation:
    return get_object_or_404(Automation.objects.select_related("campaign", "created_by"), pk=pk)


def _page(request: HttpRequest, known: Automation, form: MessageForm | None = None) -> HttpResponse:
    written = known.campaign.messages.first()
    initial = {"subject": written.subject, "body": written.body} if written else {}
    mine = known.campaign.recipients.filter(client__in=Client.objects.visible_to(request.user))
    recipients = mine.select_related("client", "contact", "answer").order_by("-pk")
    context = {
        "automation": known,
        "campaign": known.campaign,
        "form": form or MessageForm(initial=initial),
        "trial": automations.trial_of(known, by=request.user) if known.tried_at else None,
        "page": Paginator(recipients, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "cockpit/mailings/automation.html", context, status=422 if form else 200)

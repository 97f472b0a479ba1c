"""Réglages › Messages: how the firm signs, its proofs, its own ready messages, objections noted by hand."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import required
from accounts.roles import Right
from campaigns import library, objections
from campaigns.models import MailSettings, Proof, StoredMessage, Suppression
from cockpit.calls import told
from cockpit.mailings.forms import MailSettingsForm, ProofForm


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.SEND_CAMPAIGNS)
def mail_settings(request: HttpRequest) -> HttpResponse:
    """How the firm signs and how often it may write; its proofs and its own messages below."""
    form = MailSettingsForm(request.POST or None, instance=MailSettings.current())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("C’est enregistré : les prochains messages partiront ainsi."))
        return redirect("cockpit:mail-settings")
    context = {
        "form": form,
        "proof_form": ProofForm(auto_id="preuve_%s"),
        "proofs": Proof.objects.all(),
        "stored": StoredMessage.objects.select_related("need", "edited_by"),
        "suppressed": Suppression.objects.count(),
    }
    return render(request, "cockpit/mailings/settings.html", context, status=422 if form.errors else 200)


@require_POST
@required(Right.SEND_CAMPAIGNS)
def add_proof(request: HttpRequest) -> HttpResponse:
    """Adds a proof; what is missing is said."""
    form = ProofForm(request.POST)
    if form.is_valid():
        proof = form.save(commit=False)
        proof.created_by = request.user
        proof.save()
        messages.success(request, _("La preuve est ajoutée : {preuve} peut la montrer."))
    for field, errors in form.errors.items():
        messages.error(request, f"{form.fields[field].label} : {' '.join(errors)}")
    return redirect("cockpit:mail-settings")


@require_POST
@required(Right.SEND_CAMPAIGNS)
def remove_proof(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a proof away: consent may be taken back at any time."""
    get_object_or_404(Proof, pk=pk).delete()
    messages.success(request, _("La preuve est retirée : plus aucun message ne la montrera."))
    return redirect("cockpit:mail-settings")


@require_POST
@required(Right.SEND_CAMPAIGNS)
def forget_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives the original message back."""
    library.forget(message=get_object_or_404(StoredMessage, pk=pk), by=request.user)
    messages.success(request, _("Le texte d’origine est revenu."))
    return redirect("cockpit:mail-settings")


@require_POST
@required(Right.SEND_CAMPAIGNS)
def note_objection(request: HttpRequest) -> HttpResponse:
    """Notes an objection that came by phone or by post."""
    address = request.POST.get("address", "").strip()
    try:
        validate_email(address)
    except ValidationError as error:
        told(request, error)
        return redirect("cockpit:mail-settings")
    objections.note(address=address, by=request.user)
    messages.success(request, _("C’est noté : plus rien ne sera envoyé à cette adresse."))
    return redirect("cockpit:mail-settings")

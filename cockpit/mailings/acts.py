"""What is done to a campaign: saved, tried on oneself, approved, launched, paused, stopped; and to its recipients."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import required
from accounts.roles import Right
from campaigns import answers, drafting, launching, library, replies
from campaigns.launching import AudienceChangedError
from campaigns.models import Answer, Automation, Campaign, Recipient
from campaigns.transport import NotHandedOverError, RefusedError, UncertainError
from clients.models import Client
from cockpit.calls import told
from cockpit.mailings import forms
from cockpit.mailings.desk import ASKING, READER, TAB, Desk, fixed

PARTS = {"qui": forms.AudienceForm, "mesure": forms.MeasureForm, "envoi": forms.ScheduleForm}
MOVES = {
    "pause": (launching.pause, lambda: _("« %(name)s » est en pause : plus rien ne part.")),
    "reprendre": (launching.resume, lambda: _("« %(name)s » repart.")),
    "arreter": (launching.cancel, lambda: _("« %(name)s » est arrêtée : ce qui n’est pas parti ne partira pas.")),
}


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def save_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """Saves one part of the draft and comes back to it; what is wrong is said, and nothing changes."""
    campaign = _seen(request, pk)
    form_class = PARTS.get(part) or ASKING.get(campaign.kind)
    form = form_class(request.POST, instance=campaign)
    if not form.is_valid():
        for field, errors in form.errors.items():
            label = form.fields[field].label if field in form.fields else ""
            messages.error(request, " ".join([f"{label} :" if label else "", *errors]).strip())
        return _desk(pk, part)
    try:
        drafting.change(campaign=_seen(request, pk), values=form.cleaned_data, by=request.user)
        messages.success(request, _("C’est enregistré."))
    except ValidationError as error:
        told(request, error)
    return _desk(pk, part)


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def save_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves what one segment reads; to htmx, shows it again as it reads. `fix` is a proposal of the desk, taken."""
    campaign = _seen(request, pk)
    desk = Desk.of(request, campaign)
    if not desk.tab:
        return _desk(pk, "qui")
    texts = {"subject": request.POST.get("subject", ""), "body": request.POST.get("body", "")}
    texts = fixed(texts, request.POST.get("fix", ""))
    form, error = forms.MessageForm(texts), None
    desk.message.subject, desk.message.body = texts["subject"], texts["body"]
    if form.is_valid():
        try:
            drafting.write(campaign=campaign, segment=desk.segment, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            error = refusal
    is_kept = form.is_valid() and error is None
    if request.htmx:
        shown = {"desk": desk, "saved_at": timezone.localtime() if is_kept else None}
        return render(request, "cockpit/mailings/_reading.html", shown)
    if not is_kept:
        told(request, error or ValidationError(_("Écrivez un objet et un message.")))
        return render(request, "cockpit/mailings/desk.html", {"desk": desk, "campaign": campaign}, status=422)
    return _desk(pk, "message", {TAB: desk.tab, READER: request.POST.get(READER, "")})


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def keep_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps the message of this tab for the next campaigns."""
    campaign = _seen(request, pk)
    desk = Desk.of(request, campaign)
    if desk.message and desk.message.pk:
        library.keep(
            kind=campaign.kind, segment=desk.segment, language=campaign.language, need=campaign.need,
            subject=desk.message.subject, body=desk.message.body, by=request.user,
        )  # fmt: skip
        messages.success(request, _("Ce message est gardé : les prochaines campagnes partiront de lui."))
    return _desk(pk, "message", {TAB: desk.tab})


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def try_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends the message of this tab to who asks, as the client shown would read it."""
    desk = Desk.of(request, _seen(request, pk))
    if desk.message is None or desk.reader is None:
        messages.error(request, _("Choisissez d’abord un segment qui a des clients à qui écrire."))
        return _desk(pk, "envoi")
    try:
        drafting.send_to_oneself(campaign=desk.campaign, message=desk.message, client=desk.reader, by=request.user)
        messages.success(request, _("L’essai est parti à %(address)s.") % {"address": request.user.email})
    except ValidationError as error:
        told(request, error)
    except (NotHandedOverError, RefusedError, UncertainError):
        messages.error(
            request, _("Le serveur de messagerie n’a pas pris l’essai : vérifiez EMAIL_URL, puis réessayez.")
        )
    return _desk(pk, "envoi", {TAB: desk.tab})


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def submit_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks somebody entitled to send; or takes the draft back."""
    campaign, takes_back = _seen(request, pk), request.POST.get("reprendre") == "1"
    try:
        if takes_back:
            launching.send_back(campaign=campaign, by=request.user)
        else:
            launching.submit(campaign=campaign, by=request.user)
            messages.success(request, _("« %(name)s » attend d’être approuvée.") % {"name": campaign})
    except ValidationError as error:
        told(request, error)
    return _desk(pk, "envoi")


@require_POST
@required(Right.SEND_CAMPAIGNS)
def launch_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Launches the campaign to as many as the button said."""
    campaign, said = _seen(request, pk), request.POST.get("count", "")
    try:
        campaign = launching.launch(campaign=campaign, expected=int(said) if said.isdecimal() else -1, by=request.user)
    except AudienceChangedError as changed:
        words = ngettext(
            "Il y a maintenant %(n)d destinataire.", "Il y a maintenant %(n)d destinataires.", changed.count
        )
        messages.warning(request, words % {"n": changed.count} + " " + _("Vérifiez, puis envoyez de nouveau."))
        return _desk(pk, "envoi")
    except ValidationError as error:
        told(request, error)
        return _desk(pk, "envoi")
    return redirect("cockpit:campaign", pk=campaign.pk)


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def duplicate_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Starts a draft from a campaign that was launched, or from another draft."""
    campaign = drafting.duplicate(campaign=_seen(request, pk), by=request.user)
    messages.success(request, _("Voici une copie, à relire avant d’envoyer."))
    return redirect("cockpit:campaign-desk", pk=campaign.pk)


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def delete_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws a draft away."""
    campaign = _seen(request, pk)
    try:
        drafting.delete(campaign=campaign, by=request.user)
    except ValidationError as error:
        told(request, error)
        return redirect("cockpit:campaign", pk=pk)
    messages.success(request, _("Le brouillon « %(name)s » est supprimé.") % {"name": campaign})
    return redirect("cockpit:campaigns")


@require_POST
@required(Right.SEND_CAMPAIGNS)
def move_campaign(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Pauses a campaign, takes it up again, or stops it for good. A second click changes nothing."""
    act, words = MOVES[move]
    campaign = act(campaign=_seen(request, pk), by=request.user)
    messages.success(request, words() % {"name": campaign})
    return redirect("cockpit:campaign", pk=pk)


@require_POST
@required(Right.SEND_CAMPAIGNS)
def settle_recipient(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what became of an uncertain message: it is sent again, or counts as sent."""
    recipient = _recipient(request, pk)
    act = launching.resend if request.POST.get("do") == "resend" else launching.mark_sent
    if not act(recipient=recipient, by=request.user):
        messages.warning(request, _("Rien n’a changé : ce message n’est plus incertain, ou sa campagne est arrêtée."))
    return redirect(_results(recipient.campaign))


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def note_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that a recipient answered by themselves, or takes that back."""
    recipient = _recipient(request, pk)
    replies.note(recipient=recipient, has_replied=request.POST.get("replied") == "1", by=request.user)
    return redirect(f"{_results(recipient.campaign)}?{urlencode(_place(request))}")


@require_POST
@required(Right.DRAFT_CAMPAIGNS)
def note_attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes whether who said they would come was there."""
    given = get_object_or_404(
        Answer.objects.filter(recipient__in=_recipients(request)).select_related("recipient"), pk=pk
    )
    answers.note_attendance(answer=given, attended=request.POST.get("attended") == "1", by=request.user)
    return redirect("cockpit:campaign", pk=given.recipient.campaign_id)


def _results(campaign: Campaign) -> str:
    """Where its recipients are listed."""
    automation = Automation.objects.filter(campaign=campaign).first()
    if automation is not None:
        return reverse("cockpit:automation", args=[automation.pk])
    return reverse("cockpit:campaign", args=[campaign.pk])


def _place(request: HttpRequest) -> dict[str, str]:
    page = request.POST.get("page", "")
    return {"page": page} if page.isdecimal() else {}


def _seen(request: HttpRequest, pk: int) -> Campaign:
    """A campaign that somebody launches, which this person may read."""
    return get_object_or_404(Campaign.objects.visible_to(request.user).by_hand(), pk=pk)


def _recipients(request: HttpRequest) -> QuerySet[Recipient]:
    """The recipients of campaigns that this person may read, of clients whom they see."""
    return Recipient.objects.filter(
        campaign__in=Campaign.objects.visible_to(request.user), client__in=Client.objects.visible_to(request.user)
    )


def _recipient(request: HttpRequest, pk: int) -> Recipient:
    return get_object_or_404(_recipients(request).select_related("campaign"), pk=pk)


def _desk(pk: int, part: str, params: dict | None = None) -> HttpResponseRedirect:
    asked = {name: value for name, value in (params or {}).items() if value}
    query = f"?{urlencode(asked)}" if asked else ""
    return HttpResponseRedirect(f"{reverse('cockpit:campaign-desk', args=[pk])}{query}#{part}")

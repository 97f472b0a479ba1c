"""Coming in by invitation; one's own account; the firm; the journal; the mails kept in a folder."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import devices, invitations, journal, logos, outbox
from accounts.access import required
from accounts.forms import AcceptForm, AccountForm, FirmForm
from accounts.models import Firm, FirmLogo, User
from accounts.roles import Right

JOURNAL_PAGE = 50


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """The door of an invited person: GET shows it, POST makes the account and logs in."""
    try:
        invited = invitations.opened_by(token)
        form = AcceptForm(request.POST or None, invitation=invited)
        if request.method == "POST" and form.is_valid():
            person = invitations.accept(token=token, **form.cleaned_data)
            login(request, person)
            response = redirect(settings.LOGIN_REDIRECT_URL)
            devices.remember(response, person.email)
            return response
    except invitations.NotOpen:
        return render(request, "accounts/invitation_closed.html", status=404)
    except ValidationError as error:
        form.add_error(None, error)
    return render(request, "accounts/invitation.html", {"invitation": invited, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    person = User.objects.get(pk=request.user.pk)  # apart from request.user, which a refused form must not change
    form = AccountForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person.save(update_fields=AccountForm.Meta.fields)  # not the roles, which somebody may be changing
        messages.success(request, _("Votre compte est enregistré."))
        return redirect("accounts:account")
    return render(request, "accounts/account.html", {"form": form})


@required(Right.MANAGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def firm(request):
    saved = Firm.objects.filter(pk=Firm.ONLY).first() or Firm(pk=Firm.ONLY)
    form = FirmForm(request.POST or None, request.FILES or None, instance=saved, by=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        if content := form.cleaned_data["logo"]:
            logos.keep(content=content, by=request.user)
        elif form.cleaned_data.get("forgets_logo"):
            logos.remove(by=request.user)
        messages.success(request, _("L’entreprise est enregistrée. Aucun chiffre n’est à recalculer."))
        return redirect("accounts:firm")
    return render(request, "accounts/firm.html", {"form": form, "logo": FirmLogo.current()})


@require_safe
def logo(request):
    """The firm's logo, as the picture that it was found to be."""
    found = get_object_or_404(FirmLogo, pk=FirmLogo.ONLY)
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(found.content), content_type=found.media_type, headers=headers)


@required(Right.MANAGE_USERS)
@require_safe
def journal_list(request):
    page = Paginator(journal.entries(request.GET, request.user), JOURNAL_PAGE).get_page(request.GET.get("page"))
    asked = journal.Filter(request.GET, request.user)
    context = {"page": page, "entries": journal.told(page.object_list), "filter": asked}
    return render(request, "accounts/journal.html", context)


@required(Right.MANAGE_USERS)
@require_safe
def outbox_list(request):
    page = Paginator(outbox.names(), JOURNAL_PAGE).get_page(request.GET.get("page"))
    mails = outbox.readable_by(request.user, page.object_list)
    return render(request, "accounts/outbox.html", {"page": page, "mails": mails, "is_kept": outbox.is_kept()})


@required(Right.MANAGE_USERS)
@require_safe
def outbox_mail(request, name):
    mails = outbox.readable_by(request.user, [name] if name in outbox.names() else [])
    if not mails:
        raise Http404
    return render(request, "accounts/outbox_mail.html", {"mails": mails})

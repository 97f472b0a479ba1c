"""One client: why it is where it is, what it bought and when, whom to call, what was said and what comes next."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import required
from accounts.models import Firm
from accounts.roles import Right
from clients import contacts, merging
from clients.models import Client
from cockpit.dossier import Dossier
from cockpit.forms import ContactForm
from segmentation.models import ScoringRun


@require_safe
def client_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one client, that of the client it was merged into, or Http404 for somebody else's."""
    seen = Client.objects.visible_to(request.user).select_related("owner", "backup_owner", "head")
    merged = Client.objects.merged().filter(pk=pk).first()
    if merged and (kept := seen.filter(pk=merging.standing(merged).pk).first()):
        return redirect(kept)  # not for ever: merging can be undone
    client = get_object_or_404(seen, pk=pk)
    run = ScoringRun.objects.latest_at()
    sheet = Dossier(request.user, client, run)
    context = {
        "sheet": sheet,
        "run": run,
        "page": sheet.documents(request.GET.get("page")),
        "shows_movements": Firm.current().shows(Firm.Part.MOVEMENTS),
    }
    return render(request, "cockpit/client_page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@required(Right.RECORD_ACTIONS)
def contact(request: HttpRequest, pk: int, contact_pk: int | None = None) -> HttpResponse:
    """The form of a new contact of this client, or of one it has."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    known = get_object_or_404(client.contacts, pk=contact_pk) if contact_pk else None
    form = ContactForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        contacts.save(client=client, contact=form.save(commit=False), by=request.user)
        messages.success(request, _("%(name)s est enregistré.") % {"name": form.instance.name})
        return redirect("cockpit:client-page", pk=client.pk)
    context = {"client": client, "form": form, "known": known, "may_erase": request.user.may(Right.ERASE)}
    return render(request, "cockpit/contact.html", context, status=422 if form.errors else 200)

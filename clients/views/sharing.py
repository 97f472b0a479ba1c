"""Sharing out the clients without owner that an import leaves."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import required
from accounts.roles import Right
from clients import portfolios, sharing
from clients.forms import SharingForm

PAGE = 100
MOST_LINES_SHOWN = 5


@required(Right.ASSIGN_CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def share_out(request):
    """The clients without owner, filtered; a POST gives some of them, all those of the filter, or those of a list."""
    rule = {"words": request.GET.get("q", "")[:100], "postcode": request.GET.get("cp", "").strip()[:12]}
    form = SharingForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        _share(request, form.cleaned_data, rule)
        return redirect(request.get_full_path())
    found = sharing.waiting(request.user, **rule)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "clients/sharing/share_out.html", {"page": page, "form": form, "rule": rule})


def _share(request, data: dict, rule: dict) -> None:
    """What the pressed button asks for."""
    how, owner = request.POST.get("how"), data["owner"]
    if how == "list":
        shared = sharing.share_by_list(text=data["pasted"], by=request.user)
        _say(request, shared.count)
        if shared.unread:
            lines = " · ".join(shared.unread[:MOST_LINES_SHOWN])
            message = _("%(count)s lignes ne désignent pas un client à répartir et une personne d’ici : %(lines)s")
            messages.warning(request, message % {"count": len(shared.unread), "lines": lines})
    elif owner is None:
        messages.error(request, _("Choisissez à qui confier ces clients."))
    elif how == "rule":
        _say(request, sharing.share_by_rule(owner=owner, by=request.user, **rule))
    else:
        ids = [
            int(pk) for pk in request.POST.getlist("client")[:PAGE] if pk.isascii() and pk.isdigit() and len(pk) < 19
        ]
        theirs = sharing.waiting(request.user).filter(pk__in=ids).values_list("pk", flat=True)
        _say(request, len(portfolios.assign(client_ids=list(theirs), owner=owner, by=request.user)))


def _say(request, count: int) -> None:
    message = ngettext(
        "%(count)s client a maintenant un %(owner)s.", "%(count)s clients ont maintenant un %(owner)s.", count
    )
    messages.success(request, message % {"count": count, "owner": request.firm.owner_in_full})

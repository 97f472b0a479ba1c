"""Two clients that are one: finding the other, comparing, merging, taking that back; and pairs that look alike."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from clients import doubles, merging
from clients.models import Client, ClientMerge

FOUND = 20
PAIRS_PAGE = 20


@required(Right.ASSIGN_CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_client(request, pk):
    """Look for the client that this one is too, compare the two, choose which is kept; a POST merges them."""
    seen = Client.objects.visible_to(request.user).select_related("owner")
    client = get_object_or_404(seen, pk=pk)
    values = request.POST if request.method == "POST" else request.GET
    other = _client(seen.exclude(pk=pk), values.get("avec", ""))
    if request.method == "POST":
        if other is None:
            messages.error(request, _("Choisissez l’autre client : il n’existe pas, ou a déjà été réuni à un autre."))
            return redirect("clients:merge-client", pk=pk)
        kept = other if values.get("garder") == str(other.pk) else client
        return _merge(request, kept, client if kept == other else other)
    words = request.GET.get("q", "")[:100] or max(client.name.split(), key=len)
    context = {"client": client, "words": words}
    if other:
        context["sides"] = list(doubles.sides([client, other]).values())
    else:
        context["found"] = list(doubles.sides(seen.search(words).exclude(pk=pk)[:FOUND]).values())
    return render(request, "clients/merging/merge.html", context)


@required(Right.ASSIGN_CLIENTS)
@require_POST
def undo_merge(request, pk):
    """Part two clients again. A second click changes nothing."""
    record = get_object_or_404(ClientMerge.objects.select_related("kept", "merged"), pk=pk)
    try:
        if merging.undo(record, by=request.user):
            words = {"name": record.merged.name, "kept": record.kept.name}
            messages.success(request, _("%(name)s et %(kept)s sont de nouveau deux clients.") % words)
    except Client.DoesNotExist as error:
        raise Http404 from error
    except merging.BusyError as busy:
        messages.warning(request, str(busy))
    return redirect(merging.standing(record.kept))


@required(Right.ASSIGN_CLIENTS)
@require_safe
def client_doubles(request):
    """Pairs of clients that look alike, the likeliest first."""
    page = Paginator(doubles.suggestions(request.user), PAIRS_PAGE).get_page(request.GET.get("page"))
    found = doubles.sides([client for pair in page for client in (pair.kept, pair.other)])
    pairs = [(pair, found[pair.kept.pk], found[pair.other.pk]) for pair in page]
    return render(request, "clients/merging/doubles.html", {"page": page, "pairs": pairs})


@required(Right.ASSIGN_CLIENTS)
@require_POST
def decide_double(request):
    """One client: merged; or two: remembered. Either can be taken back."""
    seen = Client.objects.visible_to(request.user)
    kept, other = (_client(seen, request.POST.get(name, "")) for name in ("garder", "avec"))
    if kept is None or other is None or kept == other:
        messages.error(request, _("Ces clients n’existent plus, ou ont déjà été réunis."))
        return redirect("clients:doubles")
    if request.POST.get("verdict") == "same":
        return _merge(request, kept, other, back="clients:doubles")
    decision = doubles.part(a=kept, b=other, by=request.user)
    words = {"one": kept.name, "other": other.name}
    undo = reverse("clients:forget-decision", args=[decision.pk])
    messages.success(request, _("%(one)s et %(other)s sont deux clients : c’est noté.") % words, extra_tags=undo)
    return redirect("clients:doubles")


@required(Right.ASSIGN_CLIENTS)
@require_POST
def forget_decision(request, pk):
    """Two clients found to be two may look alike again."""
    if doubles.forget(pk, by=request.user):
        messages.success(request, _("C’est oublié : ils seront de nouveau proposés."))
    return redirect("clients:doubles")


def _merge(request, kept: Client, other: Client, back: str = ""):
    try:
        record = merging.merge(kept=kept, merged=other, by=request.user)
    except Client.DoesNotExist as error:
        raise Http404 from error
    except (ValidationError, merging.BusyError) as problem:
        messages.warning(request, " ".join(getattr(problem, "messages", [str(problem)])))
        query = urlencode({"avec": other.pk})
        return redirect(f"{reverse('clients:merge-client', args=[kept.pk])}?{query}")
    words = {"kept": kept.name, "name": other.name}
    undo = reverse("clients:undo-merge", args=[record.pk])
    messages.success(request, _("%(kept)s réunit maintenant %(name)s.") % words, extra_tags=undo)
    return redirect(back or kept)


def _client(clients, pk: str) -> Client | None:
    return clients.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 19 else None

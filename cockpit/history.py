"""Who changed what about one client: its own row, and every row that names it."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import journal
from campaigns import disclosure
from clients.models import Client

PAGE = 50


@require_safe
def client_history(request: HttpRequest, pk: int) -> HttpResponse:
    """The journal of one client, newest first, without what this person may not read."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    tables = disclosure.tables_for(request.user, client)
    asked = journal.Filter(request.GET, request.user, among=tables)
    entries = asked.among(disclosure.entries_of(client, request.user))
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    context = {"client": client, "page": page, "entries": journal.told(page.object_list), "filter": asked}
    return render(request, "cockpit/history.html", context)

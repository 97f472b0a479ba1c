"""All the clients a person may see: found, filtered, sorted, and given to somebody or planned several at a time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.hierarchy import led_by
from accounts.models import Firm
from accounts.roles import Right
from clients.models import Client
from cockpit.filters import NOBODY
from cockpit.scope import MINE, PARAMETER
from cockpit.selection import Selection
from cockpit.tables import ClientTable
from cockpit.tabs import BuiltIn, Tab
from segmentation import needs
from segmentation.models import ScoringRun

OWNER = "commercial"  # the filter by who follows a client


@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    """The list. Before any calculation it holds the clients alone, by name."""
    run = ScoringRun.objects.latest_at()
    selection = Selection(request.user, request.GET, run)
    if selection.opening:
        return redirect(f"{request.path}?{selection.opening}")
    table = ClientTable(selection.listing, request.GET, selection.columns)
    context = {
        "run": run,
        "selection": selection,
        "table": table,
        "tabs": _tabs(selection, table.paginator.count),
        "people": led_by(request.user),
        "may_export": request.user.may(Right.EXPORT),
        "may_record": request.user.may(Right.RECORD_ACTIONS),
        "may_note": needs.may_note(request.user),
        "may_assign": request.user.may(Right.ASSIGN_CLIENTS),
    }
    return render(request, "cockpit/client_list.html", context)


def _tabs(selection: Selection, found: int) -> list[Tab]:
    """All clients and, for who leads others, theirs and those that nobody follows; then the saved views."""
    everybody = Client.objects.visible_to(selection.user)
    is_narrowed = bool(selection.chips) or selection.scope.owner_id is not None
    total = everybody.count() if is_narrowed else found
    is_mine, is_nobody_s = selection.scope.key == MINE, selection.params.get(OWNER) == NOBODY
    built_in = [BuiltIn(_("Tous"), {PARAMETER: "", OWNER: ""}, total, not is_mine and not is_nobody_s)]
    if selection.user in selection.scope.people:
        mine = everybody.owned_by(selection.user).count()
        built_in.append(BuiltIn(_("Mes clients"), {PARAMETER: MINE, OWNER: ""}, mine, is_mine))
    if selection.owners:
        nobody_s = everybody.unassigned().count()
        label = Firm.current().without_owner.capitalize()
        built_in.append(BuiltIn(label, {PARAMETER: "", OWNER: NOBODY}, nobody_s, is_nobody_s and not is_mine))
    return selection.tabs(built_in, found=found)

"""Saving a list as it is shown, and arranging one's saved views. What a view is: `accounts.saved_views`."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import saved_views
from accounts.models import ListPage, ListSettings, SavedView
from cockpit.forms import NewViewForm, ViewForm
from cockpit.tabs import COLUMNS, arranged

ADDRESSES = {
    ListPage.CLIENTS: "cockpit:client-list",
    ListPage.AT_RISK: "cockpit:at-risk",
    ListPage.ACTIONS: "cockpit:action-list",
    ListPage.MOVEMENTS: "cockpit:movements",
    ListPage.HOLES: "cockpit:opportunity-list",
}
LAST = "last_removed_view"  # in the session: what "Annuler" takes back


def address_of(view: SavedView) -> str:
    return f"{reverse(ADDRESSES[view.page])}?{view.query or 'vue='}"


@require_safe
def view_list(request: HttpRequest) -> HttpResponse:
    """Every view this person may read, list by list: theirs to change, those of others to open with."""
    views = SavedView.objects.readable_by(request.user).select_related("owner").order_by("page", "position", "id")
    opening = set(ListSettings.objects.filter(person=request.user).values_list("opens_with", flat=True))
    removable = set(SavedView.objects.removable_by(request.user).values_list("pk", flat=True))
    rows = [
        {
            "view": view,
            "address": address_of(view),
            "is_mine": view.owner_id == request.user.pk,
            "is_opening": view.pk in opening,
            "is_removable": view.pk in removable,
        }
        for view in views
    ]
    groups = [
        (ListPage(page).label, sorted(found, key=lambda row: not row["is_mine"]))
        for page, found in groupby(rows, key=lambda row: row["view"].page)
    ]
    return render(request, "cockpit/views/list.html", {"groups": groups})


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Saves the list that the form was sent from, and shows it; what is wrong is said over the same form."""
    form = NewViewForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        params = QueryDict(data["query"])
        query = arranged(params, params.get(COLUMNS, ""))
        try:
            view = saved_views.save(owner=request.user, **{**data, "query": query})
        except ValidationError as error:
            form.add_error("name" if error.code == "taken" else None, error)
        else:
            messages.success(request, _("La vue « %(name)s » est enregistrée.") % {"name": view.name})
            return redirect(address_of(view))
    page = form.data.get("page", "")
    back = f"{reverse(ADDRESSES.get(page, 'cockpit:client-list'))}?{form.data.get('query', '')}"
    return render(request, "cockpit/views/new.html", {"form": form, "back": back}, status=422)


@require_POST
def change_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Renames one of one's own views, shares it or takes it back."""
    view = get_object_or_404(SavedView.objects.of(request.user), pk=pk)
    form = ViewForm(request.POST)
    if not form.is_valid():
        return _refused(request, form.errors["name"])
    try:
        saved_views.change(view, **form.cleaned_data)
    except ValidationError as error:
        return _refused(request, error.messages)
    messages.success(request, _("La vue « %(name)s » est enregistrée.") % {"name": form.cleaned_data["name"]})
    return redirect("cockpit:saved-views")


@require_POST
def move_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts one of one's own views one tab earlier."""
    saved_views.move_up(get_object_or_404(SavedView.objects.of(request.user), pk=pk))
    return redirect(f"{reverse('cockpit:saved-views')}#vue-{pk}")


@require_POST
def open_with_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a list with this view from now on, or as the product does, for this person."""
    view = get_object_or_404(SavedView.objects.readable_by(request.user), pk=pk)
    is_wanted = request.POST.get("ouvrir") == "1"
    saved_views.open_with(person=request.user, page=view.page, view=view if is_wanted else None)
    words = {"page": view.get_page_display(), "name": view.name}
    if is_wanted:
        messages.success(request, _("« %(page)s » s’ouvre désormais sur la vue « %(name)s ».") % words)
    else:
        messages.success(request, _("« %(page)s » s’ouvre de nouveau sur toute la liste.") % words)
    return redirect("cockpit:saved-views")


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes a view of one's own, or a shared one for who manages the settings; it can be taken back at once."""
    view = get_object_or_404(SavedView.objects.removable_by(request.user), pk=pk)
    is_mine = view.owner_id == request.user.pk
    if is_mine:
        request.session[LAST] = {name: getattr(view, name) for name in ("page", "name", "query", "is_shared")}
    view.delete()
    messages.success(
        request,
        _("La vue « %(name)s » est supprimée.") % {"name": view.name},
        extra_tags=reverse("cockpit:undo-view") if is_mine else "",
    )
    return redirect("cockpit:saved-views")


@require_POST
def undo_view(request: HttpRequest) -> HttpResponse:
    """Saves again the last view deleted in this session; a second time changes nothing."""
    last = request.session.pop(LAST, None)
    try:
        if last:
            saved_views.save(owner=request.user, **last)
    except ValidationError as error:
        return _refused(request, error.messages)
    messages.success(request, _("C’est annulé."))
    return redirect("cockpit:saved-views")


def _refused(request: HttpRequest, sentences: list[str]) -> HttpResponse:
    for sentence in sentences:
        messages.error(request, sentence)
    return redirect("cockpit:saved-views")

"""How tables of each shape are read: the mappings of this person and those that are shared, to rename or forget."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import required
from accounts.roles import Right
from clients.imports import mappings


@required(Right.IMPORT)
@require_safe
def mapping_list(request):
    found = mappings.open_to(request.user).select_related("saved_by")
    context = {"mappings": found, "may_manage": request.user.may(Right.MANAGE_SETTINGS)}
    return render(request, "clients/imports/mappings.html", context)


@required(Right.IMPORT)
@require_POST
def change_mapping(request, pk):
    """Rename a mapping, and share it or keep it for oneself."""
    mapping = get_object_or_404(mappings.open_to(request.user), pk=pk)
    try:
        mappings.change(
            mapping, name=request.POST.get("name", ""), is_shared=bool(request.POST.get("is_shared")), by=request.user
        )
        messages.success(request, _("La correspondance est enregistrée."))
    except mappings.NameTakenError as taken:
        messages.error(request, str(taken))
    return redirect("clients:mappings")


@required(Right.IMPORT)
@require_POST
def forget_mapping(request, pk):
    mapping = get_object_or_404(mappings.open_to(request.user), pk=pk)
    mappings.forget(mapping, by=request.user)
    messages.success(request, _("Oubliée : les prochains tableaux de cette forme seront reconnus à neuf."))
    return redirect("clients:mappings")

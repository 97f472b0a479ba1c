"""Choosing the columns of a list, and their order: ticked, moved up or down, or those of the product again."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import saved_views
from cockpit.layouts import AT_RISK, CLIENTS, HOLES, MOVEMENTS, PARAMETER, Chosen, chosen_by, known
from segmentation.models import ScoringRun

UP, DOWN = "monter", "descendre"
PAGES = {
    "clients": (CLIENTS, "cockpit:client-list", _("Colonnes de la liste des clients")),
    "at-risk": (AT_RISK, "cockpit:at-risk", _("Colonnes des clients à risque")),
    "movements": (MOVEMENTS, "cockpit:movements", _("Colonnes des mouvements")),
    "holes": (HOLES, "cockpit:opportunity-list", _("Colonnes des opportunités")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, name: str) -> HttpResponse:
    """The columns of this list for this person. The address is that of the list, to go back to it as it was."""
    layout, view, title = PAGES[name]
    settings = saved_views.settings_of(request.user, layout.page)
    chosen = chosen_by(layout, request.GET, settings, ScoringRun.objects.latest_at())
    if request.method == "POST":
        slugs = _wanted(request.POST, chosen)
        saved_views.choose_columns(person=request.user, page=layout.page, columns=slugs)
        moved = request.POST.get(UP) or request.POST.get(DOWN)
        here = f"{request.path}?{_back(request.GET)}#colonne-{moved}"
        return redirect(here if moved in slugs else _list(view, request.GET))
    back = _list(view, request.GET)
    context = {"title": title, "back": back, "list_title": layout.page.label, "chosen": chosen, "rows": _rows(chosen)}
    return render(request, "cockpit/columns.html", context)


def _rows(chosen: Chosen) -> list[dict]:
    """Every column that can be chosen: those of the list in their order, then the others."""
    offered, last = chosen.offered, len(chosen.slugs) - 1
    order = dict.fromkeys([*chosen.slugs, *offered])
    return [
        {
            "slug": slug,
            "label": offered[slug].label(chosen.words),
            "is_shown": place <= last,
            "rises": 0 < place <= last,
            "falls": place < last,
        }
        for place, slug in enumerate(order)
    ]


def _wanted(sent: QueryDict, chosen: Chosen) -> list[str]:
    """The columns ticked, in the order of the page, one of them moved when its button was pressed."""
    if "defaut" in sent:
        return []
    slugs = list(known(chosen.layout, chosen.words, sent.getlist("colonne")))
    for button, step in ((UP, -1), (DOWN, 1)):
        moved = sent.get(button)
        if moved in slugs:
            place = slugs.index(moved)
            slugs.insert(max(0, place + step), slugs.pop(place))
    return slugs


def _back(params: QueryDict) -> str:
    """The list's address but for its columns, which are being chosen."""
    kept = params.copy()
    kept.pop(PARAMETER, None)
    return kept.urlencode()


def _list(view: str, params: QueryDict) -> str:
    return f"{reverse(view)}?{_back(params) or 'vue='}"

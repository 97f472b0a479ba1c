"""The views of a list as tabs: those of the product with their counts, then those saved by its reader and shared."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import QueryDict

from accounts.models import SavedView, User

COLUMNS = "colonnes"
OF_THE_MOMENT = ("page", "client", COLUMNS)  # what belongs to one look at a list, or is said anew
USUAL = {("per_page", "25")}
MOST_SHOWN = 60


@dataclass(frozen=True)
class Tab:
    """One view. `count` is None where counting would cost a query a tab; `by` is who shares it, when somebody else."""

    label: str
    query: str
    is_current: bool
    count: int | None = None
    by: User | None = None


@dataclass(frozen=True)
class BuiltIn:
    """A view of the product: what it sets in the address ("" takes away), how many it lists before any filter."""

    label: str
    sets: dict[str, str]
    count: int
    is_current: bool


def arranged(params: QueryDict, columns: str = "") -> str:
    """A list's filters, order and columns as one query string, the same for the same list whatever led there."""
    kept = {(name, value) for name, values in params.lists() for value in values if value}
    said = {(name, value) for name, value in kept - USUAL if name not in OF_THE_MOMENT}
    columns_said = {(COLUMNS, columns)} if columns else set()
    made = QueryDict(mutable=True)
    for name, value in sorted(said | columns_said):
        made.appendlist(name, value)
    return made.urlencode(safe=",")


def tabs_of(
    *,
    user: User,
    page: str,
    params: QueryDict,
    here: str,
    found: int,
    built_in: Iterable[BuiltIn],
    columns_of: Callable[[QueryDict], str] = lambda params: "",
) -> list[Tab]:
    """The tabs of this page for this reader: `here` is the list shown, arranged, and `found` its number of rows.

    One query, whatever the number of views: of the saved ones, only the current is counted, by the list itself.
    """
    saved = _saved(user, page, here, found, columns_of)
    is_saved = any(tab.is_current for tab in saved)
    fixed = [
        Tab(
            label=view.label,
            query=_query_to(view, QueryDict() if is_saved else params),
            is_current=view.is_current and not is_saved,
            count=view.count,
        )
        for view in built_in
    ]
    return [*fixed, *saved]


def _saved(user: User, page: str, here: str, found: int, columns_of) -> list[Tab]:
    """The saved views, one's own first; the first that arranges the list as it is shown is the current one."""
    views = SavedView.objects.readable_by(user).on(page).select_related("owner")[:MOST_SHOWN]
    made: list[Tab] = []
    for view in sorted(views, key=lambda view: view.owner_id != user.pk):
        params = QueryDict(view.query)
        query = arranged(params, columns_of(params))
        is_current = query == here and not any(tab.is_current for tab in made)
        by = view.owner if view.owner_id != user.pk else None
        made.append(Tab(view.name, query, is_current, found if is_current else None, by))
    return made


def _query_to(view: BuiltIn, params: QueryDict) -> str:
    """The address of this view: the filters in force stay, unless they were those of a saved view."""
    kept = params.copy()
    for name in (*OF_THE_MOMENT[:2], "vue"):
        kept.pop(name, None)
    for name, value in view.sets.items():
        kept.pop(name, None)
        if value:
            kept[name] = value
    return kept.urlencode() or "vue="

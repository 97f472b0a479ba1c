"""Saving a list as somebody arranged it, for themselves or for the whole team, and choosing what a list opens with.

"The team" is everybody who may open the page: a view holds filters, not clients, and each reads their own through it.
Its name and the words it searches for are read by all; the form says so.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import ListSettings, SavedView, SavedViewQuerySet, User

MOST = 30  # of one person on one page
LONGEST = 2000


@transaction.atomic
def save(*, owner: User, page: str, name: str, query: str, is_shared: bool, replaces: bool = False) -> SavedView:
    """The view, saved after those this person has on this page; `replaces` their own of the same name.

    Raises ValidationError, code "taken", "full" or "long".
    """
    if len(query) > LONGEST:
        raise ValidationError(_("Ces filtres sont trop longs pour une vue. Retirez-en, puis recommencez."), code="long")
    mine = _locked(owner).on(page)
    view = _called(mine, name).first()
    if view is not None and not replaces:
        raise _taken(name)
    if view is None:
        if mine.count() >= MOST:
            raise ValidationError(
                _("Vous avez déjà %(most)s vues de cette liste. Supprimez-en une, puis recommencez.") % {"most": MOST},
                code="full",
            )
        last = mine.aggregate(last=Max("position"))["last"]
        view = SavedView(owner=owner, page=page, position=0 if last is None else last + 1)
    view.name, view.query, view.is_shared = name, query, is_shared
    view.save()
    return view


@transaction.atomic
def change(view: SavedView, *, name: str, is_shared: bool) -> None:
    """Renames the view, shares it or takes it back. Raises ValidationError, code "taken"."""
    others = _locked(view.owner).on(view.page).exclude(pk=view.pk)
    if _called(others, name).exists():
        raise _taken(name)
    SavedView.objects.filter(pk=view.pk).update(name=name, is_shared=is_shared)


@transaction.atomic
def move_up(view: SavedView) -> None:
    """Puts the view one place earlier among its owner's on the page; the first stays first."""
    mine = list(_locked(view.owner).on(view.page))
    place = mine.index(view)
    if place:
        mine.insert(place - 1, mine.pop(place))
    for position, one in enumerate(mine):
        one.position = position
    SavedView.objects.bulk_update(mine, ["position"])


def open_with(*, person: User, page: str, view: SavedView | None) -> None:
    """Makes this view the one that the page opens with for this person; None: the page as the product has it."""
    ListSettings.objects.update_or_create(person=person, page=page, defaults={"opens_with": view})


def choose_columns(*, person: User, page: str, columns: list[str]) -> None:
    """Remembers the columns of this list for this person, in order; none: those of the product."""
    ListSettings.objects.update_or_create(person=person, page=page, defaults={"columns": columns})


def settings_of(person: User, page: str) -> ListSettings:
    """This list as this person likes it; never saved when they never said."""
    found = ListSettings.objects.filter(person=person, page=page).select_related("opens_with", "person").first()
    return found or ListSettings(person=person, page=page)


def opening_of(settings: ListSettings) -> SavedView | None:
    """The view that the list opens with, if it is still theirs or shared."""
    view = settings.opens_with
    return view if view and (view.owner_id == settings.person_id or view.is_shared) else None


def _locked(owner: User) -> SavedViewQuerySet:
    """The views of this person, which nobody else changes until the transaction ends."""
    User.objects.select_for_update().get(pk=owner.pk)
    return SavedView.objects.of(owner)


def _called(views: SavedViewQuerySet, name: str) -> SavedViewQuerySet:
    """Those of this name, as the database compares names: whatever their case."""
    return views.alias(lowered=Lower("name")).filter(lowered=Lower(Value(name)))


def _taken(name: str) -> ValidationError:
    sentence = _("Vous avez déjà une vue « %(name)s » de cette liste. Choisissez un autre nom, ou remplacez-la.")
    return ValidationError(sentence % {"name": name}, code="taken")

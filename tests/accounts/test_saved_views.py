import pytest
from django.core.exceptions import ValidationError

from accounts import saved_views
from accounts.audit import acting_as
from accounts.models import AuditEntry, ListPage, ListSettings, SavedView
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def claire():
    return UserFactory()


def saved(owner, name="Bayonne", page=ListPage.CLIENTS, **options):
    fields = {"query": "q=bayonne", "is_shared": False, **options}
    return saved_views.save(owner=owner, page=page, name=name, **fields)


def names(views):
    return [view.name for view in views]


def test_views_come_in_the_order_they_were_saved(claire):
    for name in ("Zoé", "Abel", "Marc"):
        saved(claire, name)
    assert names(SavedView.objects.of(claire)) == ["Zoé", "Abel", "Marc"]


def test_one_person_has_one_view_of_a_name_on_a_page_whatever_its_case(claire):
    saved(claire, "Été")
    with pytest.raises(ValidationError, match="déjà une vue « été »"):
        saved(claire, "été")
    saved(claire, "été", page=ListPage.AT_RISK)
    saved(UserFactory(), "été")
    assert SavedView.objects.count() == 3


def test_a_view_is_replaced_when_its_owner_says_so(claire):
    first = saved(claire, "Bayonne")
    again = saved(claire, "BAYONNE", query="q=bayonne&tri=ville", replaces=True)
    assert again.pk == first.pk
    assert SavedView.objects.get().query == "q=bayonne&tri=ville"


def test_nobody_has_more_views_of_a_page_than_its_tabs_can_hold(claire):
    for number in range(saved_views.MOST):
        saved(claire, f"Vue {number}")
    with pytest.raises(ValidationError, match="déjà 30 vues"):
        saved(claire, "Une de trop")
    saved(claire, "Vue 3", replaces=True)
    saved(claire, "Ailleurs", page=ListPage.AT_RISK)


def test_an_address_that_does_not_fit_is_refused_in_words(claire):
    with pytest.raises(ValidationError, match="trop longs"):
        saved(claire, query="q=" + "x" * 2000)


def test_one_s_own_view_is_read_by_nobody_else_and_a_shared_one_by_all(claire):
    saved(claire, "À moi")
    saved(claire, "À tous", is_shared=True)
    direction = UserFactory(roles=[Role.DIRECTION])
    for reader in (direction, UserFactory()):
        assert names(SavedView.objects.readable_by(reader)) == ["À tous"]
    assert names(SavedView.objects.readable_by(claire)) == ["À moi", "À tous"]


@pytest.mark.parametrize(
    ("role", "removable"),
    [(Role.DIRECTION, ["À tous"]), (Role.ADMINISTRATOR, ["À tous"]), (Role.MANAGER, []), (Role.MARKETING, [])],
)
def test_who_manages_the_settings_may_remove_a_shared_view(claire, role, removable):
    saved(claire, "À moi")
    saved(claire, "À tous", is_shared=True)
    assert names(SavedView.objects.removable_by(UserFactory(roles=[role]))) == removable


def test_a_view_is_renamed_and_shared_but_not_under_a_name_in_use(claire):
    view, _other = saved(claire, "Bayonne"), saved(claire, "Dax")
    saved_views.change(view, name="BAYONNE", is_shared=True)
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("BAYONNE", True)
    with pytest.raises(ValidationError, match="déjà une vue « dax »"):
        saved_views.change(view, name="dax", is_shared=True)


def test_a_view_moves_up_one_place_at_a_time_and_the_first_stays_first(claire):
    views = [saved(claire, name) for name in ("A", "B", "C")]
    saved_views.move_up(views[2])
    assert names(SavedView.objects.of(claire)) == ["A", "C", "B"]
    saved_views.move_up(views[0])
    assert names(SavedView.objects.of(claire)) == ["A", "C", "B"]


def test_a_list_opens_with_a_view_as_long_as_it_can_be_read(claire):
    view = saved(UserFactory(), is_shared=True)
    saved_views.open_with(person=claire, page=ListPage.CLIENTS, view=view)
    opening = saved_views.opening_of(saved_views.settings_of(claire, ListPage.CLIENTS))
    assert opening == view
    saved_views.change(view, name=view.name, is_shared=False)
    assert saved_views.opening_of(saved_views.settings_of(claire, ListPage.CLIENTS)) is None
    view.delete()
    assert ListSettings.objects.get().opens_with is None


def test_asking_how_a_list_is_liked_writes_nothing(claire):
    assert saved_views.settings_of(claire, ListPage.CLIENTS).columns == []
    assert not ListSettings.objects.exists()


def test_columns_and_the_first_view_of_a_list_do_not_undo_each_other(claire):
    view = saved(claire)
    saved_views.open_with(person=claire, page=ListPage.CLIENTS, view=view)
    saved_views.choose_columns(person=claire, page=ListPage.CLIENTS, columns=["ville"])
    kept = ListSettings.objects.get()
    assert (kept.opens_with, kept.columns) == (view, ["ville"])


# --- The journal ---


def journaled():
    return list(AuditEntry.objects.filter(table="accounts_savedview").order_by("id"))


def test_what_one_arranges_for_oneself_leaves_no_trace(claire):
    saved(claire).delete()
    assert journaled() == []


def test_sharing_is_journaled_with_its_author_but_not_the_words_of_the_view(claire):
    with acting_as(claire):
        view = saved(claire, "Chez Durand", query="q=durand")
        saved_views.change(view, name="Chez Durand", is_shared=True)
        saved_views.change(view, name="Durand", is_shared=True)
        view.delete()
    entries = journaled()
    assert [entry.operation for entry in entries] == ["UPDATE", "UPDATE", "DELETE"]
    assert entries[0].changes == {"is_shared": [False, True]}
    assert entries[1].changes == {"name": None}
    assert {entry.user_id for entry in entries} == {claire.pk}
    assert "urand" not in str([entry.changes for entry in entries])


def test_a_view_made_for_all_is_journaled_as_it_is_made(claire):
    saved(claire, is_shared=True)
    assert [entry.operation for entry in journaled()] == ["INSERT"]

"""The draft of the rules: one for everybody, changed only by who saw it, in force only once tried and published."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from segmentation import drafting
from segmentation.drafting import DraftChanged, NoDraft, NothingChanged, NotPreviewed, Seen
from segmentation.models import GridCell, Preview, Rules, ScoringRun, SegmentSlug
from tests.factories import ClientFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return UserFactory(roles=[Role.DIRECTION])


def changed(author, **values):
    """The draft, begun or not, after this change of it."""
    rules = Rules.objects.drafts().first() or Rules.objects.published().get()
    return drafting.change(seen=Seen.of(rules), values=values, grid=drafting.grid_of(rules), by=author)


def tried(draft):
    """The same draft, with a finished preview of it as it is."""
    official = ScoringRun.objects.latest_at() or ScoringRunFactory()
    trial = ScoringRunFactory(kind="draft", rules=draft)
    Preview.objects.create(rules=draft, revision=draft.revision, run=trial, baseline=official, status="done")
    return draft


def test_a_draft_begins_as_a_copy_of_the_rules_in_force_under_the_next_number(author):
    published = Rules.objects.published().get()
    left_out = ClientFactory()
    published.exclusions.create(client=left_out, motive="Interne", decided_by=author)
    draft = drafting.begin(by=author)
    assert (draft.version, draft.status, draft.author) == (2, "draft", author)
    assert drafting.is_same(draft, published)
    assert drafting.exclusions_of(draft) == {left_out.pk: "Interne"}
    assert draft.grid.count() == 25


def test_there_is_one_draft_for_everybody(author):
    first = drafting.begin(by=author)
    assert drafting.begin(by=UserFactory(roles=[Role.ADMINISTRATOR])) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Rules.objects.create(version=9, recency_thresholds=[1, 2, 3, 4], frequency_thresholds=[4, 3, 2, 1])


def test_a_change_leaves_the_rules_in_force_as_they_are(author):
    draft = changed(author, new_client_days=60)
    assert (draft.version, draft.new_client_days) == (2, 60)
    assert Rules.objects.published().get().new_client_days == 90


def test_a_change_of_the_grid_moves_that_cell_alone(author):
    grid = drafting.grid_of(Rules.objects.published().get()) | {(3, 3): SegmentSlug.LOYAL}
    seen = Seen.of(Rules.objects.published().get())
    draft = drafting.change(seen=seen, values={}, grid=grid, by=author)
    assert drafting.grid_of(draft) == grid
    assert GridCell.objects.get(rules__version=1, r=3, fm=3).segment == SegmentSlug.WATCH


def test_saying_the_same_again_is_no_change_so_that_a_preview_still_holds(author):
    draft = changed(author, new_client_days=60)
    assert changed(author, new_client_days=60).revision == draft.revision


def test_a_draft_changed_in_another_tab_is_refused_in_words(author):
    first_tab = Seen.of(changed(author, new_client_days=60))
    changed(author, new_client_days=30)
    grid = drafting.grid_of(Rules.objects.published().get())
    with pytest.raises(DraftChanged) as refusal:
        drafting.change(seen=first_tab, values={"new_client_days": 10}, grid=grid, by=author)
    assert "a changé entre-temps" in str(refusal.value)
    assert Rules.objects.drafts().get().new_client_days == 30


def test_a_form_drawn_from_the_rules_in_force_does_not_overwrite_a_draft_begun_since(author):
    seen = Seen.of(Rules.objects.published().get())
    changed(author, new_client_days=60)
    grid = drafting.grid_of(Rules.objects.published().get())
    with pytest.raises(DraftChanged):
        drafting.change(seen=seen, values={"new_client_days": 10}, grid=grid, by=author)


def test_publishing_puts_the_draft_in_force_and_keeps_the_former_version(author):
    draft = tried(changed(author, new_client_days=60))
    old_run = ScoringRun.objects.official().get()
    published = drafting.publish(seen=Seen.of(draft), reason="Deux mois suffisent.", by=author)
    assert Rules.objects.published().get() == published
    assert (published.version, published.reason, published.author) == (2, "Deux mois suffisent.", author)
    old_run.refresh_from_db()
    assert (old_run.rules.version, old_run.rules.status, old_run.rules.new_client_days) == (1, "retired", 90)


def test_publishing_twice_is_refused_the_second_time(author):
    draft = tried(changed(author, new_client_days=60))
    drafting.publish(seen=Seen.of(draft), reason="Une fois.", by=author)
    with pytest.raises(NoDraft):
        drafting.publish(seen=Seen.of(draft), reason="Deux fois.", by=author)
    assert Rules.objects.published().get().reason == "Une fois."


def test_what_was_not_tried_as_it_is_cannot_be_published(author):
    tried(changed(author, new_client_days=60))
    draft = changed(author, new_client_days=30)
    with pytest.raises(NotPreviewed):
        drafting.publish(seen=Seen.of(draft), reason="Trop vite.", by=author)


def test_without_anybody_to_score_there_is_nothing_to_try(author):
    draft = changed(author, new_client_days=60)
    assert drafting.publish(seen=Seen.of(draft), reason="Avant les factures.", by=author).status == "published"


def test_a_draft_that_says_the_same_is_not_published(author):
    draft = drafting.begin(by=author)
    with pytest.raises(NothingChanged):
        drafting.publish(seen=Seen.of(draft), reason="Rien.", by=author)


def test_publishing_is_written_in_the_journal(author):
    draft = tried(changed(author, new_client_days=60))
    drafting.publish(seen=Seen.of(draft), reason="Pourquoi.", by=author)
    entry = AuditEntry.objects.filter(table="segmentation_rules", row_id=draft.pk, operation="UPDATE").first()
    assert entry.changes["status"] == ["draft", "published"]
    assert entry.changes["reason"] == ["", "Pourquoi."]


def test_every_change_of_the_draft_is_written_in_the_journal(author):
    client = ClientFactory()
    draft = changed(author, new_client_days=60)
    drafting.exclude(client=client, motive="Au comptant", by=author)
    entries = AuditEntry.objects.filter(table="segmentation_rules", row_id=draft.pk).order_by("id")
    assert [entry.changes.get("revision") for entry in entries] == [[None, 1], [1, 2], [2, 3]]
    exclusion = AuditEntry.objects.get(table="segmentation_exclusion")
    assert (exclusion.changes["client_id"], exclusion.changes["motive"]) == ([None, client.pk], [None, "Au comptant"])


def test_abandoning_forgets_the_draft_and_its_trials_and_nothing_else(author):
    draft = tried(changed(author, new_client_days=60))
    official = ScoringRun.objects.official().get()
    drafting.abandon(seen=Seen.of(draft), by=author)
    assert list(Rules.objects.all()) == [official.rules]
    assert list(ScoringRun.objects.all()) == [official]
    assert not Preview.objects.exists()


def test_a_client_is_left_out_by_the_draft_with_a_motive_and_taken_back(author):
    client = ClientFactory()
    draft = drafting.exclude(client=client, motive="Au comptant", by=author)
    assert drafting.exclusions_of(draft) == {client.pk: "Au comptant"}
    assert drafting.exclusions_of(Rules.objects.published().get()) == {}
    assert drafting.exclusions_of(drafting.include(client=client, by=author)) == {}


def test_nobody_changes_the_rules_without_the_right():
    manager, client = UserFactory(roles=[Role.MANAGER, Role.MARKETING]), ClientFactory()
    seen = Seen.of(Rules.objects.published().get())
    acts = [
        lambda: drafting.begin(by=manager),
        lambda: changed(manager, new_client_days=1),
        lambda: drafting.exclude(client=client, motive="Non", by=manager),
        lambda: drafting.include(client=client, by=manager),
        lambda: drafting.publish(seen=seen, reason="Non", by=manager),
        lambda: drafting.abandon(seen=seen, by=manager),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert Rules.objects.count() == 1


def test_the_default_grid_leaves_no_segment_out_of_reach():
    assert drafting.unreachable(drafting.grid_of(Rules.objects.get()).values()) == []


def test_an_edited_grid_says_which_segments_it_leaves_out_of_reach():
    cells = [slug for slug in drafting.grid_of(Rules.objects.get()).values() if slug not in ("watch", "dormant")]
    assert drafting.unreachable(cells) == [SegmentSlug.WATCH]  # the lost of less than 13 months are dormant
    assert drafting.unreachable([slug for slug in cells if slug != "lost"]) == ["watch", "dormant", "lost"]

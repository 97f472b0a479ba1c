"""Trying a draft: the same facts and date for both, one worker at a time, dead workers and lost bells made good."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from clients.models import Invoice
from segmentation import drafting, nightly, previews, scoring
from segmentation.drafting import DraftChanged, Seen
from segmentation.locks import FAMILY, Lock
from segmentation.models import Preview, Rules, Score, ScoringRun
from segmentation.scoring import score
from tests.connections import another_connection
from tests.factories import InvoiceFactory, ScoreFactory, ScoringRunFactory, UserFactory
from tests.segmentation.test_drafting import changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def facts():
    return InvoiceFactory(issued_on=dt.date(2026, 9, 15))


def asked(author, **values):
    return previews.ask(seen=Seen.of(changed(author, **values)), by=author)


def test_a_preview_compares_the_draft_with_the_official_run_on_the_same_facts(author, facts):
    official = score()
    preview = asked(author, new_client_days=60)
    assert previews.work() == 1
    preview.refresh_from_db()
    assert (preview.status, preview.percent_done, preview.baseline) == ("done", 100, official)
    assert (preview.run.kind, preview.run.rules.version, preview.run.as_of) == ("draft", 2, official.as_of)
    assert Score.objects.of(preview.run).count() == 1


def test_the_official_run_stays_the_one_on_show(author, facts):
    official = score()
    asked(author, tier_min_clients=1)
    previews.work()
    assert ScoringRun.objects.latest_at() == official


def test_facts_that_came_since_have_the_published_rules_tried_too(author, facts):
    official = score()
    InvoiceFactory(issued_on=dt.date(2026, 9, 10))
    preview = asked(author, new_client_days=60)
    previews.work()
    preview.refresh_from_db()
    assert (preview.baseline.kind, preview.baseline.rules.version) == ("draft", 1)
    assert preview.baseline.facts_version == preview.run.facts_version > official.facts_version
    assert preview.baseline.as_of == preview.run.as_of == official.as_of


def test_without_any_official_run_both_are_tried_at_the_date_of_the_facts(author, facts):
    preview = asked(author, new_client_days=60)
    previews.work()
    preview.refresh_from_db()
    assert preview.run.as_of == preview.baseline.as_of == dt.date(2026, 9, 15)


def test_without_facts_a_preview_says_so(author):
    preview = asked(author, new_client_days=60)
    previews.work()
    preview.refresh_from_db()
    assert preview.status == "failed"
    assert "aucune facture" in preview.error


def test_asking_twice_for_the_same_draft_is_one_preview(author, facts):
    first = asked(author, new_client_days=60)
    assert previews.ask(seen=Seen(2, first.revision), by=author) == first
    score()
    previews.work()
    assert previews.ask(seen=Seen(2, first.revision), by=author) == first


def test_a_preview_that_new_facts_made_stale_is_asked_for_anew(author, facts):
    score()
    first = asked(author, new_client_days=60)
    previews.work()
    InvoiceFactory(issued_on=dt.date(2026, 9, 10))
    assert previews.ask(seen=Seen(2, first.revision), by=author) != first


def test_asking_for_a_draft_that_changed_is_refused(author, facts):
    first = asked(author, new_client_days=60)
    changed(author, new_client_days=30)
    with pytest.raises(DraftChanged):
        previews.ask(seen=Seen(2, first.revision), by=author)


def test_a_preview_of_what_the_draft_no_longer_says_is_not_worked_out(author, facts):
    first = asked(author, new_client_days=60)
    changed(author, new_client_days=30)
    assert previews.work() == 0
    first.refresh_from_db()
    assert (first.status, first.run) == ("failed", None)
    assert "a changé" in first.error


def test_one_worker_at_a_time(author, facts):
    asked(author, new_client_days=60)
    with another_connection() as working:
        working.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, Lock.PREVIEW.value])
        assert previews.work() == 0
    assert previews.work() == 1


def test_a_preview_waits_while_another_trial_is_scored(author, facts):
    preview = asked(author, new_client_days=60)
    with another_connection() as working:
        working.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, Lock.DRAFT_RUN.value])
        assert previews.work() == 0
    preview.refresh_from_db()
    assert (preview.status, preview.attempts) == ("queued", 0)


def test_a_preview_left_by_a_dead_worker_is_taken_up_again(author, facts):
    preview = asked(author, new_client_days=60)
    Preview.objects.update(status="running", attempts=1)
    assert previews.work() == 1
    preview.refresh_from_db()
    assert (preview.status, preview.attempts) == ("done", 2)


def test_a_preview_that_killed_three_workers_is_given_up(author, facts):
    preview = asked(author, new_client_days=60)
    Preview.objects.update(status="running", attempts=previews.MOST_ATTEMPTS)
    previews.work()
    preview.refresh_from_db()
    assert (preview.status, preview.run) == ("failed", None)
    assert "trois fois" in preview.error


def test_an_error_fails_the_preview_in_words_and_it_can_be_asked_for_again(author, facts, monkeypatch):
    preview = asked(author, new_client_days=60)
    with monkeypatch.context() as broken:
        broken.setattr(scoring, "WINDOWS", ["absent"])
        previews.work()
    preview.refresh_from_db()
    assert (preview.status, "absent" in preview.error) == ("failed", False)
    assert previews.ask(seen=Seen(2, preview.revision), by=author) != preview


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_by_others_while_a_preview_works(author, facts, monkeypatch):
    preview = asked(author, new_client_days=60)
    seen = []

    class Watching(previews.Progress):
        def after(self, statement):
            super().after(statement)
            with another_connection() as other:
                seen.extend(other.execute("SELECT status, percent_done FROM segmentation_preview").fetchall())

    monkeypatch.setattr(previews, "Progress", Watching)
    previews.work()
    percents = [percent for status, percent in seen if status == "running"]
    assert percents == sorted(percents, key=lambda _percent: 0) or max(percents) == 98
    assert 0 < max(percents) < 100
    preview.refresh_from_db()
    assert preview.status == "done"


def test_publishing_has_everybody_scored_under_the_new_rules(author, facts):
    score()
    preview = asked(author, new_client_days=60)
    previews.work()
    drafting.publish(seen=Seen(2, preview.revision), reason="Deux mois.", by=author)
    run = nightly.score_new_facts()
    assert (run.rules.version, run.as_of, ScoringRun.objects.latest_at()) == (2, dt.date(2026, 9, 15), run)
    assert nightly.score_new_facts() is None


def test_a_date_asked_for_by_hand_does_not_stay_under_the_former_rules(author, facts):
    shown = score(as_of=dt.date(2026, 9, 30))
    Rules.objects.published().update(status="retired")
    published = Rules.objects.get()
    published.pk, published.version, published.status = None, 2, "published"
    published.save()
    for (r, fm), segment in drafting.grid_of(shown.rules).items():
        published.grid.create(r=r, fm=fm, segment=segment)
    run = nightly.score_new_facts()
    assert (run.as_of, run.rules.version) == (dt.date(2026, 9, 30), 2)


def test_trials_are_forgotten_after_a_week_with_their_previews(author):
    draft = drafting.begin(by=author)
    official = ScoringRunFactory()
    for days in (8, 6):
        trial = ScoringRunFactory(kind="draft", rules=draft, started_at=timezone.now() - dt.timedelta(days=days))
        ScoreFactory(run=trial)
        Preview.objects.create(rules=draft, revision=days, run=trial, baseline=official, status="done")
    nightly.forget_old_runs()
    assert list(Preview.objects.values_list("revision", flat=True)) == [6]
    assert Score.objects.count() == 1
    assert ScoringRun.objects.official().get() == official


def test_an_invoice_changed_since_makes_a_finished_preview_stale(author, facts):
    score()
    preview = asked(author, new_client_days=60)
    previews.work()
    preview = Preview.objects.select_related("run", "baseline__rules").get()
    assert previews.is_fresh(preview)
    Invoice.objects.update(amount_ht=5)
    assert not previews.is_fresh(preview)

"""When the past changes, the dates already scored are scored again under their own rules; and only those."""

import datetime as dt

import pytest
from django.db import connection

from accounts.roles import Role
from clients import merging
from clients.imports import pipeline, undo
from clients.models import Client
from segmentation import history, scoring
from segmentation.history import rescore_history
from segmentation.locks import Lock, held
from segmentation.models import Rules, Score, ScoringRun
from segmentation.scoring import score
from tests.clients.imports.books import import_text
from tests.factories import ClientFactory, InvoiceFactory, UserFactory

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 31)


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.AFTER_IMPORT = settings.AFTER_MERGE = []


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


def client_with(*days):
    client = ClientFactory()
    for day in days:
        InvoiceFactory(client=client, issued_on=day)
    return client


def standing():
    """The purchase days of each client at each standing date."""
    scores = Score.objects.of_runs(ScoringRun.objects.standing())
    return {(one.run.as_of, one.client_id): one.purchase_days for one in scores.select_related("run")}


@pytest.fixture
def months():
    """Two clients with one purchase in May each, and another one later; both months are scored."""
    kept, other = client_with(dt.date(2026, 5, 1), dt.date(2026, 6, 2)), client_with(dt.date(2026, 5, 3))
    for day in (MAY, JUNE):
        score(as_of=day)
    return kept, other


def test_dates_that_knew_merged_clients_are_scored_again(months, director):
    kept, other = months
    merging.merge(kept=kept, merged=other, by=director)
    assert rescore_history() == 2
    assert standing() == {(MAY, kept.pk): 2, (JUNE, kept.pk): 3}
    assert ScoringRun.objects.exclude(superseded_by=None).count() == 2


def test_undoing_the_merge_gives_the_scores_of_before(months, director):
    before = standing()
    record = merging.merge(kept=months[0], merged=months[1], by=director)
    rescore_history()
    merging.undo(record, by=director)
    assert rescore_history() == 2
    assert standing() == before


def test_doing_it_again_does_nothing(months, director):
    merging.merge(kept=months[0], merged=months[1], by=director)
    assert [rescore_history(), rescore_history()] == [2, 0]


def test_dates_that_did_not_know_these_clients_are_left_alone(months, director):
    runs = set(ScoringRun.objects.standing().values_list("pk", flat=True))
    merging.merge(kept=client_with(dt.date(2026, 7, 1)), merged=client_with(dt.date(2026, 7, 2)), by=director)
    score(as_of=JULY)
    assert rescore_history() == 0
    assert runs <= set(ScoringRun.objects.standing().values_list("pk", flat=True))


def test_each_date_is_scored_under_its_own_rules_by_whom_and_for_what_it_was(months, director):
    old = Rules.objects.get()
    ScoringRun.objects.update(trigger=ScoringRun.Trigger.NIGHT, launched_by=director)
    Rules.objects.update(status=Rules.Status.RETIRED)
    grid = list(old.grid.all())
    new = Rules.objects.get(pk=old.pk)
    new.pk, new.version, new.status = None, 2, Rules.Status.PUBLISHED
    new.save()
    for cell in grid:
        new.grid.create(r=cell.r, fm=cell.fm, segment=cell.segment)
    merging.merge(kept=months[0], merged=months[1], by=director)
    rescore_history()
    assert set(ScoringRun.objects.standing().values_list("rules__version", "trigger", "launched_by")) == {
        (1, "night", director.pk)
    }


def test_the_newest_date_comes_first(months, director):
    merging.merge(kept=months[0], merged=months[1], by=director)
    rescore_history()
    again = ScoringRun.objects.standing().order_by("pk").values_list("as_of", flat=True)
    assert list(again) == [JUNE, MAY]


def test_somebody_else_scoring_leaves_it_to_the_next_ring(months, director, monkeypatch):
    merging.merge(kept=months[0], merged=months[1], by=director)

    def busy(**options):
        raise scoring.AlreadyRunning

    with monkeypatch.context() as patch:
        patch.setattr(history, "score", busy)
        assert rescore_history() == 0
    assert rescore_history() == 2


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time(months, director):
    merging.merge(kept=months[0], merged=months[1], by=director)
    here = connection.copy()
    with here.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7301, %s)", [Lock.HISTORY.value])
        assert rescore_history() == 0
        cursor.execute("SELECT pg_advisory_unlock(7301, %s)", [Lock.HISTORY.value])  # closing gives it back too, later
    here.close()
    with held(Lock.HISTORY):
        assert rescore_history() == 2


def test_a_date_that_fails_three_times_is_left_until_the_past_changes_again(months, director, monkeypatch, caplog):
    merging.merge(kept=months[0], merged=months[1], by=director)
    with monkeypatch.context() as patch:
        patch.setattr(scoring, "WINDOWS", [*scoring.WINDOWS[:1], "nothing"])
        for _time in range(4):
            assert rescore_history() == 0
    assert ScoringRun.objects.filter(status="failed", as_of=JUNE).count() == 3
    assert rescore_history() == 0
    merging.merge(kept=months[0], merged=client_with(dt.date(2026, 5, 9)), by=director)
    assert rescore_history() == 2


# --- An import undone -----------------------------------------------------------------------------


def books(*rows):
    """An import of invoices: (number, client, day)."""
    return import_text("N° facture;Client;Date;Montant HT\n" + "".join(f"{n};{c};{d};100\n" for n, c, d in rows))


def taken_back(batch, by):
    assert undo.ask(batch, by=by)
    pipeline.process(batch.pk)


def test_scores_of_clients_that_go_with_an_import_go_at_once(director):
    books(("F1", "Dupont", "02/05/2026"))
    batch = books(("F2", "Martin", "03/05/2026"))
    score(as_of=MAY)
    martin = Client.objects.get(name="Martin").pk
    taken_back(batch, director)
    assert not Score.objects.filter(client=martin).exists()


def test_dates_from_the_first_day_of_the_undone_import_on_are_scored_again(director):
    books(("F1", "Dupont", "02/05/2026"), ("F2", "Dupont", "20/07/2026"))
    batch = books(("F3", "Dupont", "03/06/2026"))
    for day in (MAY, JUNE, JULY):
        score(as_of=day)
    may = ScoringRun.objects.standing().get(as_of=MAY).pk
    taken_back(batch, director)
    assert rescore_history() == 2
    assert ScoringRun.objects.standing().get(as_of=MAY).pk == may
    assert set(standing().values()) == {1, 2}


def test_a_date_at_which_nothing_is_left_loses_its_run(director):
    batch = books(("F1", "Dupont", "02/05/2026"))
    score(as_of=MAY)
    score(as_of=MAY)
    taken_back(batch, director)
    assert rescore_history() == 1
    assert not ScoringRun.objects.exists()


def test_a_date_that_only_the_undone_invoices_reached_is_no_longer_on_show(director):
    books(("F1", "Dupont", "02/05/2026"))
    score()
    batch = books(("F2", "Dupont", "20/07/2026"))
    score()
    taken_back(batch, director)
    rescore_history()
    score()
    assert ScoringRun.objects.latest_at().as_of == dt.date(2026, 5, 2)

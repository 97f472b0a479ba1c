"""A diagnosis: another company's books are judged as any others, apart from the firm's, and nothing of them stays."""

import datetime as dt
import logging
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from clients.imports import passing
from clients.imports.findings import RefusedError
from clients.models import Client, Invoice
from segmentation import diagnosis, scoring
from segmentation.apart import apart
from segmentation.diagnosis import diagnosed
from segmentation.locks import Lock
from segmentation.models import Movement, Rules, Score, ScoringRun
from tests.clients.imports.books import import_text, sale, text
from tests.connections import another_connection
from tests.factories import ClientFactory, InvoiceFactory, ScoreFactory

pytestmark = pytest.mark.django_db
SCORED = ("client__name", "r", "f", "m", "segment", "tier", "tier_revenue", "risk_reasons", "amount_at_risk")


def books(months=12, clients=8, year=2025):
    """A year of sales: each client buys every month, the last of them only until May."""
    lines = []
    for month in range(1, months + 1):
        for number in range(1, clients + 1):
            if number == clients and month > 5:
                continue
            entry = f"{month}-{number}"
            day = f"{year}{month:02}{10 + number}"
            lines += sale(f"C{number}", 10_000 * number, aux_label=f"Étude {number}", entry=entry, piece=entry, day=day)
    return text(*lines)


@pytest.fixture
def fec(tmp_path):
    """A function: these books as a file."""

    def written(content):
        path = tmp_path / "fec"
        path.write_text(content)
        return path

    return written


def digests():
    """Every row of every table, as the server would save it; sequences apart."""
    one = "SELECT '{0}', count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{0}\" AS t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(name) for name in connection.introspection.table_names(cursor)))
        return sorted(cursor.fetchall())


def scored():
    return sorted(Score.objects.of(ScoringRun.objects.latest_at()).values_list(*SCORED))


# --- What is found ---------------------------------------------------------------------------------


def test_a_company_is_judged_as_it_would_be_once_imported(fec):
    with diagnosed(fec(books()), "fec.txt") as run:
        apart_from_all, days = scored(), (run.as_of, run.rules.version)
    import_text(books(), format="fec")
    for day in (dt.date(2025, 9, 30), dt.date(2025, 10, 31), dt.date(2025, 11, 30)):
        scoring.score(as_of=day)
    assert days == (dt.date(2025, 12, 17), 1)
    assert apart_from_all == (scoring.score(as_of=days[0]) and scored())


def test_month_ends_before_it_are_scored_to_compare_with(fec):
    with diagnosed(fec(books()), "fec.txt") as run:
        days = sorted(day.isoformat() for day in ScoringRun.objects.values_list("as_of", flat=True))
        assert days == ["2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", run.as_of.isoformat()]
        assert Movement.objects.filter(client__name="Étude 8").exists()


@pytest.mark.parametrize(
    ("as_of", "days"),
    [
        (dt.date(2025, 12, 31), ["2025-09-30", "2025-10-31", "2025-11-30"]),
        (dt.date(2025, 3, 31), ["2024-12-31", "2025-01-31", "2025-02-28"]),
        (dt.date(2025, 5, 20), ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"]),
    ],
)
def test_it_is_compared_with_the_month_ends_since_a_quarter_before(as_of, days):
    InvoiceFactory(issued_on=dt.date(2024, 1, 1))
    assert [day.isoformat() for day in diagnosis._days_before(as_of)] == days


def test_a_short_history_is_compared_with_nothing(fec):
    with diagnosed(fec(books(months=3)), "fec.txt"):
        assert ScoringRun.objects.count() == 1


def test_the_rules_are_those_delivered_whatever_the_firm_made_of_its_own(fec):
    Rules.objects.update(status="retired")
    own = Rules.objects.get()
    own.pk, own.version, own.status, own.tier_a_share = None, 2, "published", Decimal("0.5")
    own.save()
    with diagnosed(fec(books()), "fec.txt") as run:
        assert (run.rules.version, run.rules.tier_a_share) == (1, Decimal("0.20"))
        assert run.rules.grid.count() == 25
    assert Rules.objects.published().get() == own


# --- Nothing is kept, nothing is mixed -------------------------------------------------------------


def kept_files(settings):
    """What the installation keeps: not the server's own files, nor messages of other tests to their workers."""
    folder = Path(settings.DATA_DIR)
    others = {folder / name for name in ("postgres", "broker")}
    return sorted(found for found in folder.rglob("*") if not others & {found, *found.parents})


def test_every_table_is_as_it_was(fec, tmp_path, settings):
    ScoreFactory(client=ClientFactory(name="Étude 1"))
    before, files = digests(), kept_files(settings)
    with diagnosed(fec(books()), "fec.txt"):
        assert Client.objects.count() == 8
    assert digests() == before
    assert kept_files(settings) == files


def test_the_facts_of_the_firm_are_neither_read_nor_written(fec):
    count = """
        SELECT relname, seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del
        FROM pg_stat_xact_user_tables WHERE schemaname = 'public' AND relname ~ '^(clients|segmentation)_'
    """
    ScoreFactory()
    with connection.cursor() as cursor:
        cursor.execute(count)
        before = dict(cursor.fetchall())
        with diagnosed(fec(books()), "fec.txt"):
            cursor.execute(count)
            touched = {name for name, uses in cursor.fetchall() if uses != before.get(name, 0)}
    assert touched == {"segmentation_gridcell", "segmentation_rules", "segmentation_segment"}


def test_a_client_of_the_same_name_at_the_firm_is_somebody_else(fec):
    ours = ClientFactory(name="Étude 1", code="C1")
    InvoiceFactory(client=ours, amount_ht=Decimal("999999.00"), issued_on=dt.date(2025, 12, 1))
    with diagnosed(fec(books()), "fec.txt"):
        revenue = Score.objects.of(ScoringRun.objects.latest_at()).get(client__name="Étude 1").tier_revenue
    assert revenue == Decimal("1200.00")
    assert Invoice.objects.get().client == ours


def test_what_fails_inside_leaves_nothing_either(fec):
    before = digests()
    with pytest.raises(ZeroDivisionError), diagnosed(fec(books()), "fec.txt"):
        raise ZeroDivisionError
    assert digests() == before
    assert Client.objects.count() == 0


def test_nothing_of_it_stays_in_the_cache(fec, monkeypatch):
    monkeypatch.setattr(cache, "set", lambda *args, **options: pytest.fail("something was kept"))
    with diagnosed(fec(books()), "fec.txt") as run:
        assert run.scored == 8


def test_apart_from_the_firm_there_is_nothing_but_rules_and_segments():
    ScoreFactory()
    with apart() as rules:
        assert (Client.objects.count(), ScoringRun.objects.count(), Rules.objects.get()) == (0, 0, rules)
    assert Client.objects.count() == 1


# --- Nobody waits for it ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_firm_imports_and_scores_while_a_diagnosis_is_under_way(fec):
    with diagnosed(fec(books()), "fec.txt"), another_connection() as session:
        session.execute("SET lock_timeout = '2s'")
        locks = ((2101, 0), (7301, Lock.OFFICIAL_RUN.value), (7301, Lock.HOURS.value), (7301, Lock.OBJECTIVES.value))
        for key in locks:
            assert session.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone() == (True,)
        session.execute("INSERT INTO clients_source (kind, name, created_at) VALUES ('fec', 'Nos livres', now())")
        assert session.execute("SELECT count(*) FROM clients_client").fetchone() == (0,)
        session.execute("DELETE FROM clients_source")


@pytest.mark.django_db(transaction=True)
def test_one_diagnosis_at_a_time(fec):
    with another_connection() as session:
        session.execute("SELECT pg_advisory_lock(7301, %s)", [Lock.DIAGNOSIS.value])
        with pytest.raises(RefusedError, match="Un autre diagnostic est en cours"), diagnosed(fec(books()), "fec.txt"):
            pass


# --- What cannot be read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty-file"),
        ("client;date;montant\r\nRoux;01/02/2025;100\r\n", "wrong-format"),
        ("\0\1\2" * 99, "binary-file"),
    ],
)
def test_what_is_no_fec_is_refused_in_the_words_of_the_wizard(fec, content, reason):
    with pytest.raises(RefusedError) as refused, diagnosed(fec(content), "fichier.txt"):
        pass
    assert refused.value.reason == reason
    assert refused.value.message.endswith(".")


def test_a_file_longer_than_a_page_has_time_for_is_refused_with_its_size(fec, monkeypatch):
    monkeypatch.setattr(passing, "MOST_LINES", 100)
    too_long = pytest.raises(RefusedError, match=r"compte 267 lignes, plus que les 100")
    with too_long as refused, diagnosed(fec(books()), "fec.txt"):
        pass
    assert refused.value.reason == "too-big"


def test_an_unexpected_failure_is_logged_without_what_it_says(fec, monkeypatch, caplog):
    def broken(*args):
        raise ValueError("Étude 1 doit 12 000 €")

    monkeypatch.setattr(diagnosis, "take_in", broken)
    told = pytest.raises(RefusedError, match="Une erreur inattendue")
    with caplog.at_level(logging.ERROR), told, diagnosed(fec(books()), "fec.txt"):
        pass
    assert "ValueError at" in caplog.text
    assert "Étude" not in caplog.text


def test_no_folder_of_an_archive_stays(fec):
    before = set(Path(tempfile.gettempdir()).glob("cap-clients-import-*"))
    with diagnosed(fec(books()), "fec.txt"):
        pass
    assert set(Path(tempfile.gettempdir()).glob("cap-clients-import-*")) <= before

"""Diagnostic express: a FEC in, the A4 page out, who did it noted, nothing else kept."""

import datetime as dt
import re
import zipfile
from io import BytesIO

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import AuditEntry, Diagnosis, Firm
from accounts.roles import Role
from cockpit.reports import diagnosis_pages
from tests.factories import ScoreFactory, ScoringRunFactory, UserFactory
from tests.segmentation.test_diagnosis import books, digests

pytestmark = pytest.mark.django_db
ADDRESS = "/rapports/diagnostic/"


@pytest.fixture(autouse=True)
def _in_january():
    with time_machine.travel(dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def direction(client):
    Firm.objects.create(pk=Firm.ONLY, name="Cabinet Garance", revenue_word="honoraires", parts=["rfm"])
    person = UserFactory(roles=[Role.DIRECTION])
    client.force_login(person)
    return person


def ask(client, content, **data):
    file = SimpleUploadedFile("fec.txt", content.encode() if isinstance(content, str) else content)
    return client.post(ADDRESS, {"file": file, **data})


def zipped(content):
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("000000018FEC20251231.txt", content)
    return archive.getvalue()


def seen(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def test_the_page_is_about_the_company_under_the_name_of_the_firm(client, direction):
    page = seen(ask(client, books(), company="Menuiserie Roux"))
    assert "Cabinet Garance" in page
    assert "Note de direction · Menuiserie Roux" in page
    assert "8 clients, 12 mois glissants au 17 décembre 2025" in page
    assert "Palier A · Champions 2 clients →" in page
    assert "Étude 8" in page


def test_a_company_is_told_of_in_the_words_of_companies_and_of_nobody_s_portfolio(client, direction):
    page = seen(ask(client, books())).partition("Note de direction")[2]
    assert "CA, 12 mois" in page
    assert "Honoraires" not in page
    assert "suivis par personne" not in page


def test_nothing_on_the_page_leads_to_a_client(client, direction):
    content = ask(client, books()).content.decode()
    main = content.split("<main")[1]
    assert re.findall(r'href="(/clients/[^"]*|/mouvements/[^"]*|/a-risque/[^"]*)"', main) == []


def test_the_answer_is_kept_by_no_browser(client, direction):
    answer = ask(client, books())
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_all_that_is_written_down_is_who_did_it_and_when(client, direction):
    client.get(ADDRESS)
    before = {name: (count, digest) for name, count, digest in digests()}
    ask(client, books(), company="Menuiserie Roux")
    changed = {name for name, *rest in digests() if before[name] != tuple(rest)}
    assert changed <= {"accounts_diagnosis", "accounts_auditentry", "django_session"}
    assert Diagnosis.objects.get().made_by == direction
    entry = AuditEntry.objects.latest("pk")
    assert (entry.table, entry.user_id, entry.changes) == (
        "accounts_diagnosis",
        direction.pk,
        {"made_by_id": [None, direction.pk]},
    )


def test_no_log_names_a_client_or_the_company(client, direction, caplog):
    ask(client, books(), company="Menuiserie Roux")
    ask(client, "client;date\r\nÉtude 1;hier\r\n", company="Menuiserie Roux")
    assert "Étude" not in caplog.text
    assert "Roux" not in caplog.text


def test_nothing_is_read_from_or_left_in_what_pages_remember(client, direction, monkeypatch):
    """The runs of a diagnosis may bear the numbers of the firm's own."""
    ScoreFactory(run=ScoringRunFactory())
    client.get("/")
    for name in ("get", "set", "get_or_set"):
        monkeypatch.setattr(cache, name, lambda key, *args, **options: pytest.fail(f"asked for {key}"))
    assert "8 clients" in seen(ask(client, books()))


def test_the_count_beside_the_navigation_stays_that_of_the_firm(client, direction):
    for _number in range(3):
        ScoreFactory(run=ScoringRunFactory(as_of=dt.date(2026, 1, 11 - _number)), at_risk=True, amount_at_risk=5)
    own = re.search(r"Clients à risque (\d+)", seen(client.get(ADDRESS)))[1]
    assert re.search(r"Clients à risque (\d+)", seen(ask(client, books())))[1] == own == "1"


def test_a_zipped_fec_is_read_too(client, direction):
    assert "8 clients" in seen(ask(client, zipped(books())))


def test_a_refusal_says_the_line_and_leaves_no_trace(client, direction):
    broken = books().replace("20250711", "hier")
    answer = ask(client, broken)
    assert answer.status_code in (200, 422)
    refused = ask(client, "client;date\r\nÉtude 1;hier\r\n")
    assert refused.status_code == 422
    assert "Rien n’a été écrit." in seen(refused)
    assert Diagnosis.objects.count() == (answer.status_code == 200)


def test_too_many_lines_in_error_are_listed(client, direction):
    answer = ask(client, re.sub(r"(?<=\t)20250[1-4]\d\d(?=\t)", "20259999", books()))
    assert answer.status_code == 422
    assert "Ligne 2 :" in seen(answer)


def test_a_file_too_heavy_for_a_page_is_refused_before_it_is_read(client, direction, monkeypatch):
    monkeypatch.setattr(diagnosis_pages, "MOST_BYTES", 1000)
    answer = ask(client, books())
    assert answer.status_code == 422
    assert "Ce fichier dépasse 80 Mo" in seen(answer)


def test_who_may_not_import_makes_no_diagnosis(client):
    client.force_login(UserFactory(roles=[Role.MANAGER, Role.MARKETING, Role.COMMERCIAL]))
    assert client.get(ADDRESS).status_code == 403
    assert ask(client, books()).status_code == 403


def test_the_connection_is_as_it_was_afterwards(client, direction):
    with connection.cursor() as cursor:
        shown = []
        for _time in range(2):
            cursor.execute("SELECT current_schema(), current_setting('statement_timeout'), current_setting('work_mem')")
            shown.append(cursor.fetchone())
            ask(client, books(months=2))
    assert shown[0] == shown[1]

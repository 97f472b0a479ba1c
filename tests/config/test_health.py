"""Whether the installation works, as machines and administrators ask."""

import datetime as dt
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from clients.models import Import
from config import health
from config.models import Heartbeat
from config.tasks import beat_heart
from segmentation.models import LedgerEntry
from tests.config.processes import ENVIRONMENT
from tests.factories import UserFactory
from tests.surroundings import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files_as_broker(settings, tmp_path):
    settings.REDIS_URL = ""
    folders = {"data_folder_in": tmp_path / "queue", "control_folder": tmp_path / "control"}
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {name: str(folder) for name, folder in folders.items()}
    folders["data_folder_in"].mkdir()


def found(name):
    return next(finding for finding in health.findings() if finding.name == name)


def test_the_process_answers_strangers_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_a_ready_installation_says_so(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": True, "migrations": True, "broker": True}


def test_an_installation_without_broker_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "broker_answers", lambda: False)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["broker"] is False


def test_a_migration_not_applied_is_seen():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'config'")
    assert not health.is_migrated()


def test_a_health_address_changes_nothing(client):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


def test_a_consumed_task_is_remembered():
    beat_heart()
    assert found("Dernière tâche").is_well


def test_tasks_that_nobody_consumes_are_not_well():
    assert not found("Dernière tâche").is_well
    Heartbeat.objects.create(job=Heartbeat.Job.TASK, done_at=timezone.now() - dt.timedelta(hours=1))
    assert "redémarrez le worker" in found("Dernière tâche").words


def test_the_age_of_the_oldest_message_is_told(tmp_path):
    (tmp_path / "queue" / f"{0:020}_a.celery.msg").write_text("{}")
    waiting = found("Plus ancien message")
    assert not waiting.is_well
    assert waiting.words.startswith("1 en attente")


def test_a_disk_almost_full_is_not_well(monkeypatch):
    monkeypatch.setattr(health, "LEAST_DISK_BYTES", 2**62)
    assert not found("Disque").is_well


def test_the_command_ends_in_error_when_something_is_not_well():
    spoken = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("health", stdout=spoken)
    assert "✗ Dernière tâche" in spoken.getvalue()


def test_the_command_ends_well_when_all_is_well():
    beat_heart()
    spoken = StringIO()
    call_command("health", stdout=spoken)
    assert "✗" not in spoken.getvalue()


@pytest.mark.parametrize(("door", "expected"), [("config.wsgi", "15s"), ("config.celery", "0s")])
def test_only_web_processes_give_up_on_long_statements(door, expected, tmp_path):
    code = f"import {door}; from django.conf import settings; print(settings.DATABASES['default']['OPTIONS'])"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={**ENVIRONMENT, "DATA_DIR": str(tmp_path)},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert f"statement_timeout={expected}" in printed


def test_administrators_read_what_is_unwell_and_what_to_do(client):
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    Heartbeat.objects.create(job=Heartbeat.Job.BACKUP, done_at=timezone.now() - dt.timedelta(days=3))
    page = client.get("/reglages/etat/").content.decode()
    assert "Quelque chose ne va pas" in page
    assert "Lancez « manage.py backup »" in page
    assert f"Cap Clients {health.VERSION}" in page
    assert 'href="/reglages/etat/"' in client.get("/reglages/").content.decode()


def test_an_import_that_nobody_takes_is_seen():
    assert found("Plus ancien import").is_well
    Import.objects.create(status="queued", launched_at=timezone.now() - dt.timedelta(minutes=6))
    assert not found("Plus ancien import").is_well
    assert found("Plus ancien import").repair


def test_a_job_of_the_night_that_failed_is_named():
    assert found("Travaux de la nuit").is_well
    LedgerEntry.objects.create(job="retention", business_date=timezone.localdate(), outcome="failed")
    assert found("Travaux de la nuit").words == "retention"

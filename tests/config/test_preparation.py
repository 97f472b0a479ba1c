"""Preparing twice, or from two places, is as good as once."""

import psycopg
import pytest
from django.db import connection

from config import preparation


@pytest.fixture
def static(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    return settings.STATIC_ROOT


@pytest.fixture
def copies(monkeypatch):
    calls = []
    monkeypatch.setattr(preparation, "call_command", lambda name, **options: calls.append(name))
    return calls


def test_static_files_are_copied_once(static, copies):
    preparation.collect_static()
    preparation.collect_static()
    assert copies == ["collectstatic"]


def test_static_files_are_copied_again_when_one_changed(static, copies, monkeypatch):
    preparation.collect_static()
    monkeypatch.setattr(preparation, "fingerprint", lambda *sources: "autre")
    preparation.collect_static()
    assert copies == ["collectstatic"] * 2


def test_a_fingerprint_changes_with_a_name_and_with_a_content(tmp_path):
    (tmp_path / "a.css").write_text("a")
    first = preparation.fingerprint(tmp_path)
    (tmp_path / "a.css").write_text("b")
    second = preparation.fingerprint(tmp_path)
    (tmp_path / "a.css").rename(tmp_path / "b.css")
    assert len({first, second, preparation.fingerprint(tmp_path)}) == 3


@pytest.mark.django_db(transaction=True)
def test_one_process_prepares_at_a_time():
    known = connection.get_connection_params()
    other = {name: known[name] for name in ("host", "port", "user", "password", "dbname") if known.get(name)}
    with preparation.one_at_a_time(preparation.PREPARING), psycopg.connect(**other, autocommit=True) as second:
        taken = second.execute("SELECT pg_try_advisory_lock(%s)", [preparation.PREPARING]).fetchone()[0]
    assert taken is False

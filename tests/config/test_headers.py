"""What every answer carries, and `check --deploy` without a word."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from accounts.roles import Role
from tests.factories import UserFactory

STRICT = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
}


def policy(page):
    return set(page["Content-Security-Policy"].split("; "))


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/connexion/", "/rien-ici/", "/reglages/", "/invitation/perdu/", "/healthz"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_every_answer_carries_the_strict_policy_and_the_other_headers(client, address, method):
    answer = getattr(client, method)(address)
    assert policy(answer) >= STRICT
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_the_administration_alone_writes_styles_inline_and_never_scripts(client):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    admin = policy(client.get("/admin/"))
    assert "style-src 'self' 'unsafe-inline'" in admin
    assert "script-src 'self'" in admin
    assert policy(client.get("/reglages/")) >= STRICT


@pytest.mark.django_db
def test_a_crash_carries_the_strict_policy_too(client, monkeypatch):
    client.raise_request_exception = False
    client.force_login(UserFactory())
    monkeypatch.setattr("cockpit.settings_page.CARDS", None)
    answer = client.get("/reglages/")
    assert answer.status_code == 500
    assert policy(answer) >= STRICT


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client):
    person = UserFactory()
    client.post("/connexion/", {"login": person.email, "password": "un mot de passe assez long"})
    assert {"sessionid", "csrftoken", "device"} <= set(client.cookies)
    for name in ("sessionid", "csrftoken", "device"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def run(code, **environment):
    """What this code prints under fresh settings, as in production."""
    kept = {name: os.environ[name] for name in ("PATH", "DATABASE_URL") if name in os.environ}
    environment = kept | {"DJANGO_SETTINGS_MODULE": "config.settings", **environment}
    return subprocess.run(
        [sys.executable, *code], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )


SHOW = """
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)
"""


def test_over_https_cookies_belong_to_the_host_and_the_browser_stays_there(tmp_path):
    shown = run(["-c", SHOW], DATA_DIR=str(tmp_path), SITE_URL="https://cap.example").stdout
    assert shown.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "31536000"]


def test_over_plain_http_on_this_machine_cookies_are_ordinary(tmp_path):
    shown = run(["-c", SHOW], DATA_DIR=str(tmp_path), SITE_URL="http://127.0.0.1:8000").stdout
    assert shown.split() == ["sessionid", "csrftoken", "False", "False", "0"]


def test_check_deploy_has_nothing_to_say(tmp_path):
    found = run(
        ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        DATA_DIR=str(tmp_path),
        SITE_URL="https://cap.example",
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "no issues" in found.stdout + found.stderr


@pytest.mark.parametrize("secret", ["petit-9", "change-me" * 10, "a" * 60])
def test_a_sample_or_short_secret_stops_the_start(tmp_path, secret):
    found = run(["manage.py", "check"], DATA_DIR=str(tmp_path), SECRET_KEY=secret)
    assert found.returncode != 0
    assert "SECRET_KEY est trop courte ou ressemble à un exemple" in found.stderr
    assert secret not in found.stderr

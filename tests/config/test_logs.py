"""The log says what happened and to which ids, never to whom by name."""

import json
import logging
import sys

import pytest

from config.logs import JsonFormatter, scrubbed
from tests.factories import UserFactory


def record(message, *arguments, exc_info=None):
    return logging.LogRecord("essai", logging.INFO, __file__, 1, message, arguments, exc_info)


def test_a_line_is_one_line_in_utc():
    line = JsonFormatter().format(record("deux\nlignes"))
    assert "\n" not in line
    assert json.loads(line)["at"].endswith("+00:00")


def test_addresses_and_quoted_rows_are_taken_out():
    text = "refusé pour anne@cabinet.example\nDETAIL:  Key (name)=(Boulangerie Martin) already exists."
    assert scrubbed(text) == "refusé pour [adresse]\n"


def test_an_exception_is_kept_without_the_row_it_quotes():
    try:
        raise ValueError("DETAIL:  Key (email)=(anne@cabinet.example)")
    except ValueError:
        line = JsonFormatter().format(record("échec", exc_info=sys.exc_info()))
    assert "anne" not in line
    assert "ValueError" in json.loads(line)["exception"]


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_ids_and_its_route(client, caplog):
    user = UserFactory()
    client.force_login(user)
    with caplog.at_level(logging.INFO, logger="config.logs"):
        response = client.get("/clients/4242/")
    [line] = [record.facts for record in caplog.records if hasattr(record, "facts")]
    assert (line["method"], line["route"], line["status"]) == ("GET", "clients/<int:pk>/", response.status_code)
    assert len(response.headers["X-Request-ID"]) == 12


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_not_written_down(client):
    UserFactory()
    request = client.get("/invitation/jeton-secret/").wsgi_request
    missed = record("Not Found: %s", request.path)
    missed.request, missed.status_code = request, 404
    assert "jeton-secret" not in JsonFormatter().format(missed)

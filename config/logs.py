"""The log: a line of JSON an event, in UTC, with the ids of request, person and task, and nobody's name or address."""

import json
import logging
import re
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from celery import current_task
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)  # PostgreSQL quotes the row there
SILENT = ("healthz", "readyz")

log = logging.getLogger(__name__)
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class JsonFormatter(logging.Formatter):
    """One line a record, whatever it holds; addresses and quoted rows are taken out of messages and tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(_message(record)),
            **_ids(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = scrubbed("".join(traceback.format_exception(record.exc_info[1])))
        return json.dumps(line, ensure_ascii=False, default=str)


def scrubbed(text: str) -> str:
    """The text without e-mail addresses, nor the rows that PostgreSQL quotes."""
    return ADDRESS.sub("[adresse]", DETAIL.sub("", text))


def _message(record: logging.LogRecord) -> str:
    """What happened; for a request, its route rather than its path, which may hold a token."""
    request = getattr(record, "request", None)
    if request is None or not hasattr(request, "resolver_match"):
        return record.getMessage()
    return f"{getattr(record, 'status_code', '')} {route_of(request)}".strip()


def _ids() -> dict[str, Any]:
    found: dict[str, Any] = {}
    request = _request.get()
    if request is not None:
        found["request"] = getattr(request, "id", None)
        if person := person_of(request):
            found["user"] = person
    if current_task:
        found |= {"task": current_task.name, "task_id": current_task.request.id}
    return found


def route_of(request: HttpRequest) -> str:
    """The pattern that answers this request, without what was filled in; empty when none does."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else ""


def person_of(request: HttpRequest) -> int | None:
    """The id of whoever is logged in, if somebody asked already: writing a line never asks the database."""
    person = getattr(request, "_cached_user", None)
    return person.pk if person is not None else None


class RequestLogMiddleware:
    """Gives each request an id, shown on error pages and sent back, and writes one line about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.id = uuid4().hex[:12]  # type: ignore[attr-defined]
        token = _request.set(request)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            if route_of(request) not in SILENT:
                self._write(request, response, started)
            return response
        finally:
            _request.reset(token)

    def _write(self, request: HttpRequest, response: HttpResponse | HttpResponseBase, started: float) -> None:
        facts = {
            "method": request.method,
            "route": route_of(request),
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000),
        }
        log.info("request", extra={"facts": facts})


CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "celery.app.trace": {"level": "WARNING"},  # a line a task each minute says nothing; failures are kept
        "celery.worker.strategy": {"level": "WARNING"},
        "gunicorn.error": {"handlers": [], "propagate": True},
    },
}

"""What every test may rely on: PostgreSQL, the segments and version 1 of the rules, no network but this host."""

import importlib
import socket

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests of several transactions empty every table between them: let them, and put the method's defaults back."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER keep_whole_journal")
    post_migrate.connect(_install_defaults, dispatch_uid="defaults-after-flush")


def _install_defaults(sender, **kwargs):
    if sender.name == "segmentation":
        importlib.import_module("segmentation.migrations.0002_rules_version_1").install(apps)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Nothing leaves this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"the tests reach nothing but this machine, not {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)

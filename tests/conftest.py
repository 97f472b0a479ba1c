"""What every test may rely on: PostgreSQL, the segments and version 1 of the rules, no network but this host."""

import importlib
import os
import socket
import uuid

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models.signals import post_migrate
from hypothesis import settings as properties

from config import backups
from config.embedded.server import Server
from tests import surroundings

os.environ["DATA_DIR"] = str(settings.DATA_DIR)  # the programs that tests start work on the tests' own data

properties.register_profile("each time", deadline=None, derandomize=True)  # no clock over them: a busy machine is slow
properties.register_profile("prove", deadline=None, max_examples=3_000)
properties.load_profile("prove" if os.environ.get("PROVE") else "each time")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests of several transactions empty every table between them: let them, and put the method's defaults back."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER keep_whole_journal")
    post_migrate.connect(_install_defaults, dispatch_uid="defaults-after-flush")


def _install_defaults(sender, **kwargs):
    if sender.name == "segmentation":
        importlib.import_module("segmentation.migrations.0002_rules_version_1").install(apps)
        importlib.import_module("segmentation.migrations.0018_relation").weigh(apps, None)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Nothing leaves this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"the tests reach nothing but this machine, not {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


# --- What is around: skipped with a reason when absent, failed when CI=true -----------------------


def pytest_runtest_setup(item):
    for marker in ("browser", "redis", "shared"):
        if item.get_closest_marker(marker):
            surroundings.skip_or_fail(surroundings.missing(marker))


@pytest.fixture
def own_server(tmp_path, transactional_db):
    """A server that may be stopped: of this test alone, with the schema and the first rows of the suite's."""
    saved, server = backups.save(tmp_path / "saved", keep=1), Server(tmp_path / "data")
    server.attach()
    place = {"HOST": str(server.socket_folder), "PORT": "", "USER": server.role, "NAME": server.database}
    suite = connections["default"]
    connections["default"] = DatabaseWrapper(suite.settings_dict | place | {"PASSWORD": ""}, "default")
    try:
        backups.restore(saved)
        yield server
    finally:
        connection.close()
        connections["default"] = suite
        server.detach()


@pytest.fixture(scope="session")
def shared():
    """The folder of the real files beside the checkout."""
    surroundings.skip_or_fail(surroundings.missing("shared"))
    return surroundings.SHARED_DIR


@pytest.fixture(scope="session")
def chromium():
    """The path of the system's browser; start it with `surroundings.CHROMIUM_FLAGS`."""
    surroundings.skip_or_fail(surroundings.missing("browser"))
    return surroundings.chromium()


@pytest.fixture(autouse=True)
def _own_cache():
    """Nothing counted or kept by another test, in this process or the one beside it."""
    prefix = uuid.uuid4().hex
    settings.CACHES["default"]["KEY_PREFIX"] = prefix
    caches["default"].key_prefix = prefix

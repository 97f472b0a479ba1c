"""The embedded PostgreSQL: started once, shared, stopped by the last, whatever happens to its users."""

import os
import signal
import stat
import sys

import psycopg
import pytest

from config.embedded import account, tuning
from config.embedded.server import EmbeddedServerError, Server
from tests.config.processes import finish, python, user_of, wait_for_guardian

pytestmark = pytest.mark.xdist_group("embedded")

FORKS = """
import os, sys
from pathlib import Path
from config.embedded.server import Server
server = Server(Path(sys.argv[1]), durable=False)
server.attach()
child = os.fork()
if not child:
    sys.exit(0)
os.waitpid(child, 0)
print(server.answers(), flush=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder whose path has a space, with its database made."""
    folder = tmp_path_factory.mktemp("mes données")
    with user_of(folder):
        pass
    return folder


@pytest.fixture
def server(folder):
    return Server(folder, durable=False)


def ask(server, question, database="capclients"):
    with psycopg.connect(host=str(server.socket_folder), user="capclients", dbname=database) as connection:
        return connection.execute(question).fetchone()[0]


def postmaster(server):
    return int((server.data / "postmaster.pid").read_text().split("\n")[0])


def test_two_first_starts_at_once_make_one_database(tmp_path):
    server = Server(tmp_path / "neuf", durable=False)
    with user_of(server.folder), user_of(server.folder):
        assert ask(server, "SELECT count(*) FROM pg_database WHERE datname = 'capclients'") == 1
        assert ask(server, "SHOW server_version_num") >= "180000"


def test_the_database_sorts_and_folds_like_unicode(server):
    with user_of(server.folder):
        assert ask(server, "SELECT lower('ÉLÉONORE')") == "éléonore"
        assert ask(server, "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1") == "UTF8"


def test_the_last_user_stops_the_server(server):
    with user_of(server.folder) as first, user_of(server.folder):
        finish(first)
        assert server.answers()
    assert not server.answers()
    assert not (server.data / "postmaster.pid").exists()


def test_a_killed_last_user_leaves_no_server(server):
    with user_of(server.folder) as user:
        user.kill()
        user.wait()
    wait_for_guardian(server.folder)
    assert not (server.data / "postmaster.pid").exists()


def test_a_killed_user_does_not_take_the_server_from_the_others(server):
    with user_of(server.folder) as first, user_of(server.folder):
        first.kill()
        first.wait()
        assert ask(server, "SELECT 1") == 1


def test_a_forked_child_does_not_stop_the_server_of_its_parent(server):
    process = python(FORKS, server.folder)
    assert process.communicate(timeout=60)[0] == "True\n"
    assert not server.answers()


def test_a_server_killed_under_its_user_starts_again_when_asked(server):
    server.attach()
    try:
        os.kill(postmaster(server), signal.SIGKILL)
        while server.answers():
            pass
        server.attach(check=True)
        assert ask(server, "SELECT 1") == 1
    finally:
        server.detach()
    assert not server.answers()


def test_a_stale_number_of_another_program_does_not_keep_the_server_from_starting(server):
    account_lines = f"{os.getpid()}\n{server.data}\n1700000000\n5432\n{server.socket_folder}\n\n0 0\nready\n"
    (server.data / "postmaster.pid").write_text(account_lines)
    with user_of(server.folder):
        assert ask(server, "SELECT 1") == 1


def test_an_interrupted_creation_is_begun_again(tmp_path):
    server = Server(tmp_path, durable=False)
    (tmp_path / "postgres-new").mkdir()
    (tmp_path / "postgres-new" / "PG_VERSION").write_text("18\n")
    with user_of(tmp_path):
        assert ask(server, "SELECT 1") == 1


def test_only_the_owner_may_come_in(server):
    with user_of(server.folder):
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        assert ask(server, "SHOW listen_addresses") == ""
        assert (server.data / "pg_hba.conf").read_text() == "local all all peer map=cap\n"


def test_a_path_too_long_for_a_socket_gets_a_short_private_folder(tmp_path):
    server = Server(tmp_path / ("très-long-" * 12), durable=False)
    assert len(os.fsencode(server.socket_folder)) <= 92
    with user_of(server.folder):
        assert ask(server, "SELECT 1") == 1
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    server.socket_folder.rmdir()


def test_a_socket_folder_open_to_others_is_refused_with_a_way_out(folder, server):
    server.socket_folder.mkdir(exist_ok=True)
    server.socket_folder.chmod(0o777)
    with pytest.raises(EmbeddedServerError, match=r"n’est pas à vous seul.*Supprimez-le"):
        server.attach()
    server.socket_folder.chmod(0o700)
    server.detach()


def test_a_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "fichier").touch()
    server = Server(tmp_path / "fichier" / "data", durable=False)
    with pytest.raises(EmbeddedServerError, match="DATA_DIR"):
        server.attach()


def test_no_parent_folder_is_opened_to_anybody(tmp_path):
    closed = tmp_path / "fermé"
    closed.mkdir(mode=0o700)
    before = closed.stat()
    with user_of(closed / "données"):
        after = closed.stat()
    assert (before.st_mode, before.st_uid) == (after.st_mode, after.st_uid)


def test_the_program_is_found_whatever_its_version():
    assert (account.binaries(version="") / "postgres").exists()
    assert max(account.installed()) >= 18


def test_data_of_a_version_gone_is_refused_with_a_way_out():
    with pytest.raises(Exception, match=r"PostgreSQL 9, que cette installation n’a plus.*restaurez"):
        account.binaries(version="9")


def test_settings_follow_the_memory_of_the_machine(tmp_path):
    small = tuning.configuration(socket_folder=tmp_path, durable=True, memory=1024**3)
    large = tuning.configuration(socket_folder=tmp_path, durable=True, memory=64 * 1024**3)
    assert (small["shared_buffers"], large["shared_buffers"]) == ("128MB", "1024MB")
    assert "fsync" not in small


@pytest.mark.skipif(sys.platform != "linux", reason="root runs the server under another account on Linux")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change accounts")
def test_root_runs_the_server_as_nobody(server):
    with user_of(server.folder):
        assert os.stat(f"/proc/{postmaster(server)}").st_uid == server.data.stat().st_uid != 0

"""A backup holds everything, goes back only into an empty database, and is refused when damaged."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from config import backups, health
from config.models import Heartbeat
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

CHECKSUM = "SELECT md5(coalesce(string_agg(line::text, '|' ORDER BY line::text), '')) FROM {} AS line"


def checksums():
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - {"cache", "config_heartbeat"})
        found = {}
        for table in tables:
            cursor.execute(CHECKSUM.format(table))
            found[table] = cursor.fetchone()[0]
    return found


@pytest.fixture
def firm():
    return ClientFactory.create_batch(3, owner=UserFactory())


@pytest.fixture
def empty_database():
    """The connection, turned to an empty database until the end of the test."""
    name = f"{connection.settings_dict['NAME']}_restored"
    home = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")

    def turn(target):
        connection.close()
        connection.settings_dict["NAME"] = target

    yield lambda: turn(name)
    turn(home)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


def test_what_was_saved_comes_back_whole(firm, empty_database, tmp_path):
    file = backups.save(tmp_path, keep=3)
    before = checksums()
    empty_database()
    backups.restore(file)
    assert checksums() == before
    assert before["clients_client"] != before["clients_contact"]


def test_the_journal_that_comes_back_cannot_be_altered_either(firm, empty_database, tmp_path):
    file = backups.save(tmp_path, keep=3)
    empty_database()
    backups.restore(file)
    for statement in ("UPDATE accounts_auditentry SET user_id = 0", "DELETE FROM accounts_auditentry"):
        with pytest.raises(DatabaseError, match="ne se modifie pas"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_numbers_go_on_from_where_they_were(firm, empty_database, tmp_path):
    file = backups.save(tmp_path, keep=3)
    empty_database()
    backups.restore(file)
    assert ClientFactory().pk > max(client.pk for client in firm)


def test_a_database_that_is_not_empty_is_left_alone(firm, tmp_path):
    file = backups.save(tmp_path, keep=3)
    before = checksums()
    with pytest.raises(CommandError, match=r"n’est pas vide.*DATABASE_URL"):
        call_command("restore", str(file))
    assert checksums() == before


def test_a_truncated_file_is_refused_before_anything_is_written(firm, empty_database, tmp_path):
    file = backups.save(tmp_path, keep=3)
    file.write_bytes(file.read_bytes()[:-200])
    empty_database()
    with pytest.raises(backups.BackupError, match="n’est pas une sauvegarde entière"):
        backups.restore(file)
    assert backups.is_empty()


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "autre.dump").write_text("bonjour")
    with pytest.raises(CommandError, match="n’est pas une sauvegarde entière"):
        call_command("restore", str(tmp_path / "autre.dump"))


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(CommandError, match="n’existe pas"):
        call_command("restore", str(tmp_path / "rien.dump"))


def test_only_the_last_ones_are_kept_and_only_for_their_owner(tmp_path):
    for hour in range(3):
        (tmp_path / f"cap-clients-20260101T0{hour}0000Z.dump").touch()
    file = backups.save(tmp_path, keep=2)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["cap-clients-20260101T020000Z.dump", file.name]
    assert file.stat().st_mode & 0o077 == 0


def test_a_backup_is_known_to_the_health_page(tmp_path):
    backups.save(tmp_path, keep=1)
    assert health.last(Heartbeat.Job.BACKUP) is not None


def test_a_backup_that_cannot_be_written_is_explained(tmp_path):
    (tmp_path / "fichier").touch()
    with pytest.raises(CommandError):
        call_command("backup", "--to", str(tmp_path / "fichier" / "dossier"))


def test_the_tools_are_never_older_than_the_server():
    assert (backups.programs(15) / "pg_dump").exists()
    with pytest.raises(backups.BackupError, match="postgresql-client-99"):
        backups.programs(99)

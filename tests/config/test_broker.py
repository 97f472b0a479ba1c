"""The broker made of files, between several processes."""

from queue import Empty

import pytest
from kombu import Connection

from config.celery import app
from tests.config.processes import python

TAKES_ALL = """
import sys
from queue import Empty
from kombu import Connection
from config.celery import app
folder = sys.argv[1]
options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder + "/control"}
channel = Connection("filesystem://", transport_options=options).default_channel
print("ready", flush=True)
sys.stdin.readline()
while True:
    try:
        print(channel._get("celery")["n"], flush=True)
    except Empty:
        break
"""


@pytest.fixture
def channel(tmp_path):
    folder = str(tmp_path / "file")
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": f"{folder}/control"}
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.default_channel


def test_the_application_uses_it_when_no_redis_is_named():
    with app.connection_for_write("filesystem://") as connection:
        assert type(connection.transport).__module__ == "config.broker"


def test_messages_come_out_in_the_order_they_went_in(channel):
    for number in range(3):
        channel._put("celery", {"n": number})
    assert [channel._get("celery")["n"] for _ in range(3)] == [0, 1, 2]


def test_a_message_being_written_is_not_taken(channel, tmp_path):
    (tmp_path / "file" / ".00000000000000000001_a.celery.msg").write_text("{")
    with pytest.raises(Empty):
        channel._get("celery")


def test_two_readers_never_take_the_same_message(channel, tmp_path):
    for number in range(300):
        channel._put("celery", {"n": number})
    readers = [python(TAKES_ALL, tmp_path / "file") for _ in range(2)]
    assert [reader.stdout.readline() for reader in readers] == ["ready\n"] * 2
    for reader in readers:
        reader.stdin.write("\n")
        reader.stdin.flush()
    taken = [line for reader in readers for line in reader.communicate(timeout=60)[0].split()]
    assert sorted(map(int, taken)) == list(range(300))


def test_a_queue_is_bound_once_however_many_workers_start(channel):
    for _ in range(3):
        channel._queue_bind("celery", "celery", "", "celery")
    channel._queue_bind("celery", "autre", "", "autre")
    assert sorted(binding.queue for binding in channel.get_table("celery")) == ["autre", "celery"]

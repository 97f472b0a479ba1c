"""The whole installation from one command, on a database of its own."""

import http.client
import signal
import subprocess
import sys
from contextlib import closing

import pytest
from django.core.management import CommandError

from config.management.commands.serve import Command
from tests.config.processes import ENVIRONMENT
from tests.surroundings import ROOT

pytestmark = pytest.mark.slow


def serve(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env={**ENVIRONMENT, "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def address_of(process):
    """Reads what the command says until it gives the address; fails with all it said when it ends before."""
    said = []
    for line in process.stdout:
        said.append(line)
        if "est prêt : http" in line:
            return line.rpartition("//")[2].strip()
    pytest.fail("".join(said))
    return None


def status(address, path):
    with closing(http.client.HTTPConnection(address, timeout=20)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def processes_of(folder):
    """Every process that names this folder: the database and its guardian do; so does whoever has a file open in it."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], check=True, capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line]


def test_it_serves_on_a_fresh_folder_and_leaves_no_process(tmp_path):
    folder = tmp_path / "mes données"
    with serve(folder, "--port", "18700") as process:
        address = address_of(process)
        assert status(address, "/healthz") == 200
        assert status(address, "/readyz") == 200
        assert status(address, "/") in (200, 302)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    assert processes_of(folder) == []


def test_an_address_out_of_reach_is_explained():
    with pytest.raises(CommandError, match="--port"):
        Command()._door("192.0.2.1", 8000)

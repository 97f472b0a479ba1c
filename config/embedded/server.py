"""Starting and stopping the embedded PostgreSQL, shared by every process of one installation.

Three locks in the data folder, all taken with flock(2) so that a killed process leaves none behind:

- `postgres-users`: held shared by every process that uses the server; whoever can take it alone may stop the server.
- `postgres-start`: held while creating or starting, so that two first starts do the work once.
- `postgres-guardian`: held by the small process that stops the server when the last user was killed (guardian.py).

A starter takes `users` before `start`, and whoever stops holds `users` alone: a stop never meets a start.
"""

import atexit
import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db.utils import OperationalError
from django.utils.translation import gettext as _
from psycopg import sql

from config.embedded import account, tuning

GUARDIAN = Path(__file__).with_name("guardian.py")
ADMIN = "postgres"
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")  # bytes: what a Unix socket address holds
START_SECONDS = 60
STOP_SECONDS = 60

_threads = threading.RLock()
_held: dict[Path, tuple[int, int]] = {}  # data folder → (process that took the lock, its open file)


class EmbeddedServerError(OperationalError):
    """The embedded server cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Server:
    """The server of one data folder. `durable=False` trades safety on power loss for speed: tests only."""

    folder: Path
    role: str = "capclients"
    database: str = "capclients"
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @functools.cached_property
    def socket_folder(self) -> Path:
        """The private folder of the socket: beside the data, or under /tmp when that path is too long for a socket."""
        beside = self.folder / "postgres-run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        return Path("/tmp") / f"cap-clients-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"  # noqa: S108 (its owner and its permissions are checked)

    @functools.cached_property
    def binaries(self) -> Path:
        """The folder of the wheel's programs: the version that made the data, the newest for new data."""
        return account.binaries(version=self._version())

    def binary(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs: psql, pg_dump, pg_restore…"""
        return self.binaries / name

    # --- Using ------------------------------------------------------------------------------------

    def attach(self, *, check: bool = False) -> None:
        """Holds the server for this process until it ends, starting it when nobody has; free when already held.

        `check` also makes sure that a server held for long still answers. Raises EmbeddedServerError when it cannot
        start.
        """
        with _threads, _explained(self):
            if self.folder in _held and not check:
                return
            if self.folder not in _held:
                self.folder.mkdir(parents=True, exist_ok=True)
                _held[self.folder] = (os.getpid(), _locked(self.folder / "postgres-users", fcntl.LOCK_SH))
                atexit.register(self.detach)
            starting = _locked(self.folder / "postgres-start", fcntl.LOCK_EX)
            try:
                if not self.answers():
                    self._start()
                self._post_guardian()
            finally:
                os.close(starting)

    def detach(self) -> None:
        """Lets go of the server and, when nobody else holds it, stops it. A forked child never stops its parent's."""
        with _threads:
            owner, users = _held.get(self.folder, (0, -1))
            if owner != os.getpid():
                return
            del _held[self.folder]
            os.close(users)  # closed, not unlocked: a forked child may still be using it
            alone = os.open(self.folder / "postgres-users", os.O_RDWR)
            try:
                fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
                self._dismiss_guardian()
            except BlockingIOError:
                fcntl.flock(alone, fcntl.LOCK_SH)  # at once when others use it; waits for a stop under way
            finally:
                os.close(alone)

    def answers(self) -> bool:
        """Whether something listens on the socket."""
        with socket.socket(socket.AF_UNIX) as knock:
            try:
                knock.connect(str(self.socket_folder / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def stop(self) -> None:
        """Stops the server, in order if it can, at once otherwise; nothing when it is not running."""
        for mode in ("fast", "immediate"):
            if not (self.data / "postmaster.pid").exists():
                return
            subprocess.run(  # noqa: S603 (our own command line)
                self._stop_command(mode), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
            )

    # --- Starting ---------------------------------------------------------------------------------

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._create()
        account.give(self.data)
        self._forget_stale_pid()
        self._make_socket_folder()
        tuning.write(self.data, socket_folder=self.socket_folder, durable=self.durable)
        for attempt in (1, 2, 3):  # processes orphaned by a killed server take a moment to leave its memory
            done = self._run(
                "pg_ctl", "start", "-w", "-s", "-t", str(START_SECONDS), "-l", str(self._log), "-D", self.data
            )
            if done.returncode == 0:
                break
            if attempt == 3:
                raise EmbeddedServerError(
                    _(
                        "La base de données intégrée ne démarre pas. Cause donnée par PostgreSQL : "
                        "%(cause)s. Le journal complet est dans « %(log)s »."
                    )
                    % {"cause": self._last_words(done.stdout), "log": self.data / "log"}
                )
            time.sleep(attempt)
        self._make_database()

    def _create(self) -> None:
        """A new cluster, made aside and put in place whole: an interrupted creation leaves nothing to trip on."""
        draft = self.folder / "postgres-new"
        shutil.rmtree(draft, ignore_errors=True)
        if self.data.exists():
            self.data.rmdir()  # only ever empty here; anything else is somebody's and stops us
        draft.mkdir(mode=0o700)
        account.give(draft)
        done = self._run(
            "initdb",
            "--pgdata", draft,
            "--username", ADMIN,
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth-local=peer",
            "--auth-host=reject",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        )  # fmt: skip
        if done.returncode != 0:
            raise EmbeddedServerError(
                _(
                    "La base de données intégrée n’a pas pu être créée dans « %(folder)s ». Cause donnée par "
                    "PostgreSQL : %(cause)s. Libérez de la place, ou donnez un autre dossier par la variable DATA_DIR."
                )
                % {"folder": self.data, "cause": self._last_words(done.stdout)}
            )
        draft.rename(self.data)

    def _make_database(self) -> None:
        role, database = sql.Identifier(self.role), sql.Identifier(self.database)
        with psycopg.connect(
            host=str(self.socket_folder), user=ADMIN, dbname="postgres", autocommit=True, connect_timeout=START_SECONDS
        ) as admin:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [self.role]).fetchone():
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database]).fetchone():
                admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def _forget_stale_pid(self) -> None:
        """Removes a postmaster.pid whose number now belongs to another program, which PostgreSQL cannot tell."""
        file = self.data / "postmaster.pid"
        for _second in range(STOP_SECONDS):
            pid = _first_number(file)
            if pid is None:
                return
            if not account.is_postmaster(pid, self.data):
                file.unlink(missing_ok=True)
                return
            time.sleep(1)  # ours, starting or stopping by itself

    def _make_socket_folder(self) -> None:
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        account.give(self.socket_folder)
        found = self.socket_folder.lstat()
        if self.socket_folder.is_symlink() or found.st_uid != account.server_user(self.data) or found.st_mode & 0o077:
            raise EmbeddedServerError(
                _(
                    "Le dossier « %(folder)s » n’est pas à vous seul : la base de données intégrée n’y ouvrira pas sa "
                    "porte. Supprimez-le et recommencez."
                )
                % {"folder": self.socket_folder}
            )

    def _post_guardian(self) -> None:
        """Leaves one guardian behind, unless one is already there: it inherits the lock that says so."""
        try:
            guard = _locked(self.folder / "postgres-guardian", fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        try:
            command = [sys.executable, "-I", "-S", GUARDIAN, guard, self.folder / "postgres-users", self.data]
            guardian = subprocess.Popen(  # noqa: S603 (our own command line)
                [*map(str, command), *self._stop_command("fast")],
                pass_fds=[guard],
                start_new_session=True,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            guardian.returncode = 0  # it outlives us on purpose
            os.truncate(guard, 0)
            os.pwrite(guard, str(guardian.pid).encode(), 0)
        finally:
            os.close(guard)

    def _dismiss_guardian(self) -> None:
        """Ends the guardian of a server just stopped, so that nothing is left; only called while nobody uses it."""
        file = self.folder / "postgres-guardian"
        try:
            os.close(_locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:  # somebody holds it, so the number in it is theirs
            pid = _first_number(file)
            if pid:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGTERM)
                    os.waitpid(pid, 0)  # when it is our own child: leaves no defunct process

    # --- Programs ---------------------------------------------------------------------------------

    @property
    def _log(self) -> Path:
        return self.data / "start.log"

    def _version(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.data / "PG_VERSION").read_text().strip()
        return ""

    def _stop_command(self, mode: str) -> list[str]:
        stop = ["stop", "-w", "-s", "-m", mode, "-t", str(STOP_SECONDS), "-D", str(self.data)]
        return account.as_server_user([str(self.binary("pg_ctl")), *stop], self.data)

    def _run(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """One of the server's own programs, run by the account that owns the data, away from the terminal's signals."""
        return subprocess.run(  # noqa: S603 (our own command line)
            account.as_server_user([str(self.binary(name)), *map(str, arguments)], self.data),
            check=False,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
        )

    def _last_words(self, output: str) -> str:
        with contextlib.suppress(OSError):
            output += self._log.read_text(errors="replace")
        with contextlib.suppress(OSError):
            newest = max((self.data / "log").glob("*.log"), key=lambda file: file.stat().st_mtime, default=None)
            output += newest.read_text(errors="replace")[-2000:] if newest else ""
        lines = [line for line in output.splitlines() if line.strip()]
        loud = [line for line in lines if "FATAL" in line or "error" in line.lower()]
        return " / ".join((loud or lines)[-2:]) or _("aucune")


def _locked(path: Path, operation: int) -> int:
    """An open file holding this lock; closing it, or dying, lets go. Never inherited by a program started later."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, operation)
    except BaseException:
        os.close(file)
        raise
    return file


def _first_number(file: Path) -> int | None:
    try:
        return abs(int(file.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


@contextlib.contextmanager
def _explained(server: Server) -> Iterator[None]:
    """Turns what the system refuses into a message that says what to do."""
    try:
        yield
    except PermissionError as error:
        raise EmbeddedServerError(
            _(
                "La base de données intégrée n’a pas accès à « %(path)s », qui appartient à un autre compte. Relancez "
                "avec le compte qui a créé « %(folder)s », ou donnez un autre dossier par la variable DATA_DIR."
            )
            % {"path": error.filename, "folder": server.folder}
        ) from error
    except OSError as error:
        raise EmbeddedServerError(
            _(
                "La base de données intégrée ne peut pas écrire dans « %(folder)s » (%(cause)s). Libérez de la place, "
                "donnez un autre dossier par la variable DATA_DIR, ou un serveur PostgreSQL par DATABASE_URL."
            )
            % {"folder": server.folder, "cause": error.strerror or error}
        ) from error

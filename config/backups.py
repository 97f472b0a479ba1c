"""Saving the whole database in one file, and putting such a file back into an empty database."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from config import health
from config.embedded import account
from config.models import Heartbeat

SUFFIX = ".dump"
PASSING = "cache"  # a table whose rows are worth nothing tomorrow

EMPTINESS = """
    SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
"""


class BackupError(Exception):
    """The file or the database cannot be used; the message says why and what to do."""


def default_folder() -> Path:
    return Path(settings.DATA_DIR) / "backups"


def save(folder: Path, *, keep: int) -> Path:
    """The file written, whole and read back once; the oldest beyond `keep` files of this folder are removed.

    Raises BackupError when the database cannot be read or the file not written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_save(f"{folder} : {error.strerror}") from error
    target = folder / f"cap-clients-{_stamp(timezone.now())}{SUFFIX}"
    draft = target.with_suffix(".part")
    draft.touch(mode=0o600)
    try:
        _run("pg_dump", "--format=custom", f"--exclude-table-data={PASSING}", f"--file={draft}", otherwise=_cannot_save)
        check(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    health.record(Heartbeat.Job.BACKUP)
    for old in sorted(folder.glob(f"cap-clients-*{SUFFIX}"))[:-keep]:
        old.unlink()
    return target


def check(file: Path) -> None:
    """Reads a backup from end to end; raises BackupError when it is missing, truncated or something else."""
    if not file.is_file():
        raise BackupError(_("Le fichier « %(file)s » n’existe pas. Vérifiez le chemin.") % {"file": file})
    _run("pg_restore", f"--file={os.devnull}", str(file), otherwise=lambda cause: _damaged(file, cause))


def restore(file: Path) -> None:
    """Puts a backup back, all or nothing; raises BackupError when it is damaged or the database is not empty."""
    check(file)
    if not is_empty():
        raise BackupError(
            _(
                "La base « %(name)s » n’est pas vide : rien n’a été restauré, pour n’écraser aucune donnée. Créez une "
                "base vide et donnez-la par DATABASE_URL, ou un dossier neuf par DATA_DIR, puis recommencez."
            )
            % {"name": connection.settings_dict["NAME"]}
        )
    _run(
        "pg_restore",
        "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
        f"--dbname={connection.settings_dict['NAME']}", str(file),
        otherwise=lambda cause: _damaged(file, cause),
    )  # fmt: skip


def is_empty() -> bool:
    """Whether the database has no table at all, not even those of the migrations."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTINESS)
        return cursor.fetchone()[0] == 0


def programs(server_major: int) -> Path:
    """The folder of the oldest pg_dump that knows this server: a newer one writes what an older server refuses."""
    found = dict(account.installed())
    system = shutil.which("pg_dump")
    if system is not None:
        found.setdefault(_major(system), Path(system).parent)
    able = [version for version in found if version >= server_major]
    if not able:
        raise BackupError(
            _(
                "Le serveur est un PostgreSQL %(major)d, plus récent que les outils d’ici. Installez son paquet client "
                "(Debian, Ubuntu : « apt install postgresql-client-%(major)d »), puis recommencez."
            )
            % {"major": server_major}
        )
    return found[min(able)]


def _run(name: str, *arguments: str, otherwise: Callable[[str], BackupError]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        program = programs(int(cursor.fetchone()[0]) // 10_000) / name
    done = subprocess.run(  # noqa: S603 (our own command line)
        [str(program), *arguments],
        check=False,
        text=True,
        errors="replace",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **_address()},
    )
    if done.returncode != 0:
        raise otherwise(done.stderr.strip().splitlines()[0] if done.stderr.strip() else str(done.returncode))


def _address() -> dict[str, str]:
    """Where the database is, as PostgreSQL's programs read it."""
    known = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return {variable: str(known[key]) for variable, key in named.items() if known.get(key)}


def _cannot_save(cause: str) -> BackupError:
    return BackupError(
        _("La sauvegarde n’a pas pu être faite : %(cause)s. Vérifiez la place libre et l’accès à la base.")
        % {"cause": cause}
    )


def _damaged(file: Path, cause: str) -> BackupError:
    return BackupError(
        _(
            "« %(file)s » n’est pas une sauvegarde entière : %(cause)s. Rien n’a été restauré. Prenez la précédente, "
            "ou copiez de nouveau ce fichier depuis l’endroit où il est gardé."
        )
        % {"file": file, "cause": cause}
    )


def _major(program: str) -> int:
    shown = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603
    number = re.search(r"(\d+)", shown)
    return int(number.group(1)) if number else 0


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"

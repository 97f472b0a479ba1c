"""What the embedded server's own configuration files say: written whole at each start, so never out of date."""

import os
import re
from pathlib import Path

from config.embedded import account

MB = 1024 * 1024


def write(data: Path, *, socket_folder: Path, durable: bool) -> None:
    """Writes the configuration, who may connect (peers on the socket only) and under which names."""
    settings = configuration(socket_folder=socket_folder, durable=durable, memory=_memory())
    lines = [f"{name} = {_quoted(value)}\n" for name, value in settings.items()]
    _replace(data / "postgresql.conf", "".join(lines))
    _replace(data / "pg_hba.conf", "local all all peer map=cap\n")
    pairs = [(person, role) for person in account.allowed_accounts() for role in ("postgres", "capclients")]
    _replace(data / "pg_ident.conf", "".join(f'cap "{person}" {role}\n' for person, role in pairs))


def configuration(*, socket_folder: Path, durable: bool, memory: int) -> dict[str, str]:
    """PostgreSQL's settings for a machine of this much memory (bytes), shared with the program itself."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": '"{}"'.format(str(socket_folder).replace('"', '""')),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{_between(64, memory // MB // 8, 1024)}MB",
        "effective_cache_size": f"{_between(256, memory // MB // 2, 16384)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{_between(64, memory // MB // 16, 512)}MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",  # the wheel has no LLVM
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",  # a week, then over again
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "512MB"}
    return settings


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _quoted(value: str) -> str:
    return "'{}'".format(re.sub(r"(['\\])", r"\1\1", value))


def _replace(file: Path, text: str) -> None:
    """Rewrites a file of the server in place: it keeps its owner and permissions."""
    file.write_text(text)

"""The broker made of files, for an installation without Redis: kombu's own, made safe for several processes.

Kombu's writes a message under its final name, so that a reader may take it half written; claims it by a move that is
not atomic between file systems; and empties a routing table before locking it. Here all three are a rename.
"""

import fcntl
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """Messages are files of one folder, oldest name first; a dot before the name hides one being written or read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (Path(self.data_folder_out), self.control_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        draft = Path(self.data_folder_out, f".{name}")
        try:
            draft.write_text(dumps(payload))
            draft.rename(draft.with_name(name))
        except OSError as error:
            raise ChannelError(f"Cannot write the message {draft}") from error

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        for name in sorted(os.listdir(self.data_folder_in)):  # noqa: PTH208 (names are all we need, a hundred times a minute)
            if name.startswith(".") or not name.endswith(f".{queue}.msg"):
                continue
            taken = Path(self.data_folder_in, f".{name}.taken")
            try:
                Path(self.data_folder_in, name).rename(taken)
            except FileNotFoundError:
                continue  # another process was faster
            message: dict[str, Any] = loads(taken.read_text())
            taken.unlink()
            return message
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if binding in table:
                return
            file = self._exchange_file(exchange)
            draft = file.with_suffix(".new")
            draft.write_text(dumps([binding, *table]))
            draft.replace(file)


class Transport(filesystem.Transport):
    Channel = Channel
    polling_interval = 0.5  # seconds between two looks into the folder

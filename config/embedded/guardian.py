"""Waits until nobody uses the embedded server, then stops it: for when the last user was killed and could not.

Run by path, with the standard library alone. Arguments: the number of the open file whose lock tells that a guardian is
on duty, the lock file of the users, the data folder, the command that stops the server.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time

PATIENCE_SECONDS = 1.0


def main(on_duty: str, users_lock: str, data: str, *stop: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    while os.path.isdir(data):  # noqa: PTH112 (the standard library's smallest part: this process stays for long)
        try:
            users = os.open(users_lock, os.O_RDWR)
        except FileNotFoundError:
            break
        try:
            # Tried again and again, not waited for: a waiting exclusive lock may keep newcomers out on some systems.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(users)
            time.sleep(PATIENCE_SECONDS)
            continue
        subprocess.run(stop, check=False)  # noqa: S603 (the command of whoever started us)
        os.close(int(on_duty))  # before the users' lock: who starts the server next must find no guardian
        os.close(users)
        break


if __name__ == "__main__":
    main(*sys.argv[1:])

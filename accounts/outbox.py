"""The mails written to a folder while no mail server is set up: read from that folder, and from nowhere else."""

import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings

from accounts import team
from accounts.models import User

SEPARATOR = b"\n" + b"-" * 79 + b"\n"  # what Django's file-based backend writes after each message
LONGEST = 200_000  # bytes of a file worth reading: ours are plain text


@dataclass(frozen=True)
class Mail:
    """One message as a person reads it. `name` is the file that holds it, perhaps with others."""

    name: str
    to: str
    subject: str
    sent_at: datetime | None
    body: str


def is_kept() -> bool:
    """Whether mails go to the folder rather than to a server."""
    return settings.EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend"


def names() -> list[str]:
    """The files of the folder, newest first. Links are not followed out of it."""
    folder = Path(settings.OUTBOX_DIR)
    if not folder.is_dir():
        return []
    files = [file for file in folder.iterdir() if file.suffix == ".log" and file.is_file() and not file.is_symlink()]
    return [file.name for file in sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)]


def readable_by(user: User, chosen) -> list[Mail]:
    """The mails of these files, among `names()`, but those to people whose account this person may not change.

    A mail may carry the link that sets a new password: whoever reads it can become its addressee.
    """
    mails = [mail for name in chosen for mail in _read(Path(settings.OUTBOX_DIR) / name)]
    people = {person.email: person for person in User.objects.filter(email__in={mail.to for mail in mails})}
    return [mail for mail in mails if mail.to not in people or team.may_manage(user, people[mail.to])]


def forget(holds: Callable[[str], bool]) -> int:
    """How many files of the folder were deleted: those of which a mail says what `holds` recognises."""
    gone = [name for name in names() if any(holds(f"{one.to} {one.subject} {one.body}") for one in _read(_path(name)))]
    for name in gone:
        _path(name).unlink(missing_ok=True)
    return len(gone)


def _path(name: str) -> Path:
    return Path(settings.OUTBOX_DIR) / name


def _read(file: Path) -> list[Mail]:
    with file.open("rb") as opened:
        content = opened.read(LONGEST)
    return [_parsed(file.name, part) for part in content.replace(b"\r\n", b"\n").split(SEPARATOR) if part.strip()]


def _parsed(name: str, content: bytes) -> Mail:
    message = BytesParser(policy=email.policy.default).parsebytes(content.lstrip(b"\n"))
    text = message.get_body(("plain",))
    date = message["date"]
    return Mail(
        name=name,
        to=parseaddr(str(message["to"] or ""))[1].lower(),
        subject=str(message["subject"] or ""),
        sent_at=date.datetime if date else None,
        body=text.get_content() if text else "",
    )

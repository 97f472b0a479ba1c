"""The watched folder: what is dropped in `DATA_DIR/depot/` is imported as its shape was the last time, and reported.

A file is taken once nobody writes to it any more, moved aside, imported, then kept with the imported ones for thirty
days. Taken twice after a crash, it changes nothing the second time. Any number of workers may look: one does at a time.
"""

import datetime as dt
import logging
import os
import time
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.imports import queue, text_report
from clients.imports.claim import LOCK_SPACE
from clients.imports.retention import KEPT
from clients.models import Import

log = logging.getLogger(__name__)
LOCK = -1  # second half of the advisory lock's key: no import has this number
SETTLED = dt.timedelta(seconds=10)  # without a write: the copy is over
UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".swp", "~")
TAKEN, DONE = "en-cours", "importes"
README = "LISEZMOI.txt"


def folder() -> Path:
    """The watched folder, made with what explains it when it is not there."""
    place = Path(settings.DATA_DIR) / "depot"
    for inner in (TAKEN, DONE):
        (place / inner).mkdir(parents=True, exist_ok=True)
    readme = place / README
    if not readme.exists():
        readme.write_text(
            _(
                "Déposez ici un FEC, un tableau (CSV, XLSX, ODS), des factures électroniques ou un zip : Cap Clients "
                "l’importe dans la minute, comme la dernière fois, et envoie le compte rendu par e-mail. Les fichiers "
                "importés restent trente jours dans le dossier « importes »."
            )
            + "\n",
            encoding="utf-8",
        )
    return place


def watch() -> list[int]:
    """The imports made of what was dropped; none when another worker is looking, or when nothing is ready."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, LOCK])
        if not cursor.fetchone()[0]:
            return []
        try:
            place = folder()
            made = _take_in(place / TAKEN)  # what a crash left there
            for path in _ready(place):
                path.rename(place / TAKEN / path.name)
            made += _take_in(place / TAKEN)
            _forget(place / DONE)
            return made
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, LOCK])


def forget_all() -> None:
    """The copies of files already imported go, without waiting for their thirty days."""
    for path in (Path(settings.DATA_DIR) / "depot" / DONE).glob("*"):
        path.unlink(missing_ok=True)


def report() -> int:
    """How many imports of the folder were told by e-mail: those that ended or wait for somebody, each once."""
    told = 0
    for batch in Import.objects.filter(door=Import.Door.FOLDER, reported_at=None).prefetch_related("files"):
        if batch.is_final or batch.is_waiting:
            if not _tell(batch):
                return told  # the mail server does not answer: the next minute tries again
            Import.objects.filter(pk=batch.pk).update(reported_at=timezone.now())
            told += 1
    return told


def _ready(place: Path) -> list[Path]:
    """Plain files dropped there, whole since some seconds; never a link, a hidden file or an unfinished download."""
    latest = time.time() - SETTLED.total_seconds()
    with os.scandir(place) as entries:
        found = [
            Path(entry.path)
            for entry in entries
            if entry.is_file(follow_symlinks=False)
            and entry.name != README
            and not entry.name.startswith(".")
            and not entry.name.lower().endswith(UNFINISHED)
            and entry.stat(follow_symlinks=False).st_mtime <= latest
        ]
    return sorted(found)


def _take_in(taken: Path) -> list[int]:
    return [_submitted(path) for path in sorted(taken.iterdir()) if path.is_file()]


def _submitted(path: Path) -> int:
    batch = queue.submit(files=[(path.name, path)], by=None, door=Import.Door.FOLDER)
    path.rename(path.parent.parent / DONE / f"{batch.pk}-{path.name}")
    return batch.pk


def _forget(done: Path) -> None:
    """Delete the imported files kept long enough."""
    oldest = time.time() - KEPT.total_seconds()
    for path in done.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink()


def _tell(batch: Import) -> bool:
    """Whether everybody who imports was written to, each in their language."""
    for person in User.objects.active().with_right(Right.IMPORT):
        with translation.override(person.language):
            address = settings.SITE_URL + reverse("clients:import-resume", args=[batch.pk])
            subject = _("Import de %(files)s : %(status)s") % {"files": batch, "status": batch.get_status_display()}
            text = render_to_string(
                "clients/email/depot.txt", {"report": text_report.as_text(batch), "address": address}
            )
            try:
                send_mail(" ".join(subject.split())[:200], text, None, [person.email])
            except OSError:
                log.exception("the report of import %s could not be sent", batch.pk)
                return False
    return True

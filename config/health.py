"""Whether this installation works: what `/readyz`, the `health` command and the administrators' page say."""

import os
import platform
import shutil
import time
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from clients.models import Import
from config.models import Heartbeat
from segmentation import nightly
from segmentation.models import LedgerEntry

with (Path(settings.BASE_DIR) / "pyproject.toml").open("rb") as _project:
    VERSION = tomllib.load(_project)["project"]["version"]
BROKER_SECONDS = 2
QUEUE = "celery"
LATEST_TASK = timedelta(minutes=5)
LATEST_NIGHT = timedelta(hours=30)
LATEST_BACKUP = timedelta(hours=30)
LEAST_DISK_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its name, whether it is well, in words what was found, and what to do when it is not."""

    name: str
    is_well: bool
    words: str
    repair: str = ""


def record(job: Heartbeat.Job) -> None:
    """Writes down that this job was done now."""
    Heartbeat.objects.update_or_create(job=job, defaults={"done_at": timezone.now()})


def last(job: Heartbeat.Job) -> datetime | None:
    """The last time this job was done, or None."""
    return Heartbeat.objects.filter(job=job).values_list("done_at", flat=True).first()


# --- Ready to answer: database, migrations, broker ------------------------------------------------


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def is_migrated() -> bool:
    """Whether every migration of this code is applied; False when the database does not answer."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def broker_answers() -> bool:
    """Whether a message could be left now."""
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
            broker.default_channel  # noqa: B018 (opening it makes the folders of the broker made of files)
    except (BrokerError, OSError):
        return False
    return bool(settings.REDIS_URL) or os.access(_queue_folder(), os.W_OK)


def readiness() -> dict[str, bool]:
    """What must hold for pages to be answered."""
    return {"database": database_answers(), "migrations": is_migrated(), "broker": broker_answers()}


# --- Well: what an administrator reads ------------------------------------------------------------


def findings() -> list[Finding]:
    """Everything looked at, the vital first; stops after the database when it does not answer."""
    found = [_database()]
    if found[0].is_well:
        found += [_migrations(), _broker(), consumption(), _queue(), _imports(), _night(), _nightly_jobs(), _backup()]
    return [*found, _disk(), _version()]


def _database() -> Finding:
    well = database_answers()
    return Finding(
        _("Base de données"),
        well,
        _("répond") if well else _("ne répond pas : vérifiez DATABASE_URL et que le serveur est démarré"),
    )


def _migrations() -> Finding:
    well = is_migrated()
    return Finding(_("Schéma"), well, _("à jour") if well else _("en retard : lancez « manage.py prepare »"))


def _broker() -> Finding:
    well = broker_answers()
    return Finding(
        _("File des tâches"),
        well,
        _("répond") if well else _("ne répond pas : vérifiez REDIS_URL ; les pages répondent, les tâches attendent"),
    )


def consumption() -> Finding:
    """Whether tasks are done, not only waiting: beat rings each minute, a worker writes it down."""
    done_at = last(Heartbeat.Job.TASK)
    if done_at is None:
        return Finding(
            _("Dernière tâche"), False, _("aucune encore : le worker et l’horloge tournent-ils ?"), _restart()
        )
    well = timezone.now() - done_at < LATEST_TASK
    when = _moment(done_at)
    return Finding(
        _("Dernière tâche"), well, when if well else _("%(when)s : redémarrez le worker") % {"when": when}, _restart()
    )


def _queue() -> Finding:
    """How much waits; its age too where the broker tells it (a broker made of files does)."""
    if settings.REDIS_URL:
        return _redis_queue()
    waiting = sorted(_queue_folder().glob("[0-9]*.msg"))
    if not waiting:
        return Finding(_("Plus ancien message"), True, _("aucun message en attente"))
    age = int(time.time() - int(waiting[0].name.partition("_")[0]) / 1e9)
    return Finding(
        _("Plus ancien message"),
        age < LATEST_TASK.total_seconds(),
        _("%(count)s en attente, depuis %(seconds)s s") % {"count": len(waiting), "seconds": age},
        _restart(),
    )


def _redis_queue() -> Finding:
    try:
        with current_app.connection_for_read(connect_timeout=BROKER_SECONDS) as broker:
            waiting = broker.default_channel.client.llen(QUEUE)
    except (BrokerError, OSError):
        return Finding(_("Messages en attente"), False, _("inconnus : la file des tâches ne répond pas"))
    return Finding(_("Messages en attente"), waiting < 1000, str(waiting), _restart())


def _restart() -> str:
    return _("Redémarrez le worker ; s’il tourne, ajoutez-en un second : « docker compose up -d --scale worker=2 ».")


def _imports() -> Finding:
    """The oldest import that no worker took: a row of the database, whatever became of its message."""
    queued = Import.objects.waiting().order_by("launched_at").values_list("launched_at", flat=True)
    oldest = queued.first()
    if oldest is None:
        return Finding(_("Plus ancien import"), True, _("aucun import en attente"))
    return Finding(
        _("Plus ancien import"),
        timezone.now() - oldest < LATEST_TASK,
        _("en attente depuis le %(when)s") % {"when": _moment(oldest)},
        _restart(),
    )


def _night() -> Finding:
    night = (
        LedgerEntry.objects.filter(job=nightly.JOB)
        .exclude(outcome=LedgerEntry.Outcome.STARTED)
        .order_by("-business_date")
        .first()
    )
    if night is None:
        return Finding(_("Dernière nuit"), True, _("aucune encore"))
    well = night.outcome != LedgerEntry.Outcome.FAILED and timezone.now() - night.started_at < LATEST_NIGHT
    return Finding(
        _("Dernière nuit"),
        well,
        f"{night.business_date:%d/%m/%Y} · {night.get_outcome_display()}",
        _("Elle est reprise chaque heure tant que l’horloge tourne ; sinon lancez « manage.py score »."),
    )


def _nightly_jobs() -> Finding:
    """What else a night does (retention, triggers, backtests): whatever failed lately and was not done since."""
    since = timezone.localdate() - timedelta(days=2)
    failed = LedgerEntry.objects.filter(outcome=LedgerEntry.Outcome.FAILED, business_date__gte=since)
    jobs = sorted(set(failed.exclude(job=nightly.JOB).values_list("job", flat=True)))
    return Finding(
        _("Travaux de la nuit"),
        not jobs,
        ", ".join(jobs) or _("rien n’a échoué depuis deux jours"),
        _("Ils sont repris chaque heure. Si cela dure, la cause est dans les journaux du worker, au même nom."),
    )


def _backup() -> Finding:
    done_at = last(Heartbeat.Job.BACKUP)
    if done_at is None:
        return Finding(_("Dernière sauvegarde"), True, _("aucune encore : « manage.py backup » en fait une"))
    return Finding(
        _("Dernière sauvegarde"),
        timezone.now() - done_at < LATEST_BACKUP,
        _moment(done_at),
        _("Lancez « manage.py backup », puis regardez pourquoi celle de la nuit n’a pas été faite."),
    )


def _disk() -> Finding:
    free = shutil.disk_usage(_nearest(Path(settings.DATA_DIR))).free
    return Finding(
        _("Disque"),
        free >= LEAST_DISK_BYTES,
        _("%(free)s Mo libres sous %(folder)s") % {"free": free // 1024 // 1024, "folder": settings.DATA_DIR},
        _("Faites de la place, ou déplacez les sauvegardes ailleurs : « manage.py backup --help »."),
    )


def _version() -> Finding:
    """What runs, for whoever asks for help."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    words = {"version": VERSION, "python": platform.python_version(), "django": django.__version__, "server": server}
    return Finding(
        _("Version"),
        True,
        _("Cap Clients %(version)s · Python %(python)s · Django %(django)s · PostgreSQL %(server)s") % words,
    )


def _moment(when: datetime) -> str:
    return f"{timezone.localtime(when):%d/%m/%Y %H:%M}"


def _queue_folder() -> Path:
    return Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))


def _nearest(folder: Path) -> Path:
    """The folder itself, or the closest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())

import os
import signal
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.utils.translation import gettext as _

from accounts import invitations
from config.preparation import prepare
from config.supervision.children import Leash
from config.supervision.supervisor import STOPPING_SIGNALS, CannotStartError, Supervisor, answers, listening, programs


class Command(BaseCommand):
    help = (
        "Démarre l’application entière (web, tâches et horloge) sur cet ordinateur, et l’arrête avec Ctrl-C. "
        "Avec --demo, charge d’abord le cabinet d’exemple."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="adresse d’écoute (127.0.0.1 : cet ordinateur seul)")
        parser.add_argument(
            "--port", type=int, default=8000, help="port souhaité ; s’il est pris, un port voisin libre"
        )
        parser.add_argument("--demo", action="store_true", help="charge le cabinet d’exemple")

    def handle(self, *args, host, port, demo, **options):
        for number in STOPPING_SIGNALS:  # even where a shell had us ignore them
            signal.signal(number, signal.default_int_handler)
        try:
            logins = self._prepare(demo)
            with self._door(host, port) as door:
                self._serve(door, logins)
        except KeyboardInterrupt:
            self._say(_("Arrêté."))

    def _prepare(self, demo) -> str:
        """Makes the database ready; what the sample firm's loading had to say, its logins among it."""
        self._say(_("Préparation de la base de données…"))
        spoken = StringIO()
        try:
            prepare()
            if demo:
                self._say(_("Chargement du cabinet d’exemple…"))
                call_command("seed_demo", stdout=spoken, stderr=self.stderr)
        except OperationalError as error:
            raise CommandError(str(error)) from error
        connections.close_all()
        return spoken.getvalue()

    def _door(self, host, port):
        try:
            return listening(host, port)
        except OSError as error:
            raise CommandError(
                _(
                    "Aucun port libre entre %(first)s et %(last)s sur %(host)s (%(cause)s). "
                    "Choisissez-en un autre avec --port."
                )
                % {"first": port, "last": port + 49, "host": host, "cause": error.strerror}
            ) from error

    def _serve(self, door, logins):
        host, port = door.getsockname()[:2]
        reach = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (compared, not bound)
        address = os.environ.get("SITE_URL") or f"http://{reach}:{port}"
        first = invitations.first_link(address)
        connections.close_all()
        leash = Leash()
        logs = settings.DATA_DIR / "logs"
        children = programs(door=door, logs=logs, leash=leash, environment={"SITE_URL": address})
        supervisor = Supervisor(children, leash)
        supervisor.listen_to_signals()
        self._say(_("Démarrage du site…"))
        try:
            supervisor.run(
                is_ready=lambda: answers((reach, port)),
                on_ready=lambda: self._announce(address, logs, logins, first),
            )
        except CannotStartError as error:
            raise CommandError(self._why_not(error)) from error
        self._say(_("Arrêté."))

    def _announce(self, address: str, logs: Path, logins: str, first: str | None) -> None:
        self._say(f"\n{logins}")
        self._say(_("Cap Clients est prêt : %(address)s") % {"address": address})
        if first:
            self._say(
                _("Personne n’a encore de compte. Ouvrez ce lien, une seule fois, pour créer celui de la Direction :")
            )
            self._say(first)
        self._say(_("Journaux : %(folder)s · Ctrl-C arrête tout.") % {"folder": logs})

    def _why_not(self, error: CannotStartError) -> str:
        return _(
            "« %(name)s » s’arrête chaque fois qu’on le démarre ; tout est arrêté. Ses derniers mots "
            "(journal complet : %(log)s) :\n\n%(words)s"
        ) % {"name": error.child.name, "log": error.child.log, "words": error.child.last_words()}

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

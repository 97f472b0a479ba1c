"""The sample firm, whole: its people, its facts through one import, a scoring of everybody, calls and objectives."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import acting_as
from accounts.models import Firm, User
from campaigns import sample as calls
from campaigns import sample_allocation, sample_calls, sample_campaigns, sample_prospects
from campaigns import sample_lives as lives
from clients.models import Import
from clients.sample import loading, team
from segmentation import backfill, backtest, opportunities, scoring, trials
from segmentation import sample as needs
from segmentation import sample_objectives as aims
from segmentation import sample_opportunities as offered
from segmentation.models import Backtest, ScoringRun
from segmentation.relation import sample as relation

HOURLY_COST, HOURLY_TARGET = 78, 120  # euros HT
LOCK = (2_119, 1)  # advisory: one loading at a time


class Command(BaseCommand):
    help = (
        "Charge le cabinet d’exemple dans une base vide (personnes, clients, factures, contacts, temps passés), "
        "calcule les scores et imprime de quoi se connecter. Sans effet quand il est déjà là."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--day",
            type=dt.date.fromisoformat,
            default=None,
            metavar="AAAA-MM-JJ",
            help="jour de l’exemple : ses données s’arrêtent la veille (par défaut, aujourd’hui)",
        )
        parser.add_argument(
            "--logins",
            type=Path,
            default=settings.DATA_DIR / "demo-logins",
            metavar="FICHIER",
            help="où garder les mots de passe créés, lisible par son seul propriétaire (par défaut, %(default)s)",
        )

    def handle(self, **options):
        with _alone():
            known = loading.loaded_import()
            if known is None and loading.has_real_facts():
                raise CommandError(str(loading.RealFactsError()))
            logins = team.hire(logins=options["logins"])
            director = User.objects.get(email=team.DIRECTOR)
            with acting_as(director):
                loaded = self._load(options["day"] or timezone.localdate(), director)
                run = _scored(loaded, director)
                _give_history()
                lives.record_relations(run=run)
                lives.record_departures(run=run)
                calls.record(run=run, today=timezone.localdate())
                sample_calls.record()
                lives.record_events(run=run, today=timezone.localdate(), by=director)
                opportunities.catch_up()
                offered.record(run=run, today=timezone.localdate(), by=director)
                aims.set_objectives(run=run, by=director)
                sample_campaigns.record(run=run, today=timezone.localdate())
                sample_allocation.record(today=timezone.localdate())
                needs.record(run=run, today=timezone.localdate(), by=director)
                relation.record(run=run, today=timezone.localdate())
                sample_prospects.record(run=run, today=timezone.localdate())
                _tried(director)
        self._say(loaded, run, was_there=known is not None)
        self._print(logins)

    def _load(self, day: dt.date, director: User) -> Import:
        _set_up_firm()
        try:
            return loading.load(day=day, by=director)
        except (loading.RealFactsError, loading.SampleRefusedError) as error:
            raise CommandError(str(error)) from error

    def _say(self, loaded: Import, run: ScoringRun, *, was_there: bool) -> None:
        if was_there:
            self.stdout.write(_("Le cabinet d’exemple est déjà chargé : rien n’a changé."))
        self.stdout.write(
            _("%(firm)s : %(clients)d clients, %(invoices)d factures et avoirs, du %(first)s au %(last)s.")
            % {
                "firm": team.FIRM_NAME,
                "clients": loaded.clients_created,
                "invoices": loaded.created,
                "first": date_format(loaded.first_day),
                "last": date_format(loaded.last_day),
            }
        )
        self.stdout.write(
            _("Calcul au %(day)s : %(scored)d clients, dont %(risk)d à risque.")
            % {
                "day": date_format(run.as_of),
                "scored": run.scored,
                "risk": run.risks.count(),
            }
        )

    def _print(self, logins: list[team.Login]) -> None:
        unknown = _("(inconnu : `manage.py changepassword` en donne un autre)")
        rows = [(_("Rôle"), _("Adresse"), _("Mot de passe"))]
        rows += [(login.role, login.email, login.password or unknown) for login in logins]
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        self.stdout.write("")
        for role, email, password in rows:
            self.stdout.write(f"  {role:{widths[0]}}  {email:{widths[1]}}  {password}")


@contextmanager
def _alone() -> Iterator[None]:
    """One loading at a time on this database; a second one is told so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", LOCK)
        if not cursor.fetchone()[0]:
            raise CommandError(_("Le cabinet d’exemple est en cours de chargement ailleurs : attendez qu’il ait fini."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", LOCK)


def _set_up_firm() -> None:
    """Gives the firm its name and words and shows every part, unless somebody already chose."""
    Firm.objects.get_or_create(
        pk=Firm.ONLY,
        defaults={
            "name": team.FIRM_NAME,
            "revenue_word": Firm.RevenueWord.FEES,
            "parts": list(Firm.Part.values),
            "hourly_cost": HOURLY_COST,
            "hourly_target": HOURLY_TARGET,
        },
    )


def _scored(loaded: Import, by: User) -> ScoringRun:
    """The run that pages show; made now when nothing has been scored since the sample came."""
    run = ScoringRun.objects.latest_at()
    if run is not None:
        return run
    try:
        return scoring.score(as_of=loaded.last_day, by=by)
    except scoring.AlreadyRunning as error:
        raise CommandError(str(error)) from error


def _give_history() -> None:
    """Two years of month-ends, as a firm that has used the product since has them."""
    try:
        backfill.backfill()
    except scoring.AlreadyRunning:  # a worker of the demo is at it: it will end what it began
        return


def _tried(by: User) -> None:
    """Tries the method on the newest month-end that the sample allows, unless some date was."""
    if Backtest.objects.told().exists():
        return
    try:
        trials.run_now(as_of=trials.newest_month_end(), months=backtest.MONTHS, by=by)
    except scoring.AlreadyRunning as error:
        raise CommandError(str(error)) from error

"""Objectives: setting, changing and closing them, valuing every client for each, and how far the firm is.

Three at most are open at once. What a client brings and could bring is written with each run, and at once for an
objective just set or changed; only the run on show keeps it. A total is that of the clients that its reader sees.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Service
from segmentation.locks import FAMILY, Lock
from segmentation.models import ClientObjective, Need, Objective, PeerGroup, ScoringRun
from segmentation.models.objectives import PLACES
from segmentation.statements import execute, prepare, prepare_page

STATEMENTS = ["service_objectives", "sector_objectives"]
ZERO = Decimal(0)
BROUGHT = {"euros": Sum("contribution", default=ZERO), "clients": Count("client", filter=Q(contribution__gt=0))}


class NoPlaceLeft(ValidationError):
    """Three objectives are open already."""


@transaction.atomic
def set_objective(
    *, objective: Objective, services: Sequence[Service] = (), needs: Sequence[Need] = (), by: User
) -> Objective:
    """This objective, new or changed, valued for the run on show.

    Raises PermissionDenied without the right to set the course, NoPlaceLeft for a fourth, ValidationError with the
    field at fault.
    """
    _take_turn(by)
    prepare_page()
    objective.changed_at = timezone.now()
    if objective.pk is None:
        objective.place, objective.created_by = _free_place(), by
    elif not Objective.objects.open().filter(pk=objective.pk).exists():
        raise ValidationError(_("Cet objectif est fermé : il ne change plus. Créez-en un autre."))
    _check(objective, services, needs)
    objective.full_clean()
    objective.save()
    objective.services.set(services if objective.kind == Objective.Kind.SERVICES else [])
    objective.needs.set(needs if objective.kind == Objective.Kind.NEEDS else [])
    ClientObjective.objects.filter(objective=objective).delete()
    if run := ScoringRun.objects.latest_at():
        value(run, objective)
    return objective


@transaction.atomic
def close(*, objective: Objective, by: User) -> None:
    """Gives its place back, and keeps what was reached. A second time changes nothing."""
    _take_turn(by)
    found = Objective.objects.open().filter(pk=objective.pk).first()
    if found is None:
        return
    found.reached = reached(found, ClientObjective.objects.filter(objective=found, run=ScoringRun.objects.latest_at()))
    found.closed_at, found.place = timezone.now(), None
    found.save(update_fields=["reached", "closed_at", "place"])
    ClientObjective.objects.filter(objective=found).delete()


@transaction.atomic
def value(run: ScoringRun, objective: Objective | None = None) -> None:
    """Writes what every client brings to the open objectives, to this one alone when named; not for a run of the past.

    Nothing of these objectives may be written for this run yet.
    """
    if ScoringRun.objects.standing().filter(as_of__gt=run.as_of).exists() or not Objective.objects.open().exists():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FAMILY, Lock.OBJECTIVES])
    found_for = PeerGroup.objects.values_list("run", flat=True).first()  # the run whose opportunities are known
    named = objective.pk if objective else None
    for name in STATEMENTS:
        execute(name, run=run.pk, opportunities=found_for, objective=named, today=timezone.localdate())


@transaction.atomic
def catch_up(run: ScoringRun) -> None:
    """Values for this run, once it stands, what was set while it was working, and what needs are about: rules find them
    once the run stands. The runs before it keep no values."""
    if run != ScoringRun.objects.latest_at():
        return
    prepare()
    for objective in Objective.objects.open().filter(Q(changed_at__gte=run.started_at) | Q(kind=Objective.Kind.NEEDS)):
        ClientObjective.objects.filter(objective=objective, run=run).delete()
        value(run, objective)
    ClientObjective.objects.exclude(run=run).delete()


@transaction.atomic
def follow_opportunities(run: ScoringRun) -> None:
    """Values again what depends on the opportunities just found for this run."""
    for objective in Objective.objects.open().exclude(kind=Objective.Kind.SECTORS):
        ClientObjective.objects.filter(objective=objective).delete()
        value(run, objective)


def reached(objective: Objective, values: QuerySet[ClientObjective]) -> Decimal:
    """What these values amount to in the measure of the objective: euros HT, or clients who brought anything."""
    return Decimal(values.aggregate(total=BROUGHT[objective.measure])["total"])


@dataclass(frozen=True)
class Progress:
    """How far an objective is at the date of a run, for some clients."""

    objective: Objective
    as_of: dt.date
    reached: Decimal

    @property
    def share(self) -> Decimal:
        """Of the target, 0 to more than 1."""
        return self.reached / self.objective.target

    @property
    def elapsed(self) -> Decimal:
        """The part of its days that is over, 0 to 1."""
        all_days = (self.objective.ends_on - self.objective.starts_on).days + 1
        over = (min(self.as_of, self.objective.ends_on) - self.objective.starts_on).days + 1
        return Decimal(max(over, 0)) / all_days

    @property
    def expected(self) -> Decimal:
        """What an even pace would have reached by then."""
        return self.objective.target * self.elapsed

    @property
    def lead(self) -> Decimal:
        """Ahead of the even pace, negative when behind."""
        return self.reached - self.expected

    @property
    def is_over(self) -> bool:
        return self.as_of >= self.objective.ends_on

    @property
    def has_begun(self) -> bool:
        return self.as_of >= self.objective.starts_on

    @property
    def is_reached(self) -> bool:
        return self.reached >= self.objective.target


def _check(objective: Objective, services: Sequence[Service], needs: Sequence[Need]) -> None:
    if objective.kind == Objective.Kind.SERVICES and not services:
        raise ValidationError({"services": _("Choisissez au moins un service.")})
    if objective.kind == Objective.Kind.NEEDS and not needs:
        raise ValidationError({"needs": _("Choisissez au moins un besoin.")})
    if objective.kind == Objective.Kind.SECTORS and not objective.sectors:
        raise ValidationError({"sectors": _("Écrivez au moins un début de code NAF, comme 69 ou 6920Z.")})
    if objective.starts_on and objective.ends_on and objective.ends_on <= objective.starts_on:
        raise ValidationError({"ends_on": _("L’objectif se termine avant de commencer. Choisissez un jour plus tard.")})


def _free_place() -> int:
    taken = set(Objective.objects.open().values_list("place", flat=True))
    free = [place for place in PLACES if place not in taken]
    if not free:
        raise NoPlaceLeft(_("Trois objectifs sont déjà ouverts. Fermez-en un avant d’en ouvrir un autre."))
    return free[0]


def _take_turn(by: User) -> None:
    """One change of the objectives at a time, by who may set the course."""
    if not by.may(Right.SET_COURSE):
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [FAMILY, Lock.OBJECTIVES])

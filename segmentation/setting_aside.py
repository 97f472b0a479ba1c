"""Setting a reason of risk aside until a day, with a motive, and taking it back: who did it is kept, and shown."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from segmentation import risk
from segmentation.models import Motive, RiskSetAside, ScoringRun

MOST_MONTHS = 24
USUAL_MONTHS = 3


@dataclass(frozen=True)
class SetAside:
    """What setting aside came to: the moment that undoing names, and the clients concerned."""

    at: dt.datetime
    clients: list[int]


def usual_until() -> dt.date:
    """The end date offered: long enough for a season, short enough to be looked at again."""
    return timezone.localdate() + relativedelta(months=USUAL_MONTHS)


@transaction.atomic
def set_aside(
    *, clients: Iterable[int], reason: str = "", motive: str, note: str = "", until: dt.date, by: User
) -> SetAside:
    """One reason of these clients, or every reason, hidden up to this day; what stood for the same reason is replaced.

    Clients that `by` may not see are left out. Raises PermissionDenied without the right to record actions,
    ValidationError for a day gone by or too far, and for another motive that is not written out.
    """
    _check_right(by)
    _check_day(until)
    if motive == Motive.OTHER and not note.strip():
        raise ValidationError(_("Écrivez le motif : « Autre » ne dira rien à la personne qui relira cette alerte."))
    ids = _locked(by, clients)
    now = timezone.now()
    RiskSetAside.objects.standing().filter(client__in=ids, reason=reason).update(lifted_at=now, lifted_by=by)
    RiskSetAside.objects.bulk_create(
        RiskSetAside(
            client_id=pk,
            reason=reason,
            motive=motive,
            note=note.strip(),
            until=until,
            set_aside_by=by,
            set_aside_at=now,
        )
        for pk in ids
    )
    _show(ids)
    return SetAside(now, ids)


@transaction.atomic
def undo(*, at: dt.datetime, by: User) -> int:
    """How many clients show again what this person set aside at this moment; a second time changes nothing.

    What it had replaced stands again, to its own day. Raises PermissionDenied.
    """
    _check_right(by)
    done = RiskSetAside.objects.standing().filter(set_aside_at=at, set_aside_by=by)
    ids = _locked(by, done.values_list("client_id", flat=True))
    done = done.filter(client__in=ids)
    lifted = RiskSetAside.objects.filter(lifted_at=at, lifted_by=by, client__in=ids)
    replaced = list(lifted.values_list("pk", flat=True)) if done.exists() else []
    done.update(lifted_at=timezone.now(), lifted_by=by)
    RiskSetAside.objects.filter(pk__in=replaced).update(lifted_at=None, lifted_by=None)
    _show(ids)
    return len(ids)


@transaction.atomic
def lift(*, one: RiskSetAside, by: User) -> bool:
    """Whether this reason is shown again from now on; False when somebody did it before.

    Raises PermissionDenied, Client.DoesNotExist for a client out of sight.
    """
    _check_right(by)
    if not _locked(by, [one.client_id]):
        raise Client.DoesNotExist
    lifted = RiskSetAside.objects.standing().filter(pk=one.pk).update(lifted_at=timezone.now(), lifted_by=by)
    _show([one.client_id])
    return bool(lifted)


def _check_right(by: User) -> None:
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied


def _check_day(until: dt.date) -> None:
    today = timezone.localdate()
    if until < today:
        raise ValidationError(_("Cette date est passée : choisissez le jour jusqu’auquel écarter l’alerte."))
    if until > today + relativedelta(months=MOST_MONTHS):
        raise ValidationError(
            _("Une alerte s’écarte pour %(months)s mois au plus : choisissez une date plus proche.")
            % {"months": MOST_MONTHS}
        )


def _locked(by: User, clients: Iterable[int]) -> list[int]:
    """Those of these clients that this person may see, each locked: two people set aside one after the other."""
    mine = Client.objects.visible_to(by).filter(pk__in=list(clients)).select_for_update().order_by("pk")
    return [client.pk for client in mine]


def _show(clients: list[int]) -> None:
    run = ScoringRun.objects.latest_at()
    if run and clients:
        risk.show(run, clients=clients)

"""Saying why clients lack a service or a family, and giving it back: who said it is kept, and shown.

An offer refused closes its hole (`say(..., reason=HoleReason.REFUSED)`): actions and campaigns call the same functions.
"""

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
from clients.models import Client, Service
from segmentation.models import CLOSING, DATED, Hole, HoleReason

MOST_MONTHS = 36
USUAL_MONTHS = 12


@dataclass(frozen=True)
class Said:
    """What saying a reason came to: the moment that undoing names, and the clients concerned."""

    at: dt.datetime
    clients: list[int]


def usual_until() -> dt.date:
    """The last day offered for a closing reason: in a year, the offer or the client may have changed."""
    return timezone.localdate() + relativedelta(months=USUAL_MONTHS)


@transaction.atomic
def say(
    *,
    clients: Iterable[int],
    service: Service | None = None,
    family: str = "",
    reason: str,
    happened_on: dt.date | None = None,
    until: dt.date | None = None,
    note: str = "",
    by: User,
) -> Said:
    """Why these clients lack this service, or this family; what was said of the same hole is replaced.

    `happened_on` is when it was offered or refused, today by default; `until` the last day of a closing reason, in a
    year by default. For other reasons neither is kept. Clients that `by` may not see are left out. Raises
    PermissionDenied without the right to record actions, ValidationError for a day that makes no sense.
    """
    _check_right(by)
    happened_on = (happened_on or timezone.localdate()) if reason in DATED else None
    until = (until or usual_until()) if reason in CLOSING else None
    _check(reason, happened_on, until)
    ids, now = _locked(by, clients), timezone.now()
    same = Hole.objects.standing().filter(client__in=ids, service=service, family=family)
    same.update(lifted_at=now, lifted_by=by)
    Hole.objects.bulk_create(
        Hole(
            client_id=pk,
            service=service,
            family=family,
            reason=reason,
            happened_on=happened_on,
            until=until,
            note=note.strip(),
            said_by=by,
            said_at=now,
        )
        for pk in ids
    )
    return Said(now, ids)


@transaction.atomic
def undo(*, at: dt.datetime, by: User) -> int:
    """Of how many clients what this person said at this moment is taken back; a second time changes nothing.

    What it had replaced stands again. Raises PermissionDenied.
    """
    _check_right(by)
    done = Hole.objects.standing().filter(said_at=at, said_by=by)
    ids = _locked(by, done.values_list("client_id", flat=True))
    done = done.filter(client__in=ids)
    lifted = Hole.objects.filter(lifted_at=at, lifted_by=by, client__in=ids)
    replaced = list(lifted.values_list("pk", flat=True)) if done.exists() else []
    done.update(lifted_at=timezone.now(), lifted_by=by)
    Hole.objects.filter(pk__in=replaced).update(lifted_at=None, lifted_by=None)
    return len(ids)


@transaction.atomic
def give_back(*, clients: Iterable[int], service: Service | None = None, family: str = "", by: User) -> int:
    """Of how many of these clients nothing is said of this hole any more: it counts again, and asks for a reason.

    Raises PermissionDenied.
    """
    _check_right(by)
    ids = _locked(by, clients)
    said = Hole.objects.standing().filter(client__in=ids, service=service, family=family)
    return said.update(lifted_at=timezone.now(), lifted_by=by)


def _check(reason: str, happened_on: dt.date | None, until: dt.date | None) -> None:
    today = timezone.localdate()
    if reason not in HoleReason.values:
        raise ValidationError(_("Choisissez un motif."))
    if happened_on and happened_on > today:
        raise ValidationError(_("Ce jour n’est pas encore venu : indiquez quand l’offre a été faite ou refusée."))
    if until and until < today:
        raise ValidationError(_("Cette date est passée : choisissez le jour jusqu’auquel ne plus proposer."))
    if until and until > today + relativedelta(months=MOST_MONTHS):
        raise ValidationError(
            _("Un motif tient %(months)s mois au plus : choisissez une date plus proche.") % {"months": MOST_MONTHS}
        )


def _check_right(by: User) -> None:
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied


def _locked(by: User, clients: Iterable[int]) -> list[int]:
    """Those of these clients that this person may see, each locked: two people speak one after the other."""
    mine = Client.objects.visible_to(by).filter(pk__in=list(clients)).select_for_update().order_by("pk")
    return [client.pk for client in mine]

"""The catalogue: what family a service belongs to, and whether it is sold as a monthly fee; many at once."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.roles import Right
from clients.models import Service


class Place(NamedTuple):
    """Where one service stands in the catalogue."""

    family: str
    is_recurring: bool


@transaction.atomic
def arrange(
    *, service_ids: Iterable[int], family: str | None = None, is_recurring: bool | None = None, by: User
) -> dict[int, Place]:
    """What each service that changed was before: {service id: place}. None leaves as it is, an empty family is none.

    Raises PermissionDenied without the right to manage settings.
    """
    former = {}
    for service in _locked(service_ids, by):
        before = Place(service.family, service.is_recurring)
        after = Place(
            before.family if family is None else family.strip()[:120],
            before.is_recurring if is_recurring is None else is_recurring,
        )
        changes = {name: value for name, value in after._asdict().items() if value != getattr(before, name)}
        if changes:  # alone: naming the other column would call for a scoring
            former[service.pk] = before
            Service.objects.filter(pk=service.pk).update(**changes)
    return former


@transaction.atomic
def put_back(*, former: Mapping[int, Place], by: User) -> int:
    """How many of these services are again what they were. Raises PermissionDenied."""
    services = _locked(former, by)
    for service in services:
        Service.objects.filter(pk=service.pk).update(**Place(*former[service.pk])._asdict())
    return len(services)


def _locked(service_ids: Iterable[int], by: User) -> list[Service]:
    if not by.may(Right.MANAGE_SETTINGS):
        raise PermissionDenied
    return list(Service.objects.filter(pk__in=list(service_ids)).select_for_update().order_by("pk"))

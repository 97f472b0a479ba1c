"""Offers that group services: made from a bundle or from nothing, withdrawn, and to whom they are proposed."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client, Service
from segmentation.models import Bundle, Holding, Hole, Offer, Score, ScoringRun

FEWEST_SERVICES = 2


@transaction.atomic
def save(*, offer: Offer, services: Sequence[Service], by: User) -> Offer:
    """This offer, new or changed. Raises PermissionDenied, ValidationError with the field at fault."""
    _check_right(by)
    if len(services) < FEWEST_SERVICES:
        raise ValidationError({"services": _("Une offre groupée tient au moins deux services.")})
    if offer.pk is None:
        offer.created_by = by
    offer.full_clean()
    offer.save()
    offer.services.set(services)
    return offer


def withdraw(*, offer: Offer, by: User) -> bool:
    """Whether the offer is proposed no more from now on; False when it was withdrawn before."""
    _check_right(by)
    return bool(Offer.objects.current().filter(pk=offer.pk).update(withdrawn_at=timezone.now()))


def suggested(run: ScoringRun) -> list[Bundle]:
    """The pairs of services that good clients hold together, the most clients first, but for those an offer has."""
    taken = [set(offer.services.all()) for offer in Offer.objects.current().prefetch_related("services")]
    found = Bundle.objects.filter(run=run).select_related("first", "second").order_by("-together", "first", "second")
    return [one for one in found if not any({one.first, one.second} <= services for services in taken)]


def for_client(client: Client, run: ScoringRun, score: Score | None) -> list[tuple[Offer, list[Service]]]:
    """The offers to propose to this client: of its segment, part of which it holds; each with what it lacks.

    Nothing that somebody said to be refused, had elsewhere or irrelevant is proposed. Four queries at most.
    """
    if score is None:
        return []
    offers = list(Offer.objects.current().filter(segments__contains=[score.segment]).prefetch_related("services"))
    if not offers:
        return []
    held = set(Holding.objects.filter(offering__run=run, client=client).values_list("offering__service", flat=True))
    closed = set(Hole.objects.closing().filter(client=client).values_list("service", flat=True))
    found = []
    for offer in offers:
        lacking = [service for service in offer.services.all() if service.pk not in held]
        has_part = 0 < len(lacking) < len(offer.services.all())
        if has_part and not closed & {service.pk for service in lacking}:
            found.append((offer, lacking))
    return found


def _check_right(by: User) -> None:
    if not by.may(Right.MANAGE_NEEDS):
        raise PermissionDenied

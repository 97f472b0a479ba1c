"""Clients who bring others: whom they recommended, clients and prospects, and what those are worth.

A prospect won counts as the client it became, once. Everything is counted among what the reader may see.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns.models import Prospect
from clients.models import Client
from segmentation.models import Score, ScoringRun


@dataclass(frozen=True)
class Won:
    """What one client brought: the clients won, their revenue of the run in euros HT, the prospects still to win."""

    clients: tuple[int, ...] = ()
    revenue: Decimal = Decimal(0)
    prospects: int = 0

    @property
    def count(self) -> int:
        """How many recommendations, won or not."""
        return len(self.clients) + self.prospects


def ambassadors(queryset: QuerySet[Client], *, by: User) -> QuerySet[Client]:
    """Those among these clients who recommended a client or a prospect that `by` may see."""
    clients = Client.objects.visible_to(by).exclude(recommended_by=None).exclude(recommended_by=F("pk"))
    prospects = Prospect.objects.visible_to(by).exclude(recommended_by=None)
    named = Q(pk__in=clients.values("recommended_by")) | Q(pk__in=prospects.values("recommended_by"))
    return queryset.filter(named)


def won_by(client_ids: Iterable[int], *, run: ScoringRun | None, by: User) -> dict[int, Won]:
    """What each of these clients brought, of those who brought anything; three queries whatever their number."""
    ids = list(client_ids)
    found: dict[int, set[int]] = defaultdict(set)
    clients = Client.objects.visible_to(by).filter(recommended_by__in=ids).exclude(recommended_by=F("pk"))
    for ambassador, client in clients.values_list("recommended_by", "pk"):
        found[ambassador].add(client)
    waiting: dict[int, int] = defaultdict(int)
    seen = Client.objects.visible_to(by)
    prospects = Prospect.objects.visible_to(by).filter(recommended_by__in=ids)
    prospects = prospects.exclude(state=Prospect.State.DISMISSED).filter(Q(client=None) | Q(client__in=seen))
    for ambassador, client in prospects.exclude(client=F("recommended_by")).values_list("recommended_by", "client"):
        if client is None:
            waiting[ambassador] += 1
        else:
            found[ambassador].add(client)
    all_won = set().union(*found.values())
    scores = Score.objects.of(run).filter(client__in=all_won) if run and all_won else Score.objects.none()
    revenues = dict(scores.values_list("client", "tier_revenue"))
    return {
        pk: Won(
            tuple(sorted(found[pk])), sum((revenues.get(one, Decimal(0)) for one in found[pk]), Decimal(0)), waiting[pk]
        )
        for pk in ids
        if found[pk] or waiting[pk]
    }


@transaction.atomic
def recommend(*, client: Client, recommended_by: Client | None, by: User) -> None:
    """Notes who recommended this client; nobody when None.

    Raises PermissionDenied without the right to record actions, Client.DoesNotExist for clients out of sight,
    ValidationError for a client who would have recommended itself.
    """
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied
    seen = Client.objects.visible_to(by)
    seen.select_for_update().get(pk=client.pk)
    if recommended_by is not None:
        seen.get(pk=recommended_by.pk)
        if recommended_by.pk == client.pk:
            raise ValidationError(_("Un client ne se recommande pas lui-même : choisissez-en un autre."))
    Client.objects.filter(pk=client.pk).update(recommended_by=recommended_by)

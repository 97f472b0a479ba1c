"""Writing down needs: which there are, which clients have them and who heard it, which services answer them.

Whoever records actions may note a need of a client they see; the register itself, its rules and its services are kept
by who holds the right to manage needs.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client, Service
from segmentation import need_rules
from segmentation.models import ClientNeed, Need, NeedEvidence, NeedService, ScoreQuerySet

LONGEST_SLUG = 50
SAID = ("origin", "is_refuted", "noted_by_id", "noted_at")  # of a need of a client: what a person changes
Former = dict[int, dict[str, Any] | None]


@dataclass(frozen=True)
class Changed:
    """What giving or taking a need did: by client, what was said before, None when nothing was. Enough to undo it."""

    need_id: int
    at: dt.datetime
    former: Former


# --- Reading -------------------------------------------------------------------------------------


def with_any_need(clients: QuerySet[Client], slugs: Iterable[str]) -> QuerySet[Client]:
    """Those of these clients who have one of these needs."""
    return clients.filter(pk__in=ClientNeed.objects.standing().of_needs(slugs).values("client"))


def with_unanswered_need(clients: QuerySet[Client], slugs: Iterable[str]) -> QuerySet[Client]:
    """Those of these clients who have one of these needs and hold none of the services that answer it."""
    return clients.filter(pk__in=ClientNeed.objects.standing().of_needs(slugs).unanswered().values("client"))


def without_need(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Those of these clients of whom no need is known, among those that are followed."""
    return clients.exclude(pk__in=ClientNeed.objects.standing().of_active_needs().values("client"))


def scores_with_any_need(scores: ScoreQuerySet, slugs: Iterable[str]) -> ScoreQuerySet:
    """Those of these scores whose client has one of these needs."""
    return scores.filter(client__in=ClientNeed.objects.standing().of_needs(slugs).values("client"))


def may_note(user: User) -> bool:
    """Whether this person may say that a client has a need."""
    return user.may(Right.RECORD_ACTIONS) or user.may(Right.MANAGE_NEEDS)


# --- The register --------------------------------------------------------------------------------


@transaction.atomic
def save(*, need: Need, by: User) -> Need:
    """The need as it was typed; a new one is placed last and gets its name for addresses. Raises PermissionDenied."""
    _check_manager(by)
    if need.pk is None:
        need.created_by = by
        need.slug = _free_slug(need.name)
        need.position = (Need.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    need.save()
    return need


@transaction.atomic
def follow(*, need: Need, is_active: bool, by: User) -> None:
    """Archives a need, or follows it again. Archived it keeps what people said of it; what its rule found is dropped
    until it is followed again. Raises PermissionDenied."""
    _check_manager(by)
    if Need.objects.filter(pk=need.pk).exclude(is_active=is_active).update(is_active=is_active):
        need_rules.apply([need.pk])


@transaction.atomic
def set_answers(*, wanted: Collection[tuple[int, int]], service_ids: Collection[int], by: User) -> int:
    """How many pairs of a followed need and a service that answers it changed, `wanted` being all those of these
    services.

    Raises PermissionDenied.
    """
    _check_manager(by)
    decided = NeedService.objects.filter(service__in=service_ids, need__is_active=True)
    known = {(answer.need_id, answer.service_id): answer.pk for answer in decided}
    wanted = {pair for pair in wanted if pair[1] in service_ids}
    added = _existing(wanted - known.keys())
    removed = known.keys() - wanted
    NeedService.objects.bulk_create(NeedService(need_id=need, service_id=service) for need, service in sorted(added))
    NeedService.objects.filter(pk__in=[known[pair] for pair in removed]).delete()
    changed = {need for need, _service in added | removed}
    if changed:
        need_rules.answer(changed)
    return len(added) + len(removed)


def _existing(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these pairs whose need and service are there."""
    needs = set(Need.objects.active().filter(pk__in={need for need, _service in pairs}).values_list("pk", flat=True))
    services = set(Service.objects.filter(pk__in={service for _need, service in pairs}).values_list("pk", flat=True))
    return {(need, service) for need, service in pairs if need in needs and service in services}


# --- What clients have ---------------------------------------------------------------------------


@transaction.atomic
def note(
    *,
    client: Client,
    need: Need,
    by: User,
    heard_by: User | None = None,
    heard_on: dt.date | None = None,
    quote: str = "",
) -> NeedEvidence:
    """The need as heard from this client, who has it from now on. Heard again in the same words, nothing is added.

    Raises PermissionDenied, Client.DoesNotExist for a client out of sight, ValidationError for a day to come.
    """
    check_noter(by)
    client = Client.objects.visible_to(by).select_for_update().get(pk=client.pk)
    give(client_ids=[client.pk], need=need, origin=ClientNeed.Origin.HAND, by=by)
    return _heard(need=need, client=client, heard_by=heard_by or by, heard_on=heard_on, quote=quote)


@transaction.atomic
def hear(
    *, need: Need, by: User, heard_by: User | None = None, heard_on: dt.date | None = None, quote: str
) -> NeedEvidence:
    """The need as heard from nobody in particular: at a fair, in a survey. Raises PermissionDenied, ValidationError."""
    check_noter(by)
    return _heard(need=need, client=None, heard_by=heard_by or by, heard_on=heard_on, quote=quote)


@transaction.atomic
def forget_evidence(*, evidence: NeedEvidence, by: User) -> None:
    """Takes back what was heard: for who heard it, or manages needs. Raises PermissionDenied; twice is once."""
    if not by.may(Right.MANAGE_NEEDS) and evidence.heard_by_id != by.pk:
        raise PermissionDenied
    NeedEvidence.objects.visible_to(by).filter(pk=evidence.pk).delete()


@transaction.atomic
def give(*, client_ids: Collection[int], need: Need, by: User, origin: str = ClientNeed.Origin.BULK) -> Changed:
    """Says that these clients have this need: those who did not have it, or by a rule alone. What a person said stays.

    Clients out of sight are left out. Raises PermissionDenied.
    """
    check_noter(by)
    known = _known(client_ids, need, by)
    former = {pk: one for pk, one in known.items() if one is None or one["is_refuted"] or one["origin"] == "rule"}
    changed = Changed(need.pk, timezone.now(), former)
    _say(changed, by, origin=origin, is_refuted=False)
    return changed


@transaction.atomic
def take(*, client_ids: Collection[int], need: Need, by: User) -> Changed:
    """Says that these clients do not have this need: no rule gives it back. Raises PermissionDenied."""
    check_noter(by)
    known = _known(client_ids, need, by)
    former: Former = {pk: one for pk, one in known.items() if one is not None and not one["is_refuted"]}
    changed = Changed(need.pk, timezone.now(), former)
    _say(changed, by, is_refuted=True)
    return changed


@transaction.atomic
def undo(*, changed: Changed, by: User) -> int:
    """How many clients are again as they were: those of whom this person said nothing since. Twice is once."""
    check_noter(by)
    ids = Client.objects.visible_to(by).filter(pk__in=changed.former).values("pk")
    mine = ClientNeed.objects.filter(need=changed.need_id, client__in=ids, noted_by=by, noted_at=changed.at)
    count = 0
    for own in mine.select_for_update():
        before = changed.former[own.client_id]
        if before is None:
            own.delete()
        else:
            ClientNeed.objects.filter(pk=own.pk).update(**before)
        count += 1
    return count


def _known(client_ids: Collection[int], need: Need, by: User) -> Former:
    """What is said of this need for each of these clients that `by` may see."""
    mine = Client.objects.visible_to(by).filter(pk__in=client_ids).select_for_update().order_by("pk")
    found: Former = dict.fromkeys(mine.values_list("pk", flat=True))
    own = ClientNeed.objects.filter(need=need, client__in=list(found))
    for client, *values in own.values_list("client_id", *SAID):
        found[client] = dict(zip(SAID, values, strict=True))
    return found


def _say(changed: Changed, by: User, **values: Any) -> None:
    """Writes the same of each client that changes, signed."""
    signed = {**values, "noted_by": by, "noted_at": changed.at}
    ClientNeed.objects.filter(need=changed.need_id, client__in=changed.former).update(**signed)
    new = [pk for pk, before in changed.former.items() if before is None]
    ClientNeed.objects.bulk_create(ClientNeed(need_id=changed.need_id, client_id=pk, **signed) for pk in new)
    if new:
        need_rules.answer([changed.need_id], client_ids=new)


def _heard(*, need: Need, client: Client | None, heard_by: User, heard_on: dt.date | None, quote: str) -> NeedEvidence:
    day = heard_on or timezone.localdate()
    if day > timezone.localdate():
        raise ValidationError({"heard_on": _("Cette date est à venir : choisissez aujourd’hui ou plus tôt.")})
    evidence, _is_new = NeedEvidence.objects.get_or_create(
        need=need, client=client, heard_by=heard_by, heard_on=day, quote=quote.strip()
    )
    return evidence


def _free_slug(name: str) -> str:
    base = slugify(name)[:LONGEST_SLUG] or "besoin"
    taken = set(Need.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _check_manager(by: User) -> None:
    if not by.may(Right.MANAGE_NEEDS):
        raise PermissionDenied


def check_noter(by: User) -> None:
    """Raises PermissionDenied for who may not say that a client has a need."""
    if not may_note(by):
        raise PermissionDenied

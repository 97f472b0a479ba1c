"""E-mail addresses as the list of objections knows them: by a keyed hash, so that it outlives the addresses."""

import hmac
from collections.abc import Iterable

from django.conf import settings

from campaigns.models import CampaignKind, Suppression


def normalised(address: str) -> str:
    """The address as it is compared: without spaces around, in lower case."""
    return address.strip().lower()


def key_of(address: str) -> bytes:
    """32 bytes that stand for this address, the same however it is written; nothing leads back to it."""
    return hmac.digest(settings.ADDRESS_KEY.encode(), normalised(address).encode(), "sha256")


def lock_of(key: bytes) -> int:
    """The number of the database's lock on an address: whoever sends to it, or takes its objection, holds it."""
    return int.from_bytes(key[:8], "big", signed=True)


def suppressed_for(kind: CampaignKind | str) -> set[bytes]:
    """The keys of the addresses that receive nothing of this kind."""
    found = Suppression.objects.filter(scope__in=["", kind])
    return {bytes(key) for key in found.values_list("key", flat=True)}


def objection_keys(*, email: str, siret: str) -> list[bytes]:
    """Under what the objection of a company that is no client is kept: its address, and its place of business."""
    return [key_of(text) for text in (email, f"siret:{siret}" if siret else "") if text]


def objecting(keys: Iterable[bytes]) -> set[bytes]:
    """Those of these keys that receive nothing at all."""
    found = Suppression.objects.filter(scope="", key__in=list(keys))
    return {bytes(key) for key in found.values_list("key", flat=True)}

"""What the links of a message carry: a number, signed for one purpose; no address, and no other right."""

from enum import StrEnum
from functools import cache

from django.conf import settings
from django.core import signing

LARGEST = 2**63 - 1


class Purpose(StrEnum):
    OBJECTION = "objection"
    ANSWER = "answer"
    CLICK = "click"


def token_of(number: int, purpose: Purpose) -> str:
    """The number as a link carries it, signed with the newest key."""
    return _signer(purpose).sign(str(number))


def number_of(token: str, purpose: Purpose) -> int | None:
    """The number that this token carries for this purpose; None when we did not sign it so."""
    try:
        written = _signer(purpose).unsign(token)
    except signing.BadSignature:
        return None
    return int(written) if written.isascii() and written.isdigit() and int(written) <= LARGEST else None


def _signer(purpose: Purpose) -> signing.Signer:
    return _signer_with(purpose, *settings.MESSAGE_KEYS)


@cache
def _signer_with(purpose: Purpose, first: str, *others: str) -> signing.Signer:
    return signing.Signer(key=first, fallback_keys=list(others), salt=f"campaigns.{purpose}", sep=".")

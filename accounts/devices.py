"""Browsers that a person has logged in from, so that a guesser elsewhere cannot lock them out of their own desk.

A cookie, given at login, holds a random name signed for one address. Missed guesses are counted apart for each name,
and together for all browsers without one.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

SALT = "accounts.devices"
MAX_AGE = 180 * 24 * 3600  # seconds


def cookie_name() -> str:
    return "__Host-device" if settings.SERVED_OVER_HTTPS else "device"


def remember(response, email: str) -> None:
    """Marks the browser that gets this response as one that this address logs in from."""
    response.set_cookie(
        cookie_name(),
        signing.dumps([_digest(email), secrets.token_urlsafe(12)], salt=SALT),
        max_age=MAX_AGE,
        httponly=True,
        secure=settings.SERVED_OVER_HTTPS,
        samesite="Lax",
    )


def known(request, email: str) -> str:
    """The name of this browser when this address has logged in from it, else an empty one."""
    try:
        digest, name = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return name if digest == _digest(email) else ""


def _digest(email):
    return salted_hmac(SALT, email, algorithm="sha256").hexdigest()  # the cookie names nobody

"""What an erased client was known by, as a keyed hash: a file that names it again is recognised, nothing else."""

import hmac

from django.conf import settings

MARK = "#"
LENGTH = 40  # hexadecimal digits, of 64: 160 bits


def keyed(value: str) -> str:
    """The hash that stands for this value of a `ClientKey`; nothing leads back to it without the key."""
    digest = hmac.new(settings.ERASURE_KEY.encode(), value.encode(), "sha256").hexdigest()
    return MARK + digest[:LENGTH]


def is_keyed(value: str) -> bool:
    """Whether this is such a hash already: erasing twice must not hash it again."""
    return len(value) == LENGTH + 1 and value.startswith(MARK)

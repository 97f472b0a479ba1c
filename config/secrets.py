"""The secrets an installation makes for itself on first start."""

import contextlib
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SHORTEST = 50
SAMPLES = ("change", "secret", "insecure", "example", "exemple", "password", "xxx")


def checked(value: str, *, variable: str) -> str:
    """The value as given; raises ImproperlyConfigured when it is short or looks like a sample. Empty means unset."""
    if not value:
        return ""
    if len(value) < SHORTEST or any(sample in value.lower() for sample in SAMPLES) or len(set(value)) < 10:
        raise ImproperlyConfigured(
            f"{variable} est trop courte ou ressemble à un exemple. "
            f"Donnez-lui au moins {SHORTEST} caractères tirés au hasard, "
            f"ou retirez-la : une clé sera créée au premier démarrage."
        )
    return value


def generated(path: Path) -> str:
    """The secret kept in this file, readable by its owner only; made on the first call, even by two at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # the first one wins; a second start keeps the first one's secret
        draft.unlink()
    return path.read_text().strip()

"""Waking what follows a change of facts: tasks by their names, that higher layers own and settings list."""

import logging

from celery import current_app

log = logging.getLogger(__name__)


def ring(*names: str) -> None:
    """Enqueue each of these tasks once. Without a broker nothing is lost: a tick of every minute looks by itself."""
    for name in dict.fromkeys(names):
        try:
            current_app.send_task(name, retry=False)
        except Exception as error:
            log.info("could not enqueue %s (%r): the next tick will see to it", name, error)

"""Where an import stands, which page that is, and calling a worker for what comes next."""

import logging

from django.urls import reverse
from django.utils.http import urlencode

from accounts.roles import Right
from clients import tasks
from clients.models import Import

log = logging.getLogger(__name__)
ADMIN = "admin"  # the only door to come back to, named and never an address
Status = Import.Status


def ring(batch: Import) -> None:
    """Call a worker. Without a broker the import waits: a tick of every minute rings again."""
    try:
        tasks.process_import.delay_on_commit(batch.pk)
    except Exception as error:
        log.warning("no worker could be called for import %s: %r", batch.pk, error)


def comes_back(request) -> bool:
    """Whether the admin's list of invoices sent here, and waits. Only the word is believed, never an address."""
    return request.GET.get("retour") == ADMIN and request.user.may(Right.USE_ADMIN)


def address(name: str, batch: Import, request) -> str:
    """The address of a page about an import, remembering where to come back to."""
    query = f"?{urlencode({'retour': ADMIN})}" if comes_back(request) else ""
    return reverse(name, args=[batch.pk]) + query


def address_due(batch: Import, request) -> str:
    """The page where an import stands; once committed, the admin's list of the invoices it made when that waits."""
    names = {Status.MAPPING: "clients:import-columns", Status.CHECKED: "clients:import-check"}
    if batch.status in (Status.QUEUED, Status.RUNNING):
        return address("clients:import-progress", batch, request)
    if comes_back(request) and batch.status == Status.COMMITTED:
        query = urlencode({"created_by_import__id__exact": batch.pk})
        return f"{reverse('admin:clients_invoice_changelist')}?{query}"
    return address(names.get(batch.status, "clients:import-report"), batch, request)

"""Facts: who is invoiced, what is sold, every invoice, and the imports that brought them. No judgement here."""

from clients.imports.staged import StagedClient, StagedInvoice, StagedLine, StagedService
from clients.models.activity import Event, TimeEntry
from clients.models.identity import ClientMerge, MergedRow
from clients.models.imports import Import, ImportChange, ImportChunk, ImportFile, ImportFinding, ImportQuerySet
from clients.models.invoices import FactChange, Invoice, InvoiceLine, InvoiceLink, InvoiceQuerySet
from clients.models.parties import Client, ClientKey, ClientQuerySet, Contact, Service, Source

__all__ = [
    "Client",
    "ClientKey",
    "ClientMerge",
    "ClientQuerySet",
    "Contact",
    "Event",
    "FactChange",
    "Import",
    "ImportChange",
    "ImportChunk",
    "ImportFile",
    "ImportFinding",
    "ImportQuerySet",
    "Invoice",
    "InvoiceLine",
    "InvoiceLink",
    "InvoiceQuerySet",
    "MergedRow",
    "Service",
    "Source",
    "StagedClient",
    "StagedInvoice",
    "StagedLine",
    "StagedService",
    "TimeEntry",
]

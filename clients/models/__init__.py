"""Facts: who is invoiced, what is sold, every invoice, and the imports that brought them. No judgement here."""

from clients.imports.staged import StagedClient, StagedInvoice, StagedLine, StagedLink, StagedService, StagedTotal
from clients.models.activity import Event, TimeEntry
from clients.models.departures import ClientDeparture, departed
from clients.models.identity import ClientMerge, IdentityDecision, MergedRow
from clients.models.imports import (
    Import,
    ImportChange,
    ImportChunk,
    ImportFile,
    ImportFinding,
    ImportQuerySet,
    Mapping,
    RejectedRow,
    TableImport,
    UndoneRow,
)
from clients.models.invoices import (
    ChangedClient,
    ChangedLines,
    FactChange,
    Invoice,
    InvoiceLine,
    InvoiceLink,
    InvoiceQuerySet,
    NamedDocument,
    YearlyTotal,
)
from clients.models.naf import NafCode, NafCodeQuerySet
from clients.models.parties import Client, ClientKey, ClientQuerySet, Contact, Service, ServiceAlias, Source
from clients.models.workforce import Workforce

__all__ = [
    "ChangedClient",
    "ChangedLines",
    "Client",
    "ClientDeparture",
    "ClientKey",
    "ClientMerge",
    "ClientQuerySet",
    "Contact",
    "Event",
    "FactChange",
    "IdentityDecision",
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
    "Mapping",
    "MergedRow",
    "NafCode",
    "NafCodeQuerySet",
    "NamedDocument",
    "RejectedRow",
    "Service",
    "ServiceAlias",
    "Source",
    "StagedClient",
    "StagedInvoice",
    "StagedLine",
    "StagedLink",
    "StagedService",
    "StagedTotal",
    "TableImport",
    "TimeEntry",
    "UndoneRow",
    "Workforce",
    "YearlyTotal",
    "departed",
]

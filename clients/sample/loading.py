"""Loading the sample firm through the import pipeline, and completing what a table of invoices does not say.

Everything hangs on one import: undoing it takes the sample away.
"""

import datetime as dt
import io
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.imports import pipeline, queue
from clients.imports.merge import unattended
from clients.models import Client, ClientKey, Contact, Import, Invoice, Service, TimeEntry
from clients.sample import team, words
from clients.sample.firm import Firm
from clients.sectors import NOMENCLATURE, normalised

SOURCE_NAME = "Cabinet d’exemple"
FILE_NAME = "factures-cabinet-exemple.csv"
TERMS = 30  # days to pay


class RealFactsError(Exception):
    """The database holds clients or invoices that are not the sample's."""

    def __str__(self) -> str:
        return str(
            _(
                "Cette base contient déjà des clients ou des factures : l’exemple n’y sera pas mélangé. "
                "Chargez-le dans une base vide (une autre DATABASE_URL ou un autre DATA_DIR)."
            )
        )


class SampleRefusedError(Exception):
    """The pipeline did not commit the sample's file, which is a fault of ours."""

    def __init__(self, batch: Import) -> None:
        super().__init__(batch)
        self.batch = batch

    def __str__(self) -> str:
        findings = ", ".join(str(finding) for finding in self.batch.findings.all()[:5])
        return str(_("Le fichier d’exemple n’a pas été importé (%(status)s) : %(findings)s")) % {
            "status": self.batch.get_status_display(),
            "findings": findings,
        }


def loaded_import() -> Import | None:
    """The import that brought the sample, or None when it is not there."""
    return Import.objects.filter(source_name=SOURCE_NAME, status=Import.Status.COMMITTED).order_by("id").first()


def has_real_facts() -> bool:
    """Whether clients or invoices are there; asked before the sample is."""
    return Client.objects.exists() or Invoice.objects.exists()


def load(*, day: dt.date, by: User) -> Import:
    """The committed import holding the sample of that day's firm; the one already there when it was loaded before.

    The team must have been hired. A load cut short is taken up where it stopped. Raises RealFactsError when other
    facts are there first, SampleRefusedError when the pipeline finds fault with the file.
    """
    loaded = loaded_import()
    if loaded is None:
        if has_real_facts():
            raise RealFactsError
        loaded = _import_invoices(Firm(day=day), by=by)
    assert loaded.last_day is not None
    complete(loaded, Firm(day=loaded.last_day + dt.timedelta(days=1)))
    return loaded


def _import_invoices(firm: Firm, *, by: User) -> Import:
    out = io.StringIO()
    firm.write_invoices(out, owners=team.SALESPEOPLE)
    content = io.BytesIO(out.getvalue().encode())
    batch = queue.submit(files=[(FILE_NAME, content)], by=by, format=Import.Format.TABLE, source_name=SOURCE_NAME)
    batch = pipeline.process(batch.pk)
    if batch.status != Import.Status.COMMITTED:
        raise SampleRefusedError(batch)
    return batch


@transaction.atomic
def complete(loaded: Import, firm: Firm) -> None:
    """Gives the imported clients what their table does not say: trade, address, contacts, hours, payments. Once."""
    if TimeEntry.objects.filter(created_by_import=loaded).exists():
        return
    clients = _clients_by_position(loaded, firm)
    services = _complete_services()
    _complete_clients(clients, firm)
    Contact.objects.bulk_create(_contacts(loaded, clients, firm))
    with unattended():
        Invoice.objects.bulk_update(_payments(loaded, clients, firm), ["due_on", "paid_on"], batch_size=2_000)
    TimeEntry.objects.bulk_create(_time_entries(loaded, clients, services, firm), batch_size=2_000)


def _clients_by_position(loaded: Import, firm: Firm) -> list[Client]:
    keys = ClientKey.objects.filter(source=loaded.source, kind=ClientKey.Kind.CODE).select_related("client")
    by_code = {key.value: key.client for key in keys}
    return [by_code[who.code] for who in firm.identities()]


def _complete_services() -> list[Service]:
    """The services of the catalogue, in its order, with their family and whether they are monthly fees."""
    by_name = {service.name: service for service in Service.objects.all()}
    services = []
    for sold in words.SERVICES:
        service = by_name[sold.name]
        service.family, service.is_recurring = sold.family, sold.is_recurring
        services.append(service)
    Service.objects.bulk_update(services, ["family", "is_recurring"])
    return services


def _complete_clients(clients: list[Client], firm: Firm) -> None:
    for index, (client, who) in enumerate(zip(clients, firm.identities(), strict=True)):
        client.kind = Client.Kind.PERSON if who.is_person else Client.Kind.COMPANY
        client.naf_code, client.naf_nomenclature = normalised(who.naf_code), NOMENCLATURE if who.naf_code else ""
        client.address, client.phone, client.email = who.address, who.phone, who.email
        client.siren, client.postcode, client.city = who.siren, who.postcode, who.city
        client.client_since = firm.client_since(index)
    fields = ["kind", "naf_code", "naf_nomenclature", "address", "phone", "email", "siren", "postcode", "city"]
    Client.objects.bulk_update(clients, [*fields, "client_since"])


def _contacts(loaded: Import, clients: list[Client], firm: Firm) -> Iterator[Contact]:
    for client, who in zip(clients, firm.identities(), strict=True):
        for rank, person in enumerate(who.contacts):
            yield Contact(client=client, is_main=rank == 0, created_by_import=loaded, **person._asdict())


def _payments(loaded: Import, clients: list[Client], firm: Firm) -> Iterator[Invoice]:
    """The invoices with the day they were due and, once paid, the day they were: on time for most clients."""
    last_day = firm.day - dt.timedelta(days=1)
    days_late = {client.pk: firm.days_late(index) for index, client in enumerate(clients)}
    for invoice in Invoice.objects.filter(created_by_import=loaded, kind=Invoice.Kind.INVOICE):
        invoice.due_on = invoice.issued_on + dt.timedelta(days=TERMS)
        if invoice.status == Invoice.Status.PAID:
            invoice.paid_on = min(invoice.due_on + dt.timedelta(days=days_late[invoice.client_id]), last_day)
        yield invoice


def _time_entries(loaded: Import, clients: list[Client], services: list[Service], firm: Firm) -> Iterator[TimeEntry]:
    people = {user.email: user for user in User.objects.filter(email__in=[*team.SALESPEOPLE, *team.MANAGERS])}
    workers = [people[email] for email in (*team.SALESPEOPLE, *team.MANAGERS)]
    for rank, spent in enumerate(firm.hours()):
        yield TimeEntry(
            client=clients[spent.client],
            person=workers[spent.person],
            service=services[spent.service],
            spent_on=spent.spent_on,
            hours=spent.hours,
            source=loaded.source,
            external_id=str(rank),
            created_by_import=loaded,
        )

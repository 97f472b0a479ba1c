"""The list of events: each row is something that happened to the company of a SIREN.

A SIREN that nobody among the clients bears is listed; one that several bear is asked once. The same event, already
known from a person, a file or the invoices, is left as it is: importing a file twice changes nothing.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.imports.headings import FIELDS
from clients.master_data.cells import Choice, Day, Siren, Siret, Text
from clients.master_data.columns import Column
from clients.master_data.matching import described
from clients.master_data.report import Question
from clients.master_data.resource import TableResource
from clients.models import Client, Event

WORDS = {
    Event.Kind.FUNDRAISING: "levee|augmentation de capital|fundraising|fonds",
    Event.Kind.HIRING: "embauche|embauches|recrutements|hiring",
    Event.Kind.NEW_SITE: "nouvel etablissement|ouverture|ouverture de site|creation d etablissement",
    Event.Kind.MOVE: "transfert|transfert de siege|changement d adresse|move",
    Event.Kind.SALE: "vente|cession de fonds|rachat|sale",
    Event.Kind.INSOLVENCY: "redressement|redressement judiciaire|liquidation judiciaire|sauvegarde|insolvency",
}
TOLD = [choice for choice in Event.Kind.choices if choice[0] in WORDS]  # what a file may tell: the rest is derived


class EventResource(TableResource):
    columns = [
        Column("siren", gettext_lazy("SIREN"), FIELDS["siren"], Siren(), attribute=None),
        Column("siret", gettext_lazy("SIRET"), FIELDS["siret"], Siret(), attribute=None, is_written=False),
        Column("kind", gettext_lazy("Événement"), "nature|type|evenement|event|kind", Choice(TOLD, WORDS)),
        Column("happened_on", gettext_lazy("Date"), f"date evenement|date publication|le|{FIELDS['date']}", Day()),
        Column("label", gettext_lazy("Précision"), "note|detail|details|commentaire|source|libelle", Text()),
    ]
    needs = [frozenset({"siren", "siret"}), frozenset({"kind"}), frozenset({"happened_on"})]

    class Meta(TableResource.Meta):
        model = Event
        store_instance = True

    def prepare(self, rows):
        self.created: list[int] = []
        sirens = {siren for row in rows if (siren := _siren(row))}
        self.clients: dict[str, list[Client]] = {}
        for client in Client.objects.visible_to(self.by).filter(siren__in=sirens).order_by("sort_name", "pk"):
            self.clients.setdefault(client.siren, []).append(client)
        ids = [client.pk for clients in self.clients.values() for client in clients]
        self.known = {
            (event.client_id, event.kind, event.happened_on): event
            for event in Event.objects.filter(client__in=ids, service=None).exclude(kind=Event.Kind.NOTE)
        }

    def find(self, row):
        event = self.known.get(self._key(row))
        if event:
            raise self.left_out(_("Événement déjà connu"))

    def names_of(self, row):
        return [self._key(row)]

    def init_instance(self, row=None):
        client, _kind, _day = self._key(row)
        return Event(client_id=client, origin=Event.Origin.FILE, recorded_by=self.by)

    def after_writing(self, instances, *, are_new):
        self.created += [instance.pk for instance in instances]

    @property
    def client_ids(self) -> set[int]:
        return {client.pk for clients in self.clients.values() for client in clients}

    def _key(self, row) -> tuple[int, str, Any]:
        """What tells the event of this row from others. Raises ValidationError when a cell says nothing."""
        client, found = self._client(row), {}
        for name in ("kind", "happened_on"):
            column = next(one for one in self.columns if one.field == name)
            if not row.get(name):
                raise ValidationError({name: _("Cette case est vide : complétez-la.")})
            try:
                found[name] = column.cell.clean(row[name], row=row)
            except ValueError as error:
                raise ValidationError({name: str(error)}) from error
        return client.pk, found["kind"], found["happened_on"]

    def _client(self, row) -> Client:
        siren = _siren(row)
        if not siren:
            raise ValidationError(_("Cette ligne n’a pas de SIREN valable : neuf chiffres, avec leur clé."))
        clients = self.clients.get(siren, [])
        if len(clients) == 1:
            return clients[0]
        name = f"siren:{siren}"
        chosen = self.options.confirmed.get(name, "")
        if said := next((client for client in clients if str(client.pk) == chosen), None):
            return said
        answers = [(f"{client.pk}|{name}", described(client)) for client in clients]
        question = self.report.questions.setdefault(name, Question(siren, [], answers))
        question.lines.append(int(row["line"]))
        raise self.left_out(_("SIREN de plusieurs clients") if clients else _("SIREN inconnu"))


def _siren(row) -> str:
    return Siren().found(row.get("siren", "")) or Siret().found(row.get("siret", ""))[:9]

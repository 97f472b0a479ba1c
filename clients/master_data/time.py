"""The list of hours: each row is time of a person on a client, a day.

An export of a time-tracking tool names people and clients in its own way. What no code, address or exact name answers
is asked once for each name, not for each row, and remembered. Without a number of their own, entries are told apart by
what they say: equal rows of a file are as many entries, and importing it again, in any order, finds each of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients.durations import hours_of
from clients.folding import fold
from clients.imports.headings import FIELDS
from clients.master_data.alike import alike
from clients.master_data.cells import Cell, Day, Siren, Siret, Text
from clients.master_data.columns import Column
from clients.master_data.matching import ClientIndex, Identity, described
from clients.master_data.people import People
from clients.master_data.report import Question
from clients.master_data.resource import TableResource
from clients.models import Client, Service, ServiceAlias, Source, TimeEntry

FILE = "Fichier"  # the source of every file of hours
CLIENT, PERSON = "client", "personne"  # what a question is about, before the name that it asks about
LONG_DAY = Decimal(24)
REWRITTEN = ("client_id", "person_id", "service_id", "spent_on", "hours", "label")


class Duration(Cell):
    """Hours, however they are written."""

    def clean(self, value: Any, row: Mapping[str, str] | None = None, **kwargs: Any) -> Decimal:
        return hours_of(str(value))

    def show(self, value: Any) -> str:
        return "" if value is None else f"{value.normalize():f} h".replace(".", ",")


class Minutes(Duration):
    def clean(self, value: Any, row: Mapping[str, str] | None = None, **kwargs: Any) -> Decimal:
        return hours_of(str(value), are_minutes=True)


@dataclass(frozen=True)
class Spent:
    """What a row says, once its names are known."""

    client: Client
    person: User
    service: Service | None
    spent_on: Any
    hours: Decimal
    label: str
    number: str

    @property
    def key(self) -> tuple:
        """What tells entries without a number apart, but for their hours."""
        return (
            self.client.pk,
            self.person.pk,
            self.service and self.service.pk,
            self.spent_on,
            fold(self.label),
        )


class TimeResource(TableResource):
    columns = [
        Column("client_code", gettext_lazy("Code client"), f"code|{FIELDS['client_code']}", attribute=None),
        Column(
            "client_name", gettext_lazy("Client"), f"{FIELDS['client']}|dossier|projet|project|compte", attribute=None
        ),
        Column("client_siren", gettext_lazy("SIREN du client"), FIELDS["siren"], Siren(), attribute=None),
        Column("client_siret", gettext_lazy("SIRET du client"), FIELDS["siret"], Siret(), attribute=None),
        Column(
            "spent_on", gettext_lazy("Date"), f"jour|le|date saisie|date de saisie|spent date|{FIELDS['date']}", Day()
        ),
        Column(
            "person",
            gettext_lazy("Personne"),
            "collaborateur|collaboratrice|salarie|intervenant|utilisateur|user|employee|employe|qui|par|ressource|"
            "consultant|email collaborateur|e mail collaborateur|person|team member|nom collaborateur|initiales",
            attribute="person_id",
        ),
        Column(
            "hours",
            gettext_lazy("Heures"),
            "duree|temps|temps passe|nb heures|nombre d heures|hours|duration|time|quantite|qte|h|duree h|"
            "duree en heures|heures passees|heures realisees|temps en heures|time h|hours decimal",
            Duration(),
        ),
        Column(
            "minutes",
            gettext_lazy("Minutes"),
            "duree min|duree en minutes|duree minutes|nb minutes|temps en minutes|min",
            Minutes(),
            attribute=None,
            is_written=False,
        ),
        Column("service", gettext_lazy("Service"), FIELDS["service"], attribute="service_id"),
        Column("label", gettext_lazy("Libellé"), f"tache|task|notes|note|travaux|{FIELDS['label']}", Text()),
        Column(
            "number", gettext_lazy("N°"), "id|numero|num|identifiant|ref|reference", attribute=None, is_written=False
        ),
    ]
    needs = [
        frozenset({"client_code", "client_name", "client_siren", "client_siret"}),
        frozenset({"spent_on"}),
        frozenset({"hours", "minutes"}),
    ]

    class Meta(TableResource.Meta):
        model = TimeEntry
        store_instance = True

    def prepare(self, rows):
        self.source = Source.objects.get_or_create(kind=Source.Kind.HOURS, name=FILE)[0]
        self.created: list[int] = []
        self.rewritten: dict[str, list[dict]] = {}
        self._read_people()
        self._read_services(rows)
        self._read_clients(rows)
        self.spent: dict[str, Spent | ValidationError] = {}
        for row in rows:
            try:
                self.spent[row["line"]] = self._spent(row)
            except ValidationError as error:
                self.spent[row["line"]] = error
        self.known = self._matched()

    def find(self, row):
        self._said(row)
        return self.known.get(row["line"])

    def names_of(self, row):
        number = row.get("number", "")
        return [("number", number)] if number else [("line", row["line"])]

    def init_instance(self, row=None):
        spent = self._said(row)
        identity = f"n/{spent.number}" if spent.number else uuid4().hex
        return TimeEntry(source=self.source, external_id=identity, client=spent.client, person=spent.person)

    def read_person(self, text, row):
        return self._said(row).person.pk

    def read_service(self, text, row):
        service = self._said(row).service
        return service and service.pk

    def read_hours(self, text, row):
        return self._said(row).hours

    def derive(self, instance, row):
        spent = self._said(row)
        instance.hours = spent.hours
        if instance.client_id != spent.client.pk:
            instance.client = spent.client
            self.changed.add("client_id")
        if spent.hours > LONG_DAY:
            self.report.warn(_("Des durées dépassent 24 heures : sont-elles bien en heures ?"), int(row["line"]))

    def before_writing(self, instances):
        known = {instance.pk: instance for instance in instances if instance.pk}
        for former in TimeEntry.objects.filter(pk__in=known):
            self.rewritten[str(former.pk)] = [_values(former), _values(known[former.pk])]

    def after_writing(self, instances, *, are_new):
        if are_new:
            self.created += [instance.pk for instance in instances]

    def show_person(self, pk):
        return self.people.name(pk)

    def show_service(self, pk):
        return next((service.name for service in self.services.values() if service.pk == pk), "")

    @property
    def client_ids(self) -> set[int]:
        """The clients whose hours this file changes: also those it takes an entry away from."""
        said = {spent.client.pk for spent in self.spent.values() if isinstance(spent, Spent)}
        return said | {former["client_id"] for former, _written in self.rewritten.values()}

    # --- Reading ----------------------------------------------------------------------------------

    def _said(self, row) -> Spent:
        said = self.spent[row["line"]]
        if isinstance(said, ValidationError):
            raise said
        return said

    def _spent(self, row) -> Spent:
        """What this row says. Raises ValidationError, the row staying out without being wrong when nobody is meant."""
        if not any(row.get(name) for name in ("client_code", "client_name", "client_siren", "client_siret")):
            raise self.left_out(_("Temps sans client"))
        hours = self._hours(row)
        if not hours:
            raise self.left_out(_("Durée nulle"))
        return Spent(
            client=self._client(row),
            person=self._person(row),
            service=self.services.get(fold(row.get("service", ""))),
            spent_on=self._day(row),
            hours=hours,
            label=row.get("label", "")[:255],
            number=row.get("number", "")[:200],
        )

    def _hours(self, row) -> Decimal:
        name = "hours" if row.get("hours") else "minutes"
        cell = Duration() if name == "hours" else Minutes()
        try:
            return cell.clean(row[name]) if row.get(name) else Decimal(0)
        except ValueError as error:
            raise ValidationError({"hours": str(error)}) from error

    def _day(self, row):
        try:
            return Day().clean(row.get("spent_on", ""))
        except ValueError as error:
            raise ValidationError({"spent_on": str(error)}) from error

    # --- Whom names mean --------------------------------------------------------------------------

    def _read_people(self) -> None:
        everybody = list(User.objects.all())
        self.people = People(everybody)
        for person in everybody:
            for name in (person.first_name, person.last_name, person.initials):
                self.people.by_name.setdefault(fold(name), set()).add(person.pk)
        self.answers_of_people = [
            (person, str(person)) for person in sorted(everybody, key=lambda one: (not one.is_active, str(one)))
        ]

    def _read_services(self, rows) -> None:
        names = {fold(row.get("service", "")) for row in rows} - {""}
        found = Service.objects.filter(sort_name__in=names) | Service.objects.filter(code__in=names)
        self.services = {service.sort_name: service for service in found.order_by("-pk")}
        for alias in ServiceAlias.objects.filter(name__in=names).select_related("service"):
            self.services.setdefault(alias.name, alias.service)

    def _read_clients(self, rows) -> None:
        self.identities = {row["line"]: Identity.of(row, "client_") for row in rows}
        different = dict.fromkeys(self.identities.values())
        self.index = ClientIndex(different, by=self.by)
        self.clients: dict[Identity, Client | ValidationError | None] = {}
        for identity in different:
            try:
                self.clients[identity] = self.index.resolve(identity, by_name=not identity.code)
            except ValidationError as error:
                self.clients[identity] = error
        unknown = {one.name: one for one, client in self.clients.items() if client is None and one.name}
        self.suggested = alike((one.named(one.name) for one in unknown.values()), by=self.by)
        said = {
            name: pk for name, pk in self.options.confirmed.items() if name.startswith(f"{CLIENT}:") and pk.isdigit()
        }
        visible = Client.objects.visible_to(self.by).in_bulk([int(pk) for pk in set(said.values())])
        self.confirmed = {name: visible[int(pk)] for name, pk in said.items() if int(pk) in visible}

    def _client(self, row) -> Client:
        identity = self.identities[row["line"]]
        client = self.clients[identity]
        if isinstance(client, ValidationError):
            raise client
        told = row.get("client_name") or row.get("client_code") or row.get("client_siret") or row.get("client_siren")
        name = f"{CLIENT}:{fold(told)}"
        client = client or self.confirmed.get(name)
        if client is None:
            answers = [(f"{one.pk}|{name}", described(one)) for one in self.suggested.get(identity.name, [])]
            raise self._asked(name, told, row, answers, _("Client inconnu"))
        return client

    def _person(self, row) -> User:
        told = row.get("person", "")
        if not told:
            if "person" in self.present:
                raise ValidationError({"person_id": _("Cette ligne ne dit pas qui a passé ce temps. Ajoutez-le.")})
            return self.by
        name = f"{PERSON}:{fold(told)}"
        chosen = self.options.confirmed.get(name, "")
        person = self.people.find(told) or (self.people.by_id.get(int(chosen)) if chosen.isdigit() else None)
        if person is None:
            answers = [(f"{one.pk}|{name}", label) for one, label in self.answers_of_people]
            raise self._asked(name, told, row, answers, _("Personne inconnue"))
        return person

    def _asked(self, name, told, row, answers, reason) -> ValidationError:
        question = self.report.questions.setdefault(name, Question(told, [], answers))
        question.lines.append(int(row["line"]))
        return self.left_out(reason)

    # --- The entries that are there already -------------------------------------------------------

    def _matched(self) -> dict[str, TimeEntry]:
        """The entry that each line means, among those of former files: equal ones first, then by rising hours."""
        rows = {line: spent for line, spent in self.spent.items() if isinstance(spent, Spent)}
        entries = TimeEntry.objects.filter(source=self.source)
        numbers = {f"n/{spent.number}": line for line, spent in rows.items() if spent.number}
        known = {numbers[one.external_id]: one for one in entries.filter(external_id__in=list(numbers))}
        wanted: dict[tuple, list[str]] = defaultdict(list)
        for line, spent in rows.items():
            if not spent.number:
                wanted[spent.key].append(line)
        there: dict[tuple, list[TimeEntry]] = defaultdict(list)
        for entry in self._candidates(entries, [rows[line] for lines in wanted.values() for line in lines]):
            there[(entry.client_id, entry.person_id, entry.service_id, entry.spent_on, fold(entry.label))].append(entry)
        for key, lines in wanted.items():
            known |= _paired(lines, {line: rows[line].hours for line in lines}, there[key])
        return known

    def _candidates(self, entries, rows: list[Spent]):
        if not rows:
            return []
        days = [spent.spent_on for spent in rows]
        found = entries.exclude(external_id__startswith="n/").filter(spent_on__range=(min(days), max(days)))
        return found.filter(client__in={spent.client.pk for spent in rows})


def _paired(lines: list[str], hours: dict[str, Decimal], entries: list[TimeEntry]) -> dict[str, TimeEntry]:
    """Which of these entries each line is: those of the same hours, then the others in rising order."""
    left = sorted(entries, key=lambda entry: (entry.hours, entry.pk))
    known, others = {}, []
    for line in sorted(lines, key=lambda line: (hours[line], int(line))):
        same = next((entry for entry in left if entry.hours == hours[line]), None)
        if same is None:
            others.append(line)
        else:
            known[line] = same
            left.remove(same)
    return known | dict(zip(others, left, strict=False))


def _values(entry: TimeEntry) -> dict[str, Any]:
    """What undoing needs of an entry, as JSON holds it."""
    return {name: value if isinstance(value := getattr(entry, name), int | None) else str(value) for name in REWRITTEN}

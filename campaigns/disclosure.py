"""All that is known about one client, for the person who asks: facts, judgements with the rule, decisions.

`PARTS` names the tables, `LEFT_OUT` those that hold nothing more, each with its reason: a test holds both against the
models, so that a new table about clients is disclosed, or left out by decision.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import journal
from accounts.models import AuditEntry, User
from campaigns.models import Action, Answer, Approach, Click, MeetingDecision, Prospect, Recipient, TriggerFiring
from clients import erasure
from clients.exporting import Cell, Row
from clients.models import (
    Client,
    ClientDeparture,
    ClientKey,
    Contact,
    Event,
    Invoice,
    InvoiceLine,
    TimeEntry,
    YearlyTotal,
)
from segmentation.models import (
    Assessment,
    ClientNeed,
    ClientObjective,
    Exclusion,
    FormerGrade,
    Grade,
    Hole,
    Movement,
    NeedEvidence,
    ReframingPlan,
    RelationFacts,
    RiskSetAside,
    Score,
    ScoringRun,
)
from segmentation.relation.access import clients_read_by

OF_RELATION = (Grade, FormerGrade, RelationFacts, Assessment, ReframingPlan)


@dataclass(frozen=True)
class Part:
    """One kind of rows about a client: `client` is the way to the client."""

    slug: str
    title: str | Promise
    model: type[models.Model]
    client: str = "client"

    @property
    def tells_grade(self) -> bool:
        """Whether these rows tell of the relation: they are for whoever may read grades."""
        return self.model in OF_RELATION


PARTS = (
    Part("identite", gettext_lazy("Identité"), Client, "pk"),
    Part("identifiants", gettext_lazy("Identifiants"), ClientKey),
    Part("contacts", gettext_lazy("Contacts, consentements et oppositions"), Contact),
    Part("factures", gettext_lazy("Factures et avoirs"), Invoice),
    Part("lignes", gettext_lazy("Lignes de factures"), InvoiceLine, "invoice__client"),
    Part("totaux-annuels", gettext_lazy("Totaux annuels"), YearlyTotal),
    Part("temps", gettext_lazy("Temps passé"), TimeEntry),
    Part("evenements", gettext_lazy("Événements"), Event),
    Part("departs", gettext_lazy("Départs"), ClientDeparture),
    Part("scores", gettext_lazy("Scores, avec la règle qui les explique"), Score),
    Part("mouvements", gettext_lazy("Mouvements"), Movement),
    Part("alertes-ecartees", gettext_lazy("Alertes écartées"), RiskSetAside),
    Part("exclusions", gettext_lazy("Exclusions des calculs"), Exclusion),
    Part("objectifs", gettext_lazy("Objectifs"), ClientObjective),
    Part("besoins", gettext_lazy("Besoins"), ClientNeed),
    Part("paroles", gettext_lazy("Paroles entendues"), NeedEvidence),
    Part("opportunites-refusees", gettext_lazy("Services refusés ou non proposés"), Hole),
    Part("note-de-relation", gettext_lazy("Note de relation"), Grade),
    Part("anciennes-notes", gettext_lazy("Anciennes notes de relation"), FormerGrade),
    Part("faits-de-relation", gettext_lazy("Chiffres de la note de relation"), RelationFacts),
    Part("avis", gettext_lazy("Avis des personnes"), Assessment),
    Part("recadrages", gettext_lazy("Plans de recadrage"), ReframingPlan),
    Part("actions", gettext_lazy("Actions"), Action),
    Part("decisions", gettext_lazy("Décisions de réunion"), MeetingDecision, "action__client"),
    Part("declenchements", gettext_lazy("Actions proposées par un événement"), TriggerFiring, "event__client"),
    Part("campagnes", gettext_lazy("Messages reçus"), Recipient),
    Part("clics", gettext_lazy("Liens suivis"), Click, "recipient__client"),
    Part("reponses", gettext_lazy("Réponses"), Answer, "recipient__client"),
    Part("prospect", gettext_lazy("Prospect qu’il était"), Prospect),
    Part("approches", gettext_lazy("Échanges du temps où il était prospect"), Approach, "prospect__client"),
)
# Tables about clients that hold nothing more, and why.
LEFT_OUT = {
    "clients_changedclient": "a bell: that documents changed, which the invoices say",
    "clients_changedlines": "a bell: that lines changed, which the lines say",
    "campaigns_plannedcontact": "a day proposed by a plan: the action made of it is given",
    "clients_invoicelink": "two numbers of invoices that are given",
    "clients_clientmerge": "that two records were one: the rows of both are given",
    "clients_mergedrow": "where the rows that are given stood before a merge",
    "segmentation_clienttime": "the sum of hours that are given, times what an employee costs",
    "segmentation_persontime": "the sum of hours that are given, times what an employee costs",
    "segmentation_keptfacts": "sums of invoices that are given, kept to count faster",
    "segmentation_kepthabit": "days of invoices that are given, kept to count faster",
    "segmentation_peer": "which clients of the same segment it is counted with",
    "segmentation_holding": "sums by service of lines that are given",
    "segmentation_drop": "two scores that are given, side by side",
    "segmentation_risk": "a copy of the reasons of a score that is given",
    "segmentation_stoppedservice": "a service whose invoices are given, with its silence",
    "segmentation_unscored": "that it has no score of its own, which the exclusions say",
}
HIDDEN = {"search_text", "sort_name", "token", "digest", "address_key", "next_try_at", "leased_until", "attempts"}


def parts_for(reader: User, client: Client) -> list[Part]:
    """The parts that this person may read of this client, in the order in which they are given."""
    reads_grade = may_read_grade(reader, client)
    return [part for part in PARTS if reads_grade or not part.tells_grade]


def may_read_grade(reader: User, client: Client) -> bool:
    return bool(clients_read_by(reader).filter(pk=client.pk).exists())


def headings_of(part: Part) -> list[str]:
    """What the columns of a part are called; scores have one more, that says them in words."""
    names = [capfirst(str(field.verbose_name)) for field in _fields(part.model)]
    return [*names, _("En clair")] if part.model is Score else names


def rows_of(part: Part, ids: Collection[int]) -> Iterator[Row]:
    """The rows of a part about these clients, in words where the database has numbers of other rows."""
    fields = _fields(part.model)
    rows = part.model._default_manager.filter(**{f"{part.client}__in": ids}).order_by("pk")  # noqa: SLF001 documented
    if part.model is Score:
        rows = rows.filter(run__kind=ScoringRun.Kind.OFFICIAL).select_related("run__rules")
    told = [field.name for field in fields if field.is_relation and field.related_model is not Client]
    if part.model is not Score and told:
        rows = rows.select_related(*told)
    for row in rows.iterator(chunk_size=1000):
        cells = [_cell(row, field) for field in fields]
        yield [*cells, in_words(row)] if isinstance(row, Score) else cells


def tables_for(reader: User, client: Client) -> list[str]:
    """The tables whose changes this person may read of this client: the same whatever happened to anybody."""
    unheard = (
        InvoiceLine,
        Score,
        ClientKey,
        Click,
        TriggerFiring,
        YearlyTotal,
        Movement,
        ClientObjective,
    )  # no journal
    models_of = [part.model for part in parts_for(reader, client) if part.model not in unheard]
    return [model._meta.db_table for model in models_of]  # noqa: SLF001 documented


def entries_of(client: Client, reader: User) -> models.QuerySet[AuditEntry]:
    """The entries of the journal about this client that this person may read, newest first."""
    entries = AuditEntry.objects.filter(about(ids_of(client))).exclude(table__in=journal.hidden_from(reader))
    if may_read_grade(reader, client):
        return entries
    return entries.exclude(table__in=[model._meta.db_table for model in OF_RELATION])  # noqa: SLF001 documented


def journal_of(client: Client, reader: User) -> Iterator[Row]:
    """The lines of the journal about this client: when, who, what, from what to what."""
    entries = entries_of(client, reader).order_by("pk")
    for start in range(0, entries.count(), 500):
        for line in journal.told(entries[start : start + 500]):
            changes = " ; ".join(
                f"{one.label} : {one.before} → {one.after}" if one.is_kept else f"{one.label} : —"
                for one in line.changes
            )
            yield [line.happened_at, line.author, str(AuditEntry.Operation(line.operation).label), line.what, changes]


def journal_headings() -> list[str]:
    return [_("Quand"), _("Qui"), _("Opération"), _("Sur quoi"), _("Détail")]


def about(ids: Collection[int]) -> Q:
    """Of entries of the journal: those about these clients, or about a row that names one of them, gone ones too.

    The ids of rows are read first: a handful for one client, found one by one in an index of a journal of any size.
    """
    found = Q(table="clients_client", row_id__in=list(ids))
    for pk in ids:
        found |= Q(changes__client_id__contains=[pk])
    for part in PARTS:
        if part.model not in (Client, Invoice, InvoiceLine, Score):
            rows = part.model._default_manager.filter(**{f"{part.client}__in": ids})  # noqa: SLF001 documented
            if keys := list(rows.values_list("pk", flat=True)):
                found |= Q(table=part.model._meta.db_table, row_id__in=keys)  # noqa: SLF001 documented
    return found


def ids_of(client: Client) -> list[int]:
    """This client, and those merged into it: what is known of one is known of all."""
    return erasure.same_person(client)


def in_words(score: Score) -> str:
    """What made this score what it is: the version of the rules, and each value beside the cuts of its run."""
    run = score.run
    said = [_("Règles version %(version)s, données au %(day)s") % {"version": run.rules.version, "day": run.as_of}]
    if score.r is None:
        return said[0]
    for letter, value, given, cuts in (
        ("R", _("%(n)s jours depuis le dernier achat") % {"n": score.recency_days}, score.r, run.recency_cuts),
        ("F", _("%(n)s jours d’achat") % {"n": score.frequency}, score.f, run.frequency_cuts),
        ("M", _("%(n)s € HT") % {"n": score.monetary}, score.m, run.monetary_cuts),
    ):
        words = {"letter": letter, "score": given, "value": value, "cuts": " / ".join(str(cut) for cut in cuts or [])}
        said.append(_("%(letter)s = %(score)s sur 5 : %(value)s (seuils du calcul : %(cuts)s)") % words)
    return " ; ".join(said)


def _fields(model: type[models.Model]) -> list[models.Field]:
    fields = model._meta.concrete_fields  # noqa: SLF001 the documented model API
    return [field for field in fields if field.name not in HIDDEN]


def _cell(row: models.Model, field: models.Field) -> Cell:
    """A value as a person reads it: the label of a choice, the name of another row, else what it is."""
    value = getattr(row, field.attname)
    if value is None or field.primary_key:
        return value
    if field.is_relation:
        return value if field.related_model is Client or isinstance(row, Score) else str(getattr(row, field.name))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, list | dict):
        return ", ".join(map(str, value))
    return value

"""A client asks to be forgotten: amounts, dates and scores stay under a number, and everything that names them goes.

`WORDS` lists what people wrote about clients, table by table; a test holds it against the models, so that a new text
about clients is either emptied here or kept for a reason that is written down (`KEPT`).
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.redaction import redact
from accounts.roles import Right
from campaigns.addresses import key_of
from campaigns.models import Action, Answer, Approach, MeetingDecision, Proof, Prospect, Recipient, Suppression
from clients import erasure
from clients.folding import fold
from clients.imports.merge import unattended
from clients.merging import wait_for_one_s_turn
from clients.models import Client, ClientDeparture, Contact, Event, Invoice, InvoiceLine, TimeEntry
from segmentation.models import (
    Assessment,
    Exclusion,
    Grade,
    Hole,
    NeedEvidence,
    ReframingPlan,
    RiskSetAside,
    Unscored,
)

GONE = "—"  # where a constraint wants a text


@dataclass(frozen=True)
class Words:
    """A column where people write freely about clients, and what it becomes. `client` is the way to the client."""

    model: type[models.Model]
    column: str
    becomes: str = ""
    client: str = "client"

    def about(self, ids: Collection[int]) -> models.QuerySet:
        """The rows about these clients in which something is written."""
        rows = self.model._default_manager.filter(**{f"{self.client}__in": ids})  # noqa: SLF001 the documented model API
        return rows.exclude(**{self.column: ""}).exclude(**{self.column: self.becomes})


WORDS = (
    Words(InvoiceLine, "label", client="invoice__client"),
    Words(TimeEntry, "label"),
    Words(Event, "label"),
    Words(ClientDeparture, "note", GONE),
    Words(NeedEvidence, "quote"),
    Words(Hole, "note"),
    Words(RiskSetAside, "note", GONE),
    Words(Assessment, "comment"),
    Words(Grade, "motive", GONE),
    Words(ReframingPlan, "what", GONE),
    Words(ReframingPlan, "outcome", GONE),
    Words(Exclusion, "motive", GONE),
    Words(Unscored, "motive"),
    Words(Action, "note"),
    Words(MeetingDecision, "what", GONE, client="action__client"),
    Words(Approach, "note", client="prospect__client"),
    Words(Recipient, "email"),
    Words(Recipient, "reason"),
    Words(Answer, "comment", client="recipient__client"),
)
# Text columns of tables about clients that stay as they are, and why.
KEPT = {
    "clients_client.country": "a rule of the scores reads it",
    "clients_client.naf_code": "an activity is that of thousands; needs and opportunities are counted by it",
    "clients_client.naf_nomenclature": "which list the activity is of",
    "clients_clientkey.value": "made a keyed hash",
    "clients_invoice.external_id": "its client's part is made a keyed hash",
    "clients_invoice.number": "the number of an accounting document, which the law has kept",
    "clients_invoice.journal": "a journal of the books",
    "clients_invoice.digest": "a sum of what was read",
    "clients_timeentry.external_id": "a number that a source or this product gave",
    "campaigns_approach.former_state": "one of the five states of a prospect",
    "campaigns_answer.choice": "one of the answers that the campaign offers",
    "segmentation_hole.family": "a family of services",
}


# Addresses are told apart; that there is something to read about the relation is for whoever may read grades.
UNCOUNTED = (Recipient, Grade, Assessment, ReframingPlan)


@dataclass(frozen=True)
class Effect:
    """What erasing a client takes away, and what stays, counted."""

    companies: int  # the client, and those merged into it
    contacts: int
    texts: int
    messages: int
    proofs: int
    invoices: int
    is_held_up: bool  # an import waits or runs


def effect_on(client: Client) -> Effect:
    """What `erase` would do, without doing it."""
    ids = erasure.same_person(client)
    return Effect(
        companies=len(ids),
        contacts=Contact.objects.filter(client__in=ids).count(),
        texts=sum(one.about(ids).count() for one in WORDS if one.model not in UNCOUNTED),
        messages=Recipient.objects.filter(client__in=ids).exclude(email="").count(),
        proofs=len(_proofs(ids)),
        invoices=Invoice.objects.filter(client__in=ids).count(),
        is_held_up=erasure.unfinished(),
    )


@transaction.atomic
def erase(*, client: Client, by: User) -> Client:
    """The client, now a number; a second time changes nothing. There is no way back.

    Raises PermissionDenied without the right to erase, Client.DoesNotExist for a client out of sight, ValidationError
    while an import waits for somebody (its files may hold the person), `clients.merging.BusyError` while one writes.
    """
    if not by.may(Right.ERASE):
        raise PermissionDenied
    wait_for_one_s_turn()
    client = Client.objects.visible_to(by).select_for_update(of=("self",)).get(pk=client.pk)
    if client.erased_at:
        return client
    if erasure.unfinished():
        raise ValidationError(_unfinished())
    ids = erasure.same_person(client)
    words = erasure.words_about(ids)
    with unattended():
        keep_objections(ids, by=by)
        _stop_what_is_planned(ids, by)
        _forget_words(ids)
        _forget_proofs_and_prospects(ids)
        erasure.make_anonymous(ids)
    transaction.on_commit(lambda: erasure.forget_files(words))
    client.refresh_from_db()
    return client


@transaction.atomic
def erase_contact(*, contact: Contact, by: User) -> None:
    """A person at a client asks to be forgotten: the contact goes, and what was sent to them keeps no address.

    What was written about their client stays. Raises PermissionDenied without the right to erase, Client.DoesNotExist
    for a client out of sight, ValidationError while an import waits, `clients.merging.BusyError` while one writes.
    """
    if not by.may(Right.ERASE):
        raise PermissionDenied
    wait_for_one_s_turn()
    Client.objects.visible_to(by).get(pk=contact.client_id)
    if erasure.unfinished():
        raise ValidationError(_unfinished())
    words = {text for text in (contact.name, contact.email, contact.phone) if text}
    with unattended():
        _keep_objections_of(Contact.objects.filter(pk=contact.pk), by)
        received = Recipient.objects.filter(contact=contact)
        received.filter(state=Recipient.State.PENDING).update(state=Recipient.State.LEFT_OUT)
        received.update(email="", reason="")
        erasure.forget_contact(contact, words)
    transaction.on_commit(lambda: erasure.forget_files(words))


def keep_objections(ids: Collection[int], *, by: User | None) -> None:
    """An objection is by address and outlives the contact: its hash joins the list of objections."""
    _keep_objections_of(Contact.objects.filter(client__in=ids), by)


def _unfinished() -> str:
    return _(
        "Un import n’est pas terminé : ses fichiers contiennent peut-être cette personne. Terminez-le ou "
        "abandonnez-le dans l’historique des imports, puis recommencez."
    )


def _keep_objections_of(contacts: models.QuerySet[Contact], by: User | None) -> None:
    objecting = contacts.filter(objected_at__isnull=False).exclude(email="")
    for address, at in objecting.values_list("email", "objected_at"):
        defaults = {"reason": Suppression.Reason.BY_HAND, "noted_by": by, "at": at}
        Suppression.objects.get_or_create(key=key_of(address), scope="", defaults=defaults)


def _stop_what_is_planned(ids: Collection[int], by: User) -> None:
    """Nobody calls a number, and no message leaves to nobody."""
    planned = Action.objects.open().filter(client__in=ids)
    planned.update(outcome=Action.Outcome.DROPPED, done_at=timezone.now(), done_by=by)
    waiting = Recipient.objects.filter(client__in=ids, state=Recipient.State.PENDING)
    waiting.update(state=Recipient.State.LEFT_OUT)


def _forget_words(ids: Collection[int]) -> None:
    for one in WORDS:
        written = one.about(ids)
        if written.exists():  # a statement that changes no line of an invoice would still be noted as a change of facts
            written.update(**{one.column: one.becomes})
    motives = Exclusion.objects.filter(client__in=ids).values_list("pk", flat=True)
    redact("segmentation_exclusion", list(motives), ["motive"])  # the one free text that the journal keeps


def _forget_proofs_and_prospects(ids: Collection[int]) -> None:
    Proof.objects.filter(pk__in=_proofs(ids)).delete()
    emptied = dict.fromkeys(
        ("siren", "siret", "address", "postcode", "city", "email", "phone", "website", "contact_name", "notes"), ""
    )
    for prospect in Prospect.objects.filter(client__in=ids):
        name = erasure.name_of(prospect.client_id or prospect.pk)
        Prospect.objects.filter(pk=prospect.pk).update(name=name, **emptied)


def _proofs(ids: Collection[int]) -> list[int]:
    """The proofs that quote one of these clients by its name."""
    names = {fold(name) for name in Client.objects.filter(pk__in=ids).values_list("name", flat=True)}
    return [pk for pk, name in Proof.objects.values_list("pk", "client_name") if fold(name) in names]

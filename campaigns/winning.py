"""Winning a prospect: how far one is with it, what is planned and was done, its objection, its becoming a client."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns import prospecting
from campaigns.addresses import objection_keys
from campaigns.models import Approach, Prospect, Suppression
from clients import contacts
from clients.master_data.matching import remember
from clients.models import Client, Contact, departed

UNDO_WITHIN = dt.timedelta(hours=1)
COPIED = (
    "name", "siren", "siret", "naf_code", "naf_nomenclature", "workforce", "address", "postcode", "city", "email",
    "phone", "owner", "recommended_by", "notes",
)  # fmt: skip


@transaction.atomic
def save(*, prospect: Prospect, by: User) -> Prospect:
    """The prospect, saved with what was typed, and scored anew. One without owner written by a salesperson is theirs.

    Raises PermissionDenied without the right to record actions, ValidationError for a company that is a client.
    """
    _check_right(by)
    if prospect.pk is None:
        if client := client_of(prospect):
            raise ValidationError(_("« %(name)s » est déjà client (même SIREN ou SIRET).") % {"name": client.name})
        if prospect.owner is None and not by.may(Right.ASSIGN_CLIENTS):
            prospect.owner = by
    prospect.save()
    prospecting.score(prospect)
    return prospect


@transaction.atomic
def set_state(*, prospect: Prospect, state: str, by: User) -> Prospect:
    """The prospect in this state. Raises PermissionDenied, Prospect.DoesNotExist for somebody else's, ValidationError
    for a client: winning it is `win`, and taking that back `lose`."""
    prospect = _locked(prospect, by)
    if state not in (*Prospect.OPEN, Prospect.State.DISMISSED):
        raise ValidationError(_("Cet état n’existe pas : choisissez-en un dans la liste."))
    if prospect.is_won:
        raise ValidationError(_("Ce prospect est devenu client : annulez d’abord ce lien sur sa page."))
    prospect.state = state
    prospect.save(update_fields=["state"])
    return prospect


@transaction.atomic
def put_back(*, prospect: Prospect, by: User) -> Prospect:
    """The prospect, in the list again whatever the rule says of it."""
    prospect = _locked(prospect, by)
    if prospect.kept_at is None:
        prospect.kept_at, prospect.kept_by = timezone.now(), by
        prospect.save(update_fields=["kept_at", "kept_by"])
    return prospect


@transaction.atomic
def leave_out(*, prospect: Prospect, by: User) -> Prospect:
    """The prospect, left to the rule again."""
    prospect = _locked(prospect, by)
    prospect.kept_at = prospect.kept_by = None
    prospect.save(update_fields=["kept_at", "kept_by"])
    return prospect


# --- Objection ------------------------------------------------------------------------------------


@transaction.atomic
def object_to(*, prospect: Prospect, by: User) -> Prospect:
    """The prospect, which asked to be left alone: nothing is planned any more, and nothing is sent to its address."""
    prospect = _locked(prospect, by)
    if prospect.objected_at is None:
        prospect.objected_at = timezone.now()
        prospect.save(update_fields=["objected_at"])
        keep_objection(prospect, by=by)
        dropped = {"outcome": Approach.Outcome.DROPPED, "done_at": prospect.objected_at, "done_by": by}
        prospect.approaches.open().update(**dropped)
    return prospect


@transaction.atomic
def lift_objection(*, prospect: Prospect, by: User) -> Prospect:
    """The prospect, whose objection was noted by mistake. Raises ValidationError once an hour went by."""
    prospect = _locked(prospect, by)
    noted = prospect.objected_at
    if noted is None:
        return prospect
    if noted < timezone.now() - UNDO_WITHIN:
        raise ValidationError(_("Cette opposition a plus d’une heure : elle ne s’annule plus d’ici."))
    Suppression.objects.filter(key__in=_keys(prospect), at=noted, reason=Suppression.Reason.BY_HAND).delete()
    prospect.approaches.filter(outcome=Approach.Outcome.DROPPED, done_at=noted).update(
        outcome="", done_at=None, done_by=None
    )
    prospect.objected_at = None
    prospect.save(update_fields=["objected_at"])
    return prospect


def keep_objection(prospect: Prospect, *, by: User | None = None) -> None:
    """Writes the objection of this prospect where it outlives it: by the keyed hash of its address and of its SIRET."""
    for key in _keys(prospect):
        Suppression.objects.get_or_create(
            key=key,
            scope="",
            defaults={
                "reason": Suppression.Reason.BY_HAND,
                "noted_by": by,
                "at": prospect.objected_at or timezone.now(),
            },
        )


def _keys(prospect: Prospect) -> list[bytes]:
    return objection_keys(email=prospect.email, siret=prospect.siret)


# --- What is planned and done ---------------------------------------------------------------------


@transaction.atomic
def plan(*, prospect: Prospect, assignee: User, due_on: dt.date, kind: str, by: User) -> Approach:
    """What is planned for this prospect, made when it was not yet.

    Raises PermissionDenied, Prospect.DoesNotExist, ValidationError for a day gone by, a person who does not see the
    prospect, one that objected, or one that is a client by now.
    """
    prospect = _locked(prospect, by)
    if due_on < timezone.localdate():
        raise ValidationError({"due_on": _("Ce jour est passé : choisissez aujourd’hui ou plus tard.")})
    if prospect.objected_at:
        raise ValidationError(_("Ce prospect a demandé à ne plus être contacté."))
    if prospect.is_won:
        raise ValidationError(_("Ce prospect est devenu client : planifiez l’action sur sa fiche client."))
    if not Prospect.objects.visible_to(assignee).filter(pk=prospect.pk).exists():
        raise ValidationError({"assignee": _("Cette personne ne voit pas ce prospect : confiez-le-lui d’abord.")})
    approach, _is_new = Approach.objects.open().get_or_create(
        prospect=prospect, assignee=assignee, due_on=due_on, kind=kind, defaults={"created_by": by}
    )
    return approach


@transaction.atomic
def record(*, approach: Approach, outcome: str, note: str, by: User) -> Approach:
    """What came of it. Somebody reached is contacted from then on; a second time changes nothing."""
    _locked(approach.prospect, by)
    approach = Approach.objects.select_for_update().select_related("prospect").get(pk=approach.pk)
    if approach.done_at:
        return approach
    prospect = approach.prospect
    approach.former_state, approach.former_contact_on = prospect.state, prospect.last_contact_on
    approach.outcome, approach.note, approach.done_at, approach.done_by = outcome, note, timezone.now(), by
    approach.save()
    if outcome in Approach.CONTACTS:
        prospect.last_contact_on = timezone.localdate()
        if prospect.state == Prospect.State.NEW:
            prospect.state = Prospect.State.CONTACTED
        prospect.save(update_fields=["last_contact_on", "state"])
    return approach


@transaction.atomic
def reopen(*, approach: Approach, by: User) -> Approach:
    """The approach, open again, and the prospect as it was before. Raises ValidationError once an hour went by."""
    prospect = _locked(approach.prospect, by)
    approach = Approach.objects.select_for_update().get(pk=approach.pk)
    if approach.done_at is None:
        return approach
    if approach.done_at < timezone.now() - UNDO_WITHIN:
        raise ValidationError(_("Cette action a été notée il y a plus d’une heure : elle ne s’annule plus."))
    if not prospect.is_won and approach.outcome in Approach.CONTACTS:
        prospect.state = approach.former_state or prospect.state
        prospect.last_contact_on = approach.former_contact_on
        prospect.save(update_fields=["state", "last_contact_on"])
    approach.outcome, approach.note, approach.done_at, approach.done_by = "", "", None, None
    approach.save()
    return approach


# --- Becoming a client ----------------------------------------------------------------------------


def client_of(prospect: Prospect) -> Client | None:
    """The client that this prospect is by its SIRET, else by its SIREN when one alone has it; None for nobody."""
    there = Client.objects.unmerged().exclude(departed())
    for name in ("siret", "siren"):
        value = getattr(prospect, name)
        found = list(there.filter(**{name: value})[:2]) if value else []
        if len(found) == 1:
            return found[0]
    return None


@transaction.atomic
def win(*, prospect: Prospect, by: User) -> Client:
    """The client that this prospect is now: the one of its SIRET or SIREN, else a new one with its facts and contact.

    A second time answers with the same. Raises PermissionDenied, Prospect.DoesNotExist for somebody else's.
    """
    prospect = _locked(prospect, by)
    if prospect.client is not None:
        return prospect.client
    client = client_of(prospect)
    prospect.made_client = client is None
    client = client or _created(prospect, by)
    prospect.former_state, prospect.state, prospect.client = prospect.state, Prospect.State.CLIENT, client
    prospect.save(update_fields=["former_state", "state", "client", "made_client"])
    return client


@transaction.atomic
def lose(*, prospect: Prospect, by: User) -> Prospect:
    """The prospect as it was before it became a client. A client made for it goes too, unless something hangs on it.

    No import links the two again by itself. Raises PermissionDenied, Prospect.DoesNotExist.
    """
    prospect = _locked(prospect, by)
    client = prospect.client
    if client is None:
        return prospect
    prospect.state = prospect.former_state or Prospect.State.INTERESTED
    goes = prospect.made_client and not _has_facts(client)
    prospect.client, prospect.former_state, prospect.made_client, prospect.links_by_hand = None, "", False, True
    prospect.save(update_fields=["state", "client", "former_state", "made_client", "links_by_hand"])
    if goes:
        client.delete()
    return prospect


def _created(prospect: Prospect, by: User) -> Client:
    client = Client.objects.create(**{name: getattr(prospect, name) for name in COPIED})
    remember([client])
    if prospect.contact_name:
        person = Contact(name=prospect.contact_name, is_main=True, objected_at=prospect.objected_at)
        contacts.save(client=client, contact=person, by=by)
    return client


def _has_facts(client: Client) -> bool:
    """Whether somebody invoiced this client, spent time on it, planned something or judged it since."""
    return any(
        rows.exists() for rows in (client.invoices, client.time_entries, client.actions, client.scores, client.needs)
    )


def _check_right(by: User) -> None:
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied


def _locked(prospect: Prospect, by: User) -> Prospect:
    _check_right(by)
    return Prospect.objects.visible_to(by).select_for_update(of=("self",)).get(pk=prospect.pk)

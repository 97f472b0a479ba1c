"""A client's departure: validated by a person, taken back by one, ended by a new purchase. Facts only."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client, ClientDeparture, Invoice


@transaction.atomic
def record(*, client: Client, left_on: dt.date, motive: str, note: str = "", by: User) -> ClientDeparture:
    """The departure of this client; the one that stands already is corrected.

    Raises PermissionDenied without the right to record actions, Client.DoesNotExist for somebody else's client,
    ValidationError for a day to come, a purchase after that day, or another motive that is not written out.
    """
    client = _locked(client, by)
    if left_on > timezone.localdate():
        raise ValidationError({"left_on": _("Cette date est à venir : validez le départ une fois le client parti.")})
    bought = Invoice.objects.counted().filter(client=client, amount_ht__gt=0, issued_on__gt=left_on)
    if last := bought.order_by("-issued_on").values_list("issued_on", flat=True).first():
        raise ValidationError(
            {
                "left_on": _("Ce client a encore acheté le %(day)s : choisissez une date à partir de ce jour.")
                % {"day": last.strftime("%d/%m/%Y")}
            }
        )
    if motive == ClientDeparture.Motive.OTHER and not note.strip():
        raise ValidationError({"note": _("Écrivez le motif : « Autre » n’apprendrait rien à personne.")})
    departure, _is_new = ClientDeparture.objects.standing().update_or_create(
        client=client,
        defaults={"left_on": left_on, "motive": motive, "note": note.strip()},
        create_defaults={
            "left_on": left_on,
            "motive": motive,
            "note": note.strip(),
            "recorded_by": by,
            "recorded_at": timezone.now(),
        },
    )
    return departure


@transaction.atomic
def take_back(*, departure: ClientDeparture, by: User) -> bool:
    """Whether this client is a client again from now on; False when that was so already.

    Raises PermissionDenied, Client.DoesNotExist for somebody else's client.
    """
    _locked(departure.client, by)
    standing = ClientDeparture.objects.standing().filter(pk=departure.pk)
    return bool(standing.update(taken_back_at=timezone.now(), taken_back_by=by))


@transaction.atomic
def follow_invoices() -> int:
    """How many departures changed because of purchases: ended by one dated after it, or standing again without it.

    An import undone closes again what it had opened, unless the client was said to have left once more since.
    """
    bought = Invoice.objects.counted().order_by().filter(client=OuterRef("client"), amount_ht__gt=0)
    since = bought.filter(issued_on__gt=OuterRef("left_on")).values("client").annotate(first=Min("issued_on"))
    kept = ClientDeparture.objects.filter(taken_back_at=None).annotate(first=Subquery(since.values("first")))
    ended = kept.filter(first__isnull=False).filter(Q(reopened_on=None) | ~Q(reopened_on=F("first")))
    others = ClientDeparture.objects.filter(client=OuterRef("client"), pk__gt=OuterRef("pk"), taken_back_at=None)
    again = kept.filter(first=None, reopened_on__isnull=False).filter(~Exists(others))
    return ended.update(reopened_on=F("first")) + again.update(reopened_on=None)


def gone(client_ids) -> set[int]:
    """Those among these clients who are gone today."""
    standing = ClientDeparture.objects.standing().filter(client__in=list(client_ids))
    return set(standing.values_list("client_id", flat=True))


def _locked(client: Client, by: User) -> Client:
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied
    return Client.objects.visible_to(by).select_for_update().get(pk=client.pk)

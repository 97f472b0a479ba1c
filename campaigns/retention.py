"""What is kept how long, and the night that applies it: once per business date, in the ledger, with what it removed.

`RULES` is the one table of it. Clients who are silent for years lose their contacts and what was written about them,
once Direction says after how many years: it cannot be undone, and how long a client may stay away is the firm's trade.
Names, invoices and scores stay, as do objections, by address.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Firm, User
from accounts.roles import Right
from campaigns import erasure, prospect_keeping
from clients.imports import retention as imports
from clients.imports.merge import unattended
from clients.models import Client, Contact, InvoiceLine, TimeEntry
from segmentation.locks import Lock, held
from segmentation.models import LedgerEntry
from segmentation.nightly import KEPT_FOR, TRIALS_KEPT_FOR, business_date

JOB = "retention"
SQL = Path(__file__).parent / "sql"
BATCH = 2_000  # clients a transaction
YEARS = range(1, 31)
USUAL_YEARS = 3
BY_LAW = (InvoiceLine, TimeEntry)  # what the books rest on


@dataclass(frozen=True)
class Rule:
    """One kind of data: what it is, how long it is kept, and why or how it goes."""

    what: str
    kept: str
    why: str


@dataclass(frozen=True)
class Removed:
    """What one night took away."""

    imports: int = 0
    clients: int = 0
    contacts: int = 0
    texts: int = 0
    sessions: int = 0

    @property
    def is_nothing(self) -> bool:
        return self == Removed()


def rules() -> list[Rule]:
    """Everything that is kept for a while only, and what is kept for good."""
    days = _("%(n)s jours")
    years = Firm.current().forgets_after_years
    never = _("tant que vous n’en décidez pas")
    silent = _("%(n)s ans après le dernier achat ou échange") % {"n": years} if years else never
    return [
        Rule(
            _("Fichiers importés, lignes rejetées, états d’avant import"),
            days % {"n": imports.KEPT.days},
            _("Le temps d’annuler un import."),
        ),
        Rule(_("Calculs de chaque nuit"), days % {"n": KEPT_FOR.days}, _("Ceux des fins de mois restent.")),
        Rule(_("Essais de règles"), days % {"n": TRIALS_KEPT_FOR.days}, _("Ils n’ont servi qu’à décider.")),
        Rule(
            _("Contacts, coordonnées et textes des clients silencieux"),
            silent,
            _("Nom, factures et scores restent ; les oppositions aussi, par une empreinte de l’adresse."),
        ),
        Rule(
            _("Prospects que personne n’a contactés"),
            _("%(n)s ans après le dernier contact, ou l’arrivée") % {"n": prospect_keeping.KEPT_FOR.years},
            _("L’usage en prospection ; les oppositions restent, par une empreinte."),
        ),
        Rule(_("Connexions expirées"), _("jusqu’à la nuit suivante"), _("Elles n’ouvrent plus rien.")),
        Rule(_("Factures, lignes, temps passé"), _("sans limite"), _("La comptabilité en dépend.")),
        Rule(_("Oppositions aux messages"), _("sans limite"), _("Elles n’ont de sens que si elles durent.")),
        Rule(
            _("Journal"), _("sans limite"), _("Il dit qui a changé quoi ; ce qui identifie une personne n’y est pas.")
        ),
    ]


def run_due() -> LedgerEntry | None:
    """The ledger entry of the night that is due, settled now; None when it already was, or somebody else is at it."""
    with held(Lock.RETENTION) as is_ours:
        if not is_ours:
            return None
        entry, is_new = LedgerEntry.objects.get_or_create(job=JOB, business_date=business_date())
        if entry.outcome in LedgerEntry.SETTLED:
            return None
        if not is_new:
            entry.attempts += 1
        try:
            removed = apply()
        except BaseException as error:
            _close(entry, LedgerEntry.Outcome.FAILED, str(error) or type(error).__name__)
            raise
        outcome = LedgerEntry.Outcome.NOTHING_NEW if removed.is_nothing else LedgerEntry.Outcome.DONE
        _close(entry, outcome, json.dumps(vars(removed)))
        return entry


def apply() -> Removed:
    """What was kept too long goes; a second time, nothing is left to go."""
    batches = imports.forget_old()
    expired = Session.objects.filter(expire_date__lt=timezone.now())
    sessions = expired.count()
    expired.delete()
    clients, contacts, texts = forget_silent_clients()
    return Removed(batches, clients, contacts, texts, sessions)


def forget_silent_clients() -> tuple[int, int, int]:
    """How many clients, contacts and texts: those of clients silent for as many years as the firm says, if it does."""
    firm = Firm.objects.filter(pk=Firm.ONLY).first()
    if firm is None or firm.forgets_after_years is None:
        return 0, 0, 0
    ids = silent_clients(firm.forgets_after_years)
    found = [_forget(some) for some in _batches(ids)]
    return len(ids), sum(contacts for contacts, _texts in found), sum(texts for _contacts, texts in found)


def silent_clients(years: int) -> list[int]:
    """The clients who neither bought nor were in touch for that many years, and of whom something is left to forget."""
    with connection.cursor() as cursor:
        since = timezone.localdate() - relativedelta(years=years)
        cursor.execute((SQL / "silent_clients.sql").read_text(encoding="utf-8"), {"since": since})
        return [pk for (pk,) in cursor.fetchall()]


def last_nights(count: int = 7) -> list[tuple[LedgerEntry, Removed | None]]:
    """The last nights, newest first, each with what it removed; None for one that failed."""
    entries = LedgerEntry.objects.filter(job=JOB).order_by("-business_date")[:count]
    return [(one, Removed(**json.loads(one.detail)) if one.detail.startswith("{") else None) for one in entries]


@transaction.atomic
def set_years(*, years: int | None, by: User) -> None:
    """After how many years of silence clients are forgotten; None is never. The next night applies it.

    Raises PermissionDenied without the right to erase, ValidationError for a number out of bounds.
    """
    if not by.may(Right.ERASE):
        raise PermissionDenied
    if years is not None and years not in YEARS:
        raise ValidationError(_("Choisissez un nombre d’années entre 1 et 30, ou laissez vide pour ne rien oublier."))
    firm, _is_new = Firm.objects.select_for_update().get_or_create(pk=Firm.ONLY)
    firm.forgets_after_years = years
    firm.save(update_fields=["forgets_after_years"])


def _batches(ids: list[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, BATCH)):
        yield some


@transaction.atomic
def _forget(ids: Collection[int]) -> tuple[int, int]:
    """How many contacts and texts of these clients went."""
    texts = 0
    with unattended():
        erasure.keep_objections(ids, by=None)
        for one in erasure.WORDS:
            written = one.about(ids)
            if one.model not in BY_LAW and written.exists():
                texts += written.update(**{one.column: one.becomes})
        contacts = Contact.objects.filter(client__in=ids)
        count = contacts.count()
        contacts.delete()
        Client.objects.filter(pk__in=ids).update(email="", phone="", notes="")
    return count, texts


def _close(entry: LedgerEntry, outcome: str, detail: str) -> None:
    entry.outcome, entry.detail, entry.finished_at = outcome, detail, timezone.now()
    entry.save(update_fields=["outcome", "detail", "finished_at", "attempts"])

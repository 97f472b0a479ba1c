"""The message of each recipient: composed once for its segment, filled with what is known of the client."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from email.utils import formataddr, parseaddr
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings as site
from django.db import connection
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import Firm, User
from campaigns import answers, objections
from campaigns.messages.rendering import Composed, Frame, Mail, compose
from campaigns.mime import Letter
from campaigns.models import Arm, Campaign, CampaignMessage, MailSettings, Proof, Recipient
from campaigns.playbook import first_name_in, last_services
from campaigns.tokens import Purpose, token_of
from clients.models import Client
from segmentation import opportunities
from segmentation.models import ClientNeed, Holding, Hole, OfferOdds, Peer, Score, ScoringRun

READ_AHEAD = 200  # recipients whose values are read together
AHEAD = (Path(__file__).parent / "sql" / "addressees_ahead.sql").read_text()
GENERIC = ""
HERE = "HERE"  # where the token stands in an address that is looked up once


class Addressee(NamedTuple):
    """What a message says of whom it goes to, before any figure."""

    client_id: int
    client: str
    city: str
    owner_id: int | None
    contact: str


class Letters:
    """Writes the messages of one campaign. `settings` sign them."""

    def __init__(self, campaign: Campaign, settings: MailSettings):
        self.campaign, self.settings = campaign, settings
        self.messages = {message.segment: message for message in campaign.messages.all()}
        self.links = {link.address: link.pk for link in campaign.links.all()}
        self.run = campaign.run or ScoringRun.objects.latest_at()
        self.firm = str(Firm.current())
        self._known: dict[int, dict[str, str]] = {}

    def to(self, recipient: Recipient) -> Letter:
        """The message to this recipient, ready to leave. KeyError when nothing was written for their segment."""
        stop = _ours("stop-messages", objections.link_token(recipient))
        mail = self._written(self._message(recipient), self._values(recipient), recipient, stop)
        headers = {
            "Message-ID": message_id(recipient, self.domain),
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }
        if self.settings.reply_to:
            headers["Reply-To"] = self.settings.reply_to
        return Letter(self.sender, recipient.email, mail.subject, mail.text, mail.html, headers)

    def _written(self, message: CampaignMessage, values: Mapping[str, str], recipient: Recipient, stop: str) -> Mail:
        """This message filled for this recipient, its links leading through ours once they are stored."""
        token = token_of(recipient.pk, Purpose.CLICK) if self.links else ""
        tracked = {address: _ours("follow-link", token, pk) for address, pk in self.links.items()}
        composed = self.composed(message)
        answer = _ours("answer", answers.link_token(recipient)) if composed.is_asking else ""
        return composed.filled(values, objection=stop, answer=answer, tracked=tracked)

    def composed(self, message: CampaignMessage) -> Composed:
        """This message, ready to be filled. Raises ValidationError for what cannot be sent."""
        return compose(message.subject, message.body, self.frame)

    @cached_property
    def sender(self) -> str:
        """Who the messages come from, as a header names them."""
        name, address = parseaddr(site.DEFAULT_FROM_EMAIL)
        return formataddr((self.settings.sender_name or name, self.settings.sender_email or address))

    @cached_property
    def domain(self) -> str:
        """Where the messages come from: what follows the sender's @."""
        return parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"

    @cached_property
    def frame(self) -> Frame:
        return Frame(
            sender=self.settings.sender_name or self.firm,
            postal_address=self.settings.postal_address,
            signature=self.settings.signature,
            language=self.campaign.language,
        )

    @cached_property
    def used(self) -> set[str]:
        """The fields that the messages of this campaign hold."""
        return {field.name for message in self.messages.values() for field in self.composed(message).fields}

    def values_of(self, addressees: Iterable[Addressee]) -> dict[int, dict[str, str]]:
        """What fills the fields for each of these, by client: read together, whatever their number."""
        addressees = list(addressees)
        clients = [addressee.client_id for addressee in addressees]
        with translation.override(self.campaign.language):
            common = self._of_all()
            found = {addressee.client_id: common | self._of_people(addressee) for addressee in addressees}
            for read in (self._of_scores, self._of_services, self._of_needs, self._of_proofs, self._of_purchases):
                for client, values in read(clients).items():
                    found[client] |= values
        return found

    def _message(self, recipient: Recipient) -> CampaignMessage:
        return self.messages[GENERIC if recipient.arm == Arm.GENERIC else recipient.segment]

    def _values(self, recipient: Recipient) -> dict[str, str]:
        """What is known of this recipient; the next ones' are read with it."""
        if recipient.client_id not in self._known:
            self._known = self.values_of(self._ahead(recipient))
        return self._known[recipient.client_id]

    def _ahead(self, recipient: Recipient) -> list[Addressee]:
        """This recipient and those who come after, in the order in which senders take them."""
        place: dict[str, int | dt.datetime] = {"tried_at": recipient.next_try_at, "recipient": recipient.pk}
        with connection.cursor() as cursor:
            cursor.execute(AHEAD, place | {"campaign": self.campaign.pk, "most": READ_AHEAD})
            return [Addressee(*row) for row in cursor.fetchall()]

    def _of_all(self) -> dict[str, str]:
        campaign = self.campaign
        when = timezone.localtime(campaign.starts_at) if campaign.starts_at else None
        return {
            "entreprise": self.firm,
            "lieu": campaign.place,
            "date": date_format(when, "DATETIME_FORMAT") if when else "",
            "question": campaign.question,
        }

    def _of_people(self, addressee: Addressee) -> dict[str, str]:
        owner = self._owners.get(addressee.owner_id) if addressee.owner_id else None
        return {
            "client": addressee.client,
            "ville": addressee.city,
            "prenom": first_name_in(addressee.contact),
            "nom": addressee.contact,
            "commercial": str(owner) if owner else "",
            "telephone_commercial": owner.phone if owner else "",
        }

    @cached_property
    def _owners(self) -> dict[int, User]:
        return User.objects.in_bulk()

    def _of_scores(self, clients: list[int]) -> dict[int, dict[str, str]]:
        if not self.used & {"dernier_achat", "anciennete"}:
            return {}
        known = Score.objects.of(self.run).filter(client__in=RawSQL("SELECT unnest(%s::bigint[])", [clients]))
        rows = known.values_list("client_id", "client__client_since", "first_purchase_on", "last_purchase_on")
        today = timezone.localdate()
        return {
            client: {
                "dernier_achat": _written_day(last, self.campaign.language) if last else "",
                "anciennete": _years(since or first, today),
            }
            for client, since, first, last in rows
        }

    def _of_services(self, clients: list[int]) -> dict[int, dict[str, str]]:
        """The service of the campaign, else the one that clients alike hold most among those that this one lacks."""
        if "service_conseille" not in self.used:
            return {}
        if self.campaign.service is not None:
            return {client: {"service_conseille": self.campaign.service.name} for client in clients}
        run = self._offers_run
        if run is None:
            return {}
        groups = dict(Peer.objects.of(run).filter(client__in=clients).values_list("client_id", "group_id"))
        odds = OfferOdds.objects.filter(group__in=set(groups.values()), worth__gt=0, offering__service__isnull=False)
        best: dict[int, list[tuple[int, str]]] = {}
        ordered = odds.order_by("group_id", "-propensity", "offering__service__sort_name")
        for group, service, name in ordered.values_list("group_id", "offering__service_id", "offering__service__name"):
            best.setdefault(group, []).append((service, name))
        held = Holding.objects.filter(offering__run=run, client__in=clients)
        taken = set(held.values_list("client_id", "offering__service_id"))
        taken |= set(Hole.objects.closing().filter(client__in=clients).values_list("client_id", "service_id"))
        return {
            client: {"service_conseille": _first_free(client, best.get(groups[client], []), taken)} for client in groups
        }

    @cached_property
    def _offers_run(self) -> ScoringRun | None:
        return opportunities.run_on_show()

    def _of_needs(self, clients: list[int]) -> dict[int, dict[str, str]]:
        if "besoin" not in self.used:
            return {}
        if self.campaign.need is not None:
            return {client: {"besoin": self.campaign.need.name} for client in clients}
        held = ClientNeed.objects.standing().filter(client__in=clients).order_by("need__position", "need_id")
        found: dict[int, dict[str, str]] = {}
        for client, name in held.values_list("client_id", "need__name"):
            found.setdefault(client, {"besoin": name})
        return found

    def _of_proofs(self, clients: list[int]) -> dict[int, dict[str, str]]:
        """The newest proof that may be shown today of the client's own sector, else one for everybody."""
        if "preuve" not in self.used:
            return {}
        proofs = list(Proof.objects.valid())
        sectors = Client.objects.filter(pk__in=clients).values_list("pk", "naf_code")
        return {client: {"preuve": _proof_for(code, proofs)} for client, code in sectors}

    def _of_purchases(self, clients: list[int]) -> dict[int, dict[str, str]]:
        if "dernier_service" not in self.used:
            return {}
        return {client: {"dernier_service": name} for client, name in last_services(clients).items()}


def _ours(name: str, token: str, *numbers: int) -> str:
    """The address of this page for who holds this token."""
    return site.SITE_URL + _pattern(name, numbers).replace(HERE, token)


@lru_cache(maxsize=1000)
def _pattern(name: str, numbers: tuple[int, ...]) -> str:
    return reverse(f"campaigns:{name}", args=[*numbers, HERE])


def message_id(recipient: Recipient, domain: str) -> str:
    """The same for one recipient whenever it is asked: what settles whether a message arrived."""
    numbers = f"{recipient.campaign_id}.{recipient.pk}.{recipient.occurrence}"
    mark = hmac.new(site.MESSAGE_KEYS[-1].encode(), f"message-id.{numbers}".encode(), hashlib.sha256).hexdigest()[:16]
    return f"<{numbers}.{mark}@{domain}>"


@lru_cache(maxsize=10_000)
def _written_day(day: dt.date, language: str) -> str:
    with translation.override(language):
        return date_format(day, "DATE_FORMAT")


def _years(since: dt.date | None, today: dt.date) -> str:
    """Whole years since that day; empty under one."""
    if since is None:
        return ""
    years = today.year - since.year - ((today.month, today.day) < (since.month, since.day))
    return str(years) if years > 0 else ""


def _first_free(client: int, services: list[tuple[int, str]], taken: set[tuple[int, int]]) -> str:
    return next((name for pk, name in services if (client, pk) not in taken), "")


def _proof_for(naf_code: str, proofs: list[Proof]) -> str:
    of_sector = (proof.text for proof in proofs if proof.sector and naf_code.startswith(proof.sector))
    of_all = (proof.text for proof in proofs if not proof.sector)
    return next(of_sector, None) or next(of_all, "")

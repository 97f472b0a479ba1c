"""The outbox: recipients are claimed one by one in the database, sent, and marked in the commit of the next claim.

`sending` is committed before a message leaves. So whatever dies, and when, nothing leaves twice: a row whose sender
died is uncertain, at most one a process, and a person says what became of it. Any number of senders may run at once.
Whoever takes an objection holds the lock of the address too: once it is answered, nothing more leaves to it.
"""

import datetime as dt
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import randint
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import Cursor

from campaigns import transport
from campaigns.addresses import lock_of
from campaigns.letters import READ_AHEAD, Letters
from campaigns.models import Campaign, MailSettings, Recipient, Suppression
from campaigns.transport import NotHandedOverError, NotReachableError, RefusedError, Transport, UncertainError

log = logging.getLogger(__name__)
SQL = Path(__file__).parent / "sql"  # by the ORM, a message would take longer to claim than to send
NEXT = (SQL / "next_message.sql").read_text()
TAKEN = [
    "pk", "campaign_id", "client_id", "contact_id", "email", "address_key", "segment", "arm", "occurrence", "attempts",
    "next_try_at", "state",
]  # fmt: skip
LEASE = dt.timedelta(minutes=5)  # more than every timeout of one message together
TURN = 20.0  # seconds that one call sends for, so that workers see to other things too
WAITS = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 240)]  # after each failure that may pass
RETRY_LOCKED = dt.timedelta(seconds=30)
CREDIT = dt.timedelta(minutes=1)  # of a throttle not used, that may be made up for
FEWEST_TO_JUDGE, JUDGED, WORST = 10, 50, 0.2  # failures among the last outcomes, from which a campaign pauses by itself


@dataclass
class Tally:
    """What one call did."""

    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    left_out: int = 0
    is_out_of_time: bool = False


def work(*, seconds: float = TURN, stops: Callable[[], bool] = lambda: False) -> Tally:
    """Sends what is due until nothing is, the time is over, or `stops` says so. Anybody may call it, at any time."""
    tally = Tally()
    settle_lost()
    start_scheduled()
    waiting = list(Campaign.objects.sending().filter(_has_due()).order_by("launched_at", "pk"))
    if waiting:
        try:
            with transport.opened() as opened:
                _send_all(waiting, opened, tally, until=time.monotonic() + seconds, stops=stops)
        except NotReachableError as error:
            log.warning("the mail server does not answer, campaigns wait: %r", error)
            _say(waiting, _("Le serveur de messagerie ne répond pas. Les messages partiront dès qu’il répondra."))
    close_finished()
    return tally


def settle_lost() -> int:
    """How many messages nobody knows about any more: their sender died after they may have left."""
    lost = Recipient.objects.filter(state=Recipient.State.SENDING, leased_until__lt=timezone.now())
    return lost.update(state=Recipient.State.UNCERTAIN, leased_until=None, reason=_("L’envoi a été interrompu."))


def start_scheduled() -> int:
    """How many campaigns whose hour has come start now."""
    due = Campaign.objects.filter(state=Campaign.State.SCHEDULED)
    due = due.filter(Q(scheduled_for=None) | Q(scheduled_for__lte=timezone.now()))
    return due.update(state=Campaign.State.SENDING)


def close_finished() -> int:
    """How many campaigns are over: nothing waits to leave, nothing is on its way. Automatic ones go on.

    What was on its way when a campaign was stopped, and did not leave after all, is stopped with it.
    """
    stopped = Campaign.objects.filter(state=Campaign.State.CANCELLED)
    Recipient.objects.filter(campaign__in=stopped, state=Recipient.State.PENDING).update(
        state=Recipient.State.CANCELLED
    )
    left = Recipient.objects.filter(campaign=OuterRef("pk"), state__in=("pending", "sending"))
    over = Campaign.objects.sending().filter(~Exists(left), automation=None)
    ended = Campaign.objects.filter(pk__in=list(over.values_list("pk", flat=True)), state=Campaign.State.SENDING)
    return ended.update(state=Campaign.State.DONE, ended_at=timezone.now(), trouble="")


def _has_due() -> Exists:
    due = Recipient.objects.filter(campaign=OuterRef("pk"), state=Recipient.State.PENDING)
    return Exists(due.filter(next_try_at__lte=timezone.now()))


def _send_all(
    campaigns: list[Campaign], opened: Transport, tally: Tally, *, until: float, stops: Callable[[], bool]
) -> None:
    settings = MailSettings.current()
    for campaign in campaigns:
        sender = _Sender(campaign, Letters(campaign, settings), settings, opened, tally)
        while sender.step():
            if stops() or time.monotonic() >= until:
                tally.is_out_of_time = True
                break
        sender.write_down()
        if tally.is_out_of_time:
            return


@dataclass(frozen=True)
class _Outcome:
    """What became of the message that just left, to be written with the next claim. Nothing, of nobody, at first."""

    former: int | None = None
    state: str = ""
    attempts: int = 0
    next_try_at: dt.datetime | None = None
    reason: str = ""
    sent_at: dt.datetime | None = None


class _Place(NamedTuple):
    """After which recipient a sender looks for the next one, in the order in which they are due."""

    tried_at: dt.datetime = dt.datetime.min.replace(tzinfo=dt.UTC)
    recipient: int = 0


@dataclass
class _Sender:
    """Sends one campaign over one connection; holds the lock of the address of the message on its way."""

    campaign: Campaign
    letters: Letters
    settings: MailSettings
    opened: Transport
    tally: Tally
    outcome: _Outcome = field(default_factory=_Outcome)
    locked: int | None = None
    last: deque[str] = field(default_factory=lambda: deque(maxlen=JUDGED))

    def __post_init__(self) -> None:
        known = self.campaign.recipients.filter(state__in=("sent", "failed")).order_by("-next_try_at", "-pk")
        self.last.extend(reversed(known.values_list("state", flat=True)[:JUDGED]))
        self.place = _place_in(self.campaign)
        self.cursor = _cursor()

    def step(self) -> bool:
        """Writes what became of the former message, claims the next and sends it; False when there is none to send."""
        recipient = self._next(due_at=timezone.now() if self._is_let_go() else None)
        if recipient is None:
            return False
        if recipient.state == Recipient.State.SENDING:
            self.locked = lock_of(bytes(recipient.address_key))
            self.outcome = self._send(recipient)
        elif recipient.state == Recipient.State.LEFT_OUT:
            self.tally.left_out += 1
        return True

    def write_down(self) -> None:
        """Writes what became of the last message."""
        self._next(due_at=None)

    def _next(self, *, due_at: dt.datetime | None) -> Recipient | None:
        """The next recipient due then, as it stands now that it was taken: on its way and its address locked for this
        session, left out, or pending still when another message is on its way there."""
        values = {
            "campaign": self.campaign.pk,
            "kind": self.campaign.kind,
            "due_at": due_at,
            "after_try": self.place.tried_at,
            "after_id": self.place.recipient,
            "locked": self.locked,
            "lease": LEASE.total_seconds(),
            "later": RETRY_LOCKED.total_seconds(),
            "period": dt.timedelta(days=self.settings.most_days).total_seconds(),
            "most": self.settings.most_messages,
        }
        found = self.cursor.execute(NEXT, vars(self.outcome) | values).fetchone()
        self._judge(self.outcome.state)
        self.outcome, self.locked = _Outcome(), None
        if found is None:
            return None
        recipient = Recipient(**dict(zip(TAKEN, found, strict=True)))
        self.place = _Place(recipient.next_try_at, recipient.pk)
        return recipient

    def _is_let_go(self) -> bool:
        """Whether the throttle, if there is one, lets one more go now."""
        if not self.campaign.per_hour:
            return True
        now, interval = timezone.now(), dt.timedelta(hours=1) / self.campaign.per_hour
        free = Campaign.objects.sending().filter(Q(next_at=None) | Q(next_at__lte=now), pk=self.campaign.pk)
        return free.update(next_at=Greatest(Coalesce(F("next_at"), now), now - CREDIT) + interval) > 0

    def _send(self, recipient: Recipient) -> _Outcome:
        """What to write about this recipient once its message was handed over, or refused."""
        try:
            letter = self.letters.to(recipient)
        except Exception:
            log.exception("the message of recipient %s could not be written", recipient.pk)
            return self._failed(recipient, _("Le message n’a pas pu être composé."))
        try:
            self.opened.send(letter)
        except NotReachableError:
            self.outcome = _Outcome(recipient.pk, Recipient.State.PENDING, recipient.attempts - 1, timezone.now())
            self.write_down()
            raise
        except NotHandedOverError as error:
            return self._later(recipient, str(error))
        except UncertainError as error:
            self.tally.uncertain += 1
            return self._became(recipient, Recipient.State.UNCERTAIN, reason=str(error)[:300])
        except RefusedError as error:
            if not error.is_for_good:
                return self._later(recipient, str(error))
            if error.is_unknown:
                _suppress(recipient, self.campaign)
            return self._failed(recipient, str(error))
        self.tally.sent += 1
        return self._became(recipient, Recipient.State.SENT, sent_at=timezone.now())

    def _became(self, recipient: Recipient, state: str, **values: Any) -> _Outcome:
        values = {"next_try_at": timezone.now()} | values
        return _Outcome(recipient.pk, state, recipient.attempts, **values)

    def _failed(self, recipient: Recipient, why: str) -> _Outcome:
        self.tally.failed += 1
        return self._became(recipient, Recipient.State.FAILED, reason=why[:300])

    def _later(self, recipient: Recipient, why: str) -> _Outcome:
        if recipient.attempts > len(WAITS):
            return self._failed(recipient, why)
        due = timezone.now() + WAITS[recipient.attempts - 1]
        return self._became(recipient, Recipient.State.PENDING, next_try_at=due, reason=why[:300])

    def _judge(self, state: str) -> None:
        """Pauses the campaign when too many of its last messages were refused: something is wrong with it."""
        if state not in (Recipient.State.SENT, Recipient.State.FAILED):
            return
        self.last.append(state)
        failed = self.last.count(Recipient.State.FAILED)
        if state == Recipient.State.FAILED and failed >= FEWEST_TO_JUDGE and failed > WORST * len(self.last):
            trouble = _("%(failed)d des %(count)d derniers messages ont été refusés : vérifiez les adresses.")
            words = trouble % {"failed": failed, "count": len(self.last)}
            Campaign.objects.sending().filter(pk=self.campaign.pk).update(state=Campaign.State.PAUSED, trouble=words)


def _place_in(campaign: Campaign) -> _Place:
    """Where to start: anywhere in a long queue, so that senders do not stand in one another's way; else at its head."""
    pending = campaign.recipients.filter(state=Recipient.State.PENDING)
    ends = pending.aggregate(first=Min("pk"), last=Max("pk"), count=Count("pk"))
    if ends["count"] <= READ_AHEAD:
        return _Place()
    start = pending.filter(pk__gte=randint(ends["first"], ends["last"])).order_by("pk")  # noqa: S311
    return _Place(*start.values_list("next_try_at", "pk").first() or _Place())


def _cursor() -> Cursor:
    """A cursor whose statements the database prepares once, rather than plan them for each message."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = 1
    return Cursor(connection.connection)


def _suppress(recipient: Recipient, campaign: Campaign) -> None:
    """Nothing more is sent to an address that does not exist."""
    Suppression.objects.get_or_create(
        key=bytes(recipient.address_key),
        scope="",
        defaults={"reason": Suppression.Reason.UNKNOWN, "campaign": campaign},
    )


def _say(campaigns: list[Campaign], trouble: str) -> None:
    waiting = Campaign.objects.filter(pk__in=[campaign.pk for campaign in campaigns]).exclude(trouble=trouble)
    waiting.update(trouble=trouble)

"""Messages that start by themselves: on entering a segment, once that is confirmed, or when something happens.

Anybody may ring `run_due`, as often as they like and at once: each entry makes one recipient of the automatic
campaign, through the same exclusions as any audience, and never more than the daily cap. A message already in the
outbox is what keeps the next ring from making another.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns import audience, library
from campaigns.audience import Person
from campaigns.launching import SENDING_TASK
from campaigns.letters import GENERIC
from campaigns.messages.rendering import compose
from campaigns.models import Arm, Automation, Campaign, CampaignMessage, Link, Recipient
from clients import bells
from clients.models import Client, Event
from segmentation.models import Cause, Movement, ScoringRun

TRIED_OVER = dt.timedelta(days=30)
FRESH_FOR = dt.timedelta(days=30)  # later, the message would come out of the blue


@dataclass(frozen=True)
class Entry:
    """A client who entered the segment, or to whom it happened, on that day."""

    client_id: int
    on: dt.date


@dataclass(frozen=True)
class Tried:
    """One entry of the past month; `why` is why nothing would be sent today, in words, or empty."""

    client: Client
    on: dt.date
    why: str


@dataclass(frozen=True)
class Trial:
    """What an automatic message would have done since that day, among the clients that a person sees."""

    since: dt.date
    rows: list[Tried]

    @cached_property
    def sent(self) -> int:
        """How many messages would have left, the cap left aside."""
        return sum(not row.why for row in self.rows)


@transaction.atomic
def save(*, automation: Automation, name: str, by: User) -> Automation:
    """The automatic message, off and to be tried, its text ready when it is new.

    Raises PermissionDenied without the right to send, ValidationError.
    """
    _check_right(by)
    is_new = automation.pk is None
    campaign = Campaign(created_by=by) if is_new else _locked(automation).campaign
    campaign.name, campaign.segments = name, [automation.segment] if automation.segment else []
    campaign.full_clean(exclude=["created_by"])
    campaign.save()
    automation.campaign, automation.tried_at, automation.switched_on_at = campaign, None, None
    if is_new:
        automation.created_by = by
    automation.full_clean(exclude=["created_by"])
    automation.save()
    _stop(campaign)
    _write_missing(automation)
    return automation


@transaction.atomic
def write(*, automation: Automation, subject: str, body: str, by: User) -> None:
    """What it says. Off from then on, and to be tried again. Raises PermissionDenied, ValidationError."""
    _check_right(by)
    automation = _locked(automation)
    compose(subject, body)
    values = {"subject": subject, "body": body}
    CampaignMessage.objects.filter(campaign=automation.campaign, segment=automation.segment).update(**values)
    Automation.objects.filter(pk=automation.pk).update(tried_at=None, switched_on_at=None)
    _stop(automation.campaign)


def trial_of(automation: Automation, *, by: User) -> Trial:
    """What it would have sent in the past month, the newest entry first; exclusions are those of today."""
    since = timezone.localdate() - TRIED_OVER
    entries = _entries(automation, since=since)
    people = {person.client_id: person for person in _people(automation, entries, by=by, is_trial=True)}
    clients = Client.objects.in_bulk(people)
    rows = [
        Tried(clients[entry.client_id], entry.on, _in_words(people[entry.client_id]))
        for entry in sorted(entries, key=lambda entry: entry.on, reverse=True)
        if entry.client_id in people
    ]
    return Trial(since, rows)


@transaction.atomic
def mark_tried(*, automation: Automation, by: User) -> Trial:
    """The trial; from now on it may be switched on. Raises PermissionDenied."""
    _check_right(by)
    Automation.objects.filter(pk=automation.pk).update(tried_at=timezone.now())
    return trial_of(automation, by=by)


@transaction.atomic
def switch(*, automation: Automation, is_on: bool, by: User) -> None:
    """Switches it on, for what happens from now on, or off. Raises PermissionDenied, ValidationError when untried."""
    _check_right(by)
    automation = _locked(automation)
    campaign, now = automation.campaign, timezone.now()
    if not is_on:
        Automation.objects.filter(pk=automation.pk).update(switched_on_at=None)
        _stop(campaign)
        return
    if automation.tried_at is None:
        raise ValidationError(_("Essayez d’abord ce message sur le mois passé."))
    if not automation.is_on:
        Automation.objects.filter(pk=automation.pk).update(switched_on_at=now)
    _store_links(campaign)
    campaign.state, campaign.trouble, campaign.launched_by = Campaign.State.SENDING, "", by
    campaign.launched_at = campaign.launched_at or now
    campaign.save(update_fields=["state", "trouble", "launched_by", "launched_at"])
    transaction.on_commit(lambda: bells.ring(SENDING_TASK))


def run_due() -> int:
    """How many messages were put in the outbox now, by those that are on."""
    running = Automation.objects.filter(switched_on_at__isnull=False, campaign__state=Campaign.State.SENDING)
    added = sum(_add(pk) for pk in running.order_by("pk").values_list("pk", flat=True))
    if added:
        bells.ring(SENDING_TASK)
    return added


@transaction.atomic
def _add(pk: int) -> int:
    automation = Automation.objects.select_for_update(of=["self"]).select_related("campaign").get(pk=pk)
    room = automation.daily_cap - _leaving_today(automation.campaign)
    if automation.switched_on_at is None or room <= 0:
        return 0
    entries = _entries(automation, since=_since(automation), known_since=automation.switched_on_at)
    due = _due(automation, entries)
    by = automation.campaign.launched_by or automation.created_by
    reached = [person for person in _people(automation, entries, by=by) if not person.left_out]
    taken = _addresses(automation.campaign)
    made = [
        _recipient(automation, person, due[person.client_id])
        for person in reached
        if person.client_id in due and (person.key, due[person.client_id]) not in taken
    ]
    return len(Recipient.objects.bulk_create(made[:room]))


def _since(automation: Automation) -> dt.date:
    """The first day that counts: what a run had confirmed before it was on, or long ago, starts nothing. Events may be
    told late: of them, only how fresh they are is asked here."""
    fresh = timezone.localdate() - FRESH_FOR
    if not automation.segment:
        return fresh
    before = ScoringRun.objects.standing().filter(finished_at__lte=automation.switched_on_at)
    last = before.aggregate(last=Max("as_of"))["last"]
    return max(fresh, last + dt.timedelta(days=1)) if last else fresh


def _entries(automation: Automation, *, since: dt.date, known_since: dt.datetime | None = None) -> list[Entry]:
    """Who entered since that day, their last entry each; of events, those that came to be known since that moment."""
    if automation.segment:
        moves = Movement.objects.confirmed().of_segment().exclude(cause=Cause.RULES)  # nothing happened to the client
        moves = moves.filter(
            to_segment=automation.segment, is_departure=False, confirmed_on__gte=since
        )  # fmt: skip
        rows = moves.order_by("confirmed_on").values_list("client_id", "confirmed_on")
    else:
        events = Event.objects.filter(
            kind=automation.event_kind, happened_on__gte=since, happened_on__lte=timezone.localdate()
        )
        if known_since is not None:
            later = Q(happened_on__gt=timezone.localdate(known_since))
            events = events.filter(Q(recorded_at__gte=known_since) | later)
        rows = events.order_by("happened_on", "pk").values_list("client_id", "happened_on")
    return [Entry(client, on) for client, on in dict(rows).items()]


def _people(automation: Automation, entries: list[Entry], *, by: User, is_trial: bool = False) -> list[Person]:
    """These clients as an audience tells them. Live, only those who are still in the segment."""
    campaign = automation.campaign
    asked = Campaign(pk=campaign.pk, kind=campaign.kind, chosen=[entry.client_id for entry in entries])
    asked.created_by_id, asked.created_by = campaign.created_by_id, campaign.created_by
    asked.segments = [] if is_trial else campaign.segments
    return audience.of(asked, by=by).people


def _due(automation: Automation, entries: list[Entry]) -> dict[int, int]:
    """The occurrence that each client who may receive it is at: the first, or the next once the delay is over."""
    earlier = Recipient.objects.filter(
        campaign=automation.campaign, client__in=[entry.client_id for entry in entries]
    ).order_by("occurrence")
    last = {one.client_id: one for one in earlier}
    due = {}
    for entry in entries:
        former = last.get(entry.client_id)
        if former is None:
            due[entry.client_id] = 1
        elif automation.again == Automation.Again.AFTER and automation.again_after_days is not None:
            sent_on = timezone.localdate(former.sent_at or former.next_try_at)
            if entry.on >= sent_on + dt.timedelta(days=automation.again_after_days):
                due[entry.client_id] = former.occurrence + 1
    return due


def _recipient(automation: Automation, person: Person, occurrence: int) -> Recipient:
    return Recipient(
        campaign=automation.campaign, client_id=person.client_id, contact_id=person.contact_id, email=person.email,
        address_key=person.key, segment=person.segment, tier=person.tier, occurrence=occurrence,
        arm=Arm.SEGMENTED if automation.segment else Arm.GENERIC,
    )  # fmt: skip


def _leaving_today(campaign: Campaign) -> int:
    """How many of its messages left today, or are about to."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Q(state__in=[Recipient.State.PENDING, Recipient.State.SENDING])
    return campaign.recipients.filter(waiting | Q(sent_at__gte=midnight)).count()


def _addresses(campaign: Campaign) -> set[tuple[bytes, int]]:
    """The addresses written to already, with the occurrence: two clients may share one."""
    return {(bytes(key), time) for key, time in campaign.recipients.values_list("address_key", "occurrence")}


def _in_words(person: Person) -> str:
    return str(audience.WHY[person.left_out]) if person.left_out else ""


def _write_missing(automation: Automation) -> None:
    """The message ready for its segment, or for all; none other is left."""
    campaign = automation.campaign
    campaign.messages.exclude(segment=automation.segment or GENERIC).delete()
    if not campaign.messages.exists():
        text = library.ready_for(kind=campaign.kind, segment=automation.segment, language=campaign.language)
        CampaignMessage.objects.create(
            campaign=campaign, segment=automation.segment or GENERIC, subject=text.subject, body=text.body
        )


def _store_links(campaign: Campaign) -> None:
    for message in campaign.messages.all():
        links = compose(message.subject, message.body).links
        Link.objects.bulk_create([Link(campaign=campaign, address=one) for one in links], ignore_conflicts=True)


def _stop(campaign: Campaign) -> None:
    """Nothing leaves any more; what waited never will."""
    if campaign.state == Campaign.State.SENDING:
        Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.PAUSED)
        campaign.state = Campaign.State.PAUSED
    campaign.recipients.filter(state=Recipient.State.PENDING).update(state=Recipient.State.CANCELLED)


def _locked(automation: Automation) -> Automation:
    return (
        Automation.objects.select_for_update(of=["self"]).select_related("campaign__created_by").get(pk=automation.pk)
    )


def _check_right(by: User) -> None:
    if not by.may(Right.SEND_CAMPAIGNS):
        raise PermissionDenied

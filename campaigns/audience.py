"""Who a campaign reaches, and why the others are left out: one count for the desk, the button and the launch."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.addresses import key_of, suppressed_for
from campaigns.models import Campaign, MailSettings, Recipient
from clients.models import Client, ClientDeparture, Contact
from segmentation import opportunities, opportunity_matrix
from segmentation.models import ClientNeed, Offering, Score, ScoringRun, Segment

MOST_READERS = 50
DAY = Value(dt.timedelta(days=1))
NO_EMAIL, OBJECTED, TOO_OFTEN, ELSEWHERE, TWICE = "no-email", "objected", "too-often", "elsewhere", "twice"
WHY = {
    NO_EMAIL: _("sans e-mail"),
    OBJECTED: _("se sont opposés, ou leur adresse n’existe plus"),
    TOO_OFTEN: _("trop sollicités"),
    ELSEWHERE: _("dans une autre campagne en cours de mesure"),
    TWICE: _("même adresse qu’un autre client"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One client of the audience and whom to write to there; `left_out` is why nothing is sent, or empty."""

    client_id: int
    contact_id: int | None
    email: str
    key: bytes
    segment: str
    tier: str
    left_out: str = ""


@dataclass(frozen=True)
class Counted:
    """One segment of an audience: its clients, those who can be written to, and why the others cannot."""

    segment: str
    clients: int
    reached: int
    left_out: list[tuple[str, int]]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return [(str(WHY[code]), count) for code, count in self.left_out]


@dataclass(frozen=True)
class Audience:
    """The clients that a campaign is about, in the order of their numbers, as of one run."""

    run: ScoringRun | None
    people: list[Person]

    @cached_property
    def reached(self) -> list[Person]:
        return [person for person in self.people if not person.left_out]

    @cached_property
    def left_out(self) -> Counter[str]:
        return Counter(person.left_out for person in self.people if person.left_out)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why clients are left out, in words, and how many, the most first."""
        return [(str(WHY[code]), count) for code, count in self.left_out.most_common()]

    @cached_property
    def by_segment(self) -> dict[str, Counted]:
        """The count of each segment that has clients here."""
        return {segment: _counted(segment, people) for segment, people in self._of_segments().items()}

    def _of_segments(self) -> dict[str, list[Person]]:
        found: dict[str, list[Person]] = {}
        for person in self.people:
            found.setdefault(person.segment, []).append(person)
        return found


def of(campaign: Campaign, *, by: User) -> Audience:
    """The audience of this campaign among the clients that its author and `by` both see, as of the run on show."""
    run = ScoringRun.objects.latest_at()
    if run is None:
        return Audience(None, [])
    scores = _scores(campaign, run, by)
    return Audience(run, _people(campaign, scores.order_by("client_id").values_list("client_id", "segment", "tier")))


def every_segment(campaign: Campaign, *, by: User) -> list[Counted]:
    """What each segment would bring, whether it was chosen or not; those without a client too, in order."""
    wide = Campaign(
        kind=campaign.kind, service=campaign.service, need=campaign.need, chosen=campaign.chosen, pk=campaign.pk
    )
    wide.created_by_id, wide.segments = campaign.created_by_id, []
    counted = of(wide, by=by).by_segment
    slugs = Segment.objects.values_list("slug", flat=True)
    return [counted.get(slug, Counted(slug, 0, 0, [])) for slug in slugs]


def contact_of(client: Client) -> Contact | None:
    """Whom a message to this client goes to; None for the client's own address, or for nobody."""
    number = _contacts([client.pk]).get(client.pk, (None, "", False))[0]
    return Contact.objects.get(pk=number) if number else None


def readers(campaign: Campaign, *, by: User, segment: str = "") -> list[Client]:
    """Whom a message may be looked at with: the best clients of its segment (of all, when empty) who can be written to.

    As many as are needed to look around, whatever the size of the audience.
    """
    run = ScoringRun.objects.latest_at()
    if run is None:
        return []
    scores = _scores(campaign, run, by)
    scores = scores.filter(segment=segment) if segment else scores
    best = list(scores.select_related("client__owner").order_by("-tier_revenue", "client_id")[: 2 * MOST_READERS])
    people = _people(campaign, [(one.client_id, one.segment, one.tier) for one in best])
    reached = {person.client_id for person in people if not person.left_out}
    return [one.client for one in best if one.client_id in reached][:MOST_READERS]


def _scores(campaign: Campaign, run: ScoringRun, by: User) -> QuerySet[Score]:
    seen = Client.objects.visible_to(by)
    if campaign.created_by_id and campaign.created_by_id != by.pk:
        seen = seen.filter(pk__in=Client.objects.visible_to(campaign.created_by).values("pk"))
    gone = ClientDeparture.objects.standing().filter(client=OuterRef("client"))
    scores = Score.objects.of(run).filter(~Exists(gone), client__in=seen)
    if campaign.segments:
        scores = scores.filter(segment__in=campaign.segments)
    if campaign.chosen is not None:
        scores = scores.filter(client__in=campaign.chosen)
    if campaign.service_id:
        shown = opportunities.run_on_show()
        offering = Offering.objects.filter(run=shown, service=campaign.service_id).first()
        scores = opportunity_matrix.lacking(scores, offering) if offering else scores
    if campaign.need_id:
        scores = scores.filter(
            Exists(ClientNeed.objects.standing().filter(need=campaign.need_id, client=OuterRef("client")))
        )
    return scores


def _people(campaign: Campaign, rows: Iterable[tuple[int, str, str]]) -> list[Person]:
    rows = list(rows)
    contacts = _contacts([client for client, _segment, _tier in rows])
    suppressed, too_often, elsewhere = suppressed_for(campaign.kind), solicited(), _elsewhere(campaign)
    people, seen = [], set()
    for client, segment, tier in rows:
        contact_id, email, objected = contacts.get(client, (None, "", False))
        key = key_of(email) if email else b""
        if not email:
            why = NO_EMAIL
        elif objected or key in suppressed:
            why = OBJECTED
        elif key in too_often:
            why = TOO_OFTEN
        elif key in elsewhere:
            why = ELSEWHERE
        elif key in seen:
            why = TWICE
        else:
            why = ""
            seen.add(key)
        people.append(Person(client, contact_id, email, key, segment or "", tier or "", why))
    return people


def _contacts(clients: list[int]) -> dict[int, tuple[int | None, str, bool]]:
    """Whom to write to at each client: the main contact with an e-mail, else the first, else the client's own address.

    An objection is a person's: nobody else at the client is written to in their place. The clients are sent as one
    array: a hundred thousand parameters would take as long to write as the rest to read.
    """
    named = RawSQL("SELECT unnest(%s::bigint[])", [clients])
    own = Client.objects.filter(pk__in=named).exclude(email="").values_list("pk", "email")
    found: dict[int, tuple[int | None, str, bool]] = {client: (None, email, False) for client, email in own.iterator()}
    people = Contact.objects.filter(client__in=named).exclude(email="")
    first = people.order_by("client_id", "-is_main", "id").distinct("client_id")
    for pk, client, email, objected_at in first.values_list("pk", "client_id", "email", "objected_at").iterator():
        found[client] = (pk, email, objected_at is not None)
    return found


def solicited(settings: MailSettings | None = None) -> set[bytes]:
    """The keys of the addresses that were written to as often as may be in the days that count."""
    settings = settings or MailSettings.current()
    since = timezone.now() - dt.timedelta(days=settings.most_days)
    sent = Recipient.objects.filter(sent_at__gt=since).order_by().values("address_key")
    many = sent.annotate(count=Count("pk")).filter(count__gte=settings.most_messages)
    return {bytes(key) for key in many.values_list("address_key", flat=True)}


def _elsewhere(campaign: Campaign) -> set[bytes]:
    """The keys of the addresses that another campaign is about to write to, or keeps without contact to compare."""
    watched = ExpressionWrapper(F("launched_at") + DAY * F("outcome_days"), output_field=DateTimeField())
    others = Campaign.objects.exclude(pk=campaign.pk).exclude(state=Campaign.State.CANCELLED)
    compared = others.annotate(watched_until=watched).filter(watched_until__gt=timezone.now())
    waiting = Q(state=Recipient.State.PENDING, campaign__in=others.under_way())
    found = Recipient.objects.filter(waiting | Q(state=Recipient.State.HELD, campaign__in=compared))
    return {bytes(key) for key in found.values_list("address_key", flat=True)}


def _counted(segment: str, people: list[Person]) -> Counted:
    left_out = Counter(person.left_out for person in people if person.left_out)
    return Counted(segment, len(people), len(people) - left_out.total(), left_out.most_common())

"""What a person needs before calling one client: who, why it is here, what to say, what was said last time."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import uuid4

from django.db.models import F
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import Firm, User
from accounts.roles import Right
from campaigns import playbook
from campaigns.models import Action
from campaigns.playbook import Page
from clients.activity import month_ends
from clients.contacts import email_of, phone_of
from clients.figures import dialled
from clients.models import Client, ClientDeparture, Contact, Service
from segmentation.explanation import Explanation, Reason, explain
from segmentation.groups import amounts_by_month
from segmentation.models import (
    Grade,
    Motive,
    Movement,
    RiskReason,
    RiskSetAside,
    Score,
    ScoringRun,
    Unscored,
)
from segmentation.relation import access
from segmentation.setting_aside import usual_until

LAST_EXCHANGES = 3
LAST_MOVES = 24


@dataclass(frozen=True)
class Sheet:
    """One client as `user` may see it, in the light of a run; everything is read when it is asked for."""

    user: User
    client: Client
    run: ScoringRun | None

    @property
    def key(self) -> str:
        """The id for an attribute."""
        return str(self.client.pk)

    @cached_property
    def score(self) -> Score | None:
        return (
            Score.objects.filter(run=self.run, client=self.client)
            .select_related("run__rules", "client", "risk")
            .first()
        )

    @cached_property
    def explanation(self) -> Explanation | None:
        """Why the client is where it is, in words; None without a score."""
        return explain(self.score) if self.score else None

    @cached_property
    def apart(self) -> Unscored | None:
        """Why this client has no score of its own: left out by the rules, or scored with its group."""
        return Unscored.objects.of(self.run).filter(client=self.client).select_related("head").first()

    @cached_property
    def companies(self) -> list[Unscored]:
        """The companies scored under this head, with this client; none where clients are scored one by one."""
        group = Unscored.objects.of(self.run).filter(head=self.client, reason=Unscored.Reason.GROUP)
        return list(group.select_related("client").order_by("client__sort_name", "client_id"))

    @cached_property
    def sees_head(self) -> bool:
        """Whether this person may open the page of the group's head."""
        return bool(self.apart) and Client.objects.visible_to(self.user).filter(pk=self.apart.head_id).exists()

    @property
    def reasons(self) -> list[Reason]:
        """Why the client is at risk, the client's own behaviour first and the segment that sums it up last."""
        return sorted(self.explanation.reasons, key=lambda reason: reason.slug == RiskReason.GRID)

    @cached_property
    def moves(self) -> list[Movement]:
        """The changes of segment up to this run, the newest first."""
        if self.run is None:
            return []
        moves = Movement.objects.of_segment().filter(client=self.client, as_of__lte=self.run.as_of)
        return list(moves.order_by("-as_of")[:LAST_MOVES])

    @cached_property
    def course(self) -> list[Movement]:
        """The changes of segment or tier up to this run, the newest first."""
        if self.run is None:
            return []
        found = Movement.objects.filter(client=self.client, as_of__lte=self.run.as_of)
        changed = found.exclude(from_segment=F("to_segment"), from_tier=F("to_tier"))
        return list(changed.order_by("-as_of")[:LAST_MOVES])

    @property
    def last_move(self) -> Movement | None:
        return self.moves[0] if self.moves else None

    @cached_property
    def play(self) -> Page | None:
        """What the playbook says of the client's segment: what to say, to offer, how often."""
        return playbook.page_of(self.score.segment) if self.score else None

    @property
    def shows_playbook(self) -> bool:
        return Firm.current().shows(Firm.Part.PLAYBOOK)

    @cached_property
    def script(self) -> str:
        """The phone script of the segment, filled for this client and this person."""
        about = {"client": self.client, "contact": self.contact, "score": self.score}
        return playbook.script_for(self.play, **about, by=self.user)

    @cached_property
    def contact(self) -> Contact | None:
        """Whom to ask for: the main contact, else the first."""
        return self.client.contacts.first()

    @property
    def phone(self) -> str:
        return phone_of(self.client, self.contact)

    @property
    def dialled(self) -> str:
        """The number as a phone takes it: digits, and the plus of a country."""
        return dialled(self.phone)

    @property
    def email(self) -> str:
        """Where to write; nothing to who objects."""
        return email_of(self.client, self.contact)

    @cached_property
    def months(self):
        """Rolling months up to the run's date: [(last day, amount)]."""
        if self.run is None:
            return []
        ends = month_ends(self.run.as_of, 12)[1:]
        return list(zip(ends, amounts_by_month(self.run, [self.client.pk])[self.client.pk], strict=True))

    @property
    def amounts(self) -> list[Decimal]:
        return [amount for _end, amount in self.months]

    @cached_property
    def exchanges(self) -> list[Action]:
        """The last things done for this client, newest first."""
        done = Action.objects.done().filter(client=self.client).select_related("done_by")
        return list(done.order_by("-done_at")[:LAST_EXCHANGES])

    @cached_property
    def next_action(self) -> Action | None:
        return Action.objects.open().filter(client=self.client).select_related("assignee").first()

    @cached_property
    def set_asides(self) -> list[RiskSetAside]:
        """The alerts that people set aside and that are hidden today."""
        return list(RiskSetAside.objects.active().filter(client=self.client).select_related("set_aside_by"))

    @property
    def motives(self) -> list[tuple[str, str]]:
        return Motive.choices

    @property
    def usual_until(self) -> dt.date:
        return usual_until()

    @cached_property
    def departure(self) -> ClientDeparture | None:
        """The last departure that nobody took back, be it ended by a purchase since; None when there is none."""
        said = ClientDeparture.objects.filter(client=self.client, taken_back_at=None)
        return said.select_related("recorded_by").first()

    @property
    def is_gone(self) -> bool:
        return self.departure is not None and self.departure.reopened_on is None

    @property
    def departure_motives(self) -> list[tuple[str, str]]:
        return ClientDeparture.Motive.choices

    @cached_property
    def grade(self) -> Grade | None:
        """The colour of the relation; None for who may not read it, and where the firm does not show it."""
        if not Firm.current().shows(Firm.Part.RELATION):
            return None
        return access.read_by(Grade.objects.filter(client=self.client), self.user).first()

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return Action.Kind.choices

    @cached_property
    def services(self) -> list[Service]:
        """What may be proposed, by name."""
        return list(Service.objects.order_by("sort_name", "pk"))

    @property
    def may_record(self) -> bool:
        return self.user.may(Right.RECORD_ACTIONS)

    @property
    def people(self) -> list[User]:
        """To whom something about this client can be given: this person, and who follows it."""
        owner = self.client.owner
        return [self.user, owner] if owner and owner != self.user else [self.user]

    @cached_property
    def token(self) -> str:
        """Of the form about to be shown: sent twice, it records once."""
        return str(uuid4())

    @property
    def url(self) -> str:
        return reverse("cockpit:client-page", args=[self.client.pk])


def sheet_of(user: User, run: ScoringRun | None, client_id: int) -> Sheet:
    """The sheet of this client; Http404 when this person may not see it."""
    visible = Client.objects.visible_to(user).select_related("owner")
    return Sheet(user, get_object_or_404(visible, pk=client_id), run)

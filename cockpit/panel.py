"""What a person needs before calling one client: who, why it is here, what to say, what was said last time."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from uuid import uuid4

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import User
from accounts.roles import Right
from campaigns.models import Action
from clients.activity import month_ends, monthly_amounts
from clients.contacts import email_of, phone_of
from clients.figures import dialled
from clients.models import Client, Contact
from segmentation.explanation import Explanation, Reason, explain
from segmentation.models import RiskReason, Score, ScoringRun, Segment

LAST_EXCHANGES = 3


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
        return Score.objects.filter(run=self.run, client=self.client).select_related("run__rules", "client").first()

    @cached_property
    def explanation(self) -> Explanation | None:
        """Why the client is where it is, in words; None without a score."""
        return explain(self.score) if self.score else None

    @property
    def reasons(self) -> list[Reason]:
        """Why the client is at risk, the client's own behaviour first and the segment that sums it up last."""
        return sorted(self.explanation.reasons, key=lambda reason: reason.slug == RiskReason.GRID)

    @cached_property
    def segment(self) -> Segment | None:
        """The segment's advice and talking points."""
        return Segment.objects.filter(slug=self.score.segment).first() if self.score else None

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
        return list(zip(ends, monthly_amounts([self.client.pk], as_of=self.run.as_of)[self.client.pk], strict=True))

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

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return Action.Kind.choices

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

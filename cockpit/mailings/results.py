"""What a campaign became: what left, what did not, what came back, and whether it made a difference."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from campaigns import effects
from campaigns.answers import coming, places_left
from campaigns.audience import WHY
from campaigns.effects import Comparison, Effects, Outcome
from campaigns.models import Answer, Arm, Campaign, Recipient
from clients.models import Client
from cockpit.charts import Intervals, intervals

MOST_UNCERTAIN = 25


@dataclass(frozen=True)
class Picture:
    """One comparison of arms, and its graphic in points; without one while there are too few to tell."""

    comparison: Comparison
    chart: Intervals | None

    @property
    def name(self) -> str:
        """What tells this graphic from the others of the page."""
        return f"ecart-{self.comparison.against}"

    @property
    def title(self) -> str:
        if self.comparison.against == Arm.HELD:
            return _("Contre les clients à qui l’on n’a pas écrit")
        return _("Contre le message standard")


class Results:
    """Everything that the page of one campaign shows to this person."""

    def __init__(self, campaign: Campaign, user: User):
        self.campaign, self.user = campaign, user

    @cached_property
    def recipients(self):
        """The recipients whose client this person sees."""
        return self.campaign.recipients.filter(client__in=Client.objects.visible_to(self.user))

    @cached_property
    def counts(self) -> dict[str, int]:
        return dict(self.recipients.order_by().values_list("state").annotate(n=Count("pk")))

    @property
    def states(self) -> list[tuple[str, int]]:
        """Where messages stand: (state, how many)."""
        return [(str(state.label), self.counts[state]) for state in Recipient.State if state in self.counts]

    @property
    def to_write(self) -> int:
        """How many messages there are in all."""
        return sum(self.counts.values()) - self.counts.get(Recipient.State.HELD, 0)

    @property
    def gone(self) -> int:
        """How many of them wait no more."""
        waiting = (Recipient.State.PENDING, Recipient.State.SENDING, Recipient.State.HELD)
        return sum(count for state, count in self.counts.items() if state not in waiting)

    @property
    def waiting(self) -> int:
        """How many messages have not left yet."""
        return self.counts.get(Recipient.State.PENDING, 0)

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """Why clients were left out at the launch, in words, and how many."""
        return [(str(WHY[why]), count) for why, count in self.campaign.excluded.items() if why in WHY]

    @property
    def cost_each(self) -> Decimal | None:
        """The cost of a message that left, in euros HT; None before one did."""
        sent = sum(outcome.sent for outcome in self.effects.arms.values()) if self.effects else 0
        return self.campaign.cost / sent if self.campaign.cost is not None and sent else None

    @cached_property
    def uncertain(self) -> list[Recipient]:
        found = self.recipients.uncertain().select_related("client", "contact").order_by("pk")
        return list(found[:MOST_UNCERTAIN])

    @cached_property
    def effects(self) -> Effects | None:
        return effects.of(self.campaign)

    @property
    def arms(self) -> list[tuple[str, Outcome]]:
        """(arm, what became of it), for the arms that have somebody."""
        found = self.effects.arms if self.effects else {}
        return [(str(arm.label), found[arm]) for arm in Arm if arm in found]

    @property
    def segments(self) -> list[tuple[str, list[tuple[str, Outcome]]]]:
        """(segment, its arms and what became of them)."""
        found = self.effects.segments if self.effects else {}
        return [
            (segment, [(str(arm.label), arms[arm]) for arm in Arm if arm in arms]) for segment, arms in found.items()
        ]

    @cached_property
    def pictures(self) -> list[Picture]:
        return [
            Picture(one, intervals([_line(gap) for gap in one.gaps]) if one.is_enough else None)
            for one in (self.effects.comparisons if self.effects else [])
        ]

    @cached_property
    def answers(self) -> dict | None:
        """What was answered, counted by choice and segment; None for a message, which asks nothing."""
        if self.campaign.kind == Campaign.Kind.MESSAGE:
            return None
        given = Answer.objects.filter(recipient__in=self.recipients)
        is_invitation = self.campaign.kind == Campaign.Kind.INVITATION
        words = dict(Answer.Coming.choices) if is_invitation else {}
        counted: dict[str, dict[str, int]] = {}
        for segment, choice, count in (
            given.order_by().values_list("recipient__segment", "choice").annotate(n=Count("pk"))
        ):
            counted.setdefault(str(words.get(choice, choice)), {})[segment] = count
        return {
            "total": given.count(),
            "choices": [(choice, sum(here.values()), here) for choice, here in sorted(counted.items())],
            "places": places_left(self.campaign),
            "coming": coming(self.campaign).filter(recipient__in=self.recipients).select_related("recipient__client"),
            "comments": given.exclude(comment="").select_related("recipient__client")[:MOST_UNCERTAIN],
        }

    @property
    def may_send(self) -> bool:
        return self.user.may(Right.SEND_CAMPAIGNS)


def _line(gap: effects.Gap) -> tuple[str, float, float, float]:
    found = gap.difference
    return str(gap.goal.label), found.value * 100, found.low * 100, found.high * 100

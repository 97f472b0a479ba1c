"""A round of calls: a list frozen when it starts, one client after the other, until each has an outcome.

Nothing is written twice: what came of a call is its action, and the round knows by the actions done since it began. A
call taken back is then to be made again, and one made elsewhere is not asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from campaigns.actions import not_to_call
from campaigns.models import Action, CallRound
from clients.models import Client
from segmentation.models import Risk, ScoringRun

MOST_CALLS = 60


@transaction.atomic
def start(*, clients: Iterable[int], run: ScoringRun, by: User) -> CallRound | None:
    """The round through these clients in this order, in place of the one this person was at; None without anybody.

    Those who are not to be called, or are not theirs to see, are left out; beyond sixty, the others wait for the next
    round. Raises PermissionDenied without the right to record actions.
    """
    if not by.may(Right.RECORD_ACTIONS):
        raise PermissionDenied
    asked = list(dict.fromkeys(clients))
    seen = set(Client.objects.visible_to(by).filter(pk__in=asked).values_list("pk", flat=True))
    refusing = not_to_call(asked)
    told = [pk for pk in asked if pk in seen and pk not in refusing][:MOST_CALLS]
    if not told:
        return None
    CallRound.objects.filter(person=by, ended_at=None).update(ended_at=timezone.now())
    return CallRound.objects.create(person=by, run=run, clients=told)


def current(person: User) -> CallRound | None:
    """The round that this person is at, begun today; yesterday's is over."""
    return CallRound.objects.filter(person=person, ended_at=None, started_at__date=timezone.localdate()).first()


@transaction.atomic
def pass_over(*, call_round: CallRound, client: int) -> None:
    """Leaves this client for later; the same twice, or somebody who is not in the round, changes nothing."""
    locked = CallRound.objects.select_for_update().get(pk=call_round.pk)
    if client in locked.clients and client not in locked.passed:
        locked.passed = [*locked.passed, client]
        locked.save(update_fields=["passed"])


def end(call_round: CallRound) -> None:
    """Ends a round; a second time changes nothing."""
    CallRound.objects.filter(pk=call_round.pk, ended_at=None).update(ended_at=timezone.now())


@dataclass(frozen=True)
class Standing:
    """How far a round is, as its person may see it now."""

    call_round: CallRound

    @cached_property
    def clients(self) -> dict[int, Client]:
        visible = Client.objects.visible_to(self.call_round.person).filter(pk__in=self.call_round.clients)
        return visible.in_bulk()

    @cached_property
    def done(self) -> dict[int, Action]:
        """The last thing done since the round began for each of its clients, whoever did it."""
        actions = Action.objects.done().filter(
            client__in=self.call_round.clients, done_at__gte=self.call_round.started_at
        )
        made = actions.exclude(outcome=Action.Outcome.DROPPED).order_by("done_at", "id")
        return {action.client_id: action for action in made}

    @cached_property
    def no_longer(self) -> set[int]:
        """Those whom a run made since finds no longer at risk: they bought, or somebody set their alert aside."""
        run = ScoringRun.objects.latest_at()
        if run is None:
            return set()
        shown = Risk.objects.of(run).shown().filter(client__in=self.call_round.clients)
        return set(self.call_round.clients) - set(shown.values_list("client_id", flat=True))

    @property
    def waiting(self) -> list[int]:
        """Who is still to be called, in order."""
        over = {*self.done, *self.no_longer, *self.call_round.passed}
        return [pk for pk in self.call_round.clients if pk in self.clients and pk not in over]

    @property
    def client(self) -> Client | None:
        """Who comes now; None when the round is through."""
        return self.clients[self.waiting[0]] if self.waiting else None

    @property
    def place(self) -> int:
        """The place of who comes now among all, from 1."""
        return self.call_round.clients.index(self.waiting[0]) + 1 if self.waiting else len(self.call_round.clients)

    # --- At the end

    @property
    def calls(self) -> list[Action]:
        """What this person did in the round, first to last."""
        mine = [one for one in self.done.values() if one.done_by_id == self.call_round.person_id]
        return sorted(mine, key=lambda action: (action.done_at, action.pk))

    def made(self, *outcomes: str) -> int:
        """How many of these calls ended so."""
        return sum(action.outcome in outcomes for action in self.calls)

    @property
    def reached(self) -> int:
        return self.made(Action.Outcome.REACHED)

    @property
    def messages(self) -> int:
        return self.made(Action.Outcome.MESSAGE_LEFT)

    @property
    def to_call_back(self) -> int:
        return self.made(Action.Outcome.CALL_BACK)

    @cached_property
    def appointments(self) -> int:
        """The visits planned by this person for these clients since the round began."""
        visits = Action.objects.filter(kind=Action.Kind.VISIT, client__in=self.call_round.clients)
        since = self.call_round.started_at
        return visits.filter(created_by=self.call_round.person, created_at__gte=since).count()

    @cached_property
    def covered(self) -> Decimal:
        """The euros at stake, as the round's run told them, of the clients spoken to or to be called back."""
        spoken = (Action.Outcome.REACHED, Action.Outcome.CALL_BACK)
        told = [action.client_id for action in self.calls if action.outcome in spoken]
        risks = Risk.objects.filter(run=self.call_round.run, client__in=told)
        return risks.aggregate(amount=Sum("amount", default=Decimal(0)))["amount"]

    @property
    def passed(self) -> list[Client]:
        over = {*self.done, *self.no_longer}
        return [self.clients[pk] for pk in self.call_round.passed if pk in self.clients and pk not in over]

    @property
    def spared(self) -> list[Client]:
        """Those not called because nothing is at risk any more."""
        spared = self.no_longer - self.done.keys()
        return [self.clients[pk] for pk in self.call_round.clients if pk in spared and pk in self.clients]


def standing_of(person: User) -> Standing | None:
    """How far this person is today; None when no round is begun."""
    found = current(person)
    return Standing(found) if found else None

"""The director's note: what one A4 page says of a portfolio at the date of one run.

Everything on it is found elsewhere: the figures and the ribbons are those of the dashboard, the moves those of the
list of movements, the decisions what the takeaways call for.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Firm, User
from cockpit.dashboard import REMEMBERED_SECONDS, Board
from cockpit.links import Links
from cockpit.takeaways import CONCERNED, Takeaway, Topic, takeaways
from segmentation.models import Cause, ScoringRun
from segmentation.shifts import SEGMENTS, TIERS, Axis, Shifts

MOST_MOVES = 5
DECISIONS = 3
PROPOSED = {
    Topic.CANNOT_LOSE: _("Les appeler tous ce mois-ci, le plus gros d’abord."),
    Topic.AT_RISK: _("Appeler d’abord ceux qui pèsent le plus."),
    Topic.FIRST: _("Sécuriser ce client, et chercher à qui vendre d’autre."),
    Topic.UNASSIGNED: _("Donner à chacun une personne qui le suit."),
    Topic.NEW: _("Les appeler tous avant leurs 90 jours."),
    Topic.TO_DEVELOP: _("Leur proposer un deuxième service."),
}


@dataclass(frozen=True)
class Move:
    """A client who changed segment or tier: where from, where to, the euros HT of 12 months in play, and why."""

    client_id: int
    name: str
    former: str
    now: str
    amount: Decimal
    cause: str


@dataclass(frozen=True)
class Decision:
    """What a takeaway calls for, and who looks after most of its euros; nobody when it is for the meeting to say."""

    takeaway: Takeaway
    proposed: str
    person: User | None


class Note:
    """One page about the portfolio of a board. `is_linked`: its figures are those that the lists show today;
    `is_apart`: the clients are those of another company, which nobody here looks after."""

    def __init__(self, board: Board, firm: Firm, *, is_linked: bool, is_apart: bool = False):
        self.board, self.firm, self.is_apart = board, firm, is_apart
        self.links = Links(board.scope) if is_linked else None

    @property
    def scope_name(self) -> str:
        """Whose clients these are, in words; empty when there was nothing to choose."""
        return next((label for key, label in self.board.scope.choices if key == self.board.scope.key), "")

    @property
    def axis(self) -> Axis:
        """Segments where the firm shows them and somebody has one; tiers otherwise."""
        return SEGMENTS if self.firm.shows_rfm and self.board.judged.clients else TIERS

    @cached_property
    def shifts(self) -> Shifts | None:
        """What changed in a quarter; None with fewer than two runs."""
        return self.board.shifts(self.axis)

    @cached_property
    def moves(self) -> list[Move]:
        """The confirmed changes of most euros; none with fewer than two runs."""
        if self.shifts is None:
            return []
        found = self._remembered("moves", self._largest)
        clients = dict(self._scores().filter(pk__in=[pk for pk, *_rest in found]).values_list("pk", "client__name"))
        causes = self._causes([client for _pk, client, *_rest in found])
        return [
            Move(client, clients[pk], former, now, amount, causes.get(client, ""))
            for pk, client, former, now, amount in found
            if pk in clients
        ]

    @cached_property
    def decisions(self) -> list[Decision]:
        """What the meeting is asked to decide, the most euros first."""
        owners = self._remembered("owners", self._owners)
        people = User.objects.active().in_bulk([pk for pk in owners.values() if pk])
        return [
            Decision(takeaway, str(PROPOSED[takeaway.topic]), people.get(owners.get(takeaway.topic)))
            for takeaway in self.takeaways[:DECISIONS]
        ]

    @cached_property
    def takeaways(self) -> list[Takeaway]:
        """What stands out in these figures."""
        if not self.is_apart:
            return self.board.takeaways
        board = self.board
        return takeaways(board.portfolio, board.concentration, board.scope, board.run, without=[Topic.UNASSIGNED])

    @property
    def blank_decisions(self) -> range:
        """The lines left for what the meeting decides besides: the page has three in all."""
        return range(len(self.decisions), DECISIONS)

    def _scores(self):
        return self.board.scope.scores(self.board.run)

    def _largest(self) -> list[tuple[int, int, str, str, Decimal]]:
        dearest = self.shifts.moved().order_by("-stake", "client_id")
        return list(dearest.values_list("pk", "client_id", "from_class", "to_class", "stake")[:MOST_MOVES])

    def _causes(self, clients: list[int]) -> dict[int, str]:
        """Why each of these clients last changed between the two runs, in words."""
        between = {"as_of__gt": self.shifts.former.as_of, "as_of__lte": self.shifts.run.as_of}
        last = self.axis.movements().filter(client__in=clients, **between).order_by("client_id", "-as_of")
        rows = last.distinct("client_id").values_list("client_id", "cause")
        return {client: str(Cause(cause).label) for client, cause in rows}

    def _owners(self) -> dict[Topic, int]:
        """Who looks after most of the euros of each topic; one statement for all of them."""
        topics = [one.topic for one in self.takeaways if one.topic in CONCERNED]
        sums = {f"of_{topics.index(topic)}": Sum("tier_revenue", filter=CONCERNED[topic]) for topic in topics}
        found: dict[Topic, int] = {}
        if not sums:
            return found
        rows = list(self._scores().order_by().values("client__owner").exclude(client__owner=None).annotate(**sums))
        for place, topic in enumerate(topics):
            concerned = [row for row in rows if row[f"of_{place}"] is not None]
            if concerned:
                found[topic] = max(concerned, key=lambda row: (row[f"of_{place}"], -row["client__owner"]))[
                    "client__owner"
                ]
        return found

    def _remembered(self, name: str, ask):
        """What is found about a whole run, kept a few minutes: numbers only, no name."""
        if not self.board.is_everything:
            return ask()
        run = self.board.run
        compared = (self.shifts.former.pk, self.shifts.former.compared_with) if self.shifts else ()
        parts = [run.pk, run.risks_version, run.compared_with, *compared, self.axis.field, timezone.localdate()]
        key = f"note-{name}-1-{'-'.join(map(str, parts))}"
        return cache.get_or_set(key, ask, REMEMBERED_SECONDS)


def month_ends() -> list[ScoringRun]:
    """The last standing run of each month, the newest first."""
    runs = ScoringRun.objects.standing().order_by("as_of").only("as_of")
    return list({run.as_of.strftime("%Y-%m"): run for run in runs}.values())[::-1]

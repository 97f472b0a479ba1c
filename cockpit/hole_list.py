"""The clients behind a cell of the matrix, as one address shows them: those to offer to, and why the others are not."""

from functools import cached_property

from django.db.models import Count, F, QuerySet, Sum
from django.http import Http404, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Right
from campaigns.models import Action
from clients.models import Client
from cockpit.filters import values_of
from cockpit.layouts import HOLES
from cockpit.listing import Listing
from cockpit.opportunity_rows import AxisRow, offering_called, row_called
from cockpit.selection import CARRIED, Selection
from segmentation import opportunity_matrix as opportunities
from segmentation.models import Offering, Score, ScoringRun
from segmentation.opportunity_matrix import Axis, Cell

ROW, OFFERING = "ligne", "offre"
VIEWS = {
    "": (gettext_lazy("À proposer"), opportunities.lacking),
    "sans-motif": (gettext_lazy("Sans motif"), opportunities.unexplained),
    "ecartes": (gettext_lazy("Écartés"), opportunities.set_aside),
    "equipes": (gettext_lazy("Déjà équipés"), opportunities.holding),
}


def of_cell(params: QueryDict, row: str, offering: str) -> QueryDict:
    """The query string of the list of a cell: the row and the service belong to it, for saved views and all links."""
    made = params.copy()
    made[ROW], made[OFFERING] = row, offering
    return made


class HoleSelection(Selection):
    """The clients of one address of a cell. The row and the service are part of its query string; Http404 without."""

    layout = HOLES
    carries = (*CARRIED, ROW, OFFERING, "portefeuille")
    default_order = "-chance"
    only = "scored"

    def __init__(self, user: User, params: QueryDict, run: ScoringRun | None):
        row, offering = row_called(params.get(ROW, "")), offering_called(params.get(OFFERING, ""), run)
        if row is None or offering is None:
            raise Http404
        self.row: AxisRow = row
        self.offering: Offering = offering
        super().__init__(user, params, run)

    @property
    def view(self) -> str:
        asked = self.params.get("vue", "")
        return asked if asked in VIEWS else ""

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What may be planned for the clients of the cell."""
        return Action.Kind.choices

    @property
    def campaign_query(self) -> str:
        """What a new campaign takes from this cell: its segment and the service that is lacked; empty for others."""
        if self.row.axis != Axis.SEGMENT or self.offering.service_id is None:
            return ""
        name = f"{self.offering} · {self.row.name}"
        return urlencode({"segment": self.row.value, "service": self.offering.service_id, "nom": name})

    @cached_property
    def in_row(self) -> QuerySet[Score]:
        return self.row.narrow(self.scope.scores(self.run))

    def _viewed(self) -> QuerySet[Score]:
        return VIEWS[self.view][1](opportunities.facing(self.in_row, self.offering), self.offering)

    @cached_property
    def cell(self) -> Cell:
        """The cell of the matrix that the list is behind: counted off groups of clients alike, not client by client."""
        clients = None if self.is_everybody else self.scope.clients()
        return opportunities.cell(self.offering, axis=self.row.axis, value=self.row.value, clients=clients)

    def counts(self) -> dict[str, int]:
        """How many clients each view holds before any filter."""
        cell = self.cell
        found = {"": cell.missing, "sans-motif": cell.without_reason, "ecartes": cell.closed, "equipes": cell.held}
        return {key: found[key] for key in VIEWS}

    @cached_property
    def totals(self) -> dict:
        """Of the clients shown: `clients`, and `euros` that their holes are worth."""
        if self.is_whole:
            return {"clients": self.cell.missing, "euros": self.cell.euros}
        return self.scores().aggregate(clients=Count("pk"), euros=Sum("worth"))

    @property
    def is_everybody(self) -> bool:
        """Whether the clients of the whole firm are looked at."""
        return self.user.may(Right.SEE_ALL_CLIENTS) and self.scope.owner_id is None

    @property
    def is_whole(self) -> bool:
        """Whether the list is that of the cell, by no filter made shorter."""
        return not self.view and not values_of(self.client_filter) and not values_of(self.score_filter)

    def _foremost(self, count: int) -> QuerySet[Score]:
        """The clients among whom the first `count` are: those of the groups likeliest to buy, and some more for who
        is set aside, or was merged into another since."""
        spare = self.cell.closed + Client.objects.merged().count()
        groups = opportunities.leading(self.offering, axis=self.row.axis, value=self.row.value, count=count + spare)
        return self.scores() if groups is None else self.scores().filter(peer__group__in=groups)

    def _listing(self, needs: frozenset[str]) -> Listing:
        return Listing(
            count=self.cell.missing if self.is_whole else None,
            foremost=self._foremost if self.is_whole and self.is_everybody else None,
            run=self.run,
            clients=self.clients(),
            scores=self.scores(),
            only=self.only,
            default=self.default_order,
            needs=needs,
            figures={"chance": (F("propensity"), False), "possible": (F("worth"), False)},
            reader=self.user,
            offering=self.offering,
        )

"""The clients behind a cell of the matrix, as one address shows them: those to offer to, and why the others are not."""

from functools import cached_property

from django.db.models import Count, F, QuerySet, Sum
from django.http import Http404, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from accounts.models import User
from campaigns.models import Action
from cockpit.layouts import HOLES
from cockpit.listing import Listing
from cockpit.opportunity_rows import AxisRow, offering_called, row_called
from cockpit.selection import CARRIED, Selection
from segmentation import opportunity_matrix as opportunities
from segmentation.models import Offering, Score, ScoringRun
from segmentation.opportunity_matrix import Axis

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

    def counts(self) -> dict[str, int]:
        """How many clients each view holds before any filter."""
        return {key: narrow(self.in_row, self.offering).count() for key, (_label, narrow) in VIEWS.items()}

    def totals(self) -> dict:
        """Of the clients shown: `clients`, and `euros` that their holes are worth."""
        return self.scores().aggregate(clients=Count("pk"), euros=Sum("worth"))

    def _listing(self, needs: frozenset[str]) -> Listing:
        return Listing(
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

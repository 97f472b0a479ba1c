"""Movements: who rose, who fell and why between any two runs, as a drawing, in words, and client by client."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.hierarchy import led_by
from accounts.roles import Right
from cockpit.movement_list import ABSENT, ALL, BY, BY_TIER, FROM, MEASURE, PENDING, TO, MovementSelection
from cockpit.sankey import Sankey, Strand, sankey
from cockpit.scope import PARAMETER
from cockpit.tables import ClientTable
from cockpit.tabs import BuiltIn, Tab
from segmentation.models import ScoringRun
from segmentation.shifts import Flow, Shifts

BIGGEST = 6


@require_safe
def movements(request: HttpRequest) -> HttpResponse:
    """The flows between the two runs that the address names, and the clients behind them."""
    selection = MovementSelection(request.user, request.GET, ScoringRun.objects.latest_at())
    if selection.run is None:
        return render(request, "cockpit/no_run.html", {"title": _("Mouvements")})
    if selection.shifts is None:
        return render(request, "cockpit/movements_none.html", {"run": selection.run})
    if selection.opening:
        return redirect(f"{request.path}?{selection.opening}")
    table = ClientTable(selection.listing, request.GET, selection.columns)
    context = {
        "selection": selection,
        "run": selection.run,
        "board": board_of(selection),
        "table": table,
        "tabs": _tabs(selection, table.paginator.count),
        "people": led_by(request.user),
        "may_export": request.user.may(Right.EXPORT),
        "may_record": request.user.may(Right.RECORD_ACTIONS),
    }
    return render(request, "cockpit/movements.html", context)


@dataclass(frozen=True)
class Move:
    """One flow as drawn: its figures, and the list of the clients who made it, empty for those who stayed."""

    flow: Flow
    url: str


@dataclass(frozen=True)
class MoveBoard:
    """The flows of one portfolio between two runs, ready to be drawn; `measure` is what a flow is wide by."""

    shifts: Shifts
    moves: list[Move]
    measure: str
    pending: int

    @property
    def by_tier(self) -> bool:
        """Whether clients are followed from tier to tier; else it is from segment to segment."""
        return self.shifts.axis.is_tier

    @property
    def biggest(self) -> list[Move]:
        """The moves that weigh most."""
        moved = [move for move in self.moves if move.flow.is_move]
        return sorted(moved, key=lambda move: -self.weight(move.flow))[:BIGGEST]

    @property
    def moved(self) -> int:
        return sum(move.flow.clients for move in self.moves if move.flow.is_move)

    @property
    def total(self) -> int:
        return sum(move.flow.clients for move in self.moves)

    @property
    def chart(self) -> Sankey:
        return sankey([(move.flow.former, move.flow.now, self.weight(move.flow)) for move in self.moves])

    @property
    def drawn(self) -> list[tuple[Move, Strand]]:
        """Each move with its strand."""
        return list(zip(self.moves, self.chart.strands, strict=True))

    def weight(self, flow: Flow):
        return flow.amount if self.measure == "ca" else flow.clients


def board_of(selection: MovementSelection) -> MoveBoard:
    """The flows of this address, each with the address of its list."""
    kept = {name: selection.params[name] for name in (BY, PENDING, MEASURE, PARAMETER) if selection.params.get(name)}
    return made_board(selection.shifts, kept=kept, measure=selection.measure, with_pending=selection.with_pending)


def made_board(shifts: Shifts, *, kept: dict[str, str], measure: str = "clients", with_pending=False) -> MoveBoard:
    """The flows of these shifts; `kept` is what their addresses carry on."""
    carried = {FROM: shifts.former.as_of.isoformat(), TO: shifts.run.as_of.isoformat(), **kept}
    moves = [Move(flow, _address(flow, carried)) for flow in shifts.flows(with_pending=with_pending)]
    return MoveBoard(shifts, moves, measure, 0 if with_pending else shifts.pending)


def _address(flow: Flow, carried: dict[str, str]) -> str:
    if not flow.is_move or not flow.has_list:
        return ""
    arrival = "palier" if flow.axis.is_tier else "segment"
    query = {**carried, "vue": ALL, "depart": flow.former or ABSENT, arrival: flow.now}
    return f"{reverse('cockpit:movements')}?{urlencode(query)}"


def _tabs(selection: MovementSelection, found: int) -> list[Tab]:
    counts, by = selection.counts(), BY_TIER if selection.axis.is_tier else ""
    built_in = [
        BuiltIn(
            str(label),
            {"vue": key, "depart": "", "segment": "", "palier": "", BY: by},
            counts[key],
            key == selection.view,
        )
        for key, (label, _turn) in selection.views.items()
    ]
    return selection.tabs(built_in, found=found)

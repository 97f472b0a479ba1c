"""Rapports: the director's note of the latest run or of a past one, the month-ends, and the lists as files."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import required
from accounts.models import Firm, FirmLogo, User
from accounts.roles import Right
from clients.downloads import FORMATS
from cockpit.dashboard import Board
from cockpit.reports.note import Note, month_ends
from cockpit.scope import PARAMETER, scope_of
from segmentation.models import ScoringRun

AS_OF = "au"


@dataclass(frozen=True)
class List:
    """A list that leaves as a file; only where the firm shows its part."""

    view: str
    label: str
    part: Firm.Part | None = None

    @property
    def files(self) -> list[tuple[str, str]]:
        """The formats it comes in, each with the address that gives it."""
        return [(one.upper(), reverse(self.view, args=[one])) for one in FORMATS]


LISTS = (
    List("cockpit:client-list-export", _("Clients")),
    List("cockpit:at-risk-export", _("Clients à risque")),
    List("cockpit:departed-export", _("Clients partis")),
    List("cockpit:movements-export", _("Mouvements"), Firm.Part.MOVEMENTS),
    List("cockpit:matrix-export", _("Opportunités"), Firm.Part.OPPORTUNITIES),
    List("cockpit:time-export", _("Temps passé"), Firm.Part.TIME),
)


@require_safe
@required(Right.READ_REPORTS)
def reports(request: HttpRequest) -> HttpResponse:
    """The note of the portfolio and of the run that the address names; of everything at the latest run by default."""
    latest, may_diagnose = ScoringRun.objects.latest_at(), request.user.may(Right.IMPORT)
    if latest is None:
        nothing = {"title": _("Note de direction"), "may_diagnose": may_diagnose}
        return render(request, "cockpit/reports/no_run.html", nothing)
    ends, firm = month_ends(), Firm.current()
    run = _run_of(request.GET.get(AS_OF, "")) or latest
    board = Board(scope_of(request.user, request.GET.get(PARAMETER)), run)
    note = Note(board, firm, is_linked=run == latest)
    context = {
        "note": note,
        "logo": FirmLogo.current(),
        "board": board,
        "links": note.links,
        "run": run,
        "may_diagnose": may_diagnose,
        "is_past": run != latest,
        "ends": ends,
        "lists": lists_for(request.user, firm),
        "shows_movements": firm.shows(Firm.Part.MOVEMENTS),
    }
    template = "page" if board.total.clients else "empty"
    return render(request, f"cockpit/reports/{template}.html", context)


def lists_for(user: User, firm: Firm) -> list[List]:
    """The lists that this person may take away."""
    if not user.may(Right.EXPORT):
        return []
    return [one for one in LISTS if one.part is None or firm.shows(one.part)]


def _run_of(day: str) -> ScoringRun | None:
    """The standing run of this day, as an address writes it; None when there is none."""
    try:
        return ScoringRun.objects.standing().select_related("rules").filter(as_of=day).first() if day else None
    except ValidationError:
        return None

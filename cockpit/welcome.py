"""The first steps: from an empty installation to a first decision, each tile saying where it stands."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import Invitation, User
from accounts.roles import Right
from campaigns.models import Action
from clients.models import Import
from cockpit import charts
from cockpit.scope import scope_of
from segmentation.models import ScoringRun
from segmentation.portfolio import Portfolio

CALLS_TO_CHOOSE = 5
AWAITING = "attente"  # of the first run: who comes from the dashboard for want of one goes back as soon as it is there
PLACEHOLDER = [("A", Decimal(1), Decimal(1)), ("B", Decimal(1), Decimal(1)), ("C", Decimal(1), Decimal(1))]


@dataclass(frozen=True)
class FirstSteps:
    """What the data say of the four steps. `elapsed` runs from the first import to the first run."""

    has_imported: bool
    is_importing: bool
    run: ScoringRun | None
    chosen: int
    has_company: bool
    elapsed: timedelta | None

    @property
    def has_chosen(self) -> bool:
        return self.chosen >= CALLS_TO_CHOOSE

    @property
    def minutes(self) -> int | None:
        return None if self.elapsed is None else max(1, round(self.elapsed.total_seconds() / 60))


@require_safe
def welcome(request):
    """The four tiles, and the ribbons: grey until there is a run."""
    steps = first_steps(request.user)
    if steps.run and AWAITING in request.GET:
        return redirect("cockpit:dashboard")
    shares = _shares(request.user, steps.run) if steps.run else []
    return render(
        request,
        "cockpit/welcome.html",
        {
            "steps": steps,
            "ribbons": charts.ribbons(shares or PLACEHOLDER),
            "is_filled": bool(shares),
            "may_import": request.user.may(Right.IMPORT),
            "may_invite": request.user.may(Right.MANAGE_USERS),
        },
    )


def first_steps(user: User) -> FirstSteps:
    """Where this installation stands, calls being those this person may see."""
    imports = Import.objects.order_by("launched_at")
    first_import = imports.filter(status=Import.Status.COMMITTED).first()
    first_run = ScoringRun.objects.official().done().order_by("finished_at").first()
    elapsed = None
    if first_import and first_run and first_run.finished_at and first_run.finished_at > first_import.launched_at:
        elapsed = first_run.finished_at - first_import.launched_at
    return FirstSteps(
        has_imported=first_import is not None or first_run is not None,
        is_importing=(imports.waiting() | imports.running()).exists(),
        run=ScoringRun.objects.latest_at(),
        chosen=min(Action.objects.visible_to(user).count(), CALLS_TO_CHOOSE),
        has_company=User.objects.active().count() > 1 or Invitation.objects.exists(),
        elapsed=elapsed,
    )


def _shares(user: User, run: ScoringRun) -> list[tuple[str, Decimal, Decimal]]:
    """What each tier weighs among the clients this person may see; empty without tiers."""
    tiers = Portfolio(scope_of(user, None).scores(run)).by_tier
    clients = sum(tally.clients for tally in tiers.values())
    revenue = sum(tally.revenue for tally in tiers.values())
    if not clients or not revenue:
        return []
    return [(letter, Decimal(tally.clients) / clients, tally.revenue / revenue) for letter, tally in tiers.items()]

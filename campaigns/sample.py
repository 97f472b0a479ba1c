"""A few calls already made and a few promised at the sample firm, so that its people find their desk as on any day."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from campaigns.models import Action
from segmentation.models import Score, ScoringRun

PARIS = timezone.get_default_timezone()


class Story(NamedTuple):
    """One action: its place in a portfolio's list of clients at risk, when (days from today), and what came of it."""

    rank: int
    days: int
    outcome: str = ""
    note: str = ""
    kind: str = Action.Kind.CALL


STORIES = (
    Story(0, -9, Action.Outcome.MESSAGE_LEFT, "Répondeur. Demandé à être rappelé avant la fin de la semaine."),
    Story(0, 0),
    Story(
        1,
        -6,
        Action.Outcome.REACHED,
        "Mécontent du délai du dernier bilan. Point prévu avec son responsable de dossier, à confirmer par courriel.",
    ),
    Story(1, 3, kind=Action.Kind.VISIT),
    Story(2, -4),
    Story(3, -2, Action.Outcome.CALL_BACK, "En rendez-vous toute la matinée, préfère un appel en début de semaine."),
    Story(3, 5),
    Story(
        4,
        -12,
        Action.Outcome.REACHED,
        "A repris sa saisie en interne. Intéressé par un tableau de bord mensuel : envoyer un exemple.",
    ),
    Story(4, 8, kind=Action.Kind.OFFER),
)


@transaction.atomic
def record(*, run: ScoringRun, today: dt.date) -> int:
    """How many actions were written for the salespeople's clients at risk in this run; none when any is there."""
    if Action.objects.exists():
        return 0
    actions = []
    for person in User.objects.active().with_role(Role.COMMERCIAL).order_by("email"):
        at_risk = Score.objects.of(run).at_risk().filter(client__owner=person)
        clients = [score.client for score in at_risk.order_by("-risk__amount", "client").select_related("client")[:5]]
        actions += [
            _action(story, clients[story.rank], person, today) for story in STORIES if story.rank < len(clients)
        ]
    return len(Action.objects.bulk_create(actions))


def _action(story: Story, client, person: User, today: dt.date) -> Action:
    due_on = _working_day(today, story.days)
    done_at = dt.datetime.combine(due_on, dt.time(10, 5 * (story.rank + 1)), tzinfo=PARIS) if story.outcome else None
    return Action(
        client=client,
        assignee=person,
        created_by=person,
        kind=story.kind,
        due_on=due_on,
        outcome=story.outcome,
        note=story.note,
        done_at=done_at,
        done_by=person if done_at else None,
        created_at=done_at or dt.datetime.combine(today - dt.timedelta(days=10), dt.time(9), tzinfo=PARIS),
    )


def _working_day(today: dt.date, days: int) -> dt.date:
    """The day so far from today, moved away from it when it falls on a weekend."""
    day = today + dt.timedelta(days=days)
    while days and day.weekday() >= 5:
        day += dt.timedelta(days=1 if days > 0 else -1)
    return day

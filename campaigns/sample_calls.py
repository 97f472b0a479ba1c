"""Calls that the sample firm made some months ago to its clients at risk, for what they brought to be told."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from campaigns.models import Action
from campaigns.returns import runs_to_judge
from segmentation.models import Risk

PARIS = timezone.get_default_timezone()
MONTHS = 3
NOTES = (
    "Repris contact : facture contestée, avoir promis.",
    "Pas d’insatisfaction, une baisse d’activité. À rappeler au printemps.",
    "Passait par un confrère pour la paie. Devis demandé.",
    "Merci pour l’appel, rendez-vous pris pour le bilan.",
)


@transaction.atomic
def record() -> int:
    """How many calls were written: to two in three of the clients who were at risk in the newest month that can be
    judged (`campaigns.returns`) and have a salesperson. None when some action was done before, or no month is over."""
    runs = runs_to_judge(MONTHS)
    if not runs or Action.objects.done().filter(done_at__date__lte=_ends(runs[0])).exists():
        return 0
    risks = Risk.objects.of(runs[0]).exclude(client__owner=None).select_related("client__owner")
    told = [risk.client for place, risk in enumerate(risks.order_by("-amount", "client")) if place % 3 < 2]
    return len(Action.objects.bulk_create(_call(client, place, runs[0].as_of) for place, client in enumerate(told)))


def _ends(run) -> dt.date:
    return run.as_of + dt.timedelta(days=60)


def _call(client, place: int, since: dt.date) -> Action:
    day = since + dt.timedelta(days=2 + 3 * (place % 9))
    day += dt.timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)  # no call on a weekend
    done_at = dt.datetime.combine(day, dt.time(9 + place % 8, 5 * (place % 12)), tzinfo=PARIS)
    is_reached = place % 4 != 3
    return Action(
        client=client,
        assignee=client.owner,
        created_by=client.owner,
        kind=Action.Kind.CALL,
        due_on=day,
        outcome=Action.Outcome.REACHED if is_reached else Action.Outcome.MESSAGE_LEFT,
        note=NOTES[place % len(NOTES)] if is_reached else "Répondeur.",
        done_at=done_at,
        done_by=client.owner,
        created_at=done_at,
    )

"""Opinions on the sample firm's clients: its page of the relation looks like that of a firm after a few months.

Everything follows from the order of the clients by revenue and from their codes: the same at every loading.
"""

import datetime as dt
import zlib
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from clients.models import Client
from segmentation.models import QUESTIONS, Assessment, Colour, Grade, ReframingPlan, Score, ScoringRun
from segmentation.relation import access, assessing, grading, reframing

PARIS = timezone.get_default_timezone()
RATED_OF_TEN = 8  # of each ten clients, largest first, those that somebody rated
MOODS = (5, 5, 4, 4, 4, 4, 3, 3, 3, 2)  # the relation of each ten clients, before their code shades the answers
COMMENTS = {
    1: "Conteste chaque facture et appelle le soir. Le dossier épuise l’équipe.",
    2: "Pièces toujours en retard, il faut relancer trois fois.",
    4: "Agréable et organisé. Répond dans la journée.",
    5: "Nous a envoyé deux clients cette année.",
}
CLOSED = "Forfait revu de 12 % et envoi des pièces par le portail : le dossier tient dans les heures."


class Told(NamedTuple):
    """One client and who follows it: what is made up about it depends on its place among theirs."""

    client: Client
    owner: User
    place: int


@transaction.atomic
def record(*, run: ScoringRun, today: dt.date) -> int:
    """How many opinions were written about the clients of this run; none when any is there."""
    if Assessment.objects.exists():
        return 0
    owners = list(User.objects.active().with_role(Role.COMMERCIAL).select_related("manager").order_by("email"))
    director = User.objects.active().with_role(Role.DIRECTION).order_by("email").first()
    if director is None or not owners:
        return 0
    told = [one for owner in owners for one in _followed(run, owner)]
    opinions = [opinion for one in told for opinion in _opinions(one, today)]
    Assessment.objects.bulk_create(opinions)
    grading.follow(run)
    _decide(director)
    _plan(director, today)
    return len(opinions)


def _followed(run: ScoringRun, owner: User) -> list[Told]:
    scores = Score.objects.of(run).filter(client__owner=owner).order_by("-tier_revenue", "client__code")
    return [Told(score.client, owner, place) for place, score in enumerate(scores.select_related("client"))]


def _opinions(one: Told, today: dt.date) -> list[Assessment]:
    """What is thought of one client: by its owner, now and then by their manager, who sees it otherwise one time in
    three. The last clients of a portfolio are worn out, and one opinion in ten is a year old."""
    if one.place % 10 >= RATED_OF_TEN:
        return []
    seed = zlib.crc32(one.client.code.encode())
    mood = 1 if one.place % 20 == 17 else MOODS[(one.place + seed) % 10]
    days = 400 if seed % 10 == 0 else 5 + seed % 170
    opinions = [_opinion(one.client, one.owner, mood, seed, today - dt.timedelta(days=days))]
    if one.owner.manager and (mood == 1 or seed % 6 == 0):
        theirs = min(5, mood + 3) if seed % 3 == 0 else mood
        later = today - dt.timedelta(days=max(1, days - 3))
        opinions.append(_opinion(one.client, one.owner.manager, theirs, seed // 7, later))
    return opinions


def _opinion(client: Client, rater: User, mood: int, seed: int, day: dt.date) -> Assessment:
    answers = {
        question: min(5, max(1, mood + (seed >> 3 * place) % 3 - 1)) if mood > 1 else 1 + (seed >> place) % 2
        for place, question in enumerate(QUESTIONS)
    }
    said = COMMENTS.get(mood, "") if seed % 3 == 0 or mood == 1 else ""
    at = dt.datetime.combine(day, dt.time(9 + seed % 8, seed % 60), tzinfo=PARIS)
    return Assessment(client=client, rater=rater, comment=said, assessed_at=at, **answers)


def _decide(director: User) -> None:
    """The director confirmed every red but the one of the largest client, which waits for them."""
    waiting = Grade.objects.to_confirm().select_related("client").order_by("-revenue", "client")
    for grade in list(waiting)[1:]:
        assessing.confirm_red(client=grade.client, by=director)


def _plan(director: User, today: dt.date) -> None:
    """Two plans for clients in red: one under way, one closed."""
    reds = Grade.objects.of_colours([Colour.RED]).select_related("client__owner").order_by("-revenue", "client")
    for grade, kind, what in zip(
        reds,
        (ReframingPlan.Kind.PRICE, ReframingPlan.Kind.WAY_OF_WORKING),
        (
            "Montrer les heures passées au regard du forfait, proposer deux formules, décider avant l’échéance.",
            "Fixer un jour de remise des pièces et un seul interlocuteur de chaque côté.",
        ),
        strict=False,
    ):
        owner = grade.client.owner if access.may_rate(grade.client.owner, grade.client) else director
        plan = reframing.open_plan(
            client=grade.client, kind=kind, what=what, owner=owner, due_on=today + dt.timedelta(days=20), by=director
        )
        if kind == ReframingPlan.Kind.WAY_OF_WORKING:
            reframing.close_plan(plan=plan, outcome=CLOSED, by=director)

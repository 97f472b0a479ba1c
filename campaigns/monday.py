"""The letter of Monday: to each salesperson, the clients of theirs who moved or came at risk, ten at most.

Each comes with one thing to do. How a letter leaves once and stops in one click is in `periodicals`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Role
from campaigns.models import MondayLetter
from campaigns.periodicals import MONDAY, post
from clients.models import Client
from segmentation import shifts
from segmentation.models import Movement, Risk, Score, ScoringRun, SegmentSlug
from segmentation.reasons import reasons_of

MOST_CLIENTS = 10
FROM, UNTIL = dt.time(7, 30), dt.time(13)


@dataclass(frozen=True)
class News:
    """One client, what happened in words, the euros HT at stake, and the one thing proposed."""

    client: Client
    what: str
    amount: Decimal
    proposal: str

    @property
    def address(self) -> str:
        return settings.SITE_URL + self.client.get_absolute_url()


def due() -> dt.date | None:
    """This Monday, on a Monday morning in Paris; None at any other time."""
    now = timezone.localtime(timezone=timezone.get_default_timezone())
    return now.date() if now.weekday() == 0 and FROM <= now.time() < UNTIL else None


def send_due() -> int:
    """How many letters left: one for each salesperson who wants it and has news. None when it is not the time."""
    monday = due()
    run = ScoringRun.objects.latest_at()
    former = before(monday) if monday else None
    if monday is None or run is None or former is None or former == run:
        return 0
    people = User.objects.active().with_role(Role.COMMERCIAL).filter(monday_letter=True).exclude(email="")
    waiting = people.exclude(monday_letters__monday=monday).order_by("email")
    return sum(_send(person, monday, former, run) for person in waiting)


def before(monday: dt.date) -> ScoringRun | None:
    """The standing run that was shown a week before."""
    week_before = monday - dt.timedelta(days=7)
    return ScoringRun.objects.standing().filter(as_of__lte=week_before).order_by("-as_of").first()


def news_of(person: User, former: ScoringRun, run: ScoringRun) -> list[News]:
    """What happened between the two runs to the clients whom this person follows: new risks and confirmed changes of
    segment, one line a client, the most euros first, ten at most."""
    return news_among(Client.objects.visible_to(person).owned_by(person), former, run)


def news_among(clients: QuerySet[Client], former: ScoringRun, run: ScoringRun) -> list[News]:
    """The same of these clients."""
    found = _risks(clients, former, run)
    told = {news.client.pk for news in found}
    found += [news for news in _movements(clients, former, run) if news.client.pk not in told]
    return sorted(found, key=lambda news: (-news.amount, news.client.sort_name, news.client.pk))[:MOST_CLIENTS]


def _risks(mine: QuerySet[Client], former: ScoringRun, run: ScoringRun) -> list[News]:
    known = Risk.objects.of(former).values("client")
    risks = Risk.objects.of(run).shown().filter(client__in=mine).exclude(client__in=known)
    dearest = risks.order_by("-amount", "client").values("score")[:MOST_CLIENTS]
    scores = Score.objects.filter(pk__in=list(dearest.values_list("score", flat=True)))
    return [_risk(score) for score in scores.select_related("client", "run__rules", "risk")]


def _risk(score: Score) -> News:
    reasons = reasons_of(score)
    is_dear = score.segment == SegmentSlug.CANNOT_LOSE
    proposal = _("Proposez-lui un rendez-vous.") if is_dear else _("Appelez-le cette semaine.")
    return News(score.client, reasons[0].words if reasons else "", score.shown.amount, proposal)


def _movements(mine: QuerySet[Client], former: ScoringRun, run: ScoringRun) -> Iterable[News]:
    moves = Movement.objects.of_segment().filter(
        client__in=mine, confirmed_on__gt=former.as_of, confirmed_on__lte=run.as_of, is_departure=False
    )
    last = moves.order_by("client_id", "-as_of").distinct("client_id").select_related("client")
    revenues = dict(Score.objects.of(run).filter(client__in=mine).values_list("client", "tier_revenue"))
    for move in last:
        turn = shifts.turn_of(move.from_segment, move.to_segment)
        if turn in PROPOSALS:
            names = [str(SegmentSlug(slug).label) for slug in (move.from_segment, move.to_segment) if slug]
            amount = max(revenues.get(move.client_id, Decimal(0)), Decimal(0))
            yield News(move.client, " → ".join(names), amount, PROPOSALS[turn]())


PROPOSALS = {
    shifts.FALL: lambda: _("Prenez de ses nouvelles."),
    shifts.LOSS: lambda: _("Demandez-lui ce qui s’est passé."),
    shifts.RISE: lambda: _("Remerciez-le, et demandez ce qui lui plaît."),
    shifts.ARRIVAL: lambda: _("Vérifiez que sa première prestation s’est bien passée."),
}


def _send(person: User, monday: dt.date, former: ScoringRun, run: ScoringRun) -> bool:
    with translation.override(person.language):
        news = news_of(person, former, run)
        if not news:
            return False
        count = len(news)
        subject = ngettext("Lundi : %(n)d client à suivre", "Lundi : %(n)d clients à suivre", count) % {"n": count}
        mail = MONDAY.written(person, subject, {"news": news, "since": former.as_of})
    return post(mail, MondayLetter(person=person, monday=monday, clients=count))

"""What the sample firm knows of the services that its clients lack, and an offer that groups two of them."""

import datetime as dt
from itertools import cycle

from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from clients.models import Service
from segmentation import holes, offers
from segmentation.models import Hole, HoleReason, Offer, Score, ScoringRun, SegmentSlug
from segmentation.opportunities import run_on_show
from segmentation.opportunity_matrix import lacks_of

CLIENTS, LACKS = 12, 2  # of each salesperson, and of each of these clients
NOTES = {
    HoleReason.REFUSED: "Trop cher cette année.",
    HoleReason.ELSEWHERE: "Chez un confrère jusqu’à la fin du contrat.",
    HoleReason.UNSUITED: "Voudrait payer au dossier.",
}
OFFER, PAIR, PRICE = "Sérénité sociale", ("Paie", "Accompagnement RH"), 2400
FOR = [SegmentSlug.CHAMPIONS, SegmentSlug.LOYAL, SegmentSlug.TO_DEVELOP]


@transaction.atomic
def record(*, run: ScoringRun, today: dt.date, by: User) -> int:
    """How many holes were given a reason; none when any has one."""
    if Hole.objects.exists() or run_on_show() is None:
        return 0
    services = list(Service.objects.filter(name__in=PAIR))
    if len(services) == len(PAIR):
        offers.save(offer=Offer(name=OFFER, price=PRICE, segments=FOR), services=services, by=by)
    people = User.objects.active().with_role(Role.COMMERCIAL).order_by("email")
    return sum(_say(person, run, today) for person in people)


def _say(person: User, run: ScoringRun, today: dt.date) -> int:
    """How many holes of this person's best clients were given a reason, each in its turn."""
    scores = Score.objects.of(run).filter(client__owner=person).order_by("-tier_revenue", "client")
    reasons, said = cycle(HoleReason.values), 0
    for score in scores.select_related("client")[:CLIENTS]:
        for lack in lacks_of(score.client, run)[:LACKS]:
            reason = next(reasons)
            holes.say(
                clients=[score.client_id],
                service=lack.offering.service,
                reason=reason,
                happened_on=today - dt.timedelta(days=20 + said),
                note=NOTES.get(HoleReason(reason), ""),
                by=person,
            )
            said += 1
    return said

"""The sample firm's prospects: an invented extract of the register, some called already, some to be called."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from campaigns import prospecting
from campaigns.models import Approach, Prospect
from clients.imports.merge import unattended
from clients.models import Client, Workforce, departed
from clients.sample.directory import Identity, identity
from clients.sectors import NOMENCLATURE, normalised
from segmentation import portrait
from segmentation.models import Score, ScoringRun, Tier

PARIS = timezone.get_default_timezone()
LABEL = "Répertoire Sirene"
COUNT = 60
FIRST = 4_000  # beyond the clients of the sample: no name comes twice
WITHOUT_OWNER = 6  # one in so many
# Of tier A and of the others: what the clients of either employ, in turn.
LARGE = (Workforce.FROM_10, Workforce.FROM_20, Workforce.FROM_6, Workforce.FROM_10, Workforce.FROM_3)
SMALL = (Workforce.FROM_1, Workforce.NONE, Workforce.FROM_3, Workforce.FROM_1, Workforce.FROM_6, Workforce.FROM_10)
SIZES = (Workforce.FROM_10, Workforce.FROM_1, Workforce.FROM_6, Workforce.NONE, Workforce.FROM_20, Workforce.FROM_3, "")


class Story(NamedTuple):
    """What was done to win a prospect, by its rank: when (days from today), what came of it, and how far one is."""

    rank: int
    days: int
    outcome: str = ""
    note: str = ""
    state: str = ""
    kind: str = Approach.Kind.CALL


STORIES = (
    Story(0, 0),
    Story(1, -8, Approach.Outcome.REACHED, "Change d’expert-comptable en fin d’exercice.", Prospect.State.INTERESTED),
    Story(1, 4, kind=Approach.Kind.VISIT),
    Story(2, -3),
    Story(3, -15, Approach.Outcome.MESSAGE_LEFT, "Standard, rappeler le matin.", Prospect.State.CONTACTED),
    Story(5, -20, Approach.Outcome.REACHED, "Très satisfait de son cabinet.", Prospect.State.DISMISSED),
    Story(6, 2),
    Story(8, -5, Approach.Outcome.REACHED, "Demande un devis pour la paie.", Prospect.State.INTERESTED),
    Story(8, 6, kind=Approach.Kind.OFFER),
    Story(11, -30, Approach.Outcome.REACHED, "Ouvert, pas avant l’été.", Prospect.State.CONTACTED),
    Story(14, -12, Approach.Outcome.REACHED, "Projet d’embauches.", Prospect.State.INTERESTED),
)


@transaction.atomic
def record(*, run: ScoringRun, today: dt.date) -> int:
    """How many prospects were written, with the sizes of the clients to compare them with; none when they are there."""
    if Prospect.objects.filter(source_label=LABEL).exists():
        return 0
    _employ(run)
    portrait.draw(run)
    people = list(User.objects.active().with_role(Role.COMMERCIAL).order_by("email"))
    new = [_prospect(place, people, today) for place in range(COUNT)]
    for prospect, client in zip(new[-1::-7], _gone(), strict=False):  # another place of business of some who left
        prospect.name, prospect.siren = f"{client.name} {prospect.city}", client.siren
    made = Prospect.objects.bulk_create(new)
    for story in STORIES:
        _tell(story, made, today)
    prospecting.link_clients()
    prospecting.score()
    return len(made)


def _gone() -> list[Client]:
    """Two clients who left."""
    return list(Client.objects.filter(departed()).exclude(siren="").order_by("pk")[:2])


def _employ(run: ScoringRun) -> None:
    """Says what the clients employ: those of tier A more than the others, and a few of them nobody knows."""
    scores = Score.objects.of(run).filter(client__kind=Client.Kind.COMPANY, client__workforce="")
    changed = []
    for place, score in enumerate(scores.order_by("client").select_related("client")):
        bands = LARGE if score.tier == Tier.A else SMALL
        score.client.workforce = bands[place % len(bands)] if place % 12 else ""
        changed.append(score.client)
    with unattended():
        Client.objects.bulk_update(changed, ["workforce"])


def _prospect(place: int, people: list[User], today: dt.date) -> Prospect:
    who: Identity = identity(FIRST + place)
    added = dt.datetime.combine(today - dt.timedelta(days=45), dt.time(9), tzinfo=PARIS)
    return Prospect(
        name=who.name,
        siren=who.siren,
        naf_code=normalised(who.naf_code),
        naf_nomenclature=NOMENCLATURE,
        workforce=SIZES[place % len(SIZES)],
        address=who.address,
        postcode=who.postcode,
        city=who.city,
        email=who.email,
        phone=who.phone,
        contact_name=who.contacts[0].name,
        source_label=LABEL,
        owner=people[place % len(people)] if people and place % WITHOUT_OWNER else None,
        created_at=added,
    )


def _tell(story: Story, made: list[Prospect], today: dt.date) -> None:
    """Writes one story, of a prospect that somebody follows."""
    prospect = [one for one in made if one.owner_id][story.rank]
    day = today + dt.timedelta(days=story.days)
    done = {}
    if story.outcome:
        prospect.state, prospect.last_contact_on = story.state, day
        prospect.save(update_fields=["state", "last_contact_on"])
        at = dt.datetime.combine(day, dt.time(10, 30), tzinfo=PARIS)
        done = {"outcome": story.outcome, "done_at": at, "done_by": prospect.owner}
    Approach.objects.create(
        prospect=prospect,
        assignee=prospect.owner,
        created_by=prospect.owner,
        kind=story.kind,
        due_on=day,
        note=story.note,
        **done,
    )

"""What happened in the lives of the sample firm's clients: events and what they trigger, and some who left for good."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from campaigns import leaving, triggers
from campaigns.models import Action, Prospect, TriggerRule
from clients import happenings as told
from clients.models import Client, ClientDeparture, Event, Service
from segmentation import happenings
from segmentation.models import Score, ScoringRun, SegmentSlug, Tier

DEPARTURES = (
    (ClientDeparture.Motive.CEASED, "Retraite du gérant, fonds non repris."),
    (ClientDeparture.Motive.PRICE, "Offre en ligne à moitié prix."),
    (ClientDeparture.Motive.COMPETITOR, "A suivi son ancien collaborateur."),
    (ClientDeparture.Motive.DISSATISFIED, "Deux bilans rendus en retard."),
    (ClientDeparture.Motive.PRICE, ""),
    (ClientDeparture.Motive.OTHER, "Repris par le cabinet de sa maison mère."),
)
SILENCE_DAYS = 60  # between the last purchase and the day on which they are said to have left


@transaction.atomic
def record_departures(*, run: ScoringRun) -> int:
    """How many clients, lost in this run, are said to have left; none when any is."""
    if ClientDeparture.objects.exists():
        return 0
    people = list(User.objects.active().with_role(Role.COMMERCIAL).order_by("email"))
    lost = Score.objects.of(run).filter(segment=SegmentSlug.LOST, client__owner__in=people).select_related("client")
    scores = lost.order_by("-monetary", "client")[: len(DEPARTURES)]
    for score, (motive, note) in zip(scores, DEPARTURES, strict=False):
        left_on = score.last_purchase_on + dt.timedelta(days=SILENCE_DAYS)
        leaving.leave(client=score.client, left_on=left_on, motive=motive, note=note, by=score.client.owner)
    return len(scores)


class Happening(NamedTuple):
    """An event that a salesperson heard of: how many days ago, at which of the first clients of their portfolio."""

    rank: int
    days: int
    kind: str
    label: str


HAPPENINGS = (  # two for each salesperson
    Happening(1, 6, Event.Kind.HIRING, "Trois postes ouverts, dont un responsable d’agence."),
    Happening(4, 20, Event.Kind.MOVE, "Locaux plus grands dans la zone artisanale."),
    Happening(3, 12, Event.Kind.NEW_SITE, "Second point de vente en centre-ville."),
    Happening(8, 3, Event.Kind.HIRING, "Premier salarié."),
    Happening(6, 35, Event.Kind.FUNDRAISING, "Entrée d’un associé au capital."),
    Happening(2, 9, Event.Kind.HIRING, "Deux apprentis à la rentrée de janvier."),
    Happening(11, 50, Event.Kind.INSOLVENCY, "Procédure de sauvegarde, plan sur cinq ans."),
    Happening(5, 15, Event.Kind.SALE, "La fille du dirigeant reprend l’affaire."),
)
EACH = 2
RULES = (  # name, event, action, service, days
    ("Un recrutement : parler paie et contrats", Event.Kind.HIRING, Action.Kind.OFFER, "Accompagnement RH", 5),
    ("Un service s’arrête : comprendre pourquoi", Event.Kind.SERVICE_END, Action.Kind.CALL, "", 3),
    ("Un an ensemble : remercier de vive voix", Event.Kind.FIRST_YEAR, Action.Kind.CALL, "", 10),
)
ON = 2  # the last rule is left to be tried
ON_FOR = dt.timedelta(days=30)


@transaction.atomic
def record_events(*, run: ScoringRun, today: dt.date, by: User) -> int:
    """How many actions the rules of the firm proposed on what happened; none when a rule is there."""
    if TriggerRule.objects.exists():
        return 0
    happenings.derive(run)
    for place, person in enumerate(User.objects.active().with_role(Role.COMMERCIAL).order_by("email")):
        scores = Score.objects.of(run).filter(client__owner=person).order_by("-tier_revenue", "client")
        clients = [score.client for score in scores.select_related("client")[: max(one.rank for one in HAPPENINGS) + 1]]
        for one in HAPPENINGS[EACH * place : EACH * (place + 1)]:
            if one.rank < len(clients):
                day = today - dt.timedelta(days=one.days)
                told.record(client=clients[one.rank], kind=one.kind, happened_on=day, label=one.label, by=person)
    for rank, (name, kind, action_kind, service, days) in enumerate(RULES):
        sold = Service.objects.filter(name=service).first()
        rule = TriggerRule(name=name, event_kind=kind, action_kind=action_kind, service=sold, days=days)
        rule = triggers.save(rule=rule, by=by)
        if rank < ON:
            triggers.mark_tried(rule=rule, by=by)
            triggers.switch(rule=rule, is_on=True, by=by)
            TriggerRule.objects.filter(pk=rule.pk).update(switched_on_at=timezone.now() - ON_FOR)
    return triggers.fire()


UNCOVERED = 2  # clients of tier A for whom nobody stands in yet
PROSPECTS = (
    ("Menuiserie Aubrac", "Rodez"), ("Clinique vétérinaire du Pont", "Millau"), ("Les Ateliers Lumen", "Albi"),
)  # fmt: skip


@transaction.atomic
def record_relations(*, run: ScoringRun) -> int:
    """How many clients were given a stand-in, or somebody who recommended them; none when any has.

    The manager's other people stand in for each owner, but for the last two clients of tier A.
    """
    if Client.objects.exclude(backup_owner=None).exists():
        return 0
    top = Score.objects.of(run).filter(tier=Tier.A, client__owner__isnull=False).order_by("-tier_revenue", "client")
    clients = [score.client for score in top.select_related("client__owner__manager")]
    team = list(User.objects.active().with_role(Role.COMMERCIAL).order_by("email"))
    changed = []
    for client in clients[:-UNCOVERED]:
        others = [one for one in team if one.manager_id == client.owner.manager_id and one != client.owner]
        client.backup_owner = others[0] if others else client.owner.manager
        changed.append(client)
    Client.objects.bulk_update(changed, ["backup_owner"])
    return len(changed) + _recommend(clients, run)


def _recommend(clients: list[Client], run: ScoringRun) -> int:
    """Each of some large clients brought the newest of the same portfolio that nobody else did."""
    count = 0
    for rank, client in enumerate(clients[1:12:3]):
        others = Client.objects.filter(owner=client.owner, recommended_by=None, client_since__isnull=False)
        newest = others.exclude(pk__in=[one.pk for one in clients]).order_by("-client_since", "pk")
        brought = list(newest.values_list("pk", flat=True)[: 3 - rank % 3])
        count += Client.objects.filter(pk__in=brought).update(recommended_by=client)
    for client, (name, city) in zip(clients, PROSPECTS, strict=False):
        Prospect.objects.get_or_create(
            name=name,
            defaults={"city": city, "owner": client.owner, "recommended_by": client, "source_label": "Client"},
        )
    return count

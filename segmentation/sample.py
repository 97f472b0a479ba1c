"""What the clients of the sample firm are trying to accomplish: five needs, who heard them, rules, services."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from clients.models import Service
from segmentation import need_rules, needs
from segmentation.models import Need, NeedService, Score, ScoringRun
from segmentation.need_rules import Criteria


class SampleNeed(NamedTuple):
    """A need as the firm says it; `answers` and `bought` are names of services, `words` what clients said."""

    name: str
    situation: str
    wish: str
    aim: str
    answers: tuple[str, ...]
    words: tuple[str, ...]
    naf: tuple[str, ...] = ()
    bought: tuple[str, ...] = ()
    months: int = 12
    match: str = "any"


NEEDS = (
    SampleNeed(
        "Piloter l’activité",
        "les mois passent sans que je sache si je gagne de l’argent",
        "voir chaque mois où j’en suis",
        "corriger le tir avant le bilan",
        ("Tableaux de bord", "Conseil en gestion"),
        ("Je découvre mon résultat six mois trop tard.", "Mon banquier en sait plus que moi sur ma trésorerie."),
        naf=("F", "45", "56"),
        bought=("Tenue comptable mensuelle",),
        match="all",
    ),
    SampleNeed(
        "Employer sans mauvaise surprise",
        "j’embauche, je remplace ou quelqu’un s’en va",
        "savoir quoi signer et ce que cela va coûter",
        "ne pas l’apprendre d’un avocat",
        ("Paie", "Accompagnement RH"),
        ("J’ai repoussé une embauche faute de savoir la chiffrer.", "Un départ m’a coûté trois mois de marge."),
        naf=("55", "56", "81", "88"),
    ),
    SampleNeed(
        "Passer à la facture électronique",
        "l’obligation approche et que mes factures partent encore en papier",
        "changer d’outil sans bloquer les encaissements",
        "être en règle sans y passer mes soirées",
        ("Facturation électronique", "Formation"),
        ("Personne chez moi ne sait par quoi commencer.", "J’ai peur de rester un mois sans pouvoir facturer."),
        naf=("G", "96"),
    ),
    SampleNeed(
        "Préparer la transmission",
        "la retraite se rapproche",
        "savoir ce que vaut l’entreprise et à qui la confier",
        "partir tranquille et au bon prix",
        ("Audit", "Juridique annuel"),
        ("Mes enfants hésitent, il me faut un plan B.", "Je voudrais lever le pied d’ici trois ans."),
    ),
    SampleNeed(
        "Se décharger du papier",
        "les justificatifs s’empilent",
        "ne plus m’occuper de la saisie",
        "garder mes journées pour mes clients",
        ("Tenue comptable mensuelle", "Facturation électronique"),
        ("Je trie des tickets le dimanche soir.",),
        bought=("Révision et bilan",),
        months=24,
    ),
)


@transaction.atomic
def record(*, run: ScoringRun, today: dt.date, by: User) -> int:
    """How many needs were written with what goes with them; none when any is there."""
    if Need.objects.exists():
        return 0
    services = {service.name: service.pk for service in Service.objects.all()}
    made = [_written(sample, services, by) for sample in NEEDS]
    _hear(made, run=run, today=today)
    return len(made)


def _written(sample: SampleNeed, services: dict[str, int], by: User) -> Need:
    parts = {"name": sample.name, "situation": sample.situation, "wish": sample.wish, "aim": sample.aim}
    need = needs.save(need=Need(**parts), by=by)
    NeedService.objects.bulk_create(NeedService(need=need, service_id=services[name]) for name in sample.answers)
    bought = tuple(services[name] for name in sample.bought)
    need_rules.save_rule(need=need, criteria=Criteria(sample.naf, bought, sample.months, sample.match), by=by)
    return need


def _hear(made: list[Need], *, run: ScoringRun, today: dt.date) -> None:
    """Each salesperson heard some of the words from the first clients of their portfolio, over the last months."""
    people = list(User.objects.active().with_role(Role.COMMERCIAL).order_by("email"))
    for place, person in enumerate(people):
        scores = Score.objects.of(run).filter(client__owner=person).order_by("-tier_revenue", "client")
        clients = [score.client for score in scores.select_related("client")[: 2 * len(NEEDS)]]
        for rank, (need, sample) in enumerate(zip(made, NEEDS, strict=True)):
            if rank * 2 + place % 2 < len(clients):
                needs.note(
                    client=clients[rank * 2 + place % 2],
                    need=need,
                    by=person,
                    heard_on=today - dt.timedelta(days=9 + 23 * rank + 11 * place),
                    quote=sample.words[place % len(sample.words)],
                )

"""The eleven segments and version 1 of the rules: the defaults of the method."""

from django.db import migrations
from django.utils import timezone

GRID = {  # recency: the segment for FM 1 to 5
    5: ["first-purchases", "to-develop", "to-develop", "champions", "champions"],
    4: ["first-purchases", "to-develop", "to-develop", "loyal", "loyal"],
    3: ["to-revive", "to-revive", "watch", "loyal", "loyal"],
    2: ["dormant", "dormant", "at-risk", "at-risk", "cannot-lose"],
    1: ["lost", "dormant", "at-risk", "at-risk", "cannot-lose"],
}
SEGMENTS = [
    (
        "champions",
        "Renforcer la relation",
        [
            "Remercier, et demander ce qui compte le plus pour lui cette année.",
            "Lui montrer en premier ce que vous préparez et recueillir son avis.",
            "Vérifier qu’il a un interlocuteur attitré, et un remplaçant.",
        ],
    ),
    (
        "loyal",
        "Faire découvrir un service de plus",
        [
            "Partir de ce qu’il achète déjà et de ce que cela lui apporte.",
            "Présenter un seul service voisin, avec un exemple de client semblable.",
            "Convenir d’une date pour en reparler.",
        ],
    ),
    (
        "to-develop",
        "Élargir ce qu’il achète",
        [
            "Demander quel problème il cherche à régler en ce moment.",
            "Expliquer en une phrase ce que vous faites d’autre.",
            "Proposer un premier pas simple et chiffré.",
        ],
    ),
    (
        "new",
        "Réussir les 90 premiers jours",
        [
            "Vérifier que sa première prestation s’est bien passée.",
            "Présenter la personne qui le suit.",
            "Fixer le prochain rendez-vous avant de raccrocher.",
        ],
    ),
    (
        "first-purchases",
        "Donner envie de revenir",
        [
            "Demander ce qui l’a fait venir, et ce qui le ferait revenir.",
            "Rappeler ce que vous pouvez faire pour lui ensuite.",
            "Proposer une date plutôt qu’une relance.",
        ],
    ),
    (
        "watch",
        "Reprendre contact",
        [
            "Prendre des nouvelles sans rien vendre.",
            "Demander si son besoin a changé.",
            "Noter la prochaine échéance qui compte pour lui.",
        ],
    ),
    (
        "to-revive",
        "Relancer simplement",
        [
            "Rappeler le dernier travail fait pour lui.",
            "Donner une raison concrète de revenir maintenant.",
            "Laisser un moyen simple de répondre.",
        ],
    ),
    (
        "at-risk",
        "Appeler cette semaine",
        [
            "Demander franchement si quelque chose n’a pas convenu.",
            "Écouter d’abord ; ne proposer qu’ensuite.",
            "Repartir avec une date et un engagement de votre côté.",
        ],
    ),
    (
        "cannot-lose",
        "Rendez-vous du dirigeant",
        [
            "Faire le point sur sa satisfaction, sans rien vendre.",
            "Rappeler ce qui a été livré et ce qui en a résulté.",
            "Proposer une visite du dirigeant.",
        ],
    ),
    (
        "dormant",
        "Un essai peu coûteux",
        [
            "Un message court : sommes-nous encore utiles ?",
            "Une seule proposition, facile à refuser.",
            "Sans réponse, espacer les contacts.",
        ],
    ),
    (
        "lost",
        "Valider le départ",
        [
            "Vérifier que l’entreprise existe encore.",
            "Demander la raison du départ : elle sert aux autres clients.",
            "Remercier, et laisser la porte ouverte.",
        ],
    ),
]


def install(apps, schema_editor=None):
    """Writes the segments and version 1 where they are missing."""
    Segment = apps.get_model("segmentation", "Segment")
    Rules = apps.get_model("segmentation", "Rules")
    GridCell = apps.get_model("segmentation", "GridCell")
    for position, (slug, advice, talking_points) in enumerate(SEGMENTS, start=1):
        Segment.objects.get_or_create(
            slug=slug,
            defaults={
                "position": position,
                "advice": advice,
                "talking_points": talking_points,
            },
        )
    rules, is_new = Rules.objects.get_or_create(
        version=1,
        defaults={
            "status": "published",
            "reason": "Règles de départ",
            "published_at": timezone.now(),
            "recency_thresholds": [30, 90, 180, 365],
            "frequency_thresholds": [12, 6, 3, 2],
        },
    )
    if is_new:
        GridCell.objects.bulk_create(
            GridCell(rules=rules, r=r, fm=fm, segment=segment)
            for r, row in GRID.items()
            for fm, segment in enumerate(row, start=1)
        )


class Migration(migrations.Migration):
    dependencies = [("segmentation", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]

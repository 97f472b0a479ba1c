"""The playbook as it comes: for each segment an objective, who acts, what to offer, how often, and a phone script.

What to say is on the segment itself (`Segment.talking_points`). These texts are in force until somebody writes others.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from segmentation.models import SegmentSlug


@dataclass(frozen=True)
class Original:
    """The texts of one segment; placeholders of the script are those of `campaigns.playbook`."""

    objective: str
    actor: str
    offer: str
    frequency: str
    script: str


ORIGINALS = {
    SegmentSlug.CHAMPIONS: Original(
        objective=_("Renforcer une relation qui marche : écouter et associer, ne pas vendre davantage."),
        actor=_("Son interlocuteur dédié, et le dirigeant une fois par an."),
        offer=_(
            "Un interlocuteur dédié et un remplaçant qu’il connaît, une place au club des utilisateurs, un avant-goût "
            "de vos nouveautés et un projet à construire ensemble. Aucune promotion : il achète déjà."
        ),
        frequency=_("Un échange par mois, une rencontre par trimestre, une visite du dirigeant par an."),
        script=_(
            "Bonjour {prenom}, c’est {moi}. Je ne vous appelle pas pour vous vendre quelque chose. Nous préparons "
            "l’année prochaine et votre avis compte : qu’est-ce qui vous fait gagner du temps chez nous, et "
            "qu’est-ce qui vous en fait perdre ? Nous réunissons quelques clients autour de ce sujet, j’aimerais "
            "vous y compter. Et si je suis absent, vous pouvez appeler mon remplaçant : voulez-vous que je vous le "
            "présente ?"
        ),
    ),
    SegmentSlug.LOYAL: Original(
        objective=_("Lui faire découvrir un service de plus, utile, et le remercier d’être là."),
        actor=_("Son commercial."),
        offer=_("Un seul service voisin de ce qu’il achète, avec l’exemple d’un client semblable ; un essai limité."),
        frequency=_("Un échange tous les deux mois, un point complet par an."),
        script=_(
            "Bonjour {prenom}, {moi} à l’appareil. Cela fait un moment que nous travaillons ensemble, d’abord merci. "
            "En regardant votre dossier, {service} vous sert bien. Un client de votre métier y a ajouté autre chose "
            "et y a gagné une demi-journée par mois : je peux vous raconter en deux minutes ? Si cela ne vous parle "
            "pas, on en reste là."
        ),
    ),
    SegmentSlug.TO_DEVELOP: Original(
        objective=_("Comprendre son problème du moment et lui faire faire un premier pas de plus."),
        actor=_("Son commercial."),
        offer=_("Un premier pas simple et chiffré, avec une date de fin et un résultat que l’on pourra vérifier."),
        frequency=_("Un échange par mois pendant trois mois, puis tous les deux mois."),
        script=_(
            "Bonjour {prenom}, c’est {moi}. Vous nous avez confié {service} ; comment cela se passe-t-il ? Et en ce "
            "moment, quel est le sujet qui vous prend le plus de temps ? … Voilà ce que nous pourrions faire pour "
            "commencer, ce que cela coûte, et ce que vous verrez dans un mois."
        ),
    ),
    SegmentSlug.NEW: Original(
        objective=_("Réussir les 90 premiers jours : il doit savoir qui appeler et avoir vu un premier résultat."),
        actor=_("Son commercial, avec la personne qui réalise le travail."),
        offer=_("Rien à vendre : une prise en main d’une demi-heure, un contact direct, la date du prochain point."),
        frequency=_("À une semaine, à un mois, à trois mois."),
        script=_(
            "Bonjour {prenom}, {moi}. Vous venez de nous rejoindre et je veux vérifier que tout se passe comme prévu. "
            "Qu’est-ce qui vous a surpris, en bien ou en moins bien ? La personne qui suit votre dossier vous a-t-elle "
            "appelé ? Je note notre prochain point avant de raccrocher. Et dites-moi : qui vous a parlé de nous ?"
        ),
    ),
    SegmentSlug.FIRST_PURCHASES: Original(
        objective=_("Donner une bonne raison de revenir une deuxième fois."),
        actor=_("Son commercial, ou un message signé de lui."),
        offer=_("La suite naturelle de son premier achat, à une date proposée."),
        frequency=_("Un message à un mois, un appel à deux mois."),
        script=_(
            "Bonjour {prenom}, c’est {moi}. Vous nous avez confié {service} il y a {jours} jours : est-ce que le "
            "résultat vous a convenu ? En général, nos clients en profitent ensuite pour régler la suite dans la "
            "foulée. Voulez-vous que je vous réserve une date, quitte à l’annuler ?"
        ),
    ),
    SegmentSlug.WATCH: Original(
        objective=_("Reprendre contact avant que le silence ne devienne une habitude."),
        actor=_("Son commercial."),
        offer=_("Rien tout de suite : des nouvelles, puis une échéance notée ensemble."),
        frequency=_("Un appel dans le mois, puis un échange tous les deux mois."),
        script=_(
            "Bonjour {prenom}, {moi}. Nous ne nous sommes pas parlé depuis un moment, je prends de vos nouvelles. "
            "Qu’est-ce qui a changé chez vous cette année ? Quelle est la prochaine échéance qui compte pour vous ? "
            "Je la note et je vous rappelle juste avant."
        ),
    ),
    SegmentSlug.TO_REVIVE: Original(
        objective=_("Faire revenir par une raison concrète, sans insister."),
        actor=_("Son commercial, ou un message signé de lui."),
        offer=_("Une proposition courte liée au dernier travail fait, valable un mois."),
        frequency=_("Un message, un appel dix jours après, puis une fois par trimestre."),
        script=_(
            "Bonjour {prenom}, c’est {moi}. La dernière fois, nous avions fait {service} pour vous. Depuis, les règles "
            "ont bougé et je pense que votre dossier mérite un coup d’œil : je peux le faire cette semaine et vous "
            "dire en dix minutes s’il y a quelque chose à reprendre. Cela vous va ?"
        ),
    ),
    SegmentSlug.AT_RISK: Original(
        objective=_("Comprendre ce qui ne va pas et repartir avec une date."),
        actor=_("Son commercial en personne, cette semaine ; son manager si le silence continue."),
        offer=_(
            "Après l’écoute seulement : un geste sur ce qui a déçu, une offre adaptée à ce qu’il utilise vraiment, "
            "une formation pour mieux s’en servir."
        ),
        frequency=_("Un appel cette semaine, un second sous quinze jours, puis un point par mois jusqu’à son retour."),
        script=_(
            "Bonjour {prenom}, {moi}. Je vous appelle parce que cela fait {jours} jours que nous n’avons pas travaillé "
            "ensemble et que ce n’est pas votre habitude. Je préfère vous poser la question franchement : est-ce que "
            "quelque chose n’a pas convenu ? … Je vous ai bien compris. Voici ce que je peux faire de mon côté, et je "
            "vous rappelle jeudi pour vous dire où j’en suis."
        ),
    ),
    SegmentSlug.CANNOT_LOSE: Original(
        objective=_("Sauver une relation qui compte : un rendez-vous, pas un courriel."),
        actor=_("Le dirigeant, accompagné du commercial."),
        offer=_("Une visite du dirigeant, un bilan écrit de ce qui a été livré, une personne dédiée pour la suite."),
        frequency=_("Un rendez-vous sous huit jours, puis un point tous les quinze jours pendant deux mois."),
        script=_(
            "Bonjour {prenom}, c’est {moi}. Vous comptez beaucoup pour nous et nous ne nous sommes pas vus depuis "
            "{jours} jours. Je voudrais passer vous voir avec notre dirigeant : une demi-heure, sans rien à vendre, "
            "pour entendre ce qui vous a manqué et vous dire ce que nous changeons. Mardi matin ou jeudi "
            "après-midi ?"
        ),
    ),
    SegmentSlug.DORMANT: Original(
        objective=_("Un essai peu coûteux, ou un au revoir propre : ne pas y passer ses journées."),
        actor=_("Un message automatique signé ; un appel seulement s’il répond."),
        offer=_("Une seule proposition, facile à refuser ; sinon, un mot de remerciement et la porte ouverte."),
        frequency=_("Deux messages par an. Sans réponse au second, validez le départ."),
        script=_(
            "Bonjour {prenom}, {moi}. Un mot rapide : cela fait {jours} jours que nous n’avons rien fait ensemble. "
            "Sommes-nous encore utiles ? Si c’est non, dites-le-moi simplement : je vous retire de nos listes et je "
            "vous remercie pour le chemin parcouru. Si c’est oui, je vous propose un point de vingt minutes."
        ),
    ),
    SegmentSlug.LOST: Original(
        objective=_("Savoir pourquoi il est parti, valider le départ et laisser la porte ouverte."),
        actor=_("Son commercial, une seule fois."),
        offer=_("Rien. Un remerciement, et le moyen de revenir sans se justifier."),
        frequency=_("Un appel, puis plus rien, sauf s’il revient."),
        script=_(
            "Bonjour {prenom}, c’est {moi}. Je ne cherche pas à vous faire revenir : je voudrais comprendre. Est-ce le "
            "prix, quelqu’un d’autre, quelque chose que nous avons mal fait, ou l’activité qui s’arrête ? … Merci de "
            "votre franchise, cela nous sert. Si un jour vous avez besoin de nous, voici mon numéro direct."
        ),
    ),
}

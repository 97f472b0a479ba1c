"""Messages ready to use, for each segment, in French and in English: a start, to be made one's own.

Their language belongs to the message, so they are not translated with the interface. Whoever prefers other words stores
their own (`campaigns.library`).
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

GENERIC = ""
MESSAGE, INVITATION, SURVEY = "message", "invitation", "survey"


class Text(NamedTuple):
    """One message: its subject and its body in Markdown."""

    subject: str
    body: str

    @property
    def unwrapped(self) -> "Text":
        """The same with each paragraph on one line: an end of line is one for who reads it."""
        return Text(self.subject, re.sub(r"(?<!\n)\n(?!\n)", " ", self.body))


FRENCH: Mapping[str, Text] = {
    "champions": Text(
        "{prenom|Bonjour}, votre avis avant tout le monde",
        """Bonjour {prenom|à vous},

Nous préparons une nouveauté, et nous ne voulons pas la décider sans vous. Avant de la proposer à qui que ce soit,
nous aimerions la montrer à trois entreprises dont {client}, et écouter ce que vous en pensez.

Trente minutes suffisent. Vous en aurez la primeur, et vos remarques compteront.

Quand êtes-vous disponible ?

{commercial|Toute l’équipe}""",
    ),
    "loyal": Text(
        "Une idée pour {client}",
        """Bonjour {prenom|à vous},

Nous travaillons ensemble depuis assez longtemps pour que je vous parle franchement. En relisant ce que nous faisons
pour vous, {service_conseille|un de nos services} pourrait vous faire gagner du temps, et vous ne l’avez pas encore.

{preuve|Plusieurs clients comparables à vous l’ont adopté.}

Voulez-vous que je vous montre, sur votre cas, ce que cela changerait ?

{commercial|Notre équipe}""",
    ),
    "to-develop": Text(
        "{client} : la suite logique",
        """Bonjour {prenom|à vous},

Votre dernière commande ({dernier_service|chez nous}) en appelle souvent une autre : {service_conseille|un service
voisin}.

{preuve|Des clients de votre taille ont suivi ce chemin.}

Je peux vous dire en dix minutes si c’est utile pour vous, ou non. Quel jour vous arrange ?

{commercial|Notre équipe}""",
    ),
    "new": Text(
        "Tout se passe bien, {prenom|de votre côté} ?",
        """Bonjour {prenom|à vous},

Vous venez de nous faire confiance pour la première fois, et je voulais m’assurer que tout répond à ce que vous
attendiez.

Y a-t-il une chose que nous aurions dû faire autrement ? Répondez simplement à ce message : je le lis moi-même.

{commercial|Notre équipe}""",
    ),
    "first-purchases": Text(
        "Après votre premier achat",
        """Bonjour {prenom|à vous},

Vous nous avez essayés, et c’est le bon moment pour vérifier que vous n’avez besoin de rien d’autre.

{preuve|La plupart de nos clients ont commencé comme vous, par une petite commande.}

Une question, un doute, un prix à comparer ? Dites-le-moi, je vous réponds dans la journée.

{commercial|Notre équipe}""",
    ),
    "watch": Text(
        "Un point rapide avec {client} ?",
        """Bonjour {prenom|à vous},

Cela fait un petit moment que nous n’avons pas échangé. Avant que le quotidien ne nous rattrape tous les deux, je
vous propose un point de dix minutes sur ce qui vous occupe en ce moment.

Préférez-vous que je vous appelle cette semaine, ou la suivante ?

{commercial|Notre équipe}""",
    ),
    "to-revive": Text(
        "Nous reprenons là où nous en étions ?",
        """Bonjour {prenom|à vous},

Votre dernière commande date du {dernier_achat|printemps dernier}. Peut-être n’aviez-vous simplement besoin de rien
depuis, et c’est très bien.

Si quelque chose se prépare chez {client}, dites-le-moi : je vous ferai une réponse claire, avec un prix et un
délai.

De quoi auriez-vous besoin d’ici la fin de l’année ?

{commercial|Notre équipe}""",
    ),
    "at-risk": Text(
        "Avons-nous manqué quelque chose ?",
        """Bonjour {prenom|à vous},

Nous ne vous voyons plus, et je préfère vous poser la question plutôt que de deviner : avons-nous manqué quelque
chose ?

{preuve|Quand un client nous dit ce qui n’allait pas, nous le corrigeons et nous le lui montrons.}

Un mot de votre part suffit, même bref. Et si vous préférez en parler, quel moment vous convient ?

{commercial|Notre équipe}""",
    ),
    "cannot-lose": Text(
        "{prenom|Bonjour}, je voudrais vous entendre",
        """Bonjour {prenom|à vous},

{client} compte beaucoup pour nous, et votre silence m’importe. Je ne vous écris pas pour vendre quoi que ce soit :
je veux comprendre ce qui a changé, et savoir si nous pouvons le réparer.

Puis-je passer vous voir, ou vous appeler, dans les jours qui viennent ?

{commercial|La direction}""",
    ),
    "dormant": Text(
        "Une seule question",
        """Bonjour {prenom|à vous},

Nous n’avons pas travaillé ensemble depuis longtemps. Une seule question, pour ne pas vous déranger inutilement :
avez-vous encore besoin de nous ?

Un oui ou un non me suffit. Dans les deux cas, merci d’avoir été notre client.

{commercial|Notre équipe}""",
    ),
    "lost": Text(
        "Merci, et au revoir si vous le souhaitez",
        """Bonjour {prenom|à vous},

Nous avons eu plaisir à travailler pour {client}, et rien n’est plus normal que de changer. Voici notre dernier
message, sauf si vous nous dites le contraire.

Si un jour nous pouvons vous être utiles de nouveau, vous savez où nous trouver. Y a-t-il une chose que vous
voudriez que nous sachions ?

{commercial|Notre équipe}""",
    ),
    GENERIC: Text(
        "Des nouvelles de {entreprise}",
        """Bonjour {prenom|à vous},

Voici ce qui se passe en ce moment chez {entreprise}, et ce que nous pouvons faire pour vous.

Avez-vous un projet dont vous voudriez nous parler ?

{commercial|Notre équipe}""",
    ),
}

ENGLISH: Mapping[str, Text] = {
    "champions": Text(
        "{prenom|Hello}, your view before anyone else’s",
        """Hello {prenom|there},

We are preparing something new and do not want to settle it without you. Before offering it to anybody, we would
like to show it to three companies, {client} among them, and listen.

Half an hour is enough. You would see it first, and what you say would shape it.

When would suit you?

{commercial|Our team}""",
    ),
    "loyal": Text(
        "A thought for {client}",
        """Hello {prenom|there},

We have worked together long enough for me to be direct. Looking at what we do for you, {service_conseille|one of
our services} could save you time, and you do not have it yet.

{preuve|Several clients much like you have taken it up.}

Shall I show you what it would change in your own case?

{commercial|Our team}""",
    ),
    "to-develop": Text(
        "{client}: the natural next step",
        """Hello {prenom|there},

What you last bought from us ({dernier_service|our work}) often leads to {service_conseille|a service close to it}.

{preuve|Clients of your size went the same way.}

Ten minutes are enough to tell whether it is worth it for you, or not. Which day suits you?

{commercial|Our team}""",
    ),
    "new": Text(
        "Is everything as you hoped?",
        """Hello {prenom|there},

You have just trusted us for the first time, and I wanted to make sure that you got what you expected.

Is there anything we should have done differently? Just answer this message: I read it myself.

{commercial|Our team}""",
    ),
    "first-purchases": Text(
        "After your first order",
        """Hello {prenom|there},

You have tried us, so this is a good time to check that you need nothing else.

{preuve|Most of our clients began as you did, with a small order.}

A question, a doubt, a price to compare? Tell me, and I will answer within the day.

{commercial|Our team}""",
    ),
    "watch": Text(
        "A quick word with {client}?",
        """Hello {prenom|there},

It has been a little while. Before everyday work catches up with both of us, may I suggest ten minutes on what keeps
you busy at the moment?

Would you rather I called this week, or next?

{commercial|Our team}""",
    ),
    "to-revive": Text(
        "Shall we pick up where we left off?",
        """Hello {prenom|there},

Your last order goes back to {dernier_achat|some time ago}. Perhaps you simply needed nothing since, and that is
fine.

If something is coming up at {client}, let me know: you will get a clear answer, with a price and a date.

What might you need before the end of the year?

{commercial|Our team}""",
    ),
    "at-risk": Text(
        "Did we miss something?",
        """Hello {prenom|there},

We no longer hear from you, and I would rather ask than guess: did we miss something?

{preuve|When a client tells us what was wrong, we put it right and show them.}

A word from you is enough, however short. Or would you rather talk, and when?

{commercial|Our team}""",
    ),
    "cannot-lose": Text(
        "{prenom|Hello}, I would like to hear from you",
        """Hello {prenom|there},

{client} matters a great deal to us, and so does your silence. I am not writing to sell anything: I want to
understand what changed, and whether we can mend it.

May I come and see you, or call, in the next few days?

{commercial|The management}""",
    ),
    "dormant": Text(
        "Just one question",
        """Hello {prenom|there},

We have not worked together for a long time. One question only, so as not to bother you for nothing: do you still
need us?

Yes or no will do. Either way, thank you for having been our client.

{commercial|Our team}""",
    ),
    "lost": Text(
        "Thank you, and goodbye if you wish",
        """Hello {prenom|there},

We enjoyed working for {client}, and moving on is perfectly natural. This is our last message, unless you tell us
otherwise.

If we can be of use again one day, you know where to find us. Is there anything you would like us to know?

{commercial|Our team}""",
    ),
    GENERIC: Text(
        "News from {entreprise}",
        """Hello {prenom|there},

Here is what is going on at {entreprise}, and what we can do for you.

Is there a project you would like to tell us about?

{commercial|Our team}""",
    ),
}

ASKING: Mapping[tuple[str, str], Text] = {
    (INVITATION, "fr"): Text(
        "{prenom|Bonjour}, une place pour vous le {date|jour dit}",
        """Bonjour {prenom|à vous},

Nous réunissons quelques clients, le **{date|jour convenu}**, à cet endroit : {lieu|chez nous}. On y parle métier,
sans discours de vente, et l’on repart avec les contacts des autres.

Votre place est réservée jusqu’à votre réponse. Viendrez-vous ?

[Je réponds en un clic]({lien_reponse})

{commercial|Notre équipe}""",
    ),
    (INVITATION, "en"): Text(
        "{prenom|Hello}, a seat for you on {date|the day}",
        """Hello {prenom|there},

We are bringing a few clients together on **{date|the agreed day}**, at {lieu|our office}: shop talk, no sales
pitch, and you leave knowing the others.

Your seat is kept until you answer. Will you come?

[I answer in one click]({lien_reponse})

{commercial|Our team}""",
    ),
    (SURVEY, "fr"): Text(
        "Une seule question, {prenom|s’il vous plaît}",
        """Bonjour {prenom|à vous},

Une seule question, et dix secondes de votre temps :

**{question|Avez-vous encore besoin de nous ?}**

[Je réponds]({lien_reponse})

Votre réponse nous évitera de vous écrire pour rien. Merci !

{commercial|Notre équipe}""",
    ),
    (SURVEY, "en"): Text(
        "Just one question, {prenom|please}",
        """Hello {prenom|there},

One question, and ten seconds of your time:

**{question|Do you still need us?}**

[I answer]({lien_reponse})

Your answer will keep us from writing to you for nothing. Thank you!

{commercial|Our team}""",
    ),
}
BY_LANGUAGE: Mapping[str, Mapping[str, Text]] = {"fr": FRENCH, "en": ENGLISH}


def original(*, kind: str, segment: str, language: str) -> Text:
    """What the product says to this segment, in this language; to everybody for the empty segment."""
    asking = ASKING.get((kind, language))
    return (asking or BY_LANGUAGE[language][segment]).unwrapped

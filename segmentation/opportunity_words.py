"""What is said of opportunities: the chance of a hole in words, with how many clients it rests on."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.figures import long_day, nb, pct
from segmentation.backtest import wilson
from segmentation.models import Backtest, Bundle, OfferOdds

ENOUGH_GAINS = 20  # clients who bought something new, for a comparison to mean anything


def chance(odds: OfferOdds) -> str:
    """ "7 sur 11 clients semblables l’ont", or that they are too few to say."""
    if not odds.is_enough:
        return ngettext("Pas assez de clients (n = %(n)s)", "Pas assez de clients (n = %(n)s)", odds.n) % {
            "n": nb(odds.n)
        }
    return ngettext(
        "%(held)s sur %(alike)s clients semblables l’a",
        "%(held)s sur %(alike)s clients semblables l’ont",
        odds.alike_held,
    ) % {"held": nb(odds.alike_held), "alike": nb(odds.alike)}


def together(bundle: Bundle) -> str:
    """ "18 de vos 60 bons clients ont les deux", and what one says of the other."""
    return ngettext(
        "%(both)s de vos %(clients)s bons clients a les deux.",
        "%(both)s de vos %(clients)s bons clients ont les deux.",
        bundle.together,
    ) % {"both": nb(bundle.together), "clients": nb(bundle.clients)}


def trial_sentences(trial: Backtest) -> list[str]:
    """What the trial says of opportunities, most important first; none when it was made before they were tried."""
    found = trial.figures.get("opportunities")
    if found is None:
        return []
    facts = {"day": long_day(trial.as_of), "months": trial.months, "clients": nb(found["clients"])}
    if not found["clients"]:
        return [
            _(
                "Personne n’a acheté de service nouveau dans les %(months)s mois après le %(day)s : il n’y a rien à "
                "vérifier."
            )
            % facts
        ]
    shares = {name: pct(Decimal(str(rival["hit3"]))) for name, rival in _rivals(found)}
    said = ngettext(
        "%(clients)s client a acheté un service qu’il n’avait pas dans les %(months)s mois après le %(day)s. Pour "
        "%(ours)s, il était parmi les trois premiers que l’on proposait.",
        "%(clients)s clients ont acheté un service qu’ils n’avaient pas dans les %(months)s mois après le %(day)s. "
        "Pour %(ours)s d’entre eux, il était parmi les trois premiers que l’on proposait.",
        found["clients"],
    )
    rivals = _(
        "Proposer à tous les services les plus répandus en aurait trouvé %(popular)s ; tirer au sort, %(chance)s."
    )
    return [said % (facts | shares), rivals % shares, trial_verdict(found)]


def trial_verdict(found: dict) -> str:
    """The comparison said plainly, when we lose too: beyond the 95 % interval of ours, luck does not explain it."""
    if found["clients"] < ENOUGH_GAINS:
        return _("C’est trop peu de clients pour conclure.")
    low, high = wilson(round(found["hit3"] * found["clients"]), found["clients"])
    if found["popular"]["hit3"] < low:
        return _(
            "Ici, tenir compte des clients semblables fait mieux que proposer le plus répandu, et l’écart est trop "
            "grand pour venir du hasard."
        )
    if found["popular"]["hit3"] > high:
        return _("Ici, proposer à tous le plus répandu fait mieux : fiez-vous d’abord à ce que disent vos clients.")
    return _("Ici, les deux se valent : l’écart peut venir du hasard.")


def _rivals(found: dict) -> list[tuple[str, dict]]:
    return [("ours", found), ("popular", found["popular"]), ("chance", found["chance"])]

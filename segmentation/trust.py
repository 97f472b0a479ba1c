"""What a backtest says, in words first: what the alarms were worth, against a simple rule and against chance."""

from decimal import Decimal
from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.figures import days, eur, long_day, nb, pct1
from segmentation.models import Backtest, RiskReason

ENOUGH_ALARMS = 20


class Verdict(Enum):
    """How the alarms compare with as many on the longest silences, beyond what luck explains."""

    NO_ALARM = "no-alarm"
    TOO_FEW = "too-few"
    BETTER = "better"
    LEVEL = "level"
    WORSE = "worse"


def verdict_of(trial: Backtest) -> Verdict:
    """Better or worse when the simple rule's precision is outside the 95 % interval of ours; level inside it."""
    ours, naive = trial.figures["at_risk"], trial.figures["naive"]
    if not ours["n"]:
        return Verdict.NO_ALARM
    if ours["n"] < ENOUGH_ALARMS:
        return Verdict.TOO_FEW
    low, high = ours["interval"]
    if naive["precision"] < low:
        return Verdict.BETTER
    return Verdict.WORSE if naive["precision"] > high else Verdict.LEVEL


def sentences(trial: Backtest) -> list[str]:
    """Everything there is to say before any table, most important first."""
    said = [headline(trial), verdict(trial), against_chance(trial), in_euros(trial), reach(trial)]
    return [sentence for sentence in said if sentence]


def headline(trial: Backtest) -> str:
    """What became of the alarms: "Sur 57 clients signalés à risque le 30 avril 2026, 35 n’ont pas racheté…"."""
    ours, naive, chance = (trial.figures[rival] for rival in ("at_risk", "naive", "chance"))
    if not ours["n"]:
        return _("Aucun client n’était signalé à risque le %(day)s : il n’y a rien à vérifier.") % _facts(trial)
    first = ngettext(
        "Sur %(n)s client signalé à risque le %(day)s, %(found)s n’a pas racheté dans les %(months)s mois "
        "suivants (%(share)s).",
        "Sur %(n)s clients signalés à risque le %(day)s, %(found)s n’ont pas racheté dans les %(months)s mois "
        "suivants (%(share)s).",
        ours["n"],
    ) % _facts(trial)
    second = _(
        "Une règle simple, « pas d’achat depuis %(days)s », en aurait trouvé %(naive)s avec autant d’alertes "
        "(%(naive_share)s) ; le hasard, %(chance)s (%(chance_share)s)."
    ) % {
        "days": days(naive["days"]),
        "naive": nb(_decimal(naive["found"])),
        "naive_share": pct1(_decimal(naive["precision"])),
        "chance": nb(_decimal(chance["found"])),
        "chance_share": pct1(_decimal(chance["precision"])),
    }
    return f"{first} {second}"


def verdict(trial: Backtest) -> str:
    """The comparison with the simple rule, said plainly when we lose."""
    return {
        Verdict.NO_ALARM: "",
        Verdict.TOO_FEW: _(
            "C’est trop peu pour conclure : en dessous de %(enough)s clients signalés, une ou deux personnes changent "
            "tout. Essayez une autre date, ou plus de mois."
        ),
        Verdict.BETTER: _(
            "Ici, la liste « à risque » fait mieux que la règle simple, et l’écart est trop grand pour venir du hasard."
        ),
        Verdict.LEVEL: _(
            "Ici, la liste « à risque » et la règle simple se valent : l’écart entre elles peut venir du hasard."
        ),
        Verdict.WORSE: _(
            "Ici, en nombre de clients, la règle simple fait mieux : les plus longs silences annoncent mieux qui ne "
            "rachète pas. Vous pouvez changer les multiplicateurs dans Régler la méthode."
        ),
    }[verdict_of(trial)] % {"enough": ENOUGH_ALARMS}


def against_chance(trial: Backtest) -> str:
    """Said only when the alarms are not clearly better than drawing lots."""
    if verdict_of(trial) in (Verdict.NO_ALARM, Verdict.TOO_FEW):
        return ""
    low, high = trial.figures["at_risk"]["interval"]
    chance = trial.figures["chance"]["precision"]
    if chance < low:
        return ""
    if chance > high:
        return _(
            "À cette date, elle fait moins bien que des clients tirés au sort : ceux qu’elle signale ont racheté plus "
            "souvent que les autres."
        )
    return _("À cette date, elle ne fait pas nettement mieux que des clients tirés au sort.")


def in_euros(trial: Backtest) -> str:
    """What the gone who were found weighed: a list read by euros may lose on heads and win on money."""
    if not trial.figures["at_risk"]["n"]:
        return ""
    return _(
        "En euros : les clients signalés qui n’ont pas racheté pesaient %(ours)s HT sur les %(window)s mois d’avant ; "
        "ceux qu’aurait trouvés la règle simple, %(naive)s ; le hasard, %(chance)s."
    ) % {
        "window": trial.figures["tier_window_months"],
        **{
            key: eur(Decimal(trial.figures[rival]["found_revenue"]))
            for key, rival in [("ours", "at_risk"), ("naive", "naive"), ("chance", "chance")]
        },
    }


def reach(trial: Backtest) -> str:
    """Whom this is about, and how many of the gone the alarms had seen."""
    population, ours = trial.figures["population"], trial.figures["at_risk"]
    if not population["clients"]:
        return _("Personne n’avait acheté dans les %(months)s mois d’avant : le risque n’existe pour personne.") % {
            "months": trial.figures["rfm_window_months"]
        }
    return _(
        "Le risque n’existe que pour les clients qui avaient acheté dans les %(window)s mois d’avant : ils étaient "
        "%(clients)s, dont %(gone)s n’ont pas racheté. La liste en avait signalé %(found)s."
    ) % {
        "window": trial.figures["rfm_window_months"],
        "clients": nb(population["clients"]),
        "gone": nb(population["gone"]),
        "found": nb(ours["found"]),
    }


def order_kept(trial: Backtest) -> str:
    """How far the order of clients by revenue held afterwards; in words only."""
    found = trial.figures["rank_correlation"]
    if found is None:
        return _("L’ordre des clients ne peut pas être comparé : ils sont trop peu, ou tous à égalité.")
    if found >= 0.7:
        return _("L’ordre des clients a tenu : les plus gros d’avant sont presque toujours les plus gros d’après.")
    if found >= 0.4:
        return _("L’ordre des clients a assez bien tenu : les gros d’avant sont souvent les gros d’après.")
    if found >= 0.2:
        return _("L’ordre des clients a peu tenu : un gros client d’avant est à peine plus souvent un gros d’après.")
    return _("L’ordre des clients n’a pas tenu : le montant d’avant ne disait presque rien de celui d’après.")


def reason_label(slug: str) -> str:
    """The name of a reason; its slug when it is newer than this page."""
    return str(dict(RiskReason.choices).get(slug, slug))


def _facts(trial: Backtest) -> dict[str, str]:
    ours = trial.figures["at_risk"]
    return {
        "n": nb(ours["n"]),
        "found": nb(ours["found"]),
        "share": pct1(None if ours["precision"] is None else _decimal(ours["precision"])),
        "day": long_day(trial.as_of),
        "months": nb(trial.months),
    }


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))

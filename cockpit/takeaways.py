"""What to remember this week: sentences made of the portfolio's figures, the most euros first, each with its verb."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count, Q, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Right
from cockpit.links import Links
from cockpit.scope import Scope
from cockpit.templatetags.figures import eur, nb, pct1
from segmentation.models import Score, ScoringRun, SegmentSlug, shown_today
from segmentation.portfolio import Concentration, Portfolio, Tally

MOST = 3
HEAVY_CLIENT = Decimal("0.10")  # of the revenue: one departure that everybody would feel


class Topic(StrEnum):
    """What a sentence is about."""

    CANNOT_LOSE = "cannot-lose"
    AT_RISK = "at-risk"
    FIRST = "first"
    UNASSIGNED = "unassigned"
    NEW = "new"
    TO_DEVELOP = "to-develop"


# The scores of those a sentence is about; the first client is found by looking, not by a condition.
CONCERNED: dict[Topic, Q] = {
    Topic.CANNOT_LOSE: shown_today() & Q(risk__amount__gt=0, segment=SegmentSlug.CANNOT_LOSE),
    Topic.AT_RISK: shown_today() & Q(risk__amount__gt=0) & ~Q(segment=SegmentSlug.CANNOT_LOSE),
    Topic.UNASSIGNED: Q(client__owner=None),
    Topic.NEW: Q(segment=SegmentSlug.NEW),
    Topic.TO_DEVELOP: Q(segment=SegmentSlug.TO_DEVELOP),
}


@dataclass(frozen=True)
class Takeaway:
    """One sentence in HTML, the clients and euros it is about, and the page where something can be done."""

    topic: Topic
    clients: int
    amount: Decimal
    tone: str
    icon: str
    sentence: str
    url: str
    verb: str


def takeaways(
    portfolio: Portfolio,
    concentration: Concentration,
    scope: Scope,
    run: ScoringRun,
    without: Collection[Topic] = (),
) -> list[Takeaway]:
    """The few sentences of most euros that these figures support, about other topics than those to do without; none
    when nothing stands out."""
    links = Links(scope)
    found = [
        *_risks(portfolio, links),
        *_concentrated(concentration, links),
        *_unassigned(scope, run, links),
        *_to_grow(portfolio.by_segment, links),
    ]
    told = [one for one in found if one.topic not in without]
    return sorted(told, key=lambda takeaway: -takeaway.amount)[:MOST]


LOOKS = {  # the colour and the icon of each
    Topic.CANNOT_LOSE: ("seg-cannot-lose", "fire"),
    Topic.AT_RISK: ("seg-at-risk", "arrow-trending-down"),
    Topic.FIRST: ("is-brand", "scale"),
    Topic.UNASSIGNED: ("is-brand", "user-plus"),
    Topic.NEW: ("seg-new", "sparkles"),
    Topic.TO_DEVELOP: ("seg-to-develop", "arrow-trending-up"),
}


def _of(topic: Topic, tally: Tally, amount: Decimal, sentence: str, url: str, verb: str) -> Takeaway:
    return Takeaway(topic, tally.clients, amount, *LOOKS[topic], sentence, url, verb)


def _written(sentence: str, clients: int, amount: Decimal) -> str:
    return format_html(sentence, count=nb(clients), amount=eur(amount))


def _risks(portfolio: Portfolio, links: Links) -> list[Takeaway]:
    """Those not to lose; then the other clients at risk, whatever the reason."""
    found = []
    cannot_lose = portfolio.by_segment[SegmentSlug.CANNOT_LOSE]
    if cannot_lose.clients and cannot_lose.amount_at_risk:
        sentence = _written(
            ngettext(
                "<b>{count} client à ne pas perdre</b> pèse {amount} et n’a plus acheté depuis longtemps.",
                "<b>{count} clients à ne pas perdre</b> pèsent {amount} et n’ont plus acheté depuis longtemps.",
                cannot_lose.clients,
            ),
            cannot_lose.clients,
            cannot_lose.amount_at_risk,
        )
        url = links.calls("segment=cannot-lose")
        found.append(_of(Topic.CANNOT_LOSE, cannot_lose, cannot_lose.amount_at_risk, sentence, url, _verb(cannot_lose)))
    total = portfolio.total
    others = Tally(clients=total.at_risk - cannot_lose.at_risk)
    amount = total.amount_at_risk - cannot_lose.amount_at_risk
    if others.clients and amount:
        sentence = _written(_others_words(others.clients, bool(cannot_lose.at_risk)), others.clients, amount)
        segments = "&".join(
            f"segment={slug}"
            for slug, tally in portfolio.by_segment.items()
            if tally.at_risk and slug != SegmentSlug.CANNOT_LOSE
        )
        url = links.calls(segments if cannot_lose.at_risk else "")
        found.append(_of(Topic.AT_RISK, others, amount, sentence, url, _verb(others)))
    return found


def _others_words(count: int, besides: bool) -> str:
    """The sentence of the clients at risk; `besides`: those not to lose are counted apart. It stands on its own."""
    if besides:
        return ngettext(
            "<b>{count} client à risque</b> s’éloigne, hors « À ne pas perdre » : {amount} en danger.",
            "<b>{count} clients à risque</b> s’éloignent, hors « À ne pas perdre » : {amount} en danger.",
            count,
        )
    return ngettext(
        "<b>{count} client à risque</b> s’éloigne : {amount} en danger.",
        "<b>{count} clients à risque</b> s’éloignent : {amount} en danger.",
        count,
    )


def _verb(tally: Tally) -> str:
    return ngettext("L’appeler", "Les appeler", tally.clients)


def _concentrated(concentration: Concentration, links: Links) -> list[Takeaway]:
    share = concentration.first_share
    if share is None or share < HEAVY_CLIENT or concentration.ranked < 2:
        return []
    sentence = format_html(
        _("<b>Votre premier client fait {share} du total</b>, soit {amount} en 12 mois."),
        share=pct1(share),
        amount=eur(concentration.first),
    )
    url = links.of("tri=-ca")
    return [_of(Topic.FIRST, Tally(clients=1), concentration.first, sentence, url, _("Voir les plus gros clients"))]


def _unassigned(scope: Scope, run: ScoringRun, links: Links) -> list[Takeaway]:
    """Clients that nobody follows, for who may share them out."""
    if scope.owner_id is not None or not scope.user.may(Right.ASSIGN_CLIENTS):
        return []
    nobody = Score.objects.of(run).visible_to(scope.user).filter(client__owner=None)
    found = nobody.aggregate(clients=Count("id"), amount=Sum("tier_revenue"))
    if not found["clients"]:
        return []
    tally, amount = Tally(clients=found["clients"]), found["amount"]
    sentence = _written(
        ngettext(
            "<b>{count} client n’est suivi par personne</b> et pèse {amount} en 12 mois.",
            "<b>{count} clients ne sont suivis par personne</b> et pèsent {amount} en 12 mois.",
            tally.clients,
        ),
        tally.clients,
        amount,
    )
    url = links.of("commercial=aucun")
    verb = ngettext("L’affecter", "Les affecter", tally.clients)
    return [_of(Topic.UNASSIGNED, tally, amount, sentence, url, verb)]


def _to_grow(segments: dict[str, Tally], links: Links) -> list[Takeaway]:
    """Newcomers to make a success of, and clients who could buy more."""
    found = []
    new, to_develop = segments[SegmentSlug.NEW], segments[SegmentSlug.TO_DEVELOP]
    if new.clients:
        sentence = _written(
            ngettext(
                "<b>{count} nouveau client</b> a déjà apporté {amount} : tout se joue en 90 jours.",
                "<b>{count} nouveaux clients</b> ont déjà apporté {amount} : tout se joue en 90 jours.",
                new.clients,
            ),
            new.clients,
            new.revenue,
        )
        verb = ngettext("L’accueillir", "Les accueillir", new.clients)
        found.append(_of(Topic.NEW, new, new.revenue, sentence, links.of("segment=new"), verb))
    if to_develop.clients:
        sentence = _written(
            ngettext(
                "<b>{count} client à développer</b> achète depuis peu ou peu à la fois : {amount} en 12 mois.",
                "<b>{count} clients à développer</b> achètent depuis peu ou peu à la fois : {amount} en 12 mois.",
                to_develop.clients,
            ),
            to_develop.clients,
            to_develop.revenue,
        )
        url = links.of("segment=to-develop")
        verb = _("Voir qui développer")
        found.append(_of(Topic.TO_DEVELOP, to_develop, to_develop.revenue, sentence, url, verb))
    return found

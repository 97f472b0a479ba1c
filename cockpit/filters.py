"""Filters of the lists of clients: GET parameters, each shown as a chip that takes it away."""

from dataclasses import dataclass

import django_filters as filters
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.hierarchy import led_by
from accounts.models import Firm
from accounts.roles import Right
from clients.models import Client
from cockpit.templatetags.figures import eur, tier_name
from segmentation.models import Score, SegmentSlug, Tier

NOBODY = "aucun"
WITHOUT_SCORE = "sans_score"
SCORES = [(str(score), str(score)) for score in range(1, 6)]
MOST_EUROS = 1_000_000_000


@dataclass(frozen=True)
class Chip:
    """One filter in force, in words, and the query string without it."""

    label: str
    query: str


class ClientFilter(filters.FilterSet):
    """What a client itself answers: its name, its town, who follows it."""

    q = filters.CharFilter(method="search", label=gettext_lazy("Nom, ville, code"), max_length=120)
    commercial = filters.ChoiceFilter(method="followed_by", empty_label=gettext_lazy("Tous"))

    class Meta:
        model = Client
        fields: list[str] = []

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.people = {str(person.pk): str(person) for person in led_by(user)}
        leads = user.may(Right.SEE_UNASSIGNED_CLIENTS) or user.may(Right.SEE_ALL_CLIENTS)
        self.owners = [*self.people.items(), (NOBODY, pgettext("nobody", "Personne"))] if leads else []
        self.filters["commercial"].extra["choices"] = self.owners

    def search(self, queryset, name, value):
        return queryset.search(value)

    def followed_by(self, queryset, name, value):
        return queryset.unassigned() if value == NOBODY else queryset.filter(owner=value)

    def in_words(self, name, value) -> str:
        if name == "q":
            return _("« %(words)s »") % {"words": value}
        return _("Suivi par personne") if value == NOBODY else _("Suivi par %(name)s") % {"name": self.people[value]}


class ScoreFilter(filters.FilterSet):
    """What a score answers: tier, segment, scores, risk, amounts. Any of them leaves out clients without a score."""

    palier = filters.MultipleChoiceFilter(field_name="tier", choices=Tier.choices)
    segment = filters.MultipleChoiceFilter(field_name="segment", choices=SegmentSlug.choices)
    r = filters.MultipleChoiceFilter(field_name="r", choices=SCORES)
    fm = filters.MultipleChoiceFilter(field_name="fm", choices=SCORES)
    risque = filters.ChoiceFilter(field_name="at_risk", choices=[("1", "1")], method="only_at_risk")
    ca_min = filters.NumberFilter(field_name="tier_revenue", lookup_expr="gte", min_value=0, max_value=MOST_EUROS)

    class Meta:
        model = Score
        fields: list[str] = []

    def only_at_risk(self, queryset, name, value):
        return queryset.at_risk()

    def in_words(self, name, value) -> str:
        amount = {"revenue": Firm.current().revenue, "amount": eur(value)} if name == "ca_min" else {}
        words = {
            "palier": lambda: tier_name(value),
            "segment": lambda: _("Segment %(name)s") % {"name": SegmentSlug(value).label},
            "r": lambda: _("Récence %(score)s sur 5") % {"score": value},
            "fm": lambda: _("Fréquence et montant %(score)s sur 5") % {"score": value},
            "risque": lambda: _("À risque"),
            "ca_min": lambda: _("%(revenue)s d’au moins %(amount)s") % amount,
        }
        return words[name]()


class RiskFilter(ScoreFilter):
    """The same on the list of clients at risk, where the amount is the one at stake."""

    ca_min = filters.NumberFilter(field_name="amount_at_risk", lookup_expr="gte", min_value=0, max_value=MOST_EUROS)

    def in_words(self, name, value) -> str:
        if name == "ca_min":
            words = {"revenue": Firm.current().revenue, "amount": eur(value)}
            return _("%(revenue)s en danger d’au moins %(amount)s") % words
        return super().in_words(name, value)


def values_of(filterset) -> list[tuple[str, str]]:
    """The filters in force, (name, value), one for each value; what does not read as a filter is left out."""
    found = []
    filterset.form.is_valid()
    for name, value in getattr(filterset.form, "cleaned_data", {}).items():
        values = value if isinstance(value, list) else [value]
        found += [(name, one) for one in values if one not in (None, "")]
    return found


def chips(params: QueryDict, *filtersets) -> list[Chip]:
    """Every filter in force as a chip."""
    made = []
    for filterset in filtersets:
        for name, value in values_of(filterset):
            left = params.copy()
            others = [other for other in left.getlist(name) if other != str(value)]
            left.setlist(name, others if len(others) < len(left.getlist(name)) else [])
            left.pop("page", None)
            left.pop("client", None)
            made.append(Chip(filterset.in_words(name, value), left.urlencode()))
    return made


def without_score_chip(params: QueryDict) -> Chip:
    """The chip of the list of clients that never bought anything."""
    left = params.copy()
    for name in (WITHOUT_SCORE, "page"):
        left.pop(name, None)
    return Chip(_("Sans achat connu"), left.urlencode())

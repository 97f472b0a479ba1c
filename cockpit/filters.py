"""Filters of the lists of clients: GET parameters, each shown as a chip that takes it away."""

from dataclasses import dataclass
from functools import cached_property

import django_filters as filters
from django.db.models import Exists, F, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.hierarchy import led_by
from accounts.models import Firm
from accounts.roles import Right
from campaigns.ambassadors import ambassadors
from clients.models import Client, departed
from clients.sectors import Section
from cockpit.templatetags.figures import eur, tier_name
from segmentation import needs
from segmentation.models import ClientObjective, Colour, Need, Objective, Score, SegmentSlug, Tier
from segmentation.models.objectives import PLACES
from segmentation.relation import access

NOBODY = NONE = "aucun"
UNKNOWN = "inconnu"
WITHOUT_SCORE = "sans_score"
SCORES = [(str(score), str(score)) for score in range(1, 6)]
MOST_EUROS = 1_000_000_000
# Of the open objectives, by place: who contributes, and who could.
BRINGS, COULD_BRING = "contribue", "potentiel"
OBJECTIVES = [(f"{what}-{place}", f"{what}-{place}") for what in (BRINGS, COULD_BRING) for place in PLACES]
WITHOUT_SECTION = {
    NONE: gettext_lazy("Sans secteur"),
    UNKNOWN: gettext_lazy("Code NAF inconnu"),
}
SECTORS = [*Section.choices, *WITHOUT_SECTION.items()]


@dataclass(frozen=True)
class Chip:
    """One filter in force, in words, and the query string without it."""

    label: str
    query: str


def needs_known() -> list[tuple[str, str]]:
    """Every need, archived ones too: a saved view may name them."""
    return list(Need.objects.values_list("slug", "name"))


class ClientFilter(filters.FilterSet):
    """What a client itself answers: its name, its town, its sector, its needs, who follows it."""

    q = filters.CharFilter(method="search", label=gettext_lazy("Nom, ville, code"), max_length=120)
    secteur = filters.MultipleChoiceFilter(method="of_sectors", choices=SECTORS)
    activite = filters.CharFilter(method="of_activity", max_length=80)
    besoin = filters.MultipleChoiceFilter(method="with_needs", choices=lambda: [*needs_known(), (NONE, NONE)])
    besoin_ouvert = filters.MultipleChoiceFilter(method="with_open_needs", choices=needs_known)
    parti = filters.ChoiceFilter(choices=[("0", "0"), ("1", "1")], method="who_left")
    ambassadeur = filters.ChoiceFilter(choices=[("1", "1")], method="who_recommended")
    sans_remplacant = filters.ChoiceFilter(choices=[("1", "1")], method="without_stand_in")
    commercial = filters.ChoiceFilter(method="followed_by", empty_label=gettext_lazy("Tous"))

    class Meta:
        model = Client
        fields: list[str] = []

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        self.people = {str(person.pk): str(person) for person in led_by(user)}
        leads = user.may(Right.SEE_UNASSIGNED_CLIENTS) or user.may(Right.SEE_ALL_CLIENTS)
        self.owners = [*self.people.items(), (NOBODY, pgettext("nobody", "Personne"))] if leads else []
        self.filters["commercial"].extra["choices"] = self.owners

    def search(self, queryset, name, value):
        return queryset.search(value)

    def of_sectors(self, queryset, name, value):
        """Those of any of these sections, without sector, or under a code that nobody knows."""
        found = queryset.in_sections([one for one in value if one in Section.values])
        others = {NONE: queryset.without_sector, UNKNOWN: queryset.with_unknown_naf}
        for one in others.keys() & set(value):
            found = queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=others[one]().values("pk")))
        return found if value else queryset

    def of_activity(self, queryset, name, value):
        return queryset.with_activity(value)

    def with_needs(self, queryset, name, value):
        """Those who have any of these needs, or none that is known."""
        slugs = [slug for slug in value if slug != NONE]
        having = needs.with_any_need(queryset, slugs)
        if NONE not in value:
            return having if value else queryset
        lacking = needs.without_need(queryset)
        return queryset.filter(Q(pk__in=having.values("pk")) | Q(pk__in=lacking.values("pk"))) if slugs else lacking

    def with_open_needs(self, queryset, name, value):
        return needs.with_unanswered_need(queryset, value) if value else queryset

    def who_left(self, queryset, name, value):
        return queryset.filter(departed() if value == "1" else ~departed())

    def who_recommended(self, queryset, name, value):
        return ambassadors(queryset, by=self.user)

    def without_stand_in(self, queryset, name, value):
        return queryset.uncovered()

    @cached_property
    def need_names(self) -> dict[str, str]:
        """What needs are called, by their name in addresses; read when a filter names one."""
        return dict(needs_known())

    def followed_by(self, queryset, name, value):
        return queryset.unassigned() if value == NOBODY else queryset.filter(owner=value)

    def in_words(self, name, value) -> str:
        words = {
            "q": lambda: _("« %(words)s »") % {"words": value},
            "parti": lambda: _("Partis") if value == "1" else _("Sans les clients partis"),
            "ambassadeur": lambda: _("Ambassadeurs"),
            "sans_remplacant": lambda: _("Sans interlocuteur ou sans remplaçant"),
            "secteur": lambda: WITHOUT_SECTION.get(value) or _("Secteur %(name)s") % {"name": Section(value).label},
            "activite": lambda: _("Activité « %(words)s »") % {"words": value},
            "besoin": lambda: _("Sans besoin connu") if value == NONE else self._need(value),
            "besoin_ouvert": lambda: _("%(need)s, sans service") % {"need": self._need(value)},
            "commercial": lambda: (
                _("Suivi par personne") if value == NOBODY else _("Suivi par %(name)s") % {"name": self.people[value]}
            ),
        }
        return str(words[name]())

    def _need(self, slug) -> str:
        return _("Besoin « %(name)s »") % {"name": self.need_names[slug]}


class ScoreFilter(filters.FilterSet):
    """What a score answers: tier, segment, scores, risk, amounts. Any of them leaves out clients without a score."""

    palier = filters.MultipleChoiceFilter(field_name="tier", choices=Tier.choices)
    segment = filters.MultipleChoiceFilter(field_name="segment", choices=SegmentSlug.choices)
    r = filters.MultipleChoiceFilter(field_name="r", choices=SCORES)
    fm = filters.MultipleChoiceFilter(field_name="fm", choices=SCORES)
    risque = filters.ChoiceFilter(choices=[("1", "1")], method="only_at_risk")
    ca_min = filters.NumberFilter(field_name="tier_revenue", lookup_expr="gte", min_value=0, max_value=MOST_EUROS)
    heures = filters.ChoiceFilter(choices=[("1", "1")], method="with_hours")
    heure_max = filters.NumberFilter(method="an_hour_at_most", min_value=0, max_value=MOST_EUROS)
    objectif = filters.MultipleChoiceFilter(choices=OBJECTIVES, method="of_objectives")
    note = filters.MultipleChoiceFilter(method="of_colours")

    class Meta:
        model = Score
        fields: list[str] = []

    def __init__(self, data, *, user, **kwargs):
        super().__init__(data, **kwargs)
        self.user = user
        reads = user.may(Right.READ_GRADES) and Firm.current().shows(Firm.Part.RELATION)
        self.grades = Colour.choices if reads else []
        self.filters["note"].extra["choices"] = self.grades

    def of_colours(self, queryset, name, value):
        return access.with_grade(queryset, value, self.user) if value else queryset

    def with_hours(self, queryset, name, value):
        return queryset.filter(time__isnull=False)

    def an_hour_at_most(self, queryset, name, value):
        return queryset.filter(time__revenue__lte=F("time__hours") * value)

    def of_objectives(self, queryset, name, value):
        """Who contributes to one of these objectives, or could."""
        condition = Q()
        for one in value:
            what, place = one.split("-")
            figure = "contribution" if what == BRINGS else "potential"
            held = ClientObjective.objects.filter(score=OuterRef("pk"), objective__place=place, **{f"{figure}__gt": 0})
            condition |= Q(Exists(held))
        return queryset.filter(condition) if value else queryset

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
            "note": lambda: _("Relation : %(colour)s") % {"colour": Colour(value).label.lower()},
            "ca_min": lambda: _("%(revenue)s d’au moins %(amount)s") % amount,
            "heures": lambda: _("Avec des heures notées"),
            "heure_max": lambda: _("Au plus %(amount)s de l’heure") % {"amount": eur(value)},
            "objectif": lambda: objective_in_words(value),
        }
        return words[name]()


def objective_in_words(value: str) -> str:
    """A filter on an objective: "Contribue à « Paie »"."""
    what, place = value.split("-")
    objective = Objective.objects.open().filter(place=place).first()
    name = objective.name if objective else _("objectif %(place)s, fermé") % {"place": place}
    words = _("Contribue à « %(name)s »") if what == BRINGS else _("Potentiel pour « %(name)s »")
    return words % {"name": name}


class RiskFilter(ScoreFilter):
    """The same on the list of clients at risk, where the amount is the one at stake."""

    ca_min = filters.NumberFilter(field_name="risk__amount", lookup_expr="gte", min_value=0, max_value=MOST_EUROS)

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

"""The list of prospects as one address shows it: view, filters, order, page; and the same as a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.hierarchy import led_by
from accounts.models import Firm, User
from accounts.roles import Right
from campaigns.models import Prospect
from campaigns.resemblance import Reason, Resemblance
from clients.areas import area_name
from clients.sectors import Section, written
from cockpit.filters import NOBODY, Chip
from segmentation import portrait

PAGE = 25
OPEN, OUT, ALL = "ouverts", "ecartes", "tous"
VIEWS = {
    OPEN: gettext_lazy("À prospecter"),
    OUT: gettext_lazy("Tenus à l’écart"),
    ALL: gettext_lazy("Tous les prospects"),
}
BY_POINTS = (F("points").desc(nulls_last=True), "sort_name", "id")
SORTS = {
    "ressemblance": BY_POINTS,
    "nom": ("sort_name", "id"),
    "-nom": ("-sort_name", "-id"),
    "contact": (F("last_contact_on").asc(nulls_first=True), "sort_name", "id"),
    "-contact": (F("last_contact_on").desc(nulls_last=True), "sort_name", "id"),
    "ville": ("postcode", "sort_name", "id"),
    "-ville": ("-postcode", "sort_name", "id"),
}
FILTERS = ("q", "etat", "secteur", "departement", "commercial")


@dataclass(frozen=True)
class Row:
    """One prospect, and why it is worth its points."""

    prospect: Prospect
    reasons: list[Reason]

    @property
    def sector(self) -> str:
        return written(self.prospect.naf_code)


class ProspectList:
    """The prospects of one address, `params` being its query string; what does not read as a filter is left out."""

    def __init__(self, user: User, params: QueryDict):
        self.user, self.params = user, params
        self.seen = Prospect.objects.visible_to(user)

    @property
    def view(self) -> str:
        asked = self.params.get("vue", "")
        return asked if asked in VIEWS else OPEN

    @property
    def sort(self) -> str:
        asked = self.params.get("tri", "")
        return asked if asked in SORTS else "ressemblance"

    @cached_property
    def owners(self) -> list[tuple[str, str]]:
        """Whose prospects may be asked for: nothing to choose for who sees their own."""
        if not (self.user.may(Right.SEE_ALL_CLIENTS) or self.user.may(Right.SEE_TEAM_CLIENTS)):
            return []
        return [*((str(one.pk), str(one)) for one in led_by(self.user)), (NOBODY, pgettext("nobody", "Personne"))]

    @property
    def states(self) -> list[tuple[str, str]]:
        return list(Prospect.State.choices)

    @property
    def sections(self) -> list[tuple[str, str]]:
        return list(Section.choices)

    @cached_property
    def asked(self) -> dict[str, str]:
        """The filters in force, by name."""
        given = {name: self.params.get(name, "").strip()[:120] for name in FILTERS}
        known = {
            "etat": set(Prospect.State.values),
            "secteur": set(Section.values),
            "commercial": {key for key, _label in self.owners},
        }
        area = given["departement"]
        given["departement"] = area if area.isascii() and area.isdigit() and len(area) in (2, 3) else ""
        return {name: value for name, value in given.items() if value and value in known.get(name, {value})}

    @cached_property
    def found(self) -> QuerySet[Prospect]:
        """The prospects shown, in their order."""
        found = {OPEN: self._open, OUT: self.seen.put_out, ALL: self.seen.all}[self.view]()
        narrow: dict[str, Callable[[QuerySet, str], QuerySet]] = {
            "q": lambda rows, words: rows.search(words),
            "etat": lambda rows, state: rows.filter(state=state),
            "secteur": lambda rows, letter: rows.in_sections([letter]),
            "departement": lambda rows, area: rows.in_area(area),
            "commercial": lambda rows, key: rows.filter(owner=None if key == NOBODY else key),
        }
        for name, value in self.asked.items():
            found = narrow[name](found, value)
        return found.order_by(*SORTS[self.sort])

    @cached_property
    def page(self) -> Page:
        paginator = Paginator(self.found.select_related("owner"), PAGE)
        if not self.asked:
            paginator.count = self.counts[self.view]  # known already: not counted twice
        return paginator.get_page(self.params.get("page"))

    @cached_property
    def rows(self) -> list[Row]:
        return [Row(one, self.resemblance.reasons_of(one)) for one in self.page]

    @cached_property
    def resemblance(self) -> Resemblance:
        return Resemblance(portrait.on_show())

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many prospects each view holds, filters aside, in one pass."""
        is_out = ~Q(put_out="") & Q(kept_at=None)
        return self.seen.order_by().aggregate(
            **{
                OPEN: Count("state", filter=Q(state__in=Prospect.OPEN) & ~is_out),
                OUT: Count("state", filter=is_out),
                ALL: Count("state"),
            }
        )

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        return [(slug, str(label), self.counts[slug]) for slug, label in VIEWS.items()]

    @cached_property
    def chips(self) -> list[Chip]:
        made = []
        for name, value in self.asked.items():
            left = self.params.copy()
            left.pop(name, None)
            left.pop("page", None)
            made.append(Chip(self._in_words(name, value), left.urlencode()))
        return made

    def headings(self) -> list[str]:
        """Those of the list as a file."""
        labels = (
            _("Nom"),
            "SIREN",
            "SIRET",
            _("Code NAF"),
            _("Effectif"),
            _("Code postal"),
            _("Ville"),
            _("Téléphone"),
        )
        scores = (_("Ressemblance"), _("Raison 1"), _("Raison 2"), _("Raison 3"))
        return [*labels, _("État"), Firm.current().owner, _("Dernier contact"), *scores]

    def lines(self) -> Iterator[list]:
        """The prospects shown, a line of typed cells each."""
        for one in self.found.select_related("owner").iterator(chunk_size=1000):
            reasons = [reason.sentence for reason in self.resemblance.reasons_of(one)]
            yield [
                one.name,
                one.siren,
                one.siret,
                written(one.naf_code),
                str(one.get_workforce_display()),
                one.postcode,
                one.city,
                one.phone,
                str(one.get_state_display()),
                str(one.owner or ""),
                one.last_contact_on,
                one.points,
                *(reasons or ["", "", ""]),
            ]

    def _open(self) -> QuerySet[Prospect]:
        """Those still to win; asked for another state, those of it that the rule does not keep out."""
        if self.asked.get("etat") in (Prospect.State.DISMISSED, Prospect.State.CLIENT):
            return self.seen.exclude(pk__in=self.seen.put_out())
        return self.seen.open()

    def _in_words(self, name: str, value: str) -> str:
        words = {
            "q": lambda: _("« %(words)s »") % {"words": value},
            "etat": lambda: str(Prospect.State(value).label),
            "secteur": lambda: _("Secteur %(name)s") % {"name": Section(value).label},
            "departement": lambda: area_name(value),
            "commercial": lambda: (
                _("Suivi par personne")
                if value == NOBODY
                else _("Suivi par %(name)s") % {"name": dict(self.owners)[value]}
            ),
        }
        return words[name]()

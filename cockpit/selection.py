"""What a list of clients shows for one address: portfolio, view, filters. Page, count and export share it."""

from decimal import Decimal
from functools import cached_property

from django.db.models import Count, DecimalField, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import QueryDict

from accounts.models import Firm, ListSettings, User
from accounts.saved_views import opening_of, settings_of
from campaigns.models import Action
from clients.models import Client
from cockpit.filters import (
    SECTORS,
    WITHOUT_SCORE,
    ClientFilter,
    RiskFilter,
    ScoreFilter,
    chips,
    values_of,
    without_score_chip,
)
from cockpit.layouts import AT_RISK, CLIENTS, Chosen, Extract, chosen_by, known
from cockpit.listing import Listing
from cockpit.scope import PARAMETER, scope_of
from cockpit.tabs import COLUMNS, BuiltIn, Tab, arranged, tabs_of
from segmentation.models import Need, Score, ScoringRun, SegmentSlug, Tier

BY_LINK = ("r", "fm", "heures", "heure_max", "objectif", WITHOUT_SCORE, "besoin_ouvert")  # filters without a field
CARRIED = ("vue", "tri", "per_page", COLUMNS, *BY_LINK)
LONG_SILENCE = 3  # times the usual rhythm


class Selection:
    """The clients of one address of a list, `params` being its query string."""

    layout = CLIENTS
    carries: tuple[str, ...] = (PARAMETER, *CARRIED)
    score_filter_class = ScoreFilter
    default_order = "-ca"
    is_at_risk = False

    def __init__(self, user: User, params: QueryDict, run: ScoringRun | None):
        self.user, self.params, self.run = user, params, run
        self.scope = scope_of(user, params.get(PARAMETER))
        self.client_filter = ClientFilter(params, user=user, queryset=self.scope.clients())
        self.score_filter = self.score_filter_class(params, user=user, queryset=self._viewed())

    @property
    def only(self) -> str | None:
        """Whether the list keeps clients with a score, without, or both (None)."""
        if self.params.get(WITHOUT_SCORE) == "1":
            return "unscored"
        return "scored" if values_of(self.score_filter) else None

    def clients(self) -> QuerySet[Client]:
        return self.client_filter.qs

    def scores(self) -> QuerySet[Score]:
        scores = self.score_filter.qs
        return scores.filter(client__in=self.client_filter.qs) if values_of(self.client_filter) else scores

    @property
    def chosen_segments(self) -> list[str]:
        return self.params.getlist("segment")

    @property
    def chosen_tiers(self) -> list[str]:
        return self.params.getlist("palier")

    @property
    def chosen_grades(self) -> list[str]:
        return self.params.getlist("note")

    @property
    def grades(self) -> list[tuple[str, str]]:
        """By which colours the list can be narrowed: none for who may not read them."""
        return self.score_filter.grades

    @property
    def tiers(self) -> list[tuple[str, str]]:
        return Tier.choices

    @property
    def owners(self) -> list[tuple[str, str]]:
        """By whom the list can be narrowed: nothing for who leads nobody."""
        return self.client_filter.owners

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the filter form keeps of the address without a field of its own."""
        return [(name, value) for name in self.carries for value in self.params.getlist(name)]

    @property
    def segments(self) -> list[tuple[str, str]]:
        return SegmentSlug.choices

    @property
    def shows_needs(self) -> bool:
        """Whether the firm speaks of needs and sectors: else the list is not filtered by them."""
        return Firm.current().shows(Firm.Part.NEEDS)

    @cached_property
    def needs(self) -> list[Need]:
        """The needs that the list can be narrowed to."""
        return list(Need.objects.active())

    @property
    def sectors(self) -> list[tuple[str, str]]:
        return SECTORS

    @property
    def chosen_needs(self) -> list[str]:
        return self.params.getlist("besoin")

    @property
    def chosen_sectors(self) -> list[str]:
        return self.params.getlist("secteur")

    @cached_property
    def chips(self):
        made = chips(self.params, self.client_filter, self.score_filter)
        return [*made, without_score_chip(self.params)] if self.only == "unscored" else made

    @cached_property
    def settings(self) -> ListSettings:
        """This list as its reader likes it."""
        return settings_of(self.user, self.layout.page)

    @cached_property
    def columns(self) -> Chosen:
        """The columns of this address for this reader."""
        return chosen_by(self.layout, self.params, self.settings, self.run)

    @property
    def arranged(self) -> str:
        """The list as an address that shows the same to anybody: filters, order and columns."""
        return arranged(self.params, self.columns.query)

    @property
    def opening(self) -> str:
        """The view that its reader opens the list with, when the bare address is asked for; else nothing."""
        view = None if self.params else opening_of(self.settings)
        return (view.query or "vue=") if view else ""

    def tabs(self, built_in: list[BuiltIn], *, found: int) -> list[Tab]:
        """The views of the list, `found` being how many clients it shows now."""
        words = self.columns.words

        def columns_of(params: QueryDict) -> str:
            """The columns that this address shows to this reader; it may name none that exists."""
            return ",".join(known(self.layout, words, params.get(COLUMNS, "").split(","))) or self.columns.query

        return tabs_of(
            user=self.user,
            page=self.layout.page,
            params=self.params,
            here=self.arranged,
            found=found,
            built_in=built_in,
            columns_of=columns_of,
        )

    @property
    def listing(self) -> Listing:
        """The rows of the page."""
        return self._listing(self.columns.drawn)

    def exported(self, extract: Extract) -> Listing:
        """The rows of a file of these columns, in the order of the page."""
        return self.listed(extract.needs)

    def listed(self, needs: frozenset[str]) -> Listing:
        """The rows in the order of the page, with no more than what is needed."""
        listing = self._listing(needs)
        listing.order_by(self.params.getlist("tri")[:1])
        return listing

    def _listing(self, needs: frozenset[str]) -> Listing:
        return Listing(
            run=self.run,
            clients=self.clients(),
            scores=self.scores(),
            only=self.only,
            default=self.default_order,
            needs=needs,
            is_at_risk=self.is_at_risk,
            reader=self.user,
            count=self.known_count,
        )

    @property
    def known_count(self) -> int | None:
        """How many rows the list has, when the page counts them anyway."""
        return None

    def _viewed(self) -> QuerySet[Score]:
        return self.scope.scores(self.run)


class RiskSelection(Selection):
    """The same among clients at risk, through one of the views that its tabs offer."""

    layout = AT_RISK
    carries = CARRIED  # the portfolio has a field of its own there
    score_filter_class = RiskFilter
    default_order = "-danger"
    is_at_risk = True
    only = "scored"

    @property
    def view(self) -> str:
        asked = self.params.get("vue", "")
        return asked if asked in VIEWS else ""

    def _viewed(self) -> QuerySet[Score]:
        return self.scope.scores(self.run).at_risk().filter(VIEWS[self.view](self.user))

    @cached_property
    def lacks_dates(self) -> bool:
        """Whether nobody of this portfolio can be at risk, their purchases not being known by date: asked of an empty
        list only."""
        scores = self.scope.scores(self.run)
        return scores.exists() and not scores.with_rfm().exists()

    @cached_property
    def totals(self) -> dict:
        """How many clients the list holds and the euros at stake: `clients`, `amount`."""
        if values_of(self.client_filter) or values_of(self.score_filter):
            return self.scores().aggregate(clients=Count("client"), amount=_euros("risk__amount"))
        counts, amount = self._by_view
        return {"clients": counts[self.view], "amount": amount}

    def counts(self) -> dict[str, int]:
        """How many clients each view holds before any filter."""
        return self._by_view[0]

    @cached_property
    def _by_view(self) -> tuple[dict[str, int], Decimal]:
        """The same, and the euros at stake in the view on show, in one query."""
        rules = {f"view{place}": rule(self.user) for place, rule in enumerate(VIEWS.values())}
        counted = {name: Count("client", filter=rule) for name, rule in rules.items()}
        euros = _euros("amount", filter=VIEWS[self.view](self.user))
        found = self.scope.risks(self.run).aggregate(**counted, amount=euros)
        return {view: found[name] for view, name in zip(VIEWS, rules, strict=True)}, found["amount"]

    @property
    def known_count(self) -> int:
        return self.totals["clients"]


def _euros(name: str, **values: Q) -> Coalesce:
    return Coalesce(Sum(name, **values), Decimal(0), output_field=DecimalField())


def _without_open_action():
    return ~Exists(Action.objects.open().filter(client=OuterRef("client")))


VIEWS = {  # rules that a score and its risk can answer alike
    "": lambda user: Q(client__isnull=False),
    "mes-clients": lambda user: Q(client__in=Client.objects.owned_by(user)),
    "a-ne-pas-perdre": lambda user: Q(segment=SegmentSlug.CANNOT_LOSE),
    "silence": lambda user: Q(silence_ratio__gt=LONG_SILENCE),
    "sans-action": lambda user: _without_open_action(),
}

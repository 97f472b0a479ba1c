"""Bilan des appels: clients once at risk, called or not, and what they bought since, in words first."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from accounts.hierarchy import portfolios_of
from accounts.models import Firm, User
from campaigns.returns import DAYS_TO_CALL, Pair, Returns, returns, runs_to_judge
from cockpit import charts
from cockpit.scope import PARAMETER, scope_of
from segmentation.models import RiskReason, ScoringRun

DURATIONS = (1, 3, 6)
MONTHS = 3
FEW = 10  # fewer clients on either side tell nothing


@require_safe
def returns_page(request: HttpRequest) -> HttpResponse:
    """What came of the clients at risk of one past month, of those that this person may see."""
    return render(request, "cockpit/returns.html", {"page": Page(request.user, request.GET)})


@dataclass(frozen=True)
class Row:
    """A motive or a person, with the bars of who bought again."""

    label: str
    pair: Pair
    called: str
    others: str


class Page:
    """One past run among those old enough to be judged, and what its clients at risk became."""

    def __init__(self, user: User, asked: QueryDict):
        self.user = user
        self.scope = scope_of(user, asked.get(PARAMETER))
        months = asked.get("mois", "")
        self.months = int(months) if months in {str(one) for one in DURATIONS} else MONTHS
        self.durations = DURATIONS
        self.days_to_call = DAYS_TO_CALL
        self.runs = runs_to_judge(self.months)
        self.run = next((run for run in self.runs if run.as_of.isoformat() == asked.get("au")), self._first)

    @property
    def _first(self) -> ScoringRun | None:
        return self.runs[0] if self.runs else None

    @cached_property
    def found(self) -> Returns | None:
        return returns(self.run, self.months, owners=self._owners) if self.run else None

    @property
    def _owners(self) -> set[int | None] | None:
        """The portfolios that the scope holds; None for all of them."""
        return portfolios_of(self.user) if self.scope.owner_id is None else {self.scope.owner_id}

    @property
    def is_thin(self) -> bool:
        """Whether one side is too small to tell anything."""
        total = self.found.total
        return min(total.called.clients, total.others.clients) < FEW

    @property
    def reasons(self) -> list[Row]:
        return [_row(str(RiskReason(slug).label), pair) for slug, pair in self.found.reasons.items()]

    @cached_property
    def people(self) -> list[Row]:
        """By who follows them, by name, whoever is nobody's last; nothing when there is but one."""
        pairs = self.found.people
        if len(pairs) < 2:
            return []
        known = {person.pk: person for person in User.objects.filter(pk__in=[one for one in pairs if one])}
        named = sorted((str(known[pk]), pair) for pk, pair in pairs.items() if pk is not None)
        nobody = [(capfirst(Firm.current().without_owner), pairs[None])] if None in pairs else []
        return [_row(label, pair) for label, pair in [*named, *nobody]]

    @property
    def until(self) -> dt.date:
        return self.found.until


def _row(label: str, pair: Pair) -> Row:
    shares = (pair.called.share or 0, pair.others.share or 0)
    return Row(label, pair, *(charts.bar(share, 1) for share in shares))

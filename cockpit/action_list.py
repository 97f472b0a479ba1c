"""What somebody promised to do: late, today, this week, later, done; with what came of each, in one click."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import uuid4

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.hierarchy import led_by
from accounts.models import Firm, ListPage, User
from accounts.roles import Right
from accounts.saved_views import opening_of, settings_of
from campaigns import sales
from campaigns.models import Action, Approach
from clients.models import Client
from cockpit.scope import EVERYBODY, MINE
from cockpit.tabs import BuiltIn, Tab, arranged, tabs_of
from segmentation.models import Score, ScoringRun

PAGE = 50
SHORT_PAGE_OF_DONE = 30  # days back that "Faites" shows


@dataclass(frozen=True)
class Due:
    key: str
    label: str
    actions: Callable[[QuerySet, date], QuerySet]


TABS = [
    Due("retard", _("En retard"), lambda actions, today: actions.overdue(today)),
    Due("aujourdhui", _("Aujourd’hui"), lambda actions, today: actions.due(today)),
    Due("semaine", _("Cette semaine"), lambda actions, today: actions.due_this_week(today)),
    Due("a-venir", _("À venir"), lambda actions, today: actions.upcoming(today)),
    Due("faites", _("Faites"), lambda actions, today: actions.done_since(today, SHORT_PAGE_OF_DONE)),
]


@require_safe
def action_list(request: HttpRequest) -> HttpResponse:
    """The actions of one person, their own to begin with, a tab at a time."""
    agenda = Agenda(request.user, request.GET)
    if not request.GET and agenda.opening:
        return redirect(f"{request.path}?{agenda.opening}")
    page = Paginator(agenda.actions(), PAGE).get_page(request.GET.get("page"))
    run = ScoringRun.objects.latest_at()
    context = {"agenda": agenda, "page": page, "run": run, "kinds": Action.Kind.choices}
    context["rows"] = rows_of(list(page), run, by=agenda.groups_by)
    context["may_record"] = request.user.may(Right.RECORD_ACTIONS)
    return render(request, "cockpit/action_list.html", context)


GROUPS = {
    "client": (_("par client"), ("client__sort_name", "client")),
    "personne": (_("par personne"), ("assignee__last_name", "assignee__first_name", "assignee")),
}


class Agenda:
    """The actions that an address shows, and the counts of its tabs."""

    def __init__(self, user: User, params: QueryDict):
        self.user, self.params, self.today = user, params, timezone.localdate()
        self.people = [one for one in led_by(user) if one != user]
        asked = params.get("personne", MINE)
        allowed = {MINE, EVERYBODY} | {str(one.pk) for one in self.people} if self.people else {MINE}
        self.person = asked if asked in allowed else MINE
        self.asked_tab = params.get("onglet", "")

    @cached_property
    def mine(self) -> QuerySet[Action]:
        """Everything this address may show, whatever the tab."""
        visible = Action.objects.visible_to(self.user)
        if self.person == EVERYBODY:
            return visible
        return visible.assigned_to([self.user.pk if self.person == MINE else int(self.person)])

    @cached_property
    def with_prospects(self) -> QuerySet[Approach]:
        """The same with prospects; nothing until that part is shown."""
        if not Firm.current().shows(Firm.Part.PROSPECTS):
            return Approach.objects.none()
        visible = Approach.objects.visible_to(self.user)
        if self.person == EVERYBODY:
            return visible
        return visible.assigned_to([self.user.pk if self.person == MINE else int(self.person)])

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many actions each tab holds, with clients and with prospects."""
        both = (self.mine, self.with_prospects)
        return {tab.key: sum(tab.actions(rows, self.today).count() for rows in both) for tab in TABS}

    @cached_property
    def approaches(self) -> list[Approach]:
        """What the tab holds with prospects, as many as a page of actions."""
        found = self.tab.actions(self.with_prospects, self.today).select_related("prospect", "assignee", "done_by")
        return list(found.order_by("-done_at" if self.tab.key == "faites" else "due_on", "id")[:PAGE])

    @property
    def tab(self) -> Due:
        """The tab asked for; else what is late when something is, else today."""
        first = "retard" if self.counts["retard"] else "aujourdhui"
        wanted = self.asked_tab if self.asked_tab in self.counts else first
        return next(tab for tab in TABS if tab.key == wanted)

    @property
    def opening(self) -> str:
        """The view that its reader opens the page with, if any."""
        view = opening_of(settings_of(self.user, ListPage.ACTIONS))
        return view.query if view else ""

    @property
    def arranged(self) -> str:
        """Whose actions and which tab, as an address."""
        return arranged(
            QueryDict(urlencode({"onglet": self.tab.key, "personne": self.person, "groupe": self.groups_by}))
        )

    @property
    def tabs(self) -> list[Tab]:
        """What is due, by date, then the saved views."""
        current = self.tab.key
        return tabs_of(
            user=self.user,
            page=ListPage.ACTIONS,
            params=self.params,
            here=self.arranged,
            found=self.counts[current],
            built_in=[
                BuiltIn(str(due.label), {"onglet": due.key}, self.counts[due.key], due.key == current) for due in TABS
            ],
        )

    @property
    def groups_by(self) -> str:
        """What rows are grouped by, if anything."""
        asked = self.params.get("groupe", "")
        return asked if asked in GROUPS else ""

    @property
    def groupings(self) -> list[tuple[str, str]]:
        return [("", _("sans regrouper")), *((key, label) for key, (label, _order) in GROUPS.items())]

    def actions(self) -> QuerySet[Action]:
        found = self.tab.actions(self.mine, self.today).select_related("client", "assignee", "done_by", "service")
        order = ("-done_at", "-id") if self.tab.key == "faites" else ("due_on", "id")
        return found.order_by(*(GROUPS[self.groups_by][1] if self.groups_by else ()), *order)

    @cached_property
    def progress(self) -> dict[str, int]:
        """Today's work: `done` out of `all`, what is late included."""
        done = sum(rows.done_on(self.today).count() for rows in (self.mine, self.with_prospects))
        return {"done": done, "all": done + self.counts["retard"] + self.counts["aujourdhui"]}

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Whose actions can be shown: nothing for who leads nobody."""
        if not self.people:
            return []
        others = [(str(one.pk), str(one)) for one in self.people]
        return [(MINE, _("Mes actions")), (EVERYBODY, _("Toute l’équipe")), *others]


@dataclass(frozen=True)
class ActionRow:
    """One action, the score of its client if it has one, the token of its form, and the sale that it led to."""

    action: Action
    score: Score | None
    token: str
    sale: sales.Sale | None = None
    group: str = ""

    @property
    def client(self) -> Client:
        return self.action.client

    @property
    def key(self) -> str:
        return str(self.action.pk)


def rows_of(page: list[Action], run: ScoringRun | None, *, by: str = "") -> list[ActionRow]:
    """These actions as rows, with one query for all their scores and one for their sales; `by` names their groups."""
    scores = Score.objects.filter(run=run, client__in={action.client_id for action in page}).with_risk()
    by_client = {score.client_id: score for score in scores}
    sold = sales.of(page)
    group_of = {"client": lambda one: one.client.name, "personne": lambda one: str(one.assignee)}.get(
        by, lambda one: ""
    )
    return [
        ActionRow(action, by_client.get(action.client_id), str(uuid4()), sold.get(action.pk), group_of(action))
        for action in page
    ]

"""What every page's frame needs: the navigation, the top bar, the count of clients at risk."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from segmentation.models import Score, ScoringRun


@dataclass(frozen=True)
class Entry:
    """One page of the navigation."""

    view: str
    label: str
    icon: str
    counts_risk: bool = False


@dataclass(frozen=True)
class Link:
    """An entry as drawn for one request."""

    url: str
    label: str
    icon: str
    is_current: bool
    count: int | None = None


GROUPS = [
    (
        "",
        [
            Entry("cockpit:dashboard", _("Tableau de bord"), "squares-2x2"),
            Entry("cockpit:at-risk", _("Clients à risque"), "exclamation-triangle", counts_risk=True),
            Entry("cockpit:client-list", _("Clients"), "users"),
            Entry("cockpit:action-list", _("Actions"), "check-circle"),
        ],
    ),
]
SETTINGS = Entry("cockpit:settings", _("Réglages"), "cog-6-tooth")


class Chrome:
    """The frame of one request. Asks the database nothing until the page draws its navigation."""

    def __init__(self, request):
        self.request = request
        self.user = getattr(request, "user", None)

    @property
    def is_known(self):
        """Whether somebody is logged in: strangers get no navigation."""
        return self.user is not None and self.user.is_authenticated

    @cached_property
    def at_risk(self):
        """How many clients at risk this person may see, in the run that pages show."""
        latest = ScoringRun.objects.standing().order_by("-as_of", "-id").values("id")[:1]
        return Score.objects.visible_to(self.user).at_risk().filter(run=latest).count()

    @cached_property
    def groups(self):
        """The groups of the navigation as drawn: (title, links)."""
        if not self.is_known:
            return []
        return [(title, [self._link(entry) for entry in entries]) for title, entries in GROUPS]

    @property
    def settings(self):
        return self._link(SETTINGS)

    @property
    def team_url(self):
        return reverse("cockpit:team")

    @property
    def import_url(self):
        return reverse("clients:import") if self.is_known and self.user.may(Right.IMPORT) else None

    @property
    def search_url(self):
        return reverse("cockpit:client-list")

    @property
    def logout_url(self):
        return reverse("account_logout")

    @property
    def account_url(self):
        return reverse("accounts:account")

    @property
    def help_url(self):
        return reverse("cockpit:help") if self.is_known else None

    def _link(self, entry):
        url = reverse(entry.view)
        path = self.request.path
        return Link(
            url=url,
            label=entry.label,
            icon=entry.icon,
            is_current=path == url if url == "/" else path.startswith(url),
            count=self.at_risk if entry.counts_risk else None,
        )


def chrome(request):
    return {"chrome": Chrome(request)}

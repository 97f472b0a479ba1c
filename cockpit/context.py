"""What every page's frame needs: the navigation, the top bar, the count of clients at risk."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Firm
from accounts.roles import Right
from segmentation.models import Risk, ScoringRun


@dataclass(frozen=True)
class Entry:
    """One page of the navigation: shown to whoever has the right, once Direction switched its part on."""

    view: str
    label: str
    icon: str
    counts_risk: bool = False
    part: Firm.Part | None = None
    right: Right | None = None
    under: str = ""  # where its pages are, when they are not all below its own address
    but: str = ""  # the pages there that another entry stands for
    on_phone: bool = False  # in the bar of five at the foot of a phone; the account menu holds the others there

    def excepts(self, path: str) -> bool:
        """Whether another entry stands for this page."""
        return bool(self.but) and path.startswith(self.but)


@dataclass(frozen=True)
class Link:
    """An entry as drawn for one request."""

    url: str
    label: str
    icon: str
    is_current: bool
    on_phone: bool = False
    count: int | None = None


GROUPS = [
    (
        "",
        [
            Entry("cockpit:dashboard", _("Tableau de bord"), "squares-2x2", on_phone=True),
            Entry("cockpit:at-risk", _("Clients à risque"), "exclamation-triangle", counts_risk=True, on_phone=True),
            Entry("cockpit:client-list", _("Clients"), "users", on_phone=True),
            Entry("cockpit:action-list", _("Actions"), "check-circle", on_phone=True),
        ],
    ),
    (
        _("Comprendre"),
        [
            Entry(
                "cockpit:tiers",
                _("Segmentation"),
                "chart-pie",
                part=Firm.Part.RFM,
                under="/segmentation/",
                but="/segmentation/regles/",
                on_phone=True,
            ),
            Entry("cockpit:movements", _("Mouvements"), "arrows-right-left", part=Firm.Part.MOVEMENTS),
            Entry("cockpit:opportunities", _("Opportunités"), "puzzle-piece", part=Firm.Part.OPPORTUNITIES),
            Entry("cockpit:needs", _("Besoins"), "light-bulb", part=Firm.Part.NEEDS),
            Entry(
                "cockpit:relation",
                _("Relation"),
                "hand-thumb-up",
                part=Firm.Part.RELATION,
                right=Right.READ_GRADES,
            ),
            Entry("cockpit:objectives", _("Objectifs"), "flag", part=Firm.Part.OBJECTIVES),
            Entry("cockpit:time", _("Temps passé"), "clock", part=Firm.Part.TIME),
            Entry("cockpit:trust", _("Fiabilité"), "check-badge", part=Firm.Part.TRUST, right=Right.SEE_ALL_CLIENTS),
            Entry("cockpit:reports", _("Rapports"), "document-text", right=Right.READ_REPORTS, part=Firm.Part.RFM),
            Entry("cockpit:method", _("Régler la méthode"), "adjustments-horizontal", part=Firm.Part.RFM),
        ],
    ),
    (
        _("Agir"),
        [
            Entry(
                "cockpit:campaigns",
                _("Campagnes"),
                "envelope",
                part=Firm.Part.CAMPAIGNS,
                right=Right.DRAFT_CAMPAIGNS,
            ),
            Entry(
                "cockpit:plans",
                _("Temps et budget"),
                "scale",
                part=Firm.Part.ALLOCATION,
                right=Right.PLAN_ALLOCATION,
                but="/allocation/calendrier/",
            ),
            Entry("cockpit:contact-calendar", _("Contacts prévus"), "calendar-days", part=Firm.Part.ALLOCATION),
            Entry("cockpit:prospects", _("Prospects"), "user-plus", part=Firm.Part.PROSPECTS),
            Entry("cockpit:triggers", _("Déclencheurs"), "bolt", part=Firm.Part.TRIGGERS),
            Entry("cockpit:playbook", _("Playbook"), "book-open", part=Firm.Part.PLAYBOOK),
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
        return Risk.objects.of(latest).visible_to(self.user).shown().count()

    @cached_property
    def groups(self):
        """The groups of the navigation as drawn: (title, links)."""
        if not self.is_known:
            return []
        groups = [(title, [self._link(entry) for entry in entries if self._shows(entry)]) for title, entries in GROUPS]
        return [(title, links) for title, links in groups if links]

    @property
    def deeper(self):
        """The links that the bar of a phone has no room for."""
        return [link for _title, links in self.groups for link in links if not link.on_phone]

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
    def new_campaign_url(self):
        """Where a campaign is begun, for whoever may write one, once the part is on."""
        may = self.is_known and self.user.may(Right.DRAFT_CAMPAIGNS) and Firm.current().shows(Firm.Part.CAMPAIGNS)
        return reverse("cockpit:new-campaign") if may else None

    @property
    def method_url(self):
        """Where the rules are changed, for whoever may."""
        return reverse("cockpit:draft") if self.is_known and self.user.may(Right.MANAGE_RULES) else None

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

    def _shows(self, entry):
        is_on = entry.part is None or Firm.current().shows(entry.part)
        return is_on and (entry.right is None or self.user.may(entry.right))

    def _link(self, entry):
        url = reverse(entry.view)
        path = self.request.path
        return Link(
            url=url,
            label=entry.label,
            icon=entry.icon,
            on_phone=entry.on_phone,
            is_current=path == url if url == "/" else path.startswith(entry.under or url) and not entry.excepts(path),
            count=self.at_risk if entry.counts_risk else None,
        )


def chrome(request):
    return {"chrome": Chrome(request)}

"""One prospect as its page shows it to one reader."""

from functools import cached_property

from accounts.models import User
from accounts.roles import Right
from campaigns.models import Approach, Prospect
from campaigns.resemblance import Reason, Resemblance
from clients.areas import area_name, area_of
from clients.figures import dialled
from clients.models import Client, NafCode
from clients.sectors import Section, section_of, written
from cockpit.prospects.forms import ApproachForm
from segmentation import portrait

PAST = 50  # exchanges listed


class ProspectSheet:
    """The facts, the reasons, what is planned and what was done, and what this reader may do about it."""

    def __init__(self, user: User, prospect: Prospect):
        self.user, self.prospect = user, prospect
        self.may_record = user.may(Right.RECORD_ACTIONS)
        self.sees_counts = user.may(Right.SEE_ALL_CLIENTS)
        self.reads_grades = user.may(Right.READ_GRADES)

    @cached_property
    def reasons(self) -> list[Reason]:
        return Resemblance(portrait.on_show()).reasons_of(self.prospect)

    @property
    def naf(self) -> str:
        return written(self.prospect.naf_code)

    @cached_property
    def activity(self) -> str:
        """The title of its activity, else the section of it; empty when nobody knows."""
        titles = NafCode.objects.titles([self.prospect.naf_code]) if self.prospect.naf_code else {}
        letter = section_of(self.prospect.naf_code)
        return titles.get(self.prospect.naf_code) or (str(Section(letter).label) if letter else "")

    @property
    def area(self) -> str:
        return area_name(area_of(self.prospect.postcode))

    @property
    def dialled(self) -> str:
        return dialled(self.prospect.phone)

    @cached_property
    def client_is_seen(self) -> bool:
        """Whether the client that it became is this reader's to see."""
        return Client.objects.visible_to(self.user).filter(pk=self.prospect.client_id).exists()

    @cached_property
    def planned(self) -> list[Approach]:
        return list(self.prospect.approaches.open().select_related("assignee", "prospect"))

    @cached_property
    def past(self) -> list[Approach]:
        done = self.prospect.approaches.done().select_related("done_by").order_by("-done_at", "-id")
        return list(done[:PAST])

    @property
    def states(self) -> list[tuple[str, str]]:
        """The states that it may be given: all but its own and that of a client, which conversion gives."""
        return [
            (value, label)
            for value, label in Prospect.State.choices
            if value not in (self.prospect.state, Prospect.State.CLIENT)
        ]

    @property
    def may_plan(self) -> bool:
        return self.may_record and not self.prospect.is_won and self.prospect.objected_at is None

    @cached_property
    def form(self) -> ApproachForm:
        return ApproachForm(user=self.user)

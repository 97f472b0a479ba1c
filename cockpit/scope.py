"""Whose clients a page is about: what the person may see, narrowed to one portfolio when they lead several."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.hierarchy import led_by
from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from segmentation.models import Risk, Score

PARAMETER = "portefeuille"
EVERYBODY = "equipe"
MINE = "moi"


@dataclass(frozen=True)
class Scope:
    """One portfolio among those a person may look at. `people` is empty for who has but their own."""

    user: User
    key: str
    people: tuple[User, ...] = ()

    @property
    def owner_id(self) -> int | None:
        """The person whose clients alone are shown; None when everything visible is."""
        if self.key == EVERYBODY:
            return None
        return self.user.pk if self.key == MINE else int(self.key)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What the selector offers: (value, label); nothing when there is no choice."""
        if not self.people:
            return []
        everybody = _("Tous les clients") if self.user.may(Right.SEE_ALL_CLIENTS) else _("Toute l’équipe")
        others = [(str(person.pk), str(person)) for person in self.people if person != self.user]
        mine = [(MINE, _("Mon portefeuille"))] if self.user in self.people else []
        return [(EVERYBODY, everybody), *mine, *others]

    def clients(self):
        """The clients of this portfolio."""
        clients = Client.objects.visible_to(self.user)
        return clients if self.owner_id is None else clients.filter(owner=self.owner_id)

    def scores(self, run):
        """What this run found about the clients of this portfolio."""
        scores = Score.objects.of(run).visible_to(self.user)
        return scores if self.owner_id is None else scores.filter(client__owner=self.owner_id)

    def risks(self, run):
        """The risks shown in this run of the clients of this portfolio, counted without reading their scores."""
        risks = Risk.objects.of(run).visible_to(self.user).shown()
        return risks if self.owner_id is None else risks.filter(client__owner=self.owner_id)


def scope_of(user: User, asked: str | None) -> Scope:
    """The portfolio that this value of the parameter names; everything visible when it names none of theirs."""
    if not user.may(Right.SEE_TEAM_CLIENTS) and not user.may(Right.SEE_ALL_CLIENTS):
        return Scope(user, EVERYBODY)
    people = tuple(led_by(user))
    allowed = {MINE} | {str(person.pk) for person in people}
    return Scope(user, asked if asked in allowed else EVERYBODY, people)

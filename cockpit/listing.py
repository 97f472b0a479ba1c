"""Lists of clients, a page at a time, with what each row shows: figures, months, next action.

Ordering by a figure reads the scores of the run off an index; clients without any purchase follow by name. A page costs
the same few queries whether it holds three rows or a hundred.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django_tables2.data import TableData

from accounts.models import User
from accounts.roles import Right
from campaigns.ambassadors import Won, won_by
from campaigns.models import Action
from clients.contacts import email_of, first_contacts, phone_of
from clients.folding import Fold
from clients.models import Client, ClientDeparture, Contact, NafCode
from segmentation import lifetime
from segmentation.groups import amounts_by_month
from segmentation.models import (
    ClientObjective,
    ClientTime,
    Colour,
    Grade,
    Movement,
    Offering,
    RiskReason,
    Score,
    ScoringRun,
    SegmentSlug,
    shown_today,
)
from segmentation.models.objectives import PLACES
from segmentation.need_figures import needs_of
from segmentation.opportunity_matrix import Lack, lacks
from segmentation.relation import access
from segmentation.shifts import SEGMENTS, Axis

ROWS_AT_ONCE = 1000

# What a row may hold beside its client and its score, read only for the columns that show it.
MONTHS, ACTION, CONTACT, LIFETIME = "months", "action", "contact", "lifetime"
NEEDS, ACTIVITY, MOVEMENT, GRADE = "needs", "activity", "movement", "grade"
TIME, AIMS, WON, LEFT, LACK = "time", "aims", "won", "left", "lack"
EVERYTHING = frozenset({MONTHS, ACTION, CONTACT, LIFETIME, NEEDS, ACTIVITY, GRADE, TIME, AIMS, WON, LEFT})

BY_NAME = "client"
# What each column sorts on, and whether its rising order is the figure's falling one: tier A is the highest revenue.
BY_FIGURE = {
    "palier": (F("tier_revenue"), True),
    "rang": (F("tier_revenue"), True),
    "cumul": (F("tier_revenue"), True),
    "segment": (
        Case(*(When(segment=slug, then=Value(place)) for place, slug in enumerate(SegmentSlug.values))),
        False,
    ),
    "dernier": (F("last_purchase_on"), False),
    "depuis": (Coalesce(F("client__client_since"), F("first_purchase_on")), False),
    "silence": (F("silence_ratio"), False),
    "ca": (F("tier_revenue"), False),
    "ca_precedent": (F("previous_revenue"), False),
    "evolution": (F("tier_revenue") / NullIf(F("previous_revenue"), Value(Decimal(0))), False),
    "frequence": (F("frequency"), False),
    "montant": (F("monetary"), False),
    "danger": (F("risk__amount"), False),
    "valeur_vie": (lifetime.sortable(), False),
    "heures": (F("time__hours"), False),
    "ca_heure": (F("time__revenue") / F("time__hours"), False),
}
BY_FIGURE |= {
    f"{slug}{place}": (
        Subquery(ClientObjective.objects.filter(score=OuterRef("pk"), objective__place=place).values(figure)),
        False,
    )
    for slug, figure in (("contribution", "contribution"), ("potentiel", "potential"))
    for place in PLACES
}
# What each column of the client itself sorts on, before its name: clients without a score mix with the others.
BY_IDENTITY: dict[str, tuple[str, ...]] = {
    BY_NAME: (),
    "code": ("code",),
    "ville": ("city",),
    "code_postal": ("postcode",),
    "commercial": ("owner__last_name", "owner__first_name"),
    "secteur": ("naf_code",),
}
WORDS = ("city", "owner__last_name")  # compared without case nor accents, as names are
BEHAVIOURS = (RiskReason.RHYTHM, RiskReason.SERVICE_STOPPED, RiskReason.DECLINE, RiskReason.SLOWING, RiskReason.DROP)
# What some clients have none of: the first two are those known by yearly totals alone.
NULLABLE = {"segment", "dernier", "silence", "evolution", "danger", "valeur_vie", "heures", "ca_heure", "note"} | {
    name for name in BY_FIGURE if name[-1].isdigit()
}


@dataclass(frozen=True)
class ClientRow:
    """One client of a list. No score: nothing was ever bought. What nobody shows is empty: the months, the action, the
    contact, the last change of segment, the names of its needs, the title of its activity; the grade also where the
    reader may not know it. `former` is its score in the run that the list compares with."""

    client: Client
    score: Score | None
    months: list[Decimal]
    next_action: Action | None
    contact: Contact | None = None
    lifetime: Decimal | None = None
    needs: tuple[str, ...] = ()
    activity: str = ""
    movement: Movement | None = None
    former: Score | None = None
    grade: Grade | None = None
    time: ClientTime | None = None
    aims: dict[int, ClientObjective] = field(default_factory=dict)  # by place of the objective
    lack: Lack | None = None
    won: Won | None = None
    departure: ClientDeparture | None = None

    @property
    def key(self) -> str:
        """The client's id for an attribute: never written with the separators of people's numbers."""
        return str(self.client.pk)

    @property
    def evolution(self) -> Decimal | None:
        """Revenue of the year against the year before, −1 to more; None without a year before."""
        return self.score.evolution if self.score else None

    @property
    def since(self) -> dt.date | None:
        """Since when they are a client: the date somebody knows, else that of the first purchase."""
        return self.client.client_since or (self.score.first_purchase_on if self.score else None)

    @property
    def phone(self) -> str:
        return phone_of(self.client, self.contact)

    @property
    def email(self) -> str:
        return email_of(self.client, self.contact)

    @property
    def behaviours(self) -> list[str]:
        """Why the client is at risk, beyond its segment: "Rythme rompu", "Montant en baisse". The rhythm comes first,
        and says by itself that purchases are further apart."""
        reasons = self.score.shown.reasons if self.score else []
        shown = [reason for reason in BEHAVIOURS if reason in reasons]
        if RiskReason.RHYTHM in shown:
            shown = [reason for reason in shown if reason != RiskReason.SLOWING]
        return [str(reason.label) for reason in shown]


class Listing(TableData):
    """Clients in order. `scores` and `clients` are the same portfolio, each with the filters it can answer.

    `only` restricts the list to clients with a score ("scored") or without ("unscored"); None lists both. `needs` is
    what its rows hold beside the client and the score; `is_at_risk` says that the scores are all of clients at risk.
    `former` is the run that the list compares with, `followed_by` whether the last change of its rows is of segment or
    of tier, `figures` what else its columns sort on, `offering` the service that its clients lack. Grades are those
    that the `reader` may read.
    """

    def __init__(
        self,
        *,
        run: ScoringRun | None,
        clients: QuerySet[Client],
        scores: QuerySet[Score],
        only: str | None = None,
        default: str = "-ca",
        needs: frozenset[str] = EVERYTHING,
        is_at_risk: bool = False,
        former: ScoringRun | None = None,
        figures: dict | None = None,
        followed_by: Axis = SEGMENTS,
        reader: User | None = None,
        offering: Offering | None = None,
        count: int | None = None,
        foremost: Callable[[int], QuerySet[Score]] | None = None,
    ):
        self.run, self.clients, self.scores, self.reader, self.offering = run, clients, scores, reader, offering
        self.only = "unscored" if run is None else only
        self.default, self.needs, self.is_at_risk, self.former = default, needs, is_at_risk, former
        self.figures = BY_FIGURE | by_grade(reader) | (figures or {})
        self.followed_by = followed_by
        self.alias = default
        self._count = count  # when somebody knows it already
        self._foremost = foremost  # fewer scores among which the first so many are, in the default order

    def order_by(self, aliases) -> None:
        """Orders by the first of these column names that sorts; "-" before it means descending."""
        self.alias = next((alias for alias in aliases if self.sorts(alias)), self.default)

    def sorts(self, alias: str) -> bool:
        """Whether this names a column that the list can be ordered by."""
        return alias.removeprefix("-") in {*BY_IDENTITY, *self.figures}

    def __len__(self) -> int:
        if self._count is None:
            self._count = self._counted()
        return self._count

    def __getitem__(self, key):
        if isinstance(key, slice):
            return self.rows(self._ids(key.start or 0, key.stop))
        return self.rows(self._ids(key, key + 1))[0]

    def __iter__(self) -> Iterator[ClientRow]:
        """Every row, a thousand clients at a time: what an export reads."""
        ids = [client_id for part in self._parts() for client_id in part]
        for start in range(0, len(ids), ROWS_AT_ONCE):
            yield from self.rows(ids[start : start + ROWS_AT_ONCE])

    def rows(self, ids: list[int]) -> list[ClientRow]:
        """These clients with what their rows show, in the order of the ids."""
        clients = Client.objects.select_related("owner", "backup_owner").in_bulk(ids)
        scores = {score.client_id: score for score in Score.objects.filter(run=self.run, client__in=ids).with_risk()}
        has_months = self.run and MONTHS in self.needs
        months = amounts_by_month(self.run, ids) if has_months else {}
        actions = {action.client_id: action for action in next_actions(ids)} if ACTION in self.needs else {}
        contacts = first_contacts(ids) if CONTACT in self.needs else {}
        worth = lifetime.amounts_of(scores.values(), self.run) if self.run and LIFETIME in self.needs else {}
        needs = needs_of(ids) if NEEDS in self.needs else {}
        codes = [client.naf_code for client in clients.values()]
        titles = NafCode.objects.titles(codes) if ACTIVITY in self.needs else {}
        changes = last_moves(ids, self.run, self.followed_by) if MOVEMENT in self.needs else []
        moves = {one.client_id: one for one in changes}
        before = Score.objects.filter(run=self.former, client__in=ids) if self.former else []
        former = {one.client_id: one for one in before}
        grades = self._grades(ids) if GRADE in self.needs else {}
        times = {one.client_id: one for one in self._of_run(ClientTime, ids)} if TIME in self.needs else {}
        aims = self._aims(ids) if AIMS in self.needs else {}
        lacking = lacks(ids, self.offering) if self.offering and LACK in self.needs else {}
        won = won_by(ids, run=self.run, by=self.reader) if self.reader and WON in self.needs else {}
        left = {one.client_id: one for one in departures_of(ids)} if LEFT in self.needs else {}
        return [
            ClientRow(
                clients[pk],
                scores.get(pk),
                months.get(pk, []),
                actions.get(pk),
                contacts.get(pk),
                lifetime=worth.get(pk),
                needs=needs.get(pk, ()),
                activity=titles.get(clients[pk].naf_code, ""),
                movement=moves.get(pk),
                former=former.get(pk),
                grade=grades.get(pk),
                time=times.get(pk),
                aims=aims.get(pk, {}),
                lack=lacking.get(pk),
                won=won.get(pk),
                departure=left.get(pk),
            )
            for pk in ids
            if pk in clients
        ]

    def _of_run(self, model, ids: list[int]) -> QuerySet:
        return model.objects.filter(run=self.run, client__in=ids)

    def _aims(self, ids: list[int]) -> dict[int, dict[int, ClientObjective]]:
        """What each of these clients brings to the open objectives, by place."""
        found: dict[int, dict[int, ClientObjective]] = {}
        for one in self._of_run(ClientObjective, ids).select_related("objective"):
            if one.objective.place:
                found.setdefault(one.client_id, {})[one.objective.place] = one
        return found

    def _grades(self, ids: list[int]) -> dict[int, Grade]:
        if self.reader is None:
            return {}
        grades = access.read_by(Grade.objects.filter(client__in=ids), self.reader)
        return {grade.client_id: grade for grade in grades}

    def _counted(self) -> int:
        if self.only == "scored":
            return self.scores.count()
        return self._unscored().count() if self.only == "unscored" else self.clients.count()

    def _ids(self, start: int, stop: int | None) -> list[int]:
        """The ids of the clients from `start` to `stop`, across the parts of the list."""
        if stop is None:
            stop = len(self)
        found: list[int] = []
        for part in self._parts(stop):
            page = list(part[start:stop])
            found += page
            if len(page) == stop - start:
                break
            passed = start + len(page) if page else part.count()
            start, stop = max(0, start - passed), stop - passed
        return found

    def _parts(self, stop: int | None = None) -> list[QuerySet]:
        """The list as one or two querysets of client ids, one after the other; those before `stop` are enough."""
        name, is_descending = self.alias.removeprefix("-"), self.alias.startswith("-")
        if self.only == "unscored" or (self.only is None and name in BY_IDENTITY):
            clients = self._unscored() if self.only == "unscored" else self.clients
            return [_by_identity(clients, name, is_descending) if name in BY_IDENTITY else _by_identity(clients)]
        ordering = _ordering(name, is_descending, self.figures, is_at_risk=self.is_at_risk)
        is_narrowed = stop is not None and self._foremost is not None and self.alias == self.default
        scores = self._foremost(stop) if is_narrowed else self.scores
        scored = scores.order_by(*ordering).values_list("client_id", flat=True)
        return [scored] if self.only == "scored" else [scored, _by_identity(self._unscored())]

    def _unscored(self) -> QuerySet[Client]:
        return self.clients.filter(~Exists(Score.objects.filter(run=self.run, client=OuterRef("pk"))))


def departures_of(client_ids: list[int]) -> QuerySet[ClientDeparture]:
    """The departure of each of these clients who is gone today."""
    return ClientDeparture.objects.standing().filter(client__in=client_ids)


def by_grade(reader: User | None) -> dict:
    """How the column of the grade sorts, the best colour first; nothing to sort on for who may read none.

    A client whose grade the reader may not read comes last, like those without one.
    """
    if reader is None or not reader.may(Right.READ_GRADES):
        return {}
    place = Case(*(When(colour=colour, then=Value(number)) for number, colour in enumerate(Colour.values)))
    grades = access.read_by(Grade.objects.filter(client=OuterRef("client")), reader)
    return {"note": (Subquery(grades.annotate(place=place).values("place")), False)}


def next_actions(client_ids: list[int]) -> QuerySet[Action]:
    """The first open action of each of these clients."""
    actions = Action.objects.open().filter(client__in=client_ids).select_related("assignee")
    return actions.order_by("client_id", "due_on", "id").distinct("client_id")


def last_moves(client_ids: list[int], run: ScoringRun | None, axis: Axis = SEGMENTS) -> QuerySet[Movement]:
    """The last change of segment, or of tier, of each of these clients up to this run."""
    if run is None:
        return Movement.objects.none()
    moves = axis.movements().filter(client__in=client_ids, as_of__lte=run.as_of)
    return moves.order_by("client_id", "-as_of").distinct("client_id")


def _by_identity(clients: QuerySet[Client], name: str = BY_NAME, is_descending: bool = False) -> QuerySet:
    return clients.order_by(*_identity_ordering(name, is_descending)).values_list("pk", flat=True)


def _identity_ordering(name: str, is_descending: bool, *, path: str = "", key: str = "id") -> list:
    """The ORDER BY of a column of the client, whose columns are at this path; what is empty comes last."""
    columns = [NullIf(_compared(path, column), Value("")) for column in BY_IDENTITY[name]]
    ties = [F(f"{path}sort_name"), F(key)]
    if is_descending:
        return [*(column.desc(nulls_last=True) for column in columns), *(column.desc() for column in ties)]
    return [*(column.asc(nulls_last=True) for column in columns), *(column.asc() for column in ties)]


def _compared(path: str, column: str):
    written = F(f"{path}{column}")
    return Fold(written) if column in WORDS else written


def _ordering(name: str, is_descending: bool, figures: dict, *, is_at_risk: bool = False) -> list:
    """The ORDER BY of a column. Ties follow the direction, so that one index reads both ways; no value comes last.

    Among clients at risk alone, all amounts are shown: the index by amount gives their order."""
    if name in BY_IDENTITY:
        return _identity_ordering(name, is_descending, path="client__", key="client_id")
    column, is_inverted = figures[name]
    client = F("client_id")
    if name == "danger":
        if is_at_risk:
            client = F("risk__client_id")  # the same, in the index
        else:
            column = Case(When(shown_today(), then=column))
    nulls = {"nulls_last": True} if name in NULLABLE else {}
    if is_descending != is_inverted:
        return [column.desc(**nulls), client.asc()]
    return [column.asc(**nulls), client.desc()]

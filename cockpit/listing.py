"""Lists of clients, a page at a time, with what each row shows: figures, months, next action.

Ordering by a figure reads the scores of the run off an index; clients without any purchase follow by name. A page costs
the same few queries whether it holds three rows or a hundred.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django_tables2.data import TableData

from campaigns.models import Action
from clients.activity import monthly_amounts
from clients.contacts import email_of, first_contacts, phone_of
from clients.models import Client, Contact
from segmentation.models import RiskReason, Score, ScoringRun, SegmentSlug

ROWS_AT_ONCE = 1000

# What a row may hold beside its client and its score, read only for the columns that show it.
MONTHS, ACTION, CONTACT = "months", "action", "contact"
EVERYTHING = frozenset({MONTHS, ACTION, CONTACT})

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
    "danger": (F("amount_at_risk"), False),
}
# What each column of the client itself sorts on, before its name: clients without a score mix with the others.
BY_IDENTITY = {
    BY_NAME: (),
    "code": ("code",),
    "ville": ("city",),
    "code_postal": ("postcode",),
    "commercial": ("owner__last_name", "owner__first_name"),
}
BEHAVIOURS = (RiskReason.RHYTHM, RiskReason.DECLINE, RiskReason.SLOWING)
NULLABLE = {"silence", "evolution"}


@dataclass(frozen=True)
class ClientRow:
    """One client of a list. No score: nothing was ever bought. `months` is empty where nobody draws them; the action
    and the contact are None where nobody shows them."""

    client: Client
    score: Score | None
    months: list[Decimal]
    next_action: Action | None
    contact: Contact | None = None

    @property
    def key(self) -> str:
        """The client's id for an attribute: never written with the separators of people's numbers."""
        return str(self.client.pk)

    @property
    def evolution(self) -> Decimal | None:
        """Revenue of the year against the year before, −1 to more; None without a year before."""
        if self.score is None or self.score.previous_revenue <= 0:
            return None
        return self.score.tier_revenue / self.score.previous_revenue - 1

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
        reasons = self.score.risk_reasons if self.score else []
        shown = [reason for reason in BEHAVIOURS if reason in reasons]
        if RiskReason.RHYTHM in shown:
            shown = [reason for reason in shown if reason != RiskReason.SLOWING]
        return [str(reason.label) for reason in shown]


class Listing(TableData):
    """Clients in order. `scores` and `clients` are the same portfolio, each with the filters it can answer.

    `only` restricts the list to clients with a score ("scored") or without ("unscored"); None lists both. `needs` is
    what its rows hold beside the client and the score.
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
    ):
        self.run, self.clients, self.scores = run, clients, scores
        self.only = "unscored" if run is None else only
        self.default, self.needs = default, needs
        self.alias = default
        self._count: int | None = None

    def order_by(self, aliases) -> None:
        """Orders by the first of these column names that sorts; "-" before it means descending."""
        self.alias = next((alias for alias in aliases if sorts(alias)), self.default)

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
        clients = Client.objects.select_related("owner").in_bulk(ids)
        scores = {score.client_id: score for score in Score.objects.filter(run=self.run, client__in=ids)}
        has_months = self.run and MONTHS in self.needs
        months = monthly_amounts(ids, as_of=self.run.as_of) if has_months else {}
        actions = {action.client_id: action for action in next_actions(ids)} if ACTION in self.needs else {}
        contacts = first_contacts(ids) if CONTACT in self.needs else {}
        return [
            ClientRow(clients[pk], scores.get(pk), months.get(pk, []), actions.get(pk), contacts.get(pk))
            for pk in ids
            if pk in clients
        ]

    def _counted(self) -> int:
        if self.only == "scored":
            return self.scores.count()
        return self._unscored().count() if self.only == "unscored" else self.clients.count()

    def _ids(self, start: int, stop: int | None) -> list[int]:
        """The ids of the clients from `start` to `stop`, across the parts of the list."""
        if stop is None:
            stop = len(self)
        found: list[int] = []
        for part in self._parts():
            page = list(part[start:stop])
            found += page
            if len(page) == stop - start:
                break
            passed = start + len(page) if page else part.count()
            start, stop = max(0, start - passed), stop - passed
        return found

    def _parts(self) -> list[QuerySet]:
        """The list as one or two querysets of client ids, one after the other."""
        name, is_descending = self.alias.removeprefix("-"), self.alias.startswith("-")
        if self.only == "unscored" or (self.only is None and name in BY_IDENTITY):
            clients = self._unscored() if self.only == "unscored" else self.clients
            return [_by_identity(clients, name, is_descending) if name in BY_IDENTITY else _by_identity(clients)]
        ordering = _ordering(name, is_descending)
        scored = self.scores.order_by(*ordering).values_list("client_id", flat=True)
        return [scored] if self.only == "scored" else [scored, _by_identity(self._unscored())]

    def _unscored(self) -> QuerySet[Client]:
        return self.clients.filter(~Exists(Score.objects.filter(run=self.run, client=OuterRef("pk"))))


def sorts(alias: str) -> bool:
    """Whether this names a column that a list can be ordered by."""
    return alias.removeprefix("-") in {*BY_IDENTITY, *BY_FIGURE}


def next_actions(client_ids: list[int]) -> QuerySet[Action]:
    """The first open action of each of these clients."""
    actions = Action.objects.open().filter(client__in=client_ids).select_related("assignee")
    return actions.order_by("client_id", "due_on", "id").distinct("client_id")


def _by_identity(clients: QuerySet[Client], name: str = BY_NAME, is_descending: bool = False) -> QuerySet:
    return clients.order_by(*_identity_ordering(name, is_descending)).values_list("pk", flat=True)


def _identity_ordering(name: str, is_descending: bool, *, path: str = "", key: str = "id") -> list:
    """The ORDER BY of a column of the client, whose columns are at this path; what is empty comes last."""
    columns = [NullIf(F(f"{path}{column}"), Value("")) for column in BY_IDENTITY[name]]
    ties = [F(f"{path}sort_name"), F(key)]
    if is_descending:
        return [*(column.desc(nulls_last=True) for column in columns), *(column.desc() for column in ties)]
    return [*(column.asc(nulls_last=True) for column in columns), *(column.asc() for column in ties)]


def _ordering(name: str, is_descending: bool) -> list:
    """The ORDER BY of a column. Ties follow the direction, so that one index reads both ways; no value comes last."""
    if name in BY_IDENTITY:
        return _identity_ordering(name, is_descending, path="client__", key="client_id")
    column, is_inverted = BY_FIGURE[name]
    nulls = {"nulls_last": True} if name in NULLABLE else {}
    if is_descending != is_inverted:
        return [column.desc(**nulls), F("client_id").asc()]
    return [column.asc(**nulls), F("client_id").desc()]

"""A small firm where two people have one client each, and everybody who may or may not look at them."""

import contextlib
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.models import Firm, Invitation, SavedView, User
from accounts.roles import Role
from campaigns.models import Action, Prospect
from clients.models import Client, ClientMerge, Contact, IdentityDecision, Import, Invoice, Service, TableImport
from segmentation.models import Score, ScoringRun
from tests.factories import (
    ActionFactory,
    ClientFactory,
    ContactFactory,
    InvoiceFactory,
    ProspectFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    UserFactory,
)

FIGURE = Decimal("7919.73")  # every amount of the owner's client, and of nobody else's


class Who(StrEnum):
    """The eight identities that every address is tried with."""

    STRANGER = "stranger"
    OWNER = "owner of the client"
    COLLEAGUE = "another Commercial"
    MANAGER = "Manager of the team"
    OTHER_MANAGER = "another Manager"
    MARKETING = "Marketing"
    DIRECTION = "Direction"
    ADMINISTRATOR = "Administrateur"


@dataclass
class Side:
    """One salesperson's things, and who may see them. The colleague's are what the owner must not see."""

    owner: User
    client: Client
    contact: Contact
    invoice: Invoice
    service: Service
    score: Score
    action: Action
    invitation: Invitation
    batch: Import
    view: SavedView
    holder: Who
    merge: ClientMerge
    decision: IdentityDecision
    table: TableImport
    prospect: Prospect
    seen_by: frozenset[Who]


@dataclass
class World:
    people: dict[Who, User]
    sides: dict[str, Side]
    run: ScoringRun


def build() -> World:
    Firm.objects.create(pk=Firm.ONLY, name="Cabinet Fabre", parts=Firm.Part.values)
    manager = UserFactory(roles=[Role.MANAGER], email="manager@cabinet.example")
    other_manager = UserFactory(roles=[Role.MANAGER], email="autre-manager@cabinet.example")
    people = {
        Who.OWNER: UserFactory(manager=manager, email="owner@cabinet.example"),
        Who.COLLEAGUE: UserFactory(manager=other_manager, email="collegue@cabinet.example"),
        Who.MANAGER: manager,
        Who.OTHER_MANAGER: other_manager,
        Who.MARKETING: UserFactory(roles=[Role.MARKETING], email="marketing@cabinet.example"),
        Who.DIRECTION: UserFactory(roles=[Role.DIRECTION], email="direction@cabinet.example"),
        Who.ADMINISTRATOR: UserFactory(roles=[Role.ADMINISTRATOR], email="admin@cabinet.example"),
    }
    run = ScoringRunFactory(scored=2, in_window=2, ranked=2, revenue=12_000, positive_revenue=12_000)
    everybody_sees = {Who.MARKETING, Who.DIRECTION, Who.ADMINISTRATOR}
    own_seen_by = frozenset({Who.OWNER, Who.MANAGER, *everybody_sees})
    other_seen_by = frozenset({Who.COLLEAGUE, Who.OTHER_MANAGER, *everybody_sees})
    own = _side(Who.OWNER, people[Who.OWNER], run, FIGURE, own_seen_by)
    other = _side(Who.COLLEAGUE, people[Who.COLLEAGUE], run, Decimal("4200.00"), other_seen_by)
    return World(people=people, sides={"own": own, "other": other}, run=run)


def _side(holder, owner, run, amount, seen_by):
    client = ClientFactory(owner=owner)
    service = ServiceFactory()
    amounts = ("monetary", "tier_revenue", "previous_revenue", "recent_half_revenue", "amount_at_risk")
    return Side(
        owner=owner,
        client=client,
        contact=ContactFactory(client=client, email=f"contact-{client.pk}@client.example"),
        invoice=InvoiceFactory(client=client, service=service, amount_ht=amount),
        service=service,
        score=ScoreFactory(
            run=run, client=client, at_risk=True, risk_reasons=["rhythm"], **dict.fromkeys(amounts, amount)
        ),
        action=ActionFactory(client=client, assignee=owner, due_on=dt.date(2026, 11, 2)),
        invitation=Invitation.objects.create(
            email=f"invite-{client.pk}@cabinet.example", roles=[Role.COMMERCIAL], token_hash=f"{client.pk:064}"
        ),
        batch=Import.objects.create(status=Import.Status.COMMITTED, launched_by=owner, finished_at=timezone.now()),
        merge=ClientMerge.objects.create(
            kept=client, merged=ClientFactory(owner=owner, merged_into=client), merged_by=owner
        ),
        decision=IdentityDecision.objects.create(verdict="different", name=f"a {client.pk}", other=f"b {client.pk}"),
        view=SavedView.objects.create(owner=owner, page="clients", name=f"Vue {client.pk}", query="tri=client"),
        holder=holder,
        table=TableImport.objects.create(name="clients", launched_by=owner, imported_at=timezone.now()),
        prospect=ProspectFactory(owner=owner),
        seen_by=seen_by,
    )


@contextlib.contextmanager
def undone():
    """What happens inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

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
from campaigns import automations
from campaigns.allocation import planning
from campaigns.models import (
    Action,
    AllocationPlan,
    Answer,
    Approach,
    Automation,
    Campaign,
    Link,
    PlannedContact,
    Proof,
    Prospect,
    Recipient,
    Spending,
    StoredMessage,
    TriggerFiring,
    TriggerRule,
)
from clients.models import (
    Client,
    ClientDeparture,
    ClientMerge,
    Contact,
    Event,
    IdentityDecision,
    Import,
    Invoice,
    NafCode,
    Service,
    TableImport,
    TimeEntry,
)
from segmentation import drafting
from segmentation.models import (
    Assessment,
    ClientNeed,
    ClientObjective,
    ClientTime,
    Grade,
    Holding,
    Hole,
    Movement,
    NeedEvidence,
    Objective,
    Offer,
    Offering,
    OfferOdds,
    Peer,
    PeerGroup,
    PersonTime,
    Preview,
    ReframingPlan,
    RiskSetAside,
    Rules,
    Score,
    ScoringRun,
)
from segmentation.relation import grading
from tests.factories import (
    ActionFactory,
    ApproachFactory,
    AssessmentFactory,
    CampaignFactory,
    ClientFactory,
    ClientNeedFactory,
    ContactFactory,
    EventFactory,
    HoleFactory,
    InvoiceFactory,
    NafCodeFactory,
    NeedFactory,
    ObjectiveFactory,
    ProspectFactory,
    RecipientFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    TimeEntryFactory,
    TriggerRuleFactory,
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
    approach: Approach
    preview: Preview
    held: ClientNeed
    heard: NeedEvidence
    naf: NafCode
    aside: RiskSetAside
    departure: ClientDeparture
    event: Event
    events: TableImport
    trigger: TriggerRule
    time: TimeEntry
    objective: Objective
    opinion: Assessment
    grade: Grade
    plan: ReframingPlan
    hole: Hole
    offer: Offer
    draft: Campaign
    campaign: Campaign
    received: Recipient
    proof: Proof
    stored: StoredMessage
    automation: Automation
    scenario: AllocationPlan
    adopted: AllocationPlan
    spending: Spending
    seen_by: frozenset[Who]


@dataclass
class World:
    people: dict[Who, User]
    sides: dict[str, Side]
    run: ScoringRun


def build() -> World:
    Firm.objects.create(pk=Firm.ONLY, name="Cabinet Fabre", parts=Firm.Part.values, hourly_target=120)
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
    trigger = TriggerRuleFactory(created_by=people[Who.DIRECTION])
    objective = ObjectiveFactory(created_by=people[Who.DIRECTION])
    preview = _preview(run, people[Who.DIRECTION])
    offer = Offer.objects.create(name="Sérénité", price=900, segments=["loyal"], created_by=people[Who.DIRECTION])
    shared = {
        "objective": objective,
        "preview": preview,
        "offer": offer,
        "trigger": trigger,
        "automation": _automation(people[Who.DIRECTION]),
    }
    own = _side(Who.OWNER, people[Who.OWNER], run, FIGURE, own_seen_by, **shared)
    other = _side(Who.COLLEAGUE, people[Who.COLLEAGUE], run, Decimal("4200.00"), other_seen_by, **shared)
    return World(people=people, sides={"own": own, "other": other}, run=run)


def _preview(run, author):
    """A draft that says something else than the rules in force, and what it would change."""
    draft = drafting.begin(by=author)
    Rules.objects.filter(pk=draft.pk).update(new_client_days=60)
    trial = ScoringRunFactory(kind=ScoringRun.Kind.DRAFT, rules=draft, as_of=run.as_of)
    return Preview.objects.create(
        rules=draft, revision=draft.revision, asked_by=author, run=trial, baseline=run, status=Preview.Status.DONE
    )


def _moved(score: Score, **amounts: Decimal) -> None:
    """A Champion three months before, and a change that is confirmed."""
    july = dt.date(2026, 7, 31)
    former = ScoringRun.objects.filter(as_of=july).first() or ScoringRunFactory(as_of=july)
    ScoreFactory(run=former, client=score.client, segment="champions", **amounts)
    Movement.objects.create(
        client=score.client,
        former_as_of=july,
        as_of=score.run.as_of,
        from_segment="champions",
        to_segment=score.segment,
        is_arrival=False,
        is_departure=False,
        cause="own",
        confirmed_on=score.run.as_of,
    )


def _side(holder, owner, run, amount, seen_by, *, objective, preview, offer, trigger, automation):
    client = ClientFactory(owner=owner, naf_code="6201Z", backup_owner=owner.manager)
    service = ServiceFactory()
    need = NeedFactory()
    need.services.add(service)
    opinion = AssessmentFactory(
        client=client, rater=owner, punctuality=1, relationship=1, effort=1, potential=1, prescriber=1
    )
    grading.grade([client.pk])  # red, which waits for somebody else
    amounts = ("monetary", "tier_revenue", "previous_revenue", "recent_half_revenue", "amount_at_risk")
    score = ScoreFactory(
        run=run, client=client, at_risk=True, risk_reasons=["rhythm"], **dict.fromkeys(amounts, amount)
    )
    _moved(score, **dict.fromkeys(amounts, amount))
    time = TimeEntryFactory(client=client, person=owner, hours=amount / 100)
    PersonTime.objects.create(run=run, client=client, person=owner, hours=time.hours, cost=amount)
    ClientTime.objects.create(run=run, client=client, score=score, hours=time.hours, cost=amount, revenue=amount)
    values = {"contribution": amount, "potential": amount}
    ClientObjective.objects.create(run=run, objective=objective, client=client, score=score, **values)
    hole = _opportunities(score, service, amount)
    offer.services.add(service, hole.service)
    draft, campaign, received = _campaigns(client, owner)
    prospect = ProspectFactory(owner=owner)
    event = EventFactory(client=client, recorded_by=owner)
    TriggerFiring.objects.create(rule=trigger, event=event)
    return Side(
        owner=owner,
        client=client,
        contact=ContactFactory(client=client, email=f"contact-{client.pk}@client.example"),
        invoice=InvoiceFactory(client=client, service=service, amount_ht=amount),
        service=service,
        score=score,
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
        prospect=prospect,
        approach=ApproachFactory(prospect=prospect, assignee=owner),
        preview=preview,
        held=ClientNeedFactory(client=client, need=need, noted_by=owner, is_answered=True),
        heard=NeedEvidence.objects.create(
            client=client, need=need, heard_by=owner, heard_on=dt.date(2026, 10, 5), quote=f"Paroles {client.pk}"
        ),
        naf=NafCodeFactory(code=f"{6201 + (owner.email != 'owner@cabinet.example')}Z"),
        aside=RiskSetAside.objects.create(  # of a reason that the client does not have: its risk shows
            client=client,
            reason="slowing",
            motive="other",
            note=f"note {client.pk}",
            until=dt.date(2099, 1, 1),
            set_aside_by=owner,
            set_aside_at=timezone.now(),
        ),
        departure=ClientDeparture.objects.create(  # and back since: they are a client like any other
            client=client,
            left_on=dt.date(2026, 5, 1),
            reopened_on=dt.date(2026, 6, 1),
            motive="other",
            note=f"depart {client.pk}",
            recorded_by=owner,
            recorded_at=timezone.now(),
        ),
        event=event,
        events=TableImport.objects.create(name="evenements", launched_by=owner, imported_at=timezone.now()),
        trigger=trigger,
        time=time,
        objective=objective,
        opinion=opinion,
        grade=Grade.objects.get(client=client),
        plan=ReframingPlan.objects.create(
            client=client, what="Revoir le prix.", owner=owner, opened_by=owner, due_on=dt.date(2026, 12, 1)
        ),
        hole=hole,
        offer=offer,
        draft=draft,
        **_plans(owner.manager, client),
        automation=automation,
        campaign=campaign,
        received=received,
        proof=Proof.objects.create(
            text=f"preuve {client.pk}", consented_on=dt.date(2026, 10, 1), consent="par écrit", created_by=owner
        ),
        stored=StoredMessage.objects.create(
            segment="loyal" if holder == Who.OWNER else "lost", subject="Objet", body="Corps ?", edited_by=owner
        ),
        seen_by=seen_by,
    )


def _campaigns(client: Client, owner: User) -> tuple[Campaign, Campaign, Recipient]:
    """A draft, a question that was launched, and its message to the client, of which nobody knows whether it left."""
    draft = CampaignFactory(created_by=owner, name=f"Brouillon {client.pk}")
    asked = {"kind": Campaign.Kind.SURVEY, "question": "Où en êtes-vous ?", "choices": ["Bien", "Mal"]}
    launch = {"launched_by": owner, "launched_at": timezone.now(), "state": Campaign.State.SENDING}
    campaign = CampaignFactory(created_by=owner, name=f"Question {client.pk}", **asked, **launch)
    Link.objects.create(campaign=campaign, address="https://ici.example/page")
    uncertain = {"state": Recipient.State.UNCERTAIN, "email": f"lu-{client.pk}@client.example"}
    received = RecipientFactory(campaign=campaign, client=client, **uncertain)
    Answer.objects.create(recipient=received, choice="Mal", comment=f"precision {client.pk}")
    return draft, campaign, received


def _plans(manager: User, client: Client) -> dict:
    """A scenario for next quarter, a plan adopted for this one with a contact to come, and what was spent on it."""
    today = timezone.localdate()
    made = {"budget": Decimal(9000), "preset": "article", "by": manager}
    scenario = planning.make(name="Le prochain", starts_on=planning.next_quarter(today), **made)
    adopted = planning.make(name="Celui-ci", starts_on=planning.first_day_of_quarter(today), **made)
    AllocationPlan.objects.filter(pk=adopted.pk).update(adopted_at=timezone.now(), adopted_by=manager)
    PlannedContact.objects.create(plan=adopted, client=client, target="B", due_on=today)
    spending = planning.spend(
        plan=adopted, target="B", purpose="keep", amount=Decimal(75), spent_on=today, label="Déjeuner", by=manager
    )
    return {"scenario": scenario, "adopted": adopted, "spending": spending}


def _automation(author: User) -> Automation:
    """A message to who becomes at risk, tried and off."""
    made = automations.save(automation=Automation(segment="at-risk", again="never"), name="Un mot de nous", by=author)
    automations.mark_tried(automation=made, by=author)
    return made


def _opportunities(score: Score, service: Service, amount: Decimal) -> Hole:
    """The service that the client holds, another that it lacks, and what its owner said of it; alike are nobody
    else's clients, so that what it is worth to the owner's is the figure."""
    sector = "JI"[PeerGroup.objects.count()]
    group = PeerGroup.objects.create(run=score.run, tier=score.tier, segment=score.segment, sector=sector, clients=1)
    Peer.objects.create(run=score.run, client=score.client, score=score, group=group)
    wanted = ServiceFactory()
    for one, held in ((service, 1), (wanted, 0)):
        offering = Offering.objects.create(run=score.run, service=one, holders=1, median=100)
        figures = {"held": held, "alike": 12, "alike_held": 5, "n": 12, "propensity": Decimal("0.4")}
        OfferOdds.objects.create(offering=offering, group=group, amount=100, worth=amount, **figures)
        if held:
            Holding.objects.create(offering=offering, client=score.client, group=group, net=amount)
    return HoleFactory(
        client=score.client, service=wanted, said_by=score.client.owner, note=f"manque {score.client_id}"
    )


@contextlib.contextmanager
def undone():
    """What happens inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

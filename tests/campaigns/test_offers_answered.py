"""What an answer changes: a refusal closes the hole, a sale waits for its invoice, a season sets the risk aside."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.roles import Role
from campaigns import actions, leaving, sales, triggers
from campaigns.models import Action
from segmentation.models import Hole, HoleReason, RiskSetAside
from tests.factories import (
    ActionFactory,
    ClientFactory,
    EventFactory,
    HoleFactory,
    InvoiceFactory,
    ServiceFactory,
    TriggerRuleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TOMORROW = dt.timedelta(days=1)


@pytest.fixture
def claire():
    return UserFactory()


@pytest.fixture
def offer(claire):
    """An offer of a service to one of Claire's clients, open."""
    client = ClientFactory(owner=claire)
    return actions.plan(
        client=client,
        assignee=claire,
        due_on=timezone.localdate(),
        kind=Action.Kind.OFFER,
        service=ServiceFactory(),
        origin=Action.Origin.HOLE,
        by=claire,
    )


def standing(offer):
    return Hole.objects.standing().filter(client=offer.client, service=offer.service)


def test_two_services_are_offered_on_the_same_day_and_each_once(offer, claire):
    again = actions.plan(
        client=offer.client, assignee=claire, due_on=offer.due_on, kind=offer.kind, service=offer.service, by=claire
    )
    other = actions.plan(
        client=offer.client, assignee=claire, due_on=offer.due_on, kind=offer.kind, service=ServiceFactory(), by=claire
    )
    assert again == offer
    assert other != offer


def test_a_refusal_closes_the_hole_and_says_by_whom(offer, claire):
    actions.complete(action=offer, outcome=Action.Outcome.REFUSED, note="Trop cher.", by=claire)
    hole = standing(offer).get()
    assert (hole.reason, hole.note, hole.said_by) == (HoleReason.REFUSED, "Trop cher.", claire)
    assert hole in Hole.objects.closing()


def test_taking_the_refusal_back_opens_the_hole_again_and_gives_back_what_was_said(offer, claire):
    former = HoleFactory(
        client=offer.client, service=offer.service, reason=HoleReason.UNKNOWN_TO_CLIENT, said_by=claire
    )
    actions.complete(action=offer, outcome=Action.Outcome.REFUSED, by=claire)
    offer.refresh_from_db()
    actions.undo(action=offer, by=claire)
    offer.refresh_from_db()
    assert offer.done_at is None
    assert standing(offer).get() == former


@pytest.mark.parametrize("outcome", [Action.Outcome.ACCEPTED, Action.Outcome.DONE, Action.Outcome.DROPPED])
def test_nothing_else_closes_a_hole(offer, claire, outcome):
    actions.complete(action=offer, outcome=outcome, by=claire)
    assert not Hole.objects.closing().exists()


def test_an_offer_made_without_an_answer_yet_is_told_on_its_hole(offer, claire):
    actions.complete(action=offer, outcome=Action.Outcome.DONE, note="Devis laissé.", by=claire)
    assert (standing(offer).get().reason, standing(offer).get().note) == (HoleReason.OFFERED, "Devis laissé.")
    offer.refresh_from_db()
    actions.undo(action=offer, by=claire)
    assert not standing(offer).exists()


def test_without_a_service_a_refusal_is_only_a_refusal(claire):
    action = ActionFactory(client=ClientFactory(owner=claire), assignee=claire, kind=Action.Kind.OFFER)
    actions.complete(action=action, outcome=Action.Outcome.REFUSED, by=claire)
    assert not Hole.objects.exists()


def invoiced(offer, *, days, amount=900, service=None, **values):
    on = timezone.localdate() + dt.timedelta(days=days)
    return InvoiceFactory(
        client=offer.client, service=service or offer.service, amount_ht=amount, issued_on=on, **values
    )


def sale_of(offer):
    offer.refresh_from_db()
    return sales.of([offer]).get(offer.pk)


def test_an_accepted_offer_is_matched_with_the_next_invoice_of_its_service(offer, claire):
    invoiced(offer, days=-5, amount=50)
    actions.complete(action=offer, outcome=Action.Outcome.ACCEPTED, by=claire)
    assert sale_of(offer) is None
    invoiced(offer, days=3, amount=10, service=ServiceFactory())
    invoiced(offer, days=4, amount=-900)
    invoiced(offer, days=6, amount=1200)
    invoiced(offer, days=40, amount=700)
    assert sale_of(offer) == sales.Sale(timezone.localdate() + dt.timedelta(days=6), Decimal(1200))


def test_an_invoice_half_a_year_later_is_another_story(offer, claire):
    actions.complete(action=offer, outcome=Action.Outcome.ACCEPTED, by=claire)
    invoiced(offer, days=181)
    assert sale_of(offer) is None


def test_a_refused_offer_brings_no_sale(offer, claire):
    actions.complete(action=offer, outcome=Action.Outcome.REFUSED, by=claire)
    invoiced(offer, days=3)
    assert sale_of(offer) is None


def test_what_comes_next_is_planned_with_the_outcome_and_taken_back_with_it(offer, claire):
    next_on = timezone.localdate() + dt.timedelta(days=5)
    actions.complete(action=offer, outcome=Action.Outcome.DONE, next_kind="visit", next_on=next_on, by=claire)
    following = Action.objects.open().get(client=offer.client)
    assert (following.kind, following.due_on, following.service, following.follows, following.origin) == (
        "visit", next_on, offer.service, offer, "action",
    )  # fmt: skip
    offer.refresh_from_db()
    actions.undo(action=offer, by=claire)
    assert not Action.objects.filter(pk=following.pk).exists()


def test_a_next_day_gone_by_is_refused_whole(offer, claire):
    with pytest.raises(ValidationError):
        actions.complete(
            action=offer, outcome=Action.Outcome.REFUSED, next_on=timezone.localdate() - TOMORROW, by=claire
        )
    offer.refresh_from_db()


def test_a_trigger_offers_its_service(claire):
    director = UserFactory(roles=[Role.DIRECTION])
    rule = TriggerRuleFactory(
        created_by=director, event_kind="hiring", action_kind="offer", service=ServiceFactory(),
        tried_at=timezone.now(), switched_on_at=timezone.now() - TOMORROW,
    )  # fmt: skip
    EventFactory(client=ClientFactory(owner=claire), kind="hiring", happened_on=timezone.localdate())
    triggers.fire()
    action = Action.objects.get()
    assert (action.kind, action.service, action.origin) == ("offer", rule.service, "trigger")


def test_a_season_told_in_a_call_sets_the_alerts_aside_and_is_taken_back_with_it(claire):
    client, until = ClientFactory(owner=claire), timezone.localdate() + dt.timedelta(days=60)
    action = leaving.record_call(
        client=client, outcome=Action.Outcome.REACHED, note="Ferme l’hiver.", seasonal_until=until, by=claire
    )
    aside = RiskSetAside.objects.standing().get(client=client)
    assert (aside.motive, aside.until, aside.note, aside.reason) == ("seasonal", until, "Ferme l’hiver.", "")
    leaving.undo_call(action=action, by=claire)
    assert not RiskSetAside.objects.standing().exists()

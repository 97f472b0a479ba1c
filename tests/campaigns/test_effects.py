"""What a campaign brought: found when it is there, silent when it is not, and never more than the draw allows."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from campaigns import effects
from campaigns.effects import Goal, Outcome
from campaigns.models import Answer, Arm, Campaign, Click, Link, Recipient
from tests.factories import CampaignFactory, ClientFactory, InvoiceFactory, RecipientFactory, UserFactory

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TODAY = dt.date(2026, 11, 23)
BEGAN = dt.date(2026, 9, 1)


def outcome(buyers, recipients, **figures):
    return Outcome(recipients=recipients, buyers=buyers, **figures)


def trial(chance, other_chance, *, size, seed):
    """Two arms whose clients buy by these chances."""
    draw = random.Random(seed)
    bought = [sum(draw.random() < odds for _ in range(size)) for odds in (chance, other_chance)]
    return effects.of_shares(outcome(bought[0], size), outcome(bought[1], size))


@given(COUNTS, COUNTS)
def test_the_interval_holds_the_difference_and_stays_between_minus_one_and_one(one, other):
    found = effects.of_shares(outcome(*one), outcome(*other))
    assert -1 <= found.low <= found.value <= found.high <= 1


@given(COUNTS, COUNTS)
def test_swapping_the_arms_turns_the_interval_round(one, other):
    there, back = (effects.of_shares(outcome(*a), outcome(*b)) for a, b in ((one, other), (other, one)))
    assert there.low == pytest.approx(-back.high)
    assert there.value == pytest.approx(-back.value)


def test_the_interval_is_newcombes():
    """The worked example of Newcombe (1998), 56 of 70 against 48 of 80: 0.0524 to 0.3339 by method 10."""
    found = effects.of_shares(outcome(56, 70), outcome(48, 80))
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)


def test_a_planted_effect_is_found_nearly_always():
    found = [trial(0.30, 0.15, size=300, seed=seed) for seed in range(200)]
    assert sum(one.low > 0 for one in found) >= 190


def test_where_nothing_was_planted_it_is_silent_nineteen_times_in_twenty():
    found = [trial(0.2, 0.2, size=300, seed=seed) for seed in range(400)]
    assert sum(one.is_conclusive for one in found) <= 32  # 20 expected, 32 once in 200


def test_as_many_clients_as_it_says_are_enough_four_times_in_five():
    needed = effects.needed_for(0.20, 0.12)
    found = [trial(0.20, 0.12, size=needed, seed=seed) for seed in range(300)]
    assert 0.7 <= sum(one.is_conclusive for one in found) / 300 <= 0.92


def test_two_equal_shares_need_no_number():
    assert effects.needed_for(0.2, 0.2) is None


def test_euros_of_two_arms_differ_by_welchs_interval():
    one = Outcome(recipients=4, euros=Decimal(40), squares=Decimal(30**2 + 10**2))
    other = Outcome(recipients=4, euros=Decimal(0), squares=Decimal(0))
    found = effects.of_euros(one, other)
    spread = (1000 - 400) / 3
    assert found.value == 10
    assert found.high - found.value == pytest.approx(1.959964 * (spread / 4) ** 0.5)


def test_few_clients_say_so_in_words():
    [gap, *_others] = effects.compare(Arm.GENERIC, outcome(9, 19), outcome(0, 40)).gaps
    assert gap.verdict == "Achats : trop peu de clients dans un des groupes pour conclure."


def test_a_verdict_tells_the_difference_its_interval_and_how_many_clients_it_would_take():
    comparison = effects.compare(Arm.GENERIC, outcome(30, 100, replies=20), outcome(24, 100, replies=4))
    told = [gap.verdict for gap in comparison.gaps]
    assert told[0].startswith("Achats : +6,0 points, intervalle [−6,")
    assert told[0].endswith("Pas encore concluant. Il faudrait environ 860 clients par groupe.")
    assert told[1].startswith("Réponses : +16,0 points, intervalle [+")
    assert told[1].endswith("Concluant.")


def test_who_received_nothing_is_compared_by_purchases_alone():
    comparison = effects.compare(Arm.HELD, outcome(30, 100, replies=20), outcome(24, 100))
    assert [gap.goal for gap in comparison.gaps] == [Goal.BUYERS]


def test_no_gain_is_told_while_the_euros_are_not_conclusive():
    noisy = Outcome(recipients=100, euros=Decimal(5000), squares=Decimal(2_000_000))
    assert effects.compare(Arm.HELD, noisy, Outcome(recipients=100)).gained is not None
    assert effects.compare(Arm.HELD, noisy, noisy).gained is None
    few = Outcome(recipients=10, euros=Decimal(5000), squares=Decimal(2_500_001))
    assert effects.compare(Arm.HELD, few, Outcome(recipients=10)).gained is None


# --- Read from the facts


@pytest.fixture
def campaign(db):
    began = dt.datetime.combine(BEGAN, dt.time(9), tzinfo=timezone.get_default_timezone())
    return CampaignFactory(
        state=Campaign.State.DONE, launched_at=began, launched_by=UserFactory(), outcome_days=30, segments=["loyal"]
    )


def sent(campaign, arm=Arm.SEGMENTED, **values):
    when = None if arm == Arm.HELD else campaign.launched_at
    state = Recipient.State.HELD if arm == Arm.HELD else Recipient.State.SENT
    return RecipientFactory(campaign=campaign, arm=arm, **{"state": state, "sent_at": when} | values)


def bought(client, day, amount=100, **values):
    return InvoiceFactory(client=client, issued_on=day, amount_ht=amount, **values)


def test_purchases_count_from_the_day_after_it_began_to_the_last_day_watched(campaign):
    client = sent(campaign).client
    for day, amount in ((BEGAN, 1), (BEGAN + dt.timedelta(1), 10), (BEGAN + dt.timedelta(30), 100)):
        bought(client, day, amount)
    bought(client, BEGAN + dt.timedelta(31), 1000)
    found = effects.of(campaign, today=TODAY)
    assert (found.arms["segmented"].buyers, found.arms["segmented"].euros) == (1, 110)
    assert (found.since, found.until, found.is_over) == (BEGAN, BEGAN + dt.timedelta(30), True)


def test_drafts_credit_notes_and_others_do_not_make_a_buyer(campaign):
    client = sent(campaign).client
    bought(client, BEGAN + dt.timedelta(2), 50, status="draft")
    bought(client, BEGAN + dt.timedelta(3), -40)
    bought(ClientFactory(), BEGAN + dt.timedelta(3), 70)
    arm = effects.of(campaign, today=TODAY).arms["segmented"]
    assert (arm.buyers, arm.euros) == (0, -40)


def test_everybody_drawn_counts_in_their_arm_whether_the_message_left_or_not(campaign):
    refused = sent(campaign, state=Recipient.State.FAILED, sent_at=None)
    bought(refused.client, BEGAN + dt.timedelta(5))
    sent(campaign)
    arm = effects.of(campaign, today=TODAY).arms["segmented"]
    assert (arm.recipients, arm.sent, arm.buyers) == (2, 1, 1)


def test_each_arm_and_segment_has_its_own_figures(campaign):
    for arm in (Arm.SEGMENTED, Arm.GENERIC, Arm.HELD):
        bought(sent(campaign, arm, segment="loyal").client, BEGAN + dt.timedelta(5))
        sent(campaign, arm, segment="champions")
    found = effects.of(campaign, today=TODAY)
    assert {arm: (one.recipients, one.buyers) for arm, one in found.arms.items()} == dict.fromkeys(
        ("segmented", "generic", "held"), (2, 1)
    )
    assert {segment: arms["held"].buyers for segment, arms in found.segments.items()} == {"loyal": 1, "champions": 0}
    assert [one.against for one in found.comparisons] == [Arm.GENERIC, Arm.HELD]


def test_a_person_who_clicks_or_replies_twice_counts_once_and_a_machine_not_at_all(campaign):
    link = Link.objects.create(campaign=campaign, address="https://ici.example/page")
    human, machine = sent(campaign, replied_at=timezone.now()), sent(campaign)
    Answer.objects.create(recipient=human, choice="yes")
    for _ in range(2):
        Click.objects.create(link=link, recipient=human)
    Click.objects.create(link=link, recipient=machine, is_machine=True)
    arm = effects.of(campaign, today=TODAY).arms["segmented"]
    assert (arm.clicks, arm.replies) == (1, 1)


def test_nothing_is_told_before_it_began(db):
    assert effects.of(CampaignFactory()) is None
    later = timezone.now() + dt.timedelta(days=3)
    waiting = CampaignFactory(
        state=Campaign.State.SCHEDULED, launched_at=timezone.now(), launched_by=UserFactory(), scheduled_for=later
    )
    assert effects.of(waiting) is None

"""Who a campaign reaches, and why the others are left out: each client of the segments is in one count or the other."""

import datetime as dt
from collections import Counter

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.roles import Role
from campaigns import audience
from campaigns.addresses import key_of
from campaigns.models import Arm, Campaign, MailSettings, Recipient, Suppression
from segmentation.models import ScoringRun
from tests.factories import (
    CampaignFactory,
    ClientDepartureFactory,
    ClientFactory,
    ClientNeedFactory,
    ContactFactory,
    NeedFactory,
    RecipientFactory,
    ScoreFactory,
    ScoringRunFactory,
    UserFactory,
)

STATE = Recipient.State


def latest_run():
    return ScoringRun.objects.latest_at() or ScoringRunFactory()


def someone(email="", *, segment="loyal", **values):
    """A client of this segment, with a contact at this address if there is one."""
    client = ClientFactory(**values)
    ScoreFactory(run=latest_run(), client=client, segment=segment)
    if email:
        ContactFactory(client=client, email=email)
    return client


def a_campaign(**values):
    return CampaignFactory(**{"created_by": UserFactory(roles=[Role.MARKETING])} | values)


def why(campaign):
    """Why each client is left out; empty for those reached."""
    return {person.client_id: person.left_out for person in audience.of(campaign, by=campaign.created_by).people}


def elsewhere(email, **values):
    """Another campaign that has this address among its recipients."""
    launch = {"launched_at": timezone.now(), "launched_by": UserFactory()}
    other = CampaignFactory(**{"state": Campaign.State.SENDING} | launch | values.pop("campaign", {}))
    return RecipientFactory(campaign=other, email=email, **values)


def nothing(_email):
    return ""


def no_email(_email):
    return audience.NO_EMAIL


def objected_on_a_form(email):
    Suppression.objects.create(key=key_of(email), scope="", reason=Suppression.Reason.OBJECTED)
    return audience.OBJECTED


def objected_to_this_kind(email):
    Suppression.objects.create(key=key_of(email), scope="message", reason=Suppression.Reason.OBJECTED)
    return audience.OBJECTED


def objected_to_another_kind(email):
    Suppression.objects.create(key=key_of(email), scope="survey", reason=Suppression.Reason.OBJECTED)
    return ""


def written_to_often(email):
    for _ in range(2):
        elsewhere(email, state=STATE.SENT, sent_at=timezone.now() - dt.timedelta(days=29))
    return audience.TOO_OFTEN


def written_to_long_ago(email):
    for _ in range(2):
        elsewhere(email, state=STATE.SENT, sent_at=timezone.now() - dt.timedelta(days=31))
    return ""


def waiting_elsewhere(email):
    elsewhere(email)
    return audience.ELSEWHERE


def compared_elsewhere(email):
    elsewhere(email, arm=Arm.HELD, state=STATE.HELD, campaign={"state": Campaign.State.DONE})
    return audience.ELSEWHERE


def compared_long_ago(email):
    over = {"state": Campaign.State.DONE, "launched_at": timezone.now() - dt.timedelta(days=61)}
    elsewhere(email, arm=Arm.HELD, state=STATE.HELD, campaign=over)
    return ""


CASES = [
    nothing, no_email, objected_on_a_form, objected_to_this_kind, objected_to_another_kind, written_to_often,
    written_to_long_ago, waiting_elsewhere, compared_elsewhere, compared_long_ago,
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_each_client_is_reached_or_left_out_for_one_reason(case):
    client = someone("" if case is no_email else "jeanne@client.example")
    expected = case("jeanne@client.example")
    assert why(a_campaign()) == {client.pk: expected}


class AudienceAddsUp(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.sampled_from(CASES), max_size=12))
    def test_exclusions_add_up_whatever_the_mix(self, cases):
        campaign, expected = a_campaign(), Counter()
        for number, case in enumerate(cases):
            email = f"contact{number}@client.example"
            someone("" if case is no_email else email)
            expected[case(email)] += 1
        found = audience.of(campaign, by=campaign.created_by)
        assert len(found.people) == len(cases) == len(found.reached) + found.left_out.total()
        assert found.left_out + Counter({"": len(found.reached)}) == expected
        assert sum(one.clients for one in found.by_segment.values()) == len(cases)


pytestmark = pytest.mark.django_db


def test_two_clients_of_one_address_are_written_to_once():
    first, second = someone("jeanne@client.example"), someone("Jeanne@Client.example")
    assert why(a_campaign()) == {first.pk: "", second.pk: audience.TWICE}


def test_the_main_contact_is_written_to_else_the_first_else_the_clients_own_address():
    client = someone(email="", segment="loyal")
    client.email = "accueil@client.example"
    client.save()
    campaign = a_campaign()

    def address():
        [person] = audience.of(campaign, by=campaign.created_by).reached
        return person.email

    assert address() == "accueil@client.example"
    ContactFactory(client=client, email="premier@client.example")
    assert address() == "premier@client.example"
    ContactFactory(client=client, email="principal@client.example", is_main=True)
    assert address() == "principal@client.example"


def test_nobody_stands_in_for_a_contact_who_objected():
    client = someone()
    ContactFactory(client=client, email="principal@client.example", is_main=True, objected_at=timezone.now())
    ContactFactory(client=client, email="autre@client.example")
    assert why(a_campaign()) == {client.pk: audience.OBJECTED}


def test_a_client_who_left_or_was_merged_is_not_in_the_audience():
    ClientDepartureFactory(client=someone("parti@client.example"))
    someone("fondu@client.example", merged_into=ClientFactory())
    assert why(a_campaign()) == {}


def test_a_salesperson_writes_to_their_own_clients_alone():
    claire = UserFactory()
    mine = someone("mien@client.example", owner=claire)
    someone("autre@client.example", owner=UserFactory())
    assert set(why(a_campaign(created_by=claire))) == {mine.pk}


def test_who_launches_for_a_salesperson_reaches_only_whom_both_see():
    claire = UserFactory()
    mine = someone("mien@client.example", owner=claire)
    someone("autre@client.example", owner=UserFactory())
    found = audience.of(a_campaign(created_by=claire), by=UserFactory(roles=[Role.DIRECTION]))
    assert [person.client_id for person in found.people] == [mine.pk]


def test_segments_needs_and_chosen_clients_narrow_it():
    need = NeedFactory()
    wanted = someone("a@client.example", segment="champions")
    ClientNeedFactory(client=wanted, need=need)
    other = someone("b@client.example", segment="champions")
    loyal = someone("c@client.example", segment="loyal")
    assert set(why(a_campaign(segments=["champions"]))) == {wanted.pk, other.pk}
    assert set(why(a_campaign(segments=["champions"], need=need))) == {wanted.pk}
    assert set(why(a_campaign(segments=["champions", "loyal"], chosen=[other.pk, loyal.pk]))) == {other.pk, loyal.pk}


def test_every_segment_says_what_it_would_bring_even_unchosen():
    someone("a@client.example", segment="champions")
    someone(segment="lost")
    campaign = a_campaign(segments=["loyal"])
    counted = {one.segment: one for one in audience.every_segment(campaign, by=campaign.created_by)}
    assert len(counted) == 11
    assert (counted["champions"].reached, counted["lost"].reached, counted["loyal"].clients) == (1, 0, 0)
    assert counted["lost"].reasons == [("sans e-mail", 1)]


def test_the_firm_says_how_often_is_too_often():
    MailSettings.objects.create(pk=MailSettings.ONLY, most_messages=1, most_days=7)
    client = someone("jeanne@client.example")
    elsewhere("jeanne@client.example", state=STATE.SENT, sent_at=timezone.now() - dt.timedelta(days=6))
    assert why(a_campaign()) == {client.pk: audience.TOO_OFTEN}


def test_a_message_is_looked_at_with_the_best_clients_that_it_may_reach(django_assert_max_num_queries):
    campaign = a_campaign(segments=["loyal", "champions"])
    found = {}
    for name, revenue, email in (("petit", 10, "a"), ("grand", 30, "b"), ("muet", 40, ""), ("moyen", 20, "c")):
        client = ClientFactory(name=name)
        ScoreFactory(run=latest_run(), client=client, segment="loyal", tier_revenue=revenue)
        if email:
            ContactFactory(client=client, email=f"{email}@client.example")
        found[name] = client
    someone("d@client.example", segment="champions")
    with django_assert_max_num_queries(10):
        readers = audience.readers(campaign, by=campaign.created_by, segment="loyal")
    assert readers == [found["grand"], found["moyen"], found["petit"]]
    assert len(audience.readers(campaign, by=campaign.created_by)) == 4


def test_before_the_first_scoring_there_is_nobody():
    found = audience.of(a_campaign(), by=UserFactory(roles=[Role.DIRECTION]))
    assert (found.run, found.people) == (None, [])

"""Prospects by the portrait: their points and reasons, the rule on look-alikes of red clients, those now clients."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import prospecting
from campaigns.models import Prospect
from campaigns.resemblance import Resemblance
from segmentation.models import Grade, Portrait, PortraitLine, Rules
from tests.factories import ClientDepartureFactory, ClientFactory, ProspectFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
SIREN, SIRET = "732829320", "73282932000074"


@pytest.fixture
def portrait():
    """Tier A is mostly in computing, in the Aveyron, with 10 to 19 people; sector 56 is too rare to tell."""
    portrait = Portrait.objects.create(run=ScoringRunFactory(), champions=30, others=100)
    for trait, value, champions, others, points in (
        ("sector", "62", 12, 10, 17),
        ("sector", "69", 2, 40, -20),
        ("sector", "56", 1, 2, None),
        ("size", "11", 9, 15, 9),
        ("area", "12", 20, 65, 0),
    ):
        counts = {"champions": champions, "others": others, "known_champions": 30, "known_others": 100}
        PortraitLine.objects.create(portrait=portrait, trait=trait, value=value, points=points, **counts)
    return portrait


def grade(client, colour):
    means = dict.fromkeys(("punctuality", "relationship", "effort", "potential", "prescriber"), Decimal(3))
    counts = {"score": 20, "raters": 1, "spread": 0, "gap": 0}
    now = timezone.now()
    red = {}
    if colour == "red":
        red = {"red": "confirmed", "proposed_by": UserFactory(), "decided_by": UserFactory(), "decided_at": now}
    rules = Rules.objects.first()
    return Grade.objects.create(
        client=client, rules=rules, colour=colour, since=now, assessed_at=now, **counts, **means, **red
    )


def graded(count, red, **fields):
    for number in range(count):
        grade(ClientFactory(**fields), "red" if number < red else "light-green")


def scored(**fields):
    prospect = ProspectFactory(**fields)
    prospecting.score()
    prospect.refresh_from_db()
    return prospect


def test_points_add_up_and_what_is_unknown_or_too_rare_adds_none(portrait):
    whole = scored(naf_code="6201Z", workforce="11", postcode="12000")
    assert whole.points == 26
    assert scored(naf_code="6920Z", postcode="34000").points == -20
    assert scored(naf_code="5610A").points is None
    assert scored().points is None


def test_without_a_portrait_large_enough_nobody_is_scored(portrait):
    Portrait.objects.update(champions=9)
    prospect = scored(naf_code="6201Z")
    assert prospect.points is None
    assert Resemblance(Portrait.objects.get()).reasons_of(prospect) == []


def test_each_prospect_has_three_reasons_in_words_the_heaviest_first(portrait):
    prospect = ProspectFactory(naf_code="6201Z", workforce="11", postcode="12000")
    reasons = Resemblance(portrait).reasons_of(prospect)
    assert [one.sentence for one in reasons] == [
        "Informatique, médias et télécoms (62) : 4,0 fois plus fréquent dans le palier A que chez vos autres clients.",
        "10 à 19 salariés : 2,0 fois plus fréquent dans le palier A que chez vos autres clients.",
        "Aveyron (12) : aussi fréquent dans le palier A que chez vos autres clients.",
    ]
    assert reasons[0].counts == "12 sur 30, contre 10 sur 100"
    assert sum(one.points for one in reasons) == 26


def test_a_reason_says_what_is_missing_too_rare_or_less_frequent(portrait):
    less, rare = ProspectFactory(naf_code="6920Z"), ProspectFactory(naf_code="5610A")
    said = [one.sentence for one in Resemblance(portrait).reasons_of(less)]
    assert "moins fréquent dans le palier A" in said[0]
    assert said[1] == "Taille : à compléter, rien à comparer."
    assert "n insuffisant" in Resemblance(portrait).reasons_of(rare)[0].sentence
    assert Resemblance(portrait).reasons_of(rare)[1].short == "Taille : à compléter"


def test_a_reason_says_who_alone_has_a_value(portrait):
    lines = {(0, 20): "aucun client du palier A n’en est", (20, 0): "aucun de vos autres clients n’en est"}
    for (champions, others), words in lines.items():
        PortraitLine.objects.filter(value="62").update(champions=champions, others=others)
        assert words in Resemblance(portrait).reasons_of(ProspectFactory(naf_code="6201Z"))[0].sentence


def test_reasons_of_many_ask_no_more_than_of_one(portrait):
    prospects = [ProspectFactory(naf_code="6201Z") for _ in range(5)]
    with CaptureQueriesContext(connection) as captured:
        resemblance = Resemblance(portrait)
        assert all(len(resemblance.reasons_of(one)) == 3 for one in prospects)
    assert len(captured) == 1


def test_scoring_again_writes_nothing(portrait):
    scored(naf_code="6201Z")
    assert prospecting.score() == 0


def test_the_siren_or_the_group_of_a_red_client_keeps_a_prospect_out():
    head = ClientFactory(siren="552081317")
    red = ClientFactory(siren=SIREN, head=head)
    grade(red, "red")
    assert scored(siren=SIREN).put_out == "group"
    assert scored(siren="552081317").put_out == "group"
    assert scored(siren="356000000").put_out == ""


def test_so_does_that_of_a_client_who_left():
    ClientDepartureFactory(client=ClientFactory(siren=SIREN))
    assert scored(siren=SIREN).put_out == "group"


def test_a_sector_and_size_where_red_is_clearly_more_frequent_keeps_out():
    graded(10, 4, naf_code="4399C", workforce="11")
    graded(40, 1, naf_code="4399C", workforce="02")
    assert scored(naf_code="4321A", workforce="11").put_out == "size"
    assert scored(naf_code="4321A", workforce="02").put_out == ""
    assert scored(naf_code="6201Z", workforce="11").put_out == ""


def test_a_sector_speaks_where_too_few_of_the_size_are_graded():
    graded(12, 6, naf_code="4399C")
    graded(40, 1, naf_code="6201Z")
    assert scored(naf_code="4321A", workforce="11").put_out == "sector"


@pytest.mark.parametrize(("clients", "red", "elsewhere"), [(9, 9, 1), (12, 2, 0), (20, 6, 9)])
def test_few_clients_few_red_ones_or_a_share_near_that_of_all_keep_nobody_out(clients, red, elsewhere):
    graded(clients, red, naf_code="4399C")
    graded(40, elsewhere, naf_code="6201Z")
    assert scored(naf_code="4321A").put_out == ""


def test_a_prospect_of_a_client_s_siret_or_siren_becomes_it_and_stays_it():
    client = ClientFactory(siren=SIREN, siret=SIRET)
    by_siret, by_siren = ProspectFactory(siren=SIREN, siret=SIRET), ProspectFactory(siren=SIREN, state="contacted")
    assert prospecting.link_clients() == 2
    for one, former in ((by_siret, "new"), (by_siren, "contacted")):
        one.refresh_from_db()
        assert (one.state, one.client, one.former_state, one.made_client) == ("client", client, former, False)
    assert prospecting.link_clients() == 0


def test_a_siren_of_two_clients_one_that_left_or_a_link_undone_by_hand_links_nobody():
    ClientFactory(siren=SIREN), ClientFactory(siren=SIREN)
    ClientDepartureFactory(client=ClientFactory(siren="552081317"))
    ClientFactory(siren="356000000")
    ProspectFactory(siren=SIREN), ProspectFactory(siren="552081317")
    ProspectFactory(siren="356000000", links_by_hand=True)
    ProspectFactory()
    assert prospecting.link_clients() == 0


def test_following_does_both_and_a_client_is_not_scored(portrait):
    ClientFactory(siren=SIREN)
    ProspectFactory(siren=SIREN, naf_code="6201Z")
    other = ProspectFactory(naf_code="6201Z")
    assert prospecting.follow() == 2
    other.refresh_from_db()
    assert other.points == 17
    assert prospecting.follow() == 0


def test_who_is_put_back_stays_in_the_list_whatever_the_rule_says():
    ClientDepartureFactory(client=ClientFactory(siren=SIREN))
    prospect = scored(siren=SIREN)
    assert list(Prospect.objects.open()) == []
    assert list(Prospect.objects.put_out()) == [prospect]
    Prospect.objects.update(kept_at=timezone.now(), kept_by=UserFactory())
    prospecting.score()
    assert list(Prospect.objects.open()) == [prospect]

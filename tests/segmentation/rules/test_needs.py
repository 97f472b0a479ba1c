"""Which clients the rule of a need finds: one row each."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from accounts.roles import Role
from clients.models import Client
from segmentation import need_rules, needs
from segmentation.models import ClientNeed, Exclusion, NeedRule, Rules
from segmentation.need_rules import Criteria, Preview
from segmentation.scoring import score
from tests.factories import (
    ClientFactory,
    ClientNeedFactory,
    InvoiceFactory,
    NeedFactory,
    ScoringRunFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def need():
    ScoringRunFactory(as_of=AS_OF)
    return NeedFactory()


def found(need):
    """The clients of this need, by name."""
    return sorted(ClientNeed.objects.standing().filter(need=need).values_list("client__name", flat=True))


def buyer(name, service, *, day=AS_OF, amount=100, naf=""):
    client = Client.objects.filter(name=name).first() or ClientFactory(name=name, naf_code=naf)
    InvoiceFactory(client=client, service=service, issued_on=day, amount_ht=amount)
    return client


@pytest.mark.parametrize(
    ("prefixes", "names"),
    [
        (["F"], ["couvreur", "électricien"]),
        (["43.2"], ["électricien"]),
        (["4321a", "J"], ["codeur", "électricien"]),
        (["99"], []),
    ],
)
def test_a_rule_finds_clients_by_section_or_by_the_beginning_of_their_code(need, director, prefixes, names):
    for name, code in (("électricien", "4321A"), ("couvreur", "4391B"), ("codeur", "6201Z"), ("particulier", "")):
        ClientFactory(name=name, naf_code=code)
    need_rules.save_rule(need=need, criteria=Criteria(naf_prefixes=tuple(prefixes)), by=director)
    assert found(need) == names


def test_a_rule_finds_who_bought_one_of_its_services_within_its_months(need, director):
    payroll, audit = ServiceFactory(), ServiceFactory()
    buyer("le dernier jour", payroll)
    buyer("le premier jour", audit, day=dt.date(2026, 8, 1))
    buyer("la veille", payroll, day=dt.date(2026, 7, 31))
    buyer("plus tard", payroll, day=dt.date(2026, 11, 1))
    buyer("autre chose", ServiceFactory())
    need_rules.save_rule(need=need, criteria=Criteria(service_ids=(payroll.pk, audit.pk), months=3), by=director)
    assert found(need) == ["le dernier jour", "le premier jour"]


def test_a_service_paid_back_was_not_bought(need, director):
    service = ServiceFactory()
    buyer("rendu", service)
    buyer("rendu", service, amount=-100)
    need_rules.save_rule(need=need, criteria=Criteria(service_ids=(service.pk,)), by=director)
    assert found(need) == []


@pytest.mark.parametrize(("match", "names"), [("all", ["les deux"]), ("any", ["achète", "code", "les deux"])])
def test_both_lists_of_a_rule_are_wanted_or_either(need, director, match, names):
    service = ServiceFactory()
    ClientFactory(name="code", naf_code="6201Z")
    buyer("achète", service)
    buyer("les deux", service, naf="6201Z")
    criteria = Criteria(naf_prefixes=("62",), service_ids=(service.pk,), match=match)
    need_rules.save_rule(need=need, criteria=criteria, by=director)
    assert found(need) == names


def test_two_services_of_two_are_no_more_than_one_list(need, director):
    one, two = ServiceFactory(), ServiceFactory()
    buyer("les deux", one)
    buyer("les deux", two)
    criteria = Criteria(naf_prefixes=("62",), service_ids=(one.pk, two.pk), match="all")
    need_rules.save_rule(need=need, criteria=criteria, by=director)
    assert found(need) == []


def test_a_client_merged_into_another_is_not_found(need, director):
    ClientFactory(name="fusionné", naf_code="6201Z", merged_into=ClientFactory(name="gardé"))
    need_rules.save_rule(need=need, criteria=Criteria(naf_prefixes=("62",)), by=director)
    assert found(need) == []


def test_what_a_rule_no_longer_finds_goes_and_what_people_said_stays(need, director):
    ClientFactory(name="trouvé", naf_code="6201Z")
    ClientNeedFactory(client=ClientFactory(name="noté"), need=need, origin="hand", noted_by=director)
    need_rules.save_rule(need=need, criteria=Criteria(naf_prefixes=("62",)), by=director)
    assert found(need) == ["noté", "trouvé"]
    need_rules.save_rule(need=need, criteria=Criteria(naf_prefixes=("F",)), by=director)
    assert found(need) == ["noté"]


def test_a_rule_does_not_bring_back_what_a_person_took_away(need, director):
    client = ClientFactory(naf_code="6201Z")
    criteria = Criteria(naf_prefixes=("62",))
    need_rules.save_rule(need=need, criteria=criteria, by=director)
    needs.take(client_ids=[client.pk], need=need, by=director)
    need_rules.apply()
    assert found(need) == []
    needs.give(client_ids=[client.pk], need=need, by=director)
    assert found(need) == [client.name]


def test_a_rule_that_looks_at_nothing_is_no_more(need, director):
    ClientFactory(naf_code="6201Z")
    need_rules.save_rule(need=need, criteria=Criteria(naf_prefixes=("62",)), by=director)
    assert need_rules.save_rule(need=need, criteria=Criteria(), by=director) is None
    assert not NeedRule.objects.exists()
    assert found(need) == []


def test_an_archived_need_finds_nobody_until_it_is_followed_again(need, director):
    client = ClientFactory(naf_code="6201Z")
    need_rules.save_rule(need=need, criteria=Criteria(naf_prefixes=("62",)), by=director)
    needs.follow(need=need, is_active=False, by=director)
    assert found(need) == []
    needs.follow(need=need, is_active=True, by=director)
    assert found(need) == [client.name]


def test_applying_twice_changes_nothing(need, director):
    ClientFactory(naf_code="6201Z")
    need_rules.save_rule(need=need, criteria=Criteria(naf_prefixes=("62",)), by=director)
    before = list(ClientNeed.objects.values())
    need_rules.apply()
    assert list(ClientNeed.objects.values()) == before


def test_a_preview_counts_the_clients_one_sees_and_writes_nothing(need):
    manager = UserFactory(roles=[Role.MANAGER])
    codes = {"nouveau": "6201Z", "connu": "6202A", "retiré": "6209Z", "perdu": "4321A"}
    clients = {name: ClientFactory(name=name, naf_code=code, owner=manager) for name, code in codes.items()}
    ClientFactory(naf_code="6201Z", owner=UserFactory())
    ClientNeedFactory(client=clients["connu"], need=need, origin="hand", noted_by=manager)
    ClientNeedFactory(client=clients["retiré"], need=need, origin="rule", noted_by=manager, is_refuted=True)
    ClientNeedFactory(client=clients["perdu"], need=need, origin="rule", noted_by=None)
    shown = need_rules.preview(need=need, criteria=Criteria(naf_prefixes=("62",)), by=manager)
    assert shown == Preview(found=3, new=1, gone=1, refuted=1)
    assert found(need) == ["connu", "perdu"]
    assert not NeedRule.objects.exists()


def test_a_preview_says_what_applying_then_does(need, director):
    ClientFactory.create_batch(3, naf_code="6201Z")
    criteria = Criteria(naf_prefixes=("J",))
    shown = need_rules.preview(need=need, criteria=criteria, by=director)
    need_rules.save_rule(need=need, criteria=criteria, by=director)
    assert len(found(need)) == shown.new == 3


def test_rules_are_kept_by_who_manages_needs(need):
    for act in (need_rules.preview, need_rules.save_rule):
        with pytest.raises(PermissionDenied):
            act(need=need, criteria=Criteria(), by=UserFactory())


@pytest.mark.django_db(transaction=True)
def test_each_scoring_on_show_applies_the_rules():
    need, service = NeedFactory(), ServiceFactory()
    NeedRule.objects.create(need=need, naf_prefixes=["62"])
    need.services.add(service)
    buyer("codeur", service, day=dt.date(2026, 9, 1), naf="6201Z")
    buyer("autre", service, day=dt.date(2026, 9, 1))
    score(as_of=dt.date(2026, 9, 30))
    assert list(ClientNeed.objects.values_list("client__name", "origin", "is_answered")) == [("codeur", "rule", True)]
    ClientNeed.objects.all().delete()
    score(as_of=dt.date(2026, 9, 15))
    assert not ClientNeed.objects.exists(), "the scoring of a past date is not on show"


@pytest.fixture
def by_group():
    Rules.objects.update(scored_by="head")


def test_what_companies_of_a_scored_group_do_and_buy_is_found_on_their_head(by_group, director):
    need, service = NeedFactory(), ServiceFactory()
    head = ClientFactory(name="tête")
    first, second = ClientFactory(head=head, naf_code="6201Z"), ClientFactory(head=head)
    InvoiceFactory(client=first, issued_on=AS_OF)
    InvoiceFactory(client=second, issued_on=AS_OF, service=service)
    score(as_of=AS_OF)
    criteria = Criteria(naf_prefixes=("62",), service_ids=(service.pk,), match="all")
    need_rules.save_rule(need=need, criteria=criteria, by=director)
    assert found(need) == ["tête"]


def test_credit_notes_to_one_company_undo_what_another_of_its_group_bought(by_group, director):
    need, service, head = NeedFactory(), ServiceFactory(), ClientFactory()
    InvoiceFactory(client=ClientFactory(head=head), issued_on=AS_OF, service=service)
    InvoiceFactory(client=ClientFactory(head=head), issued_on=AS_OF, service=service, amount_ht=-100)
    score(as_of=AS_OF)
    need_rules.save_rule(need=need, criteria=Criteria(service_ids=(service.pk,)), by=director)
    assert found(need) == []


def test_whom_the_rules_leave_out_no_rule_finds(director):
    need, service = NeedFactory(), ServiceFactory()
    buyer("gardé", service, naf="6201Z")
    for out in (buyer("achète", service), buyer("exerce", ServiceFactory(), naf="6201Z")):
        Exclusion.objects.create(rules=Rules.objects.get(), client=out, motive="Interne")
    score(as_of=AS_OF)
    criteria = Criteria(naf_prefixes=("62",), service_ids=(service.pk,))
    need_rules.save_rule(need=need, criteria=criteria, by=director)
    assert found(need) == ["gardé"]


def test_a_service_that_the_rules_leave_out_neither_finds_nor_answers(director):
    need, service = NeedFactory(), ServiceFactory()
    need.services.add(service)
    Rules.objects.update(excluded_services=[service.pk])
    client = buyer("acheteur", service)
    InvoiceFactory(client=client, issued_on=AS_OF)
    score(as_of=AS_OF)
    need_rules.save_rule(need=need, criteria=Criteria(service_ids=(service.pk,)), by=director)
    assert found(need) == []
    needs.give(client_ids=[client.pk], need=need, by=director)
    assert not ClientNeed.objects.get(client=client).is_answered


def test_a_company_of_a_scored_group_holds_what_its_group_holds(by_group, director):
    need, service = NeedFactory(), ServiceFactory()
    need.services.add(service)
    head = ClientFactory()
    one, other = ClientFactory(head=head), ClientFactory(head=head)
    InvoiceFactory(client=other, issued_on=AS_OF, service=service)
    score(as_of=AS_OF)
    needs.give(client_ids=[one.pk, head.pk], need=need, by=director)
    assert list(ClientNeed.objects.values_list("is_answered", flat=True)) == [True, True]
    need_rules.answer([need.pk])
    assert list(ClientNeed.objects.values_list("is_answered", flat=True)) == [True, True]


def test_a_client_that_the_rules_leave_out_answers_for_itself(director):
    need, service = NeedFactory(), ServiceFactory()
    need.services.add(service)
    buyer("gardé", service)
    out = buyer("exclu", service)
    Exclusion.objects.create(rules=Rules.objects.get(), client=out, motive="Interne")
    score(as_of=AS_OF)
    needs.give(client_ids=[out.pk], need=need, by=director)
    assert ClientNeed.objects.get().is_answered

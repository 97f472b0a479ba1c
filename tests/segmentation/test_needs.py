import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from clients import merging
from clients.imports import pipeline, undo
from clients.models import Client, Service
from segmentation import needs
from segmentation.models import ClientNeed, Need, NeedEvidence, Score
from tests.clients.imports.books import import_text
from tests.factories import (
    ClientFactory,
    ClientNeedFactory,
    InvoiceFactory,
    NeedFactory,
    ScoreFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def salesperson():
    return UserFactory()


def answers(wanted, *, by):
    """How many pairs changed when all services are decided at once, one that does not exist with them."""
    return needs.set_answers(wanted=wanted, service_ids=[*Service.objects.values_list("pk", flat=True), 10**9], by=by)


def had_by(need):
    return set(Client.objects.filter(needs__in=ClientNeed.objects.standing().filter(need=need)))


def test_a_need_is_said_in_one_sentence():
    need = NeedFactory.build(situation="l’année finit", wish="savoir où j’en suis", aim="décider à temps")
    assert need.statement == "Quand l’année finit, je veux savoir où j’en suis, pour décider à temps."


def test_a_need_keeps_the_name_of_its_addresses_when_it_is_renamed(director):
    need = needs.save(need=NeedFactory.build(name="Piloter l’activité", slug=""), by=director)
    need.name = "Voir venir"
    assert needs.save(need=need, by=director).slug == "piloter-lactivite"


def test_two_needs_whose_names_give_one_address_get_two(director):
    for name in ("Piloter", "piloter !"):
        needs.save(need=NeedFactory.build(name=name, slug=""), by=director)
    assert set(Need.objects.values_list("slug", flat=True)) == {"piloter", "piloter-2"}


def test_a_need_heard_from_a_client_is_its_need_with_who_heard_it_and_when(salesperson):
    client, need = ClientFactory(owner=salesperson), NeedFactory()
    day = timezone.localdate() - dt.timedelta(days=3)
    for _time in range(2):  # a second click
        needs.note(client=client, need=need, by=salesperson, heard_on=day, quote=" J’avance à vue. ")
    heard = NeedEvidence.objects.get()
    assert (heard.client, heard.heard_by, heard.heard_on, heard.quote) == (
        client,
        salesperson,
        day,
        "J’avance à vue.",
    )
    assert ClientNeed.objects.get().origin == ClientNeed.Origin.HAND


def test_nothing_is_heard_on_a_day_to_come(salesperson):
    client, day = ClientFactory(owner=salesperson), timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(ValidationError, match="à venir"):
        needs.note(client=client, need=NeedFactory(), by=salesperson, heard_on=day)


def test_nobody_notes_a_need_of_somebody_else_s_client(salesperson):
    with pytest.raises(Client.DoesNotExist):
        needs.note(client=ClientFactory(), need=NeedFactory(), by=salesperson)


def test_who_has_no_role_notes_nothing():
    with pytest.raises(PermissionDenied):
        needs.give(client_ids=[ClientFactory().pk], need=NeedFactory(), by=UserFactory(roles=[]))


def test_a_need_is_given_to_the_clients_one_sees_and_only_to_them(salesperson):
    mine, other, need = ClientFactory(owner=salesperson), ClientFactory(), NeedFactory()
    changed = needs.give(client_ids=[mine.pk, other.pk], need=need, by=salesperson)
    assert had_by(need) == {mine}
    assert changed.former == {mine.pk: None}


def test_giving_can_be_undone_once_and_leaves_what_was_there(salesperson):
    need = NeedFactory()
    had, new = ClientFactory(owner=salesperson), ClientFactory(owner=salesperson)
    ClientNeedFactory(client=had, need=need, origin="hand", noted_by=salesperson)
    changed = needs.give(client_ids=[had.pk, new.pk], need=need, by=salesperson)
    assert had_by(need) == {had, new}
    assert (needs.undo(changed=changed, by=salesperson), needs.undo(changed=changed, by=salesperson)) == (1, 0)
    assert had_by(need) == {had}


def test_taking_a_need_away_can_be_undone_with_its_origin(salesperson):
    held = ClientNeedFactory(client=ClientFactory(owner=salesperson), origin="rule", noted_by=None)
    changed = needs.take(client_ids=[held.client_id], need=held.need, by=salesperson)
    assert not had_by(held.need)
    needs.undo(changed=changed, by=salesperson)
    held.refresh_from_db()
    assert (held.is_refuted, held.origin, held.noted_by) == (False, "rule", None)


def test_undoing_leaves_what_somebody_said_since(salesperson, director):
    need, client = NeedFactory(), ClientFactory(owner=salesperson)
    changed = needs.give(client_ids=[client.pk], need=need, by=salesperson)
    needs.take(client_ids=[client.pk], need=need, by=director)
    assert needs.undo(changed=changed, by=salesperson) == 0


def test_what_was_heard_is_taken_back_by_who_heard_it_or_manages_needs(salesperson, director):
    client = ClientFactory(owner=salesperson)
    heard = needs.note(client=client, need=NeedFactory(), by=salesperson)
    with pytest.raises(PermissionDenied):
        needs.forget_evidence(evidence=heard, by=UserFactory())
    needs.forget_evidence(evidence=heard, by=director)
    assert not NeedEvidence.objects.exists()


def test_words_of_a_client_out_of_sight_are_not_read(salesperson):
    mine = needs.note(client=ClientFactory(owner=salesperson), need=NeedFactory(), by=salesperson)
    general = needs.hear(need=NeedFactory(), by=salesperson, quote="Entendu au salon")
    needs.note(client=ClientFactory(), need=NeedFactory(), by=UserFactory(roles=[Role.DIRECTION]))
    assert set(NeedEvidence.objects.visible_to(salesperson)) == {mine, general}


@pytest.mark.parametrize("act", ["save", "follow", "set_answers"])
def test_the_register_is_kept_by_who_manages_needs(salesperson, act):
    arguments = {
        "save": {"need": NeedFactory.build()},
        "follow": {"need": NeedFactory(), "is_active": False},
        "set_answers": {"wanted": set(), "service_ids": []},
    }
    with pytest.raises(PermissionDenied):
        getattr(needs, act)(**arguments[act], by=salesperson)


def test_saying_which_services_answer_a_need_says_who_has_one(director):
    held = ClientNeedFactory()
    bought, other = ServiceFactory(), ServiceFactory()
    InvoiceFactory(client=held.client, service=bought, issued_on=timezone.localdate())
    assert answers({(held.need_id, other.pk), (held.need_id, 10**9)}, by=director) == 1
    held.refresh_from_db()
    assert not held.is_answered
    assert answers({(held.need_id, bought.pk)}, by=director) == 2
    held.refresh_from_db()
    assert held.is_answered


def test_services_that_are_not_decided_keep_their_answers(director):
    need, shown, other = NeedFactory(), ServiceFactory(), ServiceFactory()
    answers({(need.pk, other.pk)}, by=director)
    needs.set_answers(wanted={(need.pk, shown.pk)}, service_ids=[shown.pk], by=director)
    assert set(need.services.all()) == {shown, other}


def test_a_service_paid_back_answers_nothing_and_a_client_told_later_is_known_at_once(director):
    service, need, client = ServiceFactory(), NeedFactory(), ClientFactory()
    today = timezone.localdate()
    answers({(need.pk, service.pk)}, by=director)
    InvoiceFactory(client=client, service=service, issued_on=today, amount_ht=100)
    needs.give(client_ids=[client.pk], need=need, by=director)
    assert ClientNeed.objects.get().is_answered
    InvoiceFactory(client=client, service=service, issued_on=today, amount_ht=-100)
    answers({(need.pk, service.pk), (need.pk, ServiceFactory().pk)}, by=director)
    assert not ClientNeed.objects.get().is_answered


def test_clients_are_told_apart_by_what_they_need():
    pilot, paper = NeedFactory(slug="piloter"), NeedFactory(slug="papier")
    one, two, none = ClientFactory(), ClientFactory(), ClientFactory()
    ClientNeedFactory(client=one, need=pilot, is_answered=True)
    ClientNeedFactory(client=two, need=paper)
    ClientNeedFactory(client=none, need=paper, is_refuted=True)
    clients = Client.objects.all()
    assert set(needs.with_any_need(clients, ["piloter"])) == {one}
    assert set(needs.with_any_need(clients, ["piloter", "papier"])) == {one, two}
    assert set(needs.with_unanswered_need(clients, ["piloter", "papier"])) == {two}
    assert set(needs.without_need(clients)) == {none}
    score = ScoreFactory(client=one)
    assert set(needs.scores_with_any_need(Score.objects.all(), ["piloter"])) == {score}


def test_needs_follow_a_client_into_the_one_it_is_merged_with(director):
    kept, merged = ClientFactory(), ClientFactory()
    ClientNeedFactory(client=merged)
    record = merging.merge(kept=kept, merged=merged, by=director)
    assert ClientNeed.objects.get().client == kept
    merging.undo(record, by=director)
    assert ClientNeed.objects.get().client == merged


def test_a_need_found_by_rule_does_not_keep_a_client_that_an_undone_import_made(director):
    batch = import_text("Client;Date;Montant HT\nDupont;13/01/2026;10\nDurand;13/01/2026;20\n")
    found, heard = Client.objects.get(name="Dupont"), Client.objects.get(name="Durand")
    ClientNeedFactory(client=found, origin="rule", noted_by=None)
    needs.note(client=heard, need=NeedFactory(), by=director)
    assert undo.ask(batch, by=director)
    pipeline.process(batch.pk)
    assert set(Client.objects.all()) == {heard}, "what somebody heard keeps its client"
    assert set(ClientNeed.objects.values_list("client", flat=True)) == {heard.pk}


def test_what_people_say_of_needs_is_journaled_and_what_follows_from_it_is_not(salesperson, director):
    held = ClientNeedFactory(origin="rule", noted_by=None, client=ClientFactory(owner=salesperson))
    ClientNeed.objects.update(is_answered=True)
    journal = AuditEntry.objects.filter(table="segmentation_clientneed")
    assert not journal.exists()
    needs.take(client_ids=[held.client_id], need=held.need, by=salesperson)
    assert journal.get().changes["is_refuted"] == [False, True]

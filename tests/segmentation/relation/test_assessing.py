import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.audit import acting_as
from accounts.models import AuditEntry
from accounts.roles import Role
from clients.models import Client
from segmentation.models import Assessment, FormerGrade, Grade
from segmentation.relation import access, assessing, grading
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(claire):
    return ClientFactory(owner=claire)


def assess(client, answers, by, **fields):
    return assessing.assess(client=client, answers=answers, by=by, **fields)


# --- Who may ---


def test_who_is_in_charge_rates_and_reads_and_nobody_else(client, claire, director):
    manager, stranger = UserFactory(roles=[Role.MANAGER]), UserFactory()
    claire.manager = manager
    claire.save()
    others = [UserFactory(roles=[role]) for role in (Role.MANAGER, Role.MARKETING, Role.ADMINISTRATOR)]
    for door in (access.clients_rated_by, access.clients_read_by):
        assert [door(who).count() for who in (claire, manager, director)] == [1, 1, 1]
        assert [door(who).count() for who in (stranger, *others)] == [0] * 4


def test_another_role_that_sees_all_clients_opens_the_grade_of_none(client):
    both = UserFactory(roles=[Role.COMMERCIAL, Role.MARKETING])
    mine = ClientFactory(owner=both)
    assert Client.objects.visible_to(both).count() == 2
    assert list(access.clients_read_by(both)) == [mine]
    assert list(access.clients_rated_by(both)) == [mine]


def test_who_left_reads_nothing(client, claire):
    claire.is_active = False
    assert not access.clients_read_by(claire).exists()


def test_somebody_else_s_client_is_not_rated(client, every):
    with pytest.raises(Client.DoesNotExist):
        assess(client, every(3), UserFactory())
    with pytest.raises(PermissionDenied):
        assess(client, every(3), UserFactory(roles=[Role.MARKETING]))
    assert not Assessment.objects.exists()


# --- Giving an opinion ---


def test_an_opinion_gives_a_grade_at_once(client, claire, every):
    grade = assess(client, every(4), claire, comment="  Agréable. ")
    assert (grade.colour, grade.score, grade.raters) == ("dark-green", 75, 1)
    assert Assessment.objects.get().comment == "Agréable."


@pytest.mark.parametrize("answer", [0, 6, None])
def test_an_answer_is_from_one_to_five(client, claire, every, answer):
    with pytest.raises(ValidationError):
        assess(client, every(3, effort=answer), claire)


def test_a_form_sent_twice_records_once(client, claire, every):
    token = uuid.uuid4()
    assess(client, every(3), claire, token=token)
    assess(client, every(5), claire, token=token)
    assert Assessment.objects.get().effort == 3


def test_opinions_and_colours_are_journaled_without_the_comment(client, claire, director, every):
    with acting_as(claire):
        assess(client, every(5), claire, comment="Confidentiel")
    given, graded = (
        AuditEntry.objects.get(table=f"segmentation_{name}", user_id=claire.pk) for name in ("assessment", "grade")
    )
    assert given.changes["effort"] == [None, 5]
    assert given.changes["comment"] is None
    assert graded.changes["colour"] == [None, "dark-green"]


# --- Red ---


def test_red_waits_for_another_person_and_counts_as_orange_until_then(client, claire, director, every):
    grade = assess(client, every(1), claire)
    assert (grade.colour, grade.red, grade.proposed_by) == ("orange", "proposed", claire)
    assert not assessing.may_decide(grade, claire)
    with pytest.raises(ValidationError, match="une autre personne"):
        assessing.confirm_red(client=client, by=claire)
    red = assessing.confirm_red(client=client, by=director)
    assert (red.colour, red.red, red.decided_by, red.was_alone) == ("red", "confirmed", director, False)
    assert FormerGrade.objects.get().colour == "orange"


def test_a_second_confirmation_changes_nothing(client, claire, director, every):
    assess(client, every(1), claire)
    first = assessing.confirm_red(client=client, by=director)
    again = assessing.confirm_red(client=client, by=director)
    assert again.since == first.since
    assert FormerGrade.objects.count() == 1


def test_who_is_not_in_charge_decides_nothing_about_red(client, claire, director, every):
    assess(client, every(1), claire)
    with pytest.raises(Client.DoesNotExist):
        assessing.confirm_red(client=client, by=UserFactory(roles=[Role.MANAGER]))
    with pytest.raises(PermissionDenied):
        assessing.set_red_aside(client=client, motive="Non", by=UserFactory(roles=[Role.ADMINISTRATOR]))


def test_alone_in_the_firm_the_first_person_suffices_and_it_says_so(client, claire, every):
    grade = assess(client, every(1), claire)
    assert (grade.colour, grade.red, grade.was_alone) == ("red", "confirmed", True)


def test_red_set_aside_stays_orange_until_a_new_opinion(client, claire, director, every):
    assess(client, every(1), claire)
    with pytest.raises(ValidationError, match="pourquoi"):
        assessing.set_red_aside(client=client, motive=" ", by=director)
    grade = assessing.set_red_aside(client=client, motive="Année difficile", by=director)
    assert (grade.colour, grade.red, grade.motive) == ("orange", "set-aside", "Année difficile")
    grading.grade()
    assert Grade.objects.get().red == "set-aside"
    assert assess(client, every(1), claire).red == "proposed"


def test_confirmed_red_holds_while_the_score_does_and_must_be_confirmed_anew_after(client, claire, director, every):
    assess(client, every(1), claire)
    assessing.confirm_red(client=client, by=director)
    assert assess(client, every(1), claire).colour == "red"
    better = assess(client, every(3), claire)
    assert (better.colour, better.red, better.decided_by) == ("orange", "", None)
    assert assess(client, every(1), claire).red == "proposed"


def test_another_opinion_may_lift_the_client_out_of_red(client, claire, director, every):
    assess(client, every(1), claire)
    grade = assess(client, every(5), director)
    assert (grade.colour, grade.red) == ("orange", "")


def test_a_score_that_moves_within_its_colour_is_no_news_for_the_journal(client, claire, every):
    assess(client, every(4), claire)
    told = AuditEntry.objects.filter(table="segmentation_grade").count()
    assess(client, every(4, effort=5), claire)
    assert AuditEntry.objects.filter(table="segmentation_grade").count() == told
    assess(client, every(3), claire)
    assert AuditEntry.objects.filter(table="segmentation_grade").count() == told + 1

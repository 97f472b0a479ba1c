"""Clients left out or scored with their group: said on their pages and in a list, decided by the draft."""

import pytest

from accounts.roles import Role
from segmentation.drafting import exclusions_of
from segmentation.models import Rules, Unscored
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


@pytest.fixture
def run(db):
    return ScoringRunFactory()


def left_out(run, reason="hand", motive="Interne", head=None, **client):
    one = ClientFactory(**client)
    Unscored.objects.create(run=run, client=one, reason=reason, motive=motive, head=head)
    return one


def test_the_page_of_a_client_left_out_says_why(client, direction, run):
    page = text(client.get(f"/clients/{left_out(run).pk}/"))
    assert "Exclu des calculs" in page
    assert "Exclu à la main : Interne." in page


def test_the_page_of_a_company_leads_to_the_head_that_bears_its_score(client, direction, run):
    head = ClientFactory(name="Holding Vidal")
    ScoreFactory(run=run, client=head)
    company = left_out(run, "group", "", head, name="Vidal Transports")
    page = text(client.get(f"/clients/{company.pk}/"))
    assert "Noté avec son groupe" in page
    assert f'<a href="/clients/{head.pk}/">Holding Vidal</a>' in page
    assert f'<a href="/clients/{company.pk}/">Vidal Transports</a>' in text(client.get(f"/clients/{head.pk}/"))


def test_the_head_that_somebody_else_follows_is_named_without_a_link(client, run):
    person = UserFactory(roles=[Role.COMMERCIAL])
    head = ClientFactory(name="Holding Vidal")
    company = left_out(run, "group", "", head, owner=person)
    client.force_login(person)
    page = text(client.get(f"/clients/{company.pk}/"))
    assert "Holding Vidal, que quelqu’un d’autre suit" in page
    assert f'href="/clients/{head.pk}/"' not in page


def test_the_list_holds_those_left_out_and_not_those_scored_with_their_group(client, direction, run):
    out = left_out(run, name="Caisse")
    left_out(run, "group", "", ClientFactory(), name="Filiale")
    page = client.get("/segmentation/regles/exclus/")
    assert [row.client for row in page.context["page"]] == [out]
    assert "1 client n’a pas de score" in text(page)
    assert "1 client exclu" in text(client.get("/segmentation/regles/"))


def test_a_salesperson_sees_only_their_own_clients_left_out(client, run):
    person = UserFactory(roles=[Role.COMMERCIAL])
    own, _other = left_out(run, owner=person), left_out(run)
    client.force_login(person)
    assert [row.client for row in client.get("/segmentation/regles/exclus/").context["page"]] == [own]


def test_the_list_asks_the_same_of_the_database_for_3_clients_and_for_300(
    client, direction, run, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(30) as asked:
            client.get("/segmentation/regles/exclus/")
        return len(asked)

    for _ in range(3):
        left_out(run)
    queries()
    few = queries()
    for _ in range(297):
        left_out(run)
    assert queries() == few


def test_a_client_is_left_out_from_its_page_once_the_draft_is_published(client, direction, run):
    out = ClientFactory()
    ScoreFactory(run=run, client=out)
    assert "Exclure des calculs" in text(client.get(f"/clients/{out.pk}/"))
    answer = client.post(f"/clients/{out.pk}/exclure/", {"motive": "Au comptant"}, follow=True)
    assert "publiez-le pour que cela compte" in text(answer)
    assert exclusions_of(Rules.objects.drafts().get()) == {out.pk: "Au comptant"}
    assert "Au comptant" in text(answer)
    client.post(f"/clients/{out.pk}/noter/")
    assert exclusions_of(Rules.objects.drafts().get()) == {}


def test_leaving_a_client_out_asks_for_a_motive(client, direction, run):
    out = ClientFactory()
    answer = client.post(f"/clients/{out.pk}/exclure/", {"motive": ""}, follow=True)
    assert "Écrivez le motif" in text(answer)
    assert Rules.objects.count() == 1

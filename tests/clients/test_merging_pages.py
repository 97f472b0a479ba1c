"""The pages around clients that are one: finding, comparing, merging, parting, and the pairs that look alike."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from clients import doubles, merging
from clients.likeness import Why
from clients.models import Client, ClientMerge, IdentityDecision
from tests.factories import ClientFactory, InvoiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.AFTER_IMPORT = settings.AFTER_MERGE = []


@pytest.fixture
def director(client):
    user = UserFactory(roles=[Role.DIRECTION])
    client.force_login(user)
    return user


@pytest.fixture
def pair():
    kept = ClientFactory(name="Garage Martin", code="C1", postcode="33000")
    InvoiceFactory(client=kept)
    return kept, ClientFactory(name="SARL Martin Garage", code="C2", postcode="33000")


def address(name, *args):
    return reverse(f"clients:{name}", args=args)


def read(client, where):
    return client.get(where).content.decode()


def post(client, where, **data):
    return client.post(where, data, follow=True).content.decode()


def test_the_client_page_leads_to_merging_for_who_may(client, director, pair):
    where = address("merge-client", pair[0].pk)
    page = reverse("cockpit:client-page", args=[pair[0].pk])
    assert where in read(client, page)
    client.force_login(UserFactory(roles=[Role.MARKETING]))
    assert where not in read(client, page)


def test_the_other_one_is_looked_for_by_a_word_of_the_name(client, director, pair):
    ClientFactory(name="Boulangerie Petit")
    shown = read(client, address("merge-client", pair[0].pk))
    assert ("SARL Martin Garage" in shown, "Boulangerie Petit" in shown) == (True, False)
    assert "Boulangerie Petit" in read(client, address("merge-client", pair[0].pk) + "?q=petit")
    assert "Aucun autre client" in read(client, address("merge-client", pair[0].pk) + "?q=zzz")


def test_the_two_are_compared_and_reading_changes_nothing(client, director, pair):
    shown = read(client, address("merge-client", pair[0].pk) + f"?avec={pair[1].pk}")
    assert "C1" in shown
    assert "C2" in shown
    assert not ClientMerge.objects.exists()


def test_two_sirens_are_warned_about(client, director):
    one, other = ClientFactory(siren="732829320"), ClientFactory(siren="552081317")
    assert "SIREN diffèrent" in read(client, address("merge-client", one.pk) + f"?avec={other.pk}")


@pytest.mark.parametrize("choice", [0, 1])
def test_the_chosen_one_is_kept_and_its_page_says_whom_it_gathers(client, director, pair, choice):
    chosen, gone = pair[choice], pair[1 - choice]
    shown = post(client, address("merge-client", pair[0].pk), avec=pair[1].pk, garder=chosen.pk)
    assert Client.objects.get(pk=gone.pk).merged_into == chosen
    assert f"Réunit aussi <b>{gone.name}</b>" in shown
    assert address("undo-merge", ClientMerge.objects.get().pk) in shown


def test_the_page_of_the_merged_client_is_that_of_the_kept_one_until_they_are_parted(client, director, pair):
    kept, other = pair
    post(client, address("merge-client", kept.pk), avec=other.pk, garder=kept.pk)
    answer = client.get(reverse("cockpit:client-page", args=[other.pk]))
    assert (answer.status_code, answer.url) == (302, reverse("cockpit:client-page", args=[kept.pk]))
    shown = post(client, address("undo-merge", ClientMerge.objects.get().pk))
    assert "sont de nouveau deux clients" in shown
    assert client.get(reverse("cockpit:client-page", args=[other.pk])).status_code == 200


def test_the_page_of_a_merged_client_tells_a_stranger_nothing(client, director, pair):
    merging.merge(kept=pair[0], merged=pair[1], by=director)
    client.force_login(UserFactory(roles=[Role.COMMERCIAL]))
    assert client.get(reverse("cockpit:client-page", args=[pair[1].pk])).status_code == 404


def test_merging_twice_from_two_tabs_merges_once(client, director, pair):
    for _tab in range(2):
        shown = post(client, address("merge-client", pair[0].pk), avec=pair[1].pk, garder=pair[0].pk)
    assert "déjà été réuni" in shown
    assert ClientMerge.objects.count() == 1


def test_undoing_twice_is_undoing_once(client, director, pair):
    record = merging.merge(kept=pair[0], merged=pair[1], by=director)
    first, second = (post(client, address("undo-merge", record.pk)) for _time in range(2))
    assert ("de nouveau deux" in first, "de nouveau deux" in second) == (True, False)


@pytest.mark.parametrize("other", ["", "abc", "999999", "9" * 30, "-1"])
def test_an_odd_choice_is_no_crash(client, director, pair, other):
    assert "Choisissez l’autre client" in post(client, address("merge-client", pair[0].pk), avec=other)
    assert client.get(address("merge-client", pair[0].pk) + f"?avec={other}").status_code == 200


def test_somebody_else_s_client_is_not_merged(client, pair):
    client.force_login(UserFactory(roles=[Role.MANAGER]))
    Client.objects.filter(pk=pair[1].pk).update(owner=UserFactory())
    assert "Choisissez l’autre client" in post(client, address("merge-client", pair[0].pk), avec=pair[1].pk)
    assert not ClientMerge.objects.exists()


# --- Pairs that look alike ------------------------------------------------------------------------


def test_pairs_are_shown_side_by_side_with_the_one_to_keep_first(client, director, pair):
    ClientFactory(name="Boulangerie Petit")
    shown = read(client, address("doubles"))
    assert "1 paire à décider" in shown
    assert shown.index("Garage Martin</a>") < shown.index("SARL Martin Garage</a>")
    assert "Boulangerie Petit" not in shown


def test_finding_them_the_same_merges_them_and_can_be_taken_back(client, director, pair):
    shown = post(client, address("decide-double"), garder=pair[0].pk, avec=pair[1].pk, verdict="same")
    assert Client.objects.get(pk=pair[1].pk).merged_into == pair[0]
    assert address("undo-merge", ClientMerge.objects.get().pk) in shown
    assert "Rien à décider" in shown


def test_finding_them_two_is_remembered_and_can_be_taken_back(client, director, pair):
    shown = post(client, address("decide-double"), garder=pair[0].pk, avec=pair[1].pk, verdict="different")
    decision = IdentityDecision.objects.get()
    assert (decision.name, decision.other, decision.decided_by) == ("garage martin", "sarl martin garage", director)
    assert "Rien à décider" in shown
    shown = post(client, address("forget-decision", decision.pk))
    assert "1 paire à décider" in shown


def test_deciding_twice_decides_once(client, director, pair):
    for _tab in range(2):
        post(client, address("decide-double"), garder=pair[0].pk, avec=pair[1].pk, verdict="different")
    assert IdentityDecision.objects.count() == 1


def test_two_clients_of_one_name_can_be_found_to_be_two(client, director):
    one, other = ClientFactory(name="Dupont", postcode="33000"), ClientFactory(name="DUPONT", postcode="33000")
    post(client, address("decide-double"), garder=one.pk, avec=other.pk, verdict="different")
    assert doubles.suggestions(director) == []


def test_a_pair_with_a_client_out_of_sight_is_not_shown(client, pair):
    manager = UserFactory(roles=[Role.MANAGER])
    assert [one.why for one in doubles.suggestions(manager)] == [Why.SAME_NAME]
    Client.objects.filter(pk=pair[1].pk).update(owner=UserFactory())
    assert doubles.suggestions(manager) == []


def test_a_corrected_name_is_looked_at_again(director, pair):
    assert len(doubles.suggestions(director)) == 1
    Client.objects.filter(pk=pair[1].pk).update(name="Boulangerie Petit")
    assert doubles.suggestions(director) == []


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_costs_the_same_for_few_and_many(client, director, count, settings, django_assert_num_queries):
    for number in range(count):
        ClientFactory(name=f"Entreprise n{number:03}x")
        ClientFactory(name=f"n{number:03}x entreprise")
    doubles.suggestions(director)
    client.get(address("doubles"))
    with django_assert_num_queries(9 if settings.REDIS_URL else 10):  # without Redis, what is remembered is in a table
        assert f"{count} paires" in read(client, address("doubles"))

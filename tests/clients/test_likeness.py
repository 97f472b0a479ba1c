"""Which names may be one client: what is alike, what is not, and what somebody already decided."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.likeness import Named, Why, likely_pairs, names_to_remember, words_of


def pair(first, second, **differences):
    """What is found between two names, or None."""
    a = Named("a", first, differences.get("siren_a", ""), differences.get("at_a", ""))
    b = Named("b", second, differences.get("siren_b", ""), differences.get("at_b", ""))
    found = likely_pairs([a, b])
    return found[0] if found else None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Garage Martin", "GARAGE MARTIN"),
        ("Garage Martin", "Martin Garage"),
        ("Garage Martin", "SARL Garage Martin"),
        ("Garage Martin", "Garage Martin S.A.R.L."),
        ("Garage Martin", "Garage Martin - S A S"),
        ("Béton & Cie", "BETON ET COMPAGNIE"),
        ("Jean Dupont", "M. Dupont Jean"),
        ("Bati-Renov", "BATIRENOV"),
        ("L’Écluse", "L'Ecluse"),
    ],
)
def test_writing_does_not_make_another_client(first, second):
    assert pair(first, second).why == Why.SAME_NAME


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Boulangerie Cazenave", "Boulangerie Cazenav"),
        ("Boulangerie Cazenave", "Boulangerie Cazenavr"),
        ("Boulangerie Cazenave", "Boulangerie Cazneave"),
        ("Boulangerie Cazenave", "Cazzenave Boulangerie"),
        ("Cazenave", "Casenave"),
    ],
)
def test_one_slip_of_the_keyboard_is_suggested(first, second):
    assert pair(first, second).why == Why.ONE_SLIP


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Garage Roux", "Garage Rous"),
        ("Résidence 12", "Résidence 13"),
        ("Boulangerie Cazenave", "Boulangerie Casenavr"),
        ("Boulangerie Cazenave", "Pâtisserie Cazenave"),
        ("Dupont", "Dupont Plomberie"),
    ],
)
def test_names_that_differ_are_left_alone(first, second):
    assert pair(first, second, at_a="33000", at_b="33000") is None


def test_one_word_more_counts_at_the_same_postcode_only():
    names = ("Garage Martin", "Garage Martin Mérignac")
    assert pair(*names, at_a="33700", at_b="33700").why == Why.ONE_WORD
    assert pair(*names, at_a="33700", at_b="69003") is None
    assert pair(*names) is None


def test_a_slip_between_two_postcodes_is_two_clients():
    assert pair("Garage Martin", "Garage Marlin", at_a="33000", at_b="69003") is None
    assert pair("Garage Martin", "Garage Marlin", at_a="33000") is not None


def test_the_same_siren_says_it_whatever_the_names():
    found = pair("Alpha", "Enseigne du Port", siren_a="732829320", siren_b="732829320")
    assert (found.why, found.score) == (Why.SIREN, 95)


def test_two_sirens_are_two_companies():
    assert pair("Garage Martin", "Garage Martin", siren_a="732829320", siren_b="552081317") is None


def test_the_same_postcode_makes_it_likelier_and_another_less():
    here, unknown, there = (pair("Alpha", "ALPHA", at_a="33000", at_b=at) for at in ("33000", "", "69003"))
    assert here.score > unknown.score > there.score


def test_known_names_are_paired_with_new_ones_and_never_with_each_other():
    known = [Named(1, "Garage Martin"), Named(2, "Martin garage"), Named(3, "Garage Martin Bègles", "", "33130")]
    found = likely_pairs([Named("new", "GARAGE MARTIN", "", "33130")], known)
    assert {(one.a.key, one.b.key) for one in found} == {("new", 1), ("new", 2), ("new", 3)}


@pytest.mark.parametrize("longer_is_new", [True, False])
def test_one_word_more_is_found_whichever_is_new(longer_is_new):
    short, long = Named("s", "Garage Martin", "", "33130"), Named("l", "Garage Martin Bègles", "", "33130")
    new, known = (long, short) if longer_is_new else (short, long)
    assert [(one.a, one.b) for one in likely_pairs([new], [known])] == [(new, known)]


def test_what_somebody_found_to_be_two_is_not_suggested_again():
    a, b = Named("a", "Garage Martin"), Named("b", "Martin Garage")
    assert likely_pairs([a, b], different={names_to_remember(b, a)}) == []


def test_two_clients_of_one_name_are_remembered_by_their_postcodes_or_their_keys():
    assert names_to_remember(Named(1, "Dupont", "", "69003"), Named(2, "DUPONT", "", "33000")) == (
        "dupont 33000",
        "dupont 69003",
    )
    assert names_to_remember(Named(1, "Dupont"), Named(2, "Dupont")) == ("dupont 1", "dupont 2")


def test_a_name_made_of_empty_words_only_keeps_them():
    assert words_of("SARL") == ("sarl",)
    assert pair("SARL", "SAS") is None


def test_a_thousand_namesakes_give_a_few_pairs_each():
    names = [Named(n, "Dupont", "", f"{n % 100:05}") for n in range(1000)]
    assert len(likely_pairs(names)) <= 2 * len(names)


def test_each_new_namesake_among_a_thousand_known_ones_meets_one_of_its_own_postcode():
    known = [Named(n, "Dupont", "", f"{n % 100:05}") for n in range(1000)]
    new = [Named(f"new{n}", "Dupont", "", f"{n:05}") for n in range(20)]
    found = likely_pairs(new, known)
    assert {one.a.key for one in found if one.a.postcode == one.b.postcode} == {one.key for one in new}


letters = st.text("abcde", min_size=5, max_size=7)
names = st.lists(st.tuples(letters, letters, st.sampled_from(["", "33000", "69003"])), max_size=12)


@given(names)
def test_looking_only_where_something_is_shared_finds_what_comparing_each_with_each_finds(drawn):
    given_names = [Named(n, f"{one} {two}", "", at) for n, (one, two, at) in enumerate(drawn)]
    each = {(a.key, b.key) for a, b in combinations(given_names, 2) if likely_pairs([a, b])}
    together = {tuple(sorted((found.a.key, found.b.key))) for found in likely_pairs(given_names)}
    assert together <= each
    assert each <= together or len(given_names) > 6


@given(names, st.randoms())
def test_the_order_of_names_does_not_matter_to_small_groups(drawn, chance: random.Random):
    given_names = [Named(n, f"{one} {two}", "", at) for n, (one, two, at) in enumerate(drawn[:6])]
    mixed = chance.sample(given_names, len(given_names))

    def unordered(found):
        return {(frozenset((one.a.key, one.b.key)), one.score) for one in found}

    assert unordered(likely_pairs(given_names)) == unordered(likely_pairs(mixed))

"""What is pointed out in a message, and what is proposed instead."""

import pytest

from campaigns.messages.proofreading import read, replaced, room

BODY = "Bonjour {prenom|à vous},\n\nOù en est {client} ?"


def codes(subject="Des nouvelles", body=BODY, **options):
    return [finding.code for finding in read(subject, body, **options)]


def test_a_plain_personal_message_has_nothing_against_it():
    assert codes() == []


@pytest.mark.parametrize(
    "words", ["Chers clients", "Cher client", "Chère Cliente", "Madame, Monsieur", "Bonjour à tous"]
)
def test_what_speaks_to_everybody_is_caught_with_three_ways_out(words):
    body = f"{words},\n\nOù en est {{client}} ?"
    (finding,) = read("Objet", body)
    assert (finding.code, finding.found, len(finding.proposals)) == ("everybody", words, 3)
    for proposal in finding.proposals:
        assert codes(body=replaced(body, finding.found, proposal)) == []


def test_a_field_that_may_be_empty_asks_for_what_stands_then():
    (finding,) = read("Objet", "Bonjour {prenom}, ça va ?")
    assert finding.code == "fallback"
    assert codes(body=replaced("Bonjour {prenom}, ça va ?", finding.found, finding.proposals[0])) == []
    assert codes(body="Bonjour {prenom|}, ça va ?") == []


@pytest.mark.parametrize("promise", ["Résultat garanti", "30 % de gain", "le n° 1", "leader du secteur"])
def test_a_promise_asks_for_a_proof(promise):
    assert codes(body=f"{promise}. Qu’en dites-vous ?") == ["promise"]
    assert codes(body=f"{promise}. {{preuve|}} Qu’en dites-vous ?") == []


def test_without_any_proof_in_the_library_the_way_out_is_to_add_one():
    (finding,) = read("Objet", "Résultat garanti, non ?", has_proof=False)
    assert finding.proposals == []
    assert "Ajoutez d’abord une preuve" in finding.words


def test_the_subject_is_counted_as_a_phone_shows_it():
    assert room("x" * 60) == 0
    assert codes(subject="x" * 60) == []
    assert codes(subject="x" * 61) == ["subject-long"]


def test_more_than_220_words_are_too_many():
    assert codes(body="mot " * 218 + "vrai ?") == []
    assert codes(body="mot " * 219 + "vrai ?") == ["long"]


def test_shouting_and_silence_are_pointed_out():
    assert codes(body="OFFRE EXCEPTIONNELLE, ça vous dit ?") == ["shouting"]
    assert codes(body="Venez !! ça vous dit ?") == ["shouting"]
    assert codes(body="Voilà.") == ["no-answer"]


@pytest.mark.parametrize("body", ["", "  ", "{inconnu}", "{prenom", "[x](https://x.example/{client})", "[x](/ici)"])
def test_what_cannot_be_sent_is_an_error_and_the_only_thing_said(body):
    (finding,) = read("Objet", body)
    assert finding.is_error

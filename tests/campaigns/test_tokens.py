"""Signed links: one purpose each, numbers only, and nothing forged passes."""

import random
import string

import pytest

from campaigns.tokens import Purpose, number_of, token_of


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_says_its_number_for_its_purpose_alone(purpose):
    token = token_of(42, purpose)
    assert [number_of(token, other) for other in Purpose] == [42 if other == purpose else None for other in Purpose]


def test_twenty_thousand_forged_tokens_pass_nowhere():
    chance, genuine = random.Random(4), token_of(7, Purpose.OBJECTION)
    letters = string.ascii_letters + string.digits + "-_:. "
    for _ in range(20_000):
        place = chance.randrange(len(genuine))
        forged = genuine[:place] + chance.choice(letters) + genuine[place + 1 :]
        if chance.random() < 0.3:
            forged = "".join(chance.choices(letters, k=chance.randrange(60)))
        assert forged == genuine or number_of(forged, Purpose.OBJECTION) is None


def test_a_former_key_still_opens_what_it_signed(settings):
    former = token_of(9, Purpose.CLICK)
    settings.MESSAGE_KEYS = ["n" * 60, *settings.MESSAGE_KEYS]
    assert number_of(former, Purpose.CLICK) == 9
    settings.MESSAGE_KEYS = ["m" * 60]
    assert number_of(former, Purpose.CLICK) is None

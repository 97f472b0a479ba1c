"""The texts that come with the product: one for each segment and language, with nothing to say against them."""

import pytest

from campaigns.messages.originals import BY_LANGUAGE, GENERIC, INVITATION, MESSAGE, SURVEY, original
from campaigns.messages.proofreading import read
from segmentation.models import SegmentSlug

EVERY = [
    (kind, segment, language)
    for language in ("fr", "en")
    for kind in (MESSAGE, INVITATION, SURVEY)
    for segment in (*SegmentSlug.values, GENERIC)
]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_segment_has_its_own_words(language):
    texts = BY_LANGUAGE[language]
    assert set(texts) == {*SegmentSlug.values, GENERIC}
    assert len({text.body for text in texts.values()}) == len(texts)


@pytest.mark.parametrize(("kind", "segment", "language"), EVERY)
def test_our_own_reader_finds_nothing_to_say(kind, segment, language):
    text = original(kind=kind, segment=segment, language=language)
    assert read(text.subject, text.body, language=language) == []

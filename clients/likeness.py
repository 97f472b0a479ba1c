"""Which clients may be one under two names. Only ever a suggestion: people decide, side by side.

Pure functions over names. Cost grows with the number of names, not with that of their pairs: names are gathered under
what two likely ones share, and compared only there.

A likeness is: the same SIREN; the same words, whatever their order, spaces, accents, punctuation and legal form; one
slip of the keyboard in one word; one word more at the same postcode. Two different SIRENs are two companies.
"""
# ruff: noqa: SIM905 - lines of words read better than a list of them

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from itertools import chain, combinations, pairwise
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA

from clients.folding import fold

# Words that say what a company is in law, or nothing at all.
EMPTY_WORDS = frozenset(
    "sarl sas sasu sa eurl eirl ei earl gaec sci scm scp scop scea snc gie selarl selas selasu selurl ste societe ets "
    "etablissement etablissements ent entreprise cie compagnie association asso assoc m mr mme mlle monsieur madame "
    "et and de du des la le les l d au aux a en".split()
)
WORD = re.compile(r"[^\W_]+")
ABBREVIATION = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?\b")
SHORTEST_SLIP = 5  # letters: a slip in a shorter word makes another name (Roux, Rous)
SMALL_GROUP = 6  # names alike by the dozen are compared with their neighbours, not each with each


class Named(NamedTuple):
    """A client as it is named somewhere. `key` tells it from all others given; SIREN and postcode may be empty."""

    key: Hashable
    name: str
    siren: str = ""
    postcode: str = ""


class Why(models.TextChoices):
    """In what two names are alike."""

    SIREN = "siren", _("Même SIREN")
    SAME_NAME = "same-name", _("Même nom, à l’écriture près")
    ONE_SLIP = "one-slip", _("Une lettre de différence")
    ONE_WORD = "one-word", _("Un mot de plus, même code postal")


class Pair(NamedTuple):
    """Two names that may be one client; `score` out of 100, the likeliest first."""

    a: Named
    b: Named
    score: int
    why: Why


SCORES = {Why.SIREN: 95, Why.SAME_NAME: 85, Why.ONE_SLIP: 65, Why.ONE_WORD: 60}
SAME_PLACE, OTHER_PLACE = 5, -15


def likely_pairs(
    new: Iterable[Named],
    known: Iterable[Named] = (),
    *,
    different: Collection[tuple[str, str]] = (),
) -> list[Pair]:
    """Pairs of names that may be one client, the likeliest first: a new one and a known one, or two new ones.

    Two known ones are never paired: give them as new for that. `different` holds the pairs of names that somebody
    found to be two clients, as `names_to_remember` writes them.
    """
    newcomers = list(new)
    index = _Index(newcomers)
    for one in known:
        index.add(one)
    own = {one.key for one in newcomers}
    found: dict[tuple[Hashable, Hashable], Pair] = {}
    for a, b, why in index.candidates(own):
        if b.key in own and a.key not in own:
            a, b = b, a
        pair = _judged(a, b, why)
        if pair is None or (different and names_to_remember(a, b) in different):
            continue
        former = found.get((a.key, b.key)) or found.get((b.key, a.key))
        if former is None or former.score < pair.score:
            found.pop((b.key, a.key), None)
            found[(a.key, b.key)] = pair
    return sorted(found.values(), key=lambda pair: (-pair.score, fold(pair.a.name), fold(pair.b.name)))


def names_to_remember(a: Named, b: Named) -> tuple[str, str]:
    """The two names under which a decision about this pair is kept (`IdentityDecision`): folded, the first in order.

    Two clients of one name are told apart by their postcodes, else by their keys.
    """
    first, second = fold(a.name), fold(b.name)
    if first == second:
        marks = (a.postcode, b.postcode) if a.postcode != b.postcode else (str(a.key), str(b.key))
        first, second = (f"{first} {mark}".strip() for mark in marks)
    low, high = sorted((first[-255:], second[-255:]))
    return low, high


def words_of(name: str) -> tuple[str, ...]:
    """The words that name somebody, in their order: folded, without legal form, title or punctuation."""
    text = ABBREVIATION.sub(lambda found: found[0].replace(".", ""), fold(name))
    words = list(_joined(WORD.findall(text)))
    return tuple(word for word in words if word not in EMPTY_WORDS) or tuple(words)


def _joined(words: Iterable[str]) -> Iterator[str]:
    """Letters standing alone one after the other are one word: s a r l."""
    letters = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            letters += word
            continue
        if letters:
            yield letters
        letters = ""
        yield word
    if letters:
        yield letters


def _judged(a: Named, b: Named, why: Why) -> Pair | None:
    """This pair with its score; None when something says that they are two."""
    if a.siren and b.siren and a.siren != b.siren:
        return None
    if a.siren and a.siren == b.siren:
        why = Why.SIREN
    apart = bool(a.postcode and b.postcode and a.postcode != b.postcode)
    together = bool(a.postcode and a.postcode == b.postcode)
    if why == Why.ONE_WORD and not together:
        return None
    if why == Why.ONE_SLIP and apart:  # Martin here and Marlin there are two
        return None
    return Pair(a, b, SCORES[why] + SAME_PLACE * together + OTHER_PLACE * apart * (why != Why.SIREN), why)


class _Index:
    """Names under what two alike share: SIREN, letters, words, all words but one. Only what a new one has is kept."""

    def __init__(self, new: list[Named]):
        self.by_siren: dict[str, list[Named]] = {}
        self.by_letters: dict[str, list[Named]] = {}
        self.by_words: dict[str, list[Named]] = {}
        self.by_rest: dict[str, list[tuple[str, Named]]] = {}
        for one in new:
            self._put(one, is_new=True)

    def add(self, one: Named) -> None:
        """Keep a known one wherever a new one is."""
        self._put(one, is_new=False)

    def _put(self, one: Named, *, is_new: bool) -> None:
        in_order = words_of(one.name)
        words = sorted(in_order)
        whole = " ".join(words)
        if one.siren and (is_new or one.siren in self.by_siren):
            self.by_siren.setdefault(one.siren, []).append(one)
        if is_new or "".join(in_order) in self.by_letters:
            self.by_letters.setdefault("".join(in_order), []).append(one)
        if is_new or whole in self.by_words or whole in self.by_rest:
            self.by_words.setdefault(whole, []).append(one)
        for rest, word in _all_but_one(words):
            if is_new or rest in self.by_rest or rest in self.by_words:
                self.by_rest.setdefault(rest, []).append((word, one))

    def candidates(self, own: Collection[Hashable]) -> Iterator[tuple[Named, Named, Why]]:
        for group in self.by_siren.values():
            yield from ((a, b, Why.SIREN) for a, b in _neighbours(group, own))
        for group in chain(self.by_letters.values(), self.by_words.values()):
            yield from ((a, b, Why.SAME_NAME) for a, b in _neighbours(group, own))
        for rest, entries in self.by_rest.items():
            yield from self._one_word_more(rest, entries, own)
            yield from ((a, b, Why.ONE_SLIP) for a, b in _slips(entries, own))

    def _one_word_more(
        self, rest: str, longer: list[tuple[str, Named]], own: Collection[Hashable]
    ) -> Iterator[tuple[Named, Named, Why]]:
        shorter = self.by_words.get(rest) if " " in rest else None  # one word alone says too little
        if not shorter:
            return
        places: dict[str, list[Named]] = defaultdict(list)
        for one in shorter:
            places[one.postcode].append(one)
        for _word, one in longer:
            for other in places.get(one.postcode, [])[:SMALL_GROUP] if one.postcode else []:
                if one.key in own or other.key in own:
                    yield other, one, Why.ONE_WORD


def _all_but_one(words: list[str]) -> Iterator[tuple[str, str]]:
    """(the other words, the word left out), for each word of a name."""
    for place, word in enumerate(words):
        yield " ".join(words[:place] + words[place + 1 :]), word


def _neighbours(group: list[Named], own: Collection[Hashable]) -> Iterator[tuple[Named, Named]]:
    """Pairs of a group of equal names that hold a new one; in a large one, each with its nearest only."""
    if len(group) < 2:
        return
    if len(group) <= SMALL_GROUP:
        pairs: Iterable[tuple[Named, Named]] = combinations(group, 2)
    else:
        ordered = sorted(group, key=lambda one: (one.postcode, one.key not in own))
        anchor = next((one for one in ordered if one.key not in own), ordered[0])
        pairs = chain(pairwise(ordered), ((anchor, one) for one in ordered if one is not anchor and one.key in own))
    for a, b in pairs:
        if a.key != b.key and (a.key in own or b.key in own):
            yield a, b


def _slips(entries: list[tuple[str, Named]], own: Collection[Hashable]) -> Iterator[tuple[Named, Named]]:
    """Pairs of names whose other words are the same, and whose last differs by one letter changed, added or swapped."""
    if len(entries) < 2:
        return
    by_word: dict[str, list[Named]] = defaultdict(list)
    for word, one in entries:
        if len(word) >= SHORTEST_SLIP - 1 and word.isalpha():
            by_word[word].append(one)
    if len(by_word) < 2:
        return
    for first, second in _slipped(by_word):
        for a, b in _paired(by_word[first], by_word[second]):
            if a.key in own or b.key in own:
                yield a, b


def _slipped(words: Iterable[str]) -> set[tuple[str, str]]:
    """The pairs of these words at one slip from each other: two such words share what is left without some letter."""
    left: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for short in {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}:
            left[short].append(word)
    return {
        (min(a, b), max(a, b))
        for group in left.values()
        if len(group) > 1
        for a, b in combinations(group, 2)
        if max(len(a), len(b)) >= SHORTEST_SLIP and OSA.distance(a, b, score_cutoff=1) == 1
    }


def _paired(first: list[Named], second: list[Named]) -> list[tuple[Named, Named]]:
    """Each of the first with those of the second when they are few; else with one of its own postcode."""
    if len(first) * len(second) <= SMALL_GROUP**2:
        return [(a, b) for a in first for b in second]
    places = {one.postcode: one for one in second if one.postcode}
    return [(a, places[a.postcode]) for a in first if a.postcode in places]

"""Who the invented clients are: name, number, town, trade, and the people there.

SIREN numbers are valid and were never given to anybody: the real ones start well above those used here.
"""

import unicodedata
from math import sqrt
from typing import NamedTuple

from stdnum import luhn

from clients.sample import words

NAMES = (*words.SURNAMES, *words.PLACES)
INVENTED_SIRENS = 32_000  # their first eight digits stay below those of the first number ever given
OWNER_SHARES = (0.27, 0.53, 0.77, 0.975)  # cumulated, of the four salespeople; the rest has nobody yet


class Person(NamedTuple):
    """Somebody at a client."""

    name: str
    role: str
    phone: str
    email: str


class Identity(NamedTuple):
    """A client as the firm's own file describes it; `owner` is a position among the salespeople, -1 for nobody."""

    code: str
    name: str
    is_person: bool
    siren: str
    naf_code: str
    address: str
    postcode: str
    city: str
    phone: str
    email: str
    owner: int
    contacts: tuple[Person, ...]


def identity(index: int, *, is_person: bool = False) -> Identity:
    """Client number `index`, always the same one; a private person has no company, number or trade."""
    postcode, city = words.TOWNS[int(even(index, sqrt(17)) ** 1.7 * len(words.TOWNS))]
    name = _full_name(index) if is_person else _company_name(index, city)
    domain = "courriel.example" if is_person else f"{_slug(name)}.example"
    people = (
        (_head(index, domain),) if is_person or index % 5 < 3 else (_head(index, domain), _assistant(index, domain))
    )
    return Identity(
        code=f"C{index + 1:05}",
        name=name,
        is_person=is_person,
        siren="" if is_person else _siren(index),
        naf_code="" if is_person else words.TRADES[index % len(words.TRADES)].naf,
        address=f"{1 + index * 13 % 148} {words.STREETS[index % len(words.STREETS)]}",
        postcode=postcode,
        city=city,
        phone=people[0].phone if is_person else _number(words.PHONE_BLOCK, index * 37 + 11),
        email=people[0].email if is_person else f"contact@{domain}",
        owner=next((i for i, share in enumerate(OWNER_SHARES) if even(index, sqrt(11)) < share), -1),
        contacts=people,
    )


def even(index: int, irrational: float) -> float:
    """The fractional part of index × an irrational: fills [0, 1[ evenly, whatever the number of clients."""
    return (index * irrational) % 1.0


def _company_name(index: int, city: str) -> str:
    """A name that no other client has: a trade and a surname or a place, and the town once those run out."""
    trade, turn = index % len(words.TRADES), index // len(words.TRADES)
    word = NAMES[(turn * 29 + trade * 7) % len(NAMES)]
    letter = "{p}" if word in words.PLACES else "{s}"
    fitting = [pattern for pattern in words.TRADES[trade].names if letter in pattern]
    if fitting:
        name = fitting[turn % len(fitting)].replace(letter, word)
    else:
        name = f"{words.TRADES[trade].names[0].replace('{s}', '').replace('{p}', '').strip()} {word}"
    rounds = turn // len(NAMES)
    return f"{name} {city} {rounds}" if rounds else name


def _head(index: int, domain: str) -> Person:
    roles = words.ROLES_F if _is_woman(index) else words.ROLES
    name = _full_name(index)
    return Person(
        name, roles[index // 2 % len(roles)], _number(words.MOBILE_BLOCK, index * 53 + 7), _email(name, domain)
    )


def _assistant(index: int, domain: str) -> Person:
    first = words.WOMEN[(index * 5 + 3) % len(words.WOMEN)]
    name = f"{first} {words.SURNAMES[(index * 31 + 17) % len(words.SURNAMES)]}"
    phone = _number(words.PHONE_BLOCK, index * 37 + 12)
    return Person(name, words.ASSISTANTS[index % len(words.ASSISTANTS)], phone, _email(name, domain))


def _is_woman(index: int) -> bool:
    return even(index, sqrt(19)) < 0.45


def _full_name(index: int) -> str:
    firsts = words.WOMEN if _is_woman(index) else words.MEN
    return f"{firsts[index * 7 % len(firsts)]} {words.SURNAMES[(index * 23 + index // 80) % len(words.SURNAMES)]}"


def _siren(index: int) -> str:
    """A number with a right check digit, clearly invented; nothing once those run out."""
    if index >= INVENTED_SIRENS:
        return ""
    body = f"{1 + index * 7_919 % INVENTED_SIRENS:08}"
    return body + luhn.calc_check_digit(body)


def _number(block: str, rank: int) -> str:
    return f"{block} {rank // 100 % 100:02} {rank % 100:02}"


def _email(name: str, domain: str) -> str:
    return f"{_slug(name).replace('-', '.', 1)}@{domain}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", " "))
    return "-".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())

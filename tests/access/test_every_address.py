"""Goal S1: every address × every method × eight identities × own or somebody else's object, from one declared table."""

import contextlib

import pytest
from django.db import connection
from django.urls import URLPattern, get_resolver

from tests.access.table import PAGES, Page, address_of
from tests.access.world import Who, undone

pytestmark = pytest.mark.django_db
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
ENTRANCES = ("/connexion/?next=", "/admin/login/?next=")  # the second leads to the first
NOT_STATE = {"django_session", "cache"}  # who is logged in where, and how many guesses were missed


def declared_name(pattern, namespaces, route):
    return ":".join([*namespaces, pattern.name]) if pattern.name else route


def every_address(resolver=None, namespaces=(), route=""):
    """The name of every pattern that the site answers to, or its route when it has no name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield declared_name(pattern, namespaces, here)
        else:
            inner = [pattern.namespace] if pattern.namespace else []
            yield from every_address(pattern, (*namespaces, *inner), here)


def test_every_address_is_declared_once_and_every_declared_one_exists():
    existing, declared = list(every_address()), [page.name for page in PAGES]
    assert sorted(declared) == sorted(set(declared))
    assert set(existing) - set(declared) == set(), "declare these in tests/access/table.py"
    assert set(declared) - set(existing) == set(), "these addresses are gone: take them out of tests/access/table.py"


def state():
    """A digest of every row of every table that holds anything of the firm."""
    tables = sorted(set(connection.introspection.table_names()) - NOT_STATE)
    one = "SELECT '{0}' AS name, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS rows FROM \"{0}\" AS t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return dict(cursor.fetchall())


def changed(before, after):
    """The tables that do not hold what they held."""
    return {table for table in before if before[table] != after[table]}


def is_kept_out(page, who):
    return who == Who.STRANGER and who not in ((page.get or frozenset()) | (page.post or frozenset()))


def expected(page: Page, method, who, side) -> tuple[int, ...]:
    """The statuses that this request may get; 302 for a stranger means the login page."""
    if method not in ("GET", "HEAD", "POST"):
        return (405,)
    allowed = page.post if method == "POST" else page.get
    if is_kept_out(page, who):
        return (302,)
    if allowed is None:
        others = page.get if method == "POST" else page.post
        return (405, 403) if who not in others else (405, 404) if page.of_a_client or page.of_one_person else (405,)
    if who not in allowed:
        return (403,)
    if (page.of_a_client and who not in side.seen_by) or (page.of_one_person and who != side.holder):
        return (404,)
    return page.answers if method == "POST" else (302,) if who in page.leads_on else (page.shows,)


def is_accepted_post(page, method, who, side):
    return method == "POST" and page.post is not None and expected(page, method, who, side) == page.answers


def ask(browser, page, method, side):
    if method == "POST":
        return browser.post(address_of(page, side), page.data(side))
    return browser.generic(method, address_of(page, side))


def cases(page, world):
    """Every (method, identity, side) to try; pages that are about nothing in particular are tried once."""
    sides = world.sides if page.address and not isinstance(page.address, str) else {"own": world.sides["own"]}
    return [(method, who, name, side) for name, side in sides.items() for method in METHODS for who in Who]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_everybody_gets_what_the_table_says_and_a_refusal_changes_nothing(page, world, browsers):
    before = state()
    wrong = []
    for method, who, name, side in cases(page, world):
        wanted = expected(page, method, who, side)
        with undone() if is_accepted_post(page, method, who, side) else contextlib.nullcontext():
            answer = ask(browsers[who], page, method, side)
        astray = answer.status_code == 302 and is_kept_out(page, who) and not answer["Location"].startswith(ENTRANCES)
        if answer.status_code not in wanted or astray:
            wrong.append(f"{method} by {who} on {name}: {answer.status_code}, not {wanted}")
    assert wrong == []
    assert changed(before, state()) <= page.notes, "a page that was only read, or refused, changed something"

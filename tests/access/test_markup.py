"""What no page may contain, whoever reads it: the policy of the browser would block it, or it would leave the site."""

import re

import pytest

from tests.access.table import ADMINISTRATION, PAGES, address_of
from tests.access.world import Who

pytestmark = pytest.mark.django_db
OURS = [page for page in PAGES if page.get and page not in ADMINISTRATION]
READERS = [Who.STRANGER, Who.OWNER, Who.MANAGER, Who.MARKETING, Who.DIRECTION, Who.ADMINISTRATOR]
FORBIDDEN = {
    "a style attribute": r"\sstyle\s*=",
    "a style sheet in the page": r"<style\b",
    "a script in the page": r"<script(?![^>]*\ssrc=)[^>]*>",
    "an event attribute": r"<[^>]+\son[a-z]+\s*=",
    "a script as an address": r"(?:href|src|action)\s*=\s*[\"']?javascript:",
    "an htmx expression": r"\shx-on\b|hx-(?:vals|headers)\s*=\s*[\"']js:",
    "an address outside the site": r"(?:src|action|srcset|poster)\s*=\s*[\"'](?:https?:)?//",
}


def pages_of(browser, page, side):
    """The HTML that this reader gets, or nothing when the answer is no page."""
    answer = browser.get(address_of(page, side))
    is_html = "html" in answer.headers.get("Content-Type", "") and not answer.streaming
    return answer, answer.content.decode() if is_html else ""


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
@pytest.mark.parametrize("who", READERS)
def test_no_page_holds_what_the_policy_would_block(page, who, world, browsers):
    _answer, html = pages_of(browsers[who], page, world.sides["own"])
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, html, re.IGNORECASE)] == []


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
def test_every_answer_carries_the_strict_policy(page, world, browsers):
    answer, _html = pages_of(browsers[Who.DIRECTION], page, world.sides["own"])
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
def test_a_page_has_one_title_one_heading_a_language_and_a_way_past_the_navigation(page, world, browsers):
    answer, html = pages_of(browsers[Who.DIRECTION], page, world.sides["own"])
    if answer.status_code != 200 or "<html" not in html:
        pytest.skip("answers with no page of its own")
    assert len(re.findall(r"<h1\b", html)) == 1
    assert re.search(r"<title>[^<]+ – Cap Clients</title>", html)
    assert '<html lang="fr"' in html
    assert 'class="skip" href="#contenu"' in html


def test_an_answer_to_a_stranger_asks_the_database_for_no_count(browsers, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        browsers[Who.STRANGER].get("/connexion/")

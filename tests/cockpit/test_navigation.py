"""The navigation: what a firm that starts sees of it, what its parts add, and what a phone has room for."""

import re

import pytest
from django.urls import reverse

from accounts.models import Firm
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
FIRST = ["cockpit:dashboard", "cockpit:at-risk", "cockpit:client-list", "cockpit:action-list"]


def shown(client, roles, parts=()):
    """The navigation as drawn for this person: the addresses of the bar of a phone, and of the rest."""
    Firm.objects.update_or_create(pk=Firm.ONLY, defaults={"parts": list(parts)})
    client.force_login(UserFactory(roles=roles))
    page = client.get(reverse("cockpit:help")).content.decode()
    nav = page[page.index('<nav class="side"') :]
    nav = nav[: nav.index("</nav>")]
    nav = nav[: nav.index("side-foot")] if "side-foot" in nav else nav
    rest = re.findall(r'<li class="deep"><a href="([^"]+)"', nav)
    menu = re.findall(r'<a class="phone-only" href="([^"]+)"', page)
    return re.findall(r'<li><a href="([^"]+)"', nav), rest, menu


def test_a_firm_that_starts_sees_four_pages(client):
    bar, rest, _menu = shown(client, [Role.DIRECTION])
    assert bar[:4] == [reverse(name) for name in FIRST]
    assert rest == []


def test_each_part_switched_on_adds_its_page(client):
    _bar, before, _menu = shown(client, [Role.DIRECTION])
    _bar, after, _menu = shown(client, [Role.DIRECTION], parts=[Firm.Part.NEEDS])
    assert set(after) - set(before) == {reverse("cockpit:needs")}


def test_a_phone_has_a_bar_of_five_and_the_other_pages_in_the_account_menu(client):
    bar, rest, menu = shown(client, [Role.DIRECTION], parts=Firm.Part.values)
    settings = reverse("cockpit:settings")
    assert [url for url in bar if url != settings] == [
        *(reverse(name) for name in FIRST),
        reverse("cockpit:tiers"),
    ]
    assert rest
    assert set(rest) <= set(menu)


def test_who_may_not_read_grades_has_no_way_to_them(client):
    _bar, rest, _menu = shown(client, [Role.ADMINISTRATOR], parts=Firm.Part.values)
    assert reverse("cockpit:relation") not in rest

"""Who looks at prospects, and a portrait to compare them with."""

import datetime as dt

import pytest
import time_machine

from accounts.models import Firm
from segmentation.models import Portrait, PortraitLine
from tests.factories import ScoringRunFactory, UserFactory

LINES = (
    ("sector", "62", 12, 10, 17),
    ("sector", "69", 2, 40, -20),
    ("sector", "56", 1, 2, None),
    ("size", "11", 9, 15, 9),
    ("area", "12", 20, 65, 0),
)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture(autouse=True)
def firm(db):
    return Firm.objects.create(pk=Firm.ONLY, parts=["prospects"])


@pytest.fixture
def portrait():
    portrait = Portrait.objects.create(run=ScoringRunFactory(), champions=30, others=100)
    for trait, value, champions, others, points in LINES:
        counts = {"champions": champions, "others": others, "known_champions": 30, "known_others": 100}
        PortraitLine.objects.create(portrait=portrait, trait=trait, value=value, points=points, **counts)
    return portrait


@pytest.fixture
def claire():
    return UserFactory(last_name="Fabre")


@pytest.fixture
def director():
    return UserFactory(roles=["direction"], last_name="Roy")


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


@pytest.fixture
def chief(client, director):
    client.force_login(director)
    return client


def page(response):
    """What a page says, its spaces made plain."""
    return " ".join(response.content.decode().replace("\xa0", " ").replace("\u202f", " ").split())


def undo(browser, response):
    """Posts to where the last message offers to undo."""
    (message,) = response.context["messages"]
    return browser.post(message.extra_tags, follow=True)

"""One firm and one browser for each identity, shared by every test of a module and rolled back at its end."""

import pytest
from django.db import transaction
from django.test import Client

from tests.access import world as worlds
from tests.access.world import Who


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The firm, made once for the module; every test leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield worlds.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browsers(world):
    """One browser for each identity, logged in. A crash is a page with status 500, not an exception."""
    browsers = {who: Browser(raise_request_exception=False) for who in Who}
    for who, browser in browsers.items():
        if who in world.people:
            browser.force_login(world.people[who])
        browser.at_start = browser.cookies.output(header="", sep=";")
    return browsers


class Browser(Client):
    """A browser that comes back to each address as it was at the start, as if nobody had logged out since."""

    at_start = ""

    def request(self, **request):
        self.cookies.clear()
        self.cookies.load(self.at_start)
        return super().request(**request)


@pytest.fixture(autouse=True)
def _as_many_tries_as_it_takes(settings):
    settings.ACCOUNT_RATE_LIMITS = False

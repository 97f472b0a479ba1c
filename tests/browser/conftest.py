"""A real browser on a real server, logged in as one of the people of the access tests."""

import os

import pytest
from django.conf import settings as project_settings
from django.test import Client
from playwright.sync_api import sync_playwright

from tests import surroundings
from tests.access import world as worlds


@pytest.fixture
def world(transactional_db):
    return worlds.build()


@pytest.fixture(scope="session")
def browser(chromium):
    """The system's Chromium. Its driver runs an event loop in this thread, where Django would refuse its database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=surroundings.CHROMIUM_FLAGS)
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_as(browser, live_server, world):
    """A function: a page of the site for this person, in a window of this width and this theme."""
    contexts = []

    def opened(who, *, width=1440, theme="light", **options):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            locale="fr-FR",
            **options,
        )
        contexts.append(context)
        if who in world.people:
            context.add_cookies([_session_of(world.people[who], live_server.url)])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def _session_of(person, url):
    visitor = Client()
    visitor.force_login(person)
    name = project_settings.SESSION_COOKIE_NAME
    return {"name": name, "value": visitor.cookies[name].value, "url": url}

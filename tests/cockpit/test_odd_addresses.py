"""Whatever is written after the question mark, a list answers: never a failure, never more rows than a page holds."""

import os
import random

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.roles import Role
from tests.factories import ActionFactory, ScoreFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMES = [
    *("q", "palier", "segment", "r", "fm", "risque", "commercial", "ca_min", "sans_score", "vue", "portefeuille"),
    *("tri", "page", "per_page", "client", "onglet", "personne", "mesure", "next", "inconnu", "colonnes", "note"),
]
VALUES = [
    *(
        "",
        "0",
        "-1",
        "1",
        "25",
        "100",
        "100000",
        "9" * 30,
        "-" + "9" * 30,
        "1e999",
        "NaN",
        "Infinity",
        "1,5",
        "½",
        "²",
        "٣",
    ),
    *("A", "Z", "cannot-lose", "aucun", "moi", "equipe", "ca", "-ca", "--ca", "tri,ca", "silence", "sans-action", "1"),
    *(
        "\0",
        "%00",
        "%",
        "_",
        "'",
        '"',
        "';--",
        "<script>",
        "{{ 7 }}",
        "%(q)s",
        "../",
        "é" * 400,
        "a b c " * 60,
        "\u202e",
        "🙂",
    ),
    *("true", "None", "[]", "client__owner", "owner__password", "2026-13-45", "ville,ca,ville"),
]
LISTS = ("at-risk", "client-list", "action-list", "relation", "client-columns", "risk-columns", "saved-views")
TRIES = int(os.environ.get("FUZZ_TRIES", "300"))  # 2,000 and more on demand


@pytest.fixture
def direction(client):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


def odd_query(rnd):
    return urlencode([(rnd.choice(NAMES), rnd.choice(VALUES)) for _ in range(rnd.randint(1, 6))])


def test_no_odd_address_makes_a_page_fail(direction):
    score = ScoreFactory(at_risk=True, amount_at_risk=10)
    ActionFactory(client=score.client)
    pages = [reverse(f"cockpit:{name}") for name in LISTS]
    pages.append(reverse("cockpit:client-page", args=[score.client_id]))
    rnd = random.Random(11)
    for _ in range(TRIES):
        address = f"{rnd.choice(pages)}?{odd_query(rnd)}"
        response = direction.get(address)
        assert response.status_code in (200, 404), address
        assert len(response.content) < 200_000, address


def test_no_odd_address_makes_an_export_fail(direction):
    ScoreFactory(at_risk=True, amount_at_risk=10)
    rnd = random.Random(12)
    for _ in range(60):
        address = reverse(f"cockpit:{rnd.choice(['at-risk', 'client-list'])}-export", args=["csv"])
        assert b"".join(direction.post(f"{address}?{odd_query(rnd)}").streaming_content).startswith(b"\xef\xbb\xbf")

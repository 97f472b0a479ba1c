"""Goal S2 for the grade of the relation: who may not read it learns nothing of it, though they see the client.

Marketing and Administrateur see every client and no grade. The net is independence: whatever becomes of the grades,
opinions and plans, each page, list, filter, count, panel, journal and file of theirs is the same to the byte.
"""

import pytest

from segmentation.models import Assessment, Colour, FormerGrade, Grade, ReframingPlan
from tests.access.table import ABOUT_CLIENTS, PAGES, address_of
from tests.access.test_canaries import EXPORTS, TOKEN, is_a_list, text_of
from tests.access.world import Who, undone

pytestmark = pytest.mark.django_db
BLIND = [Who.MARKETING, Who.ADMINISTRATOR]
CANARY = "hermine"
MACHINES = ("health", "readyz")  # they tell of the moment
TELLING = (
    *("cockpit:relation", "cockpit:client-page", "cockpit:client-list", "cockpit:at-risk"),
    *("cockpit:client-list-export", "cockpit:at-risk-export"),
)
COLUMNS = "colonnes=note,ville,palier"
QUERIES = [
    "",
    f"?{COLUMNS}",
    "?note=red",
    "?note=orange&note=dark-green",
    f"?tri=note&{COLUMNS}",
    "?client={client}",
    "?table=segmentation_grade",
    "?table=segmentation_assessment",
]


@pytest.fixture
def side(world):
    side = world.sides["own"]
    Assessment.objects.filter(pk=side.opinion.pk).update(comment=f"{CANARY}-avis")
    ReframingPlan.objects.filter(pk=side.plan.pk).update(what=f"{CANARY}-plan", outcome=f"{CANARY}-issue")
    Grade.objects.filter(pk=side.grade.pk).update(motive=f"{CANARY}-motif")
    return side


def read(page, side, browser):
    """What this person reads at each way to ask for this page, or gets as a file."""
    queries = QUERIES if is_a_list(page) or page.name == "accounts:journal" else [""]
    for query in queries:
        asked = address_of(page, side) + query.format(client=side.client.pk)
        answer = browser.get(asked)
        # an error page bears a mark of its own, each time another
        yield asked, TOKEN.sub("", text_of(answer)) if answer.status_code == 200 else str(answer.status_code)


def files(page, side, browser):
    for kind, queries in (("csv", QUERIES), ("xlsx", QUERIES[:2])):
        for query in queries:
            asked = address_of(page, side).replace("csv", kind) + query.format(client=side.client.pk)
            for ticked in ({}, {"toutes": "1", "avec_note": "1"}):
                with undone():
                    yield f"{asked} {ticked}", text_of(browser.post(asked, ticked))


def everything(side, who, browser, *, names=()):
    """All that this person reads and takes away; of the pages called `names`, when some are."""
    pages = [page for page in PAGES if page.get and who in page.get and not page.name.startswith(("admin", *MACHINES))]
    pages = [page for page in pages if not names or page.name in names]
    told = {asked: said for page in pages for asked, said in read(page, side, browser)}
    return told | {
        asked: said for page in EXPORTS if not names or page.name in names for asked, said in files(page, side, browser)
    }


def upset(side):
    """Other colours, opinions and plans for everybody."""
    Assessment.objects.filter(pk=side.opinion.pk).update(effort=5, comment=f"{CANARY}-autre")
    Grade.objects.filter(pk=side.grade.pk).update(
        colour=Colour.DARK_GREEN, score=97, red="", proposed_by=None, spread=3, gap=4, motive=""
    )
    Grade.objects.exclude(pk=side.grade.pk).delete()
    FormerGrade.objects.create(
        client=side.client, colour="red", score=3, since=side.grade.since, until=side.grade.assessed_at
    )
    ReframingPlan.objects.all().delete()


@pytest.mark.parametrize("who", BLIND)
def test_whatever_becomes_of_the_grades_who_may_not_read_them_reads_the_same(who, world, browsers, side):
    before = everything(side, who, browsers[who])
    upset(side)
    after = everything(side, who, browsers[who])
    assert [asked for asked in before if before[asked] != after[asked]] == []
    assert [asked for asked, said in before.items() if CANARY in said] == []


def test_the_net_catches_what_the_direction_reads(world, browsers, side):
    browser = browsers[Who.DIRECTION]
    before = everything(side, Who.DIRECTION, browser, names=TELLING)
    upset(side)
    after = everything(side, Who.DIRECTION, browser, names=TELLING)
    changed = {asked.partition("?")[0].partition(" ")[0] for asked in before if before[asked] != after[asked]}
    client = f"/clients/{side.client.pk}/"
    assert {"/relation/", client, "/clients/", "/a-risque/", "/clients/export/csv/", "/a-risque/export/csv/"} <= changed


def test_the_pages_of_the_relation_are_shut_to_who_may_not_read_it(world, browsers, side):
    pages = [page for page in ABOUT_CLIENTS if page.name in ("cockpit:relation", "cockpit:rate-client")]
    assert len(pages) == 2
    for who in BLIND:
        assert {browsers[who].get(address_of(page, side)).status_code for page in pages} == {403}
        assert "/relation/" not in text_of(browsers[who].get("/clients/"))

"""What leaves on paper: how many A4 pages each printed page is."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from accounts import logos
from accounts.models import Firm
from segmentation.models import Movement, Risk, ScoringRun
from tests.access.world import Who
from tests.accounts.test_logos import png
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory
from tests.segmentation.test_diagnosis import books

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


def printed(page, address) -> int:
    """How many sheets of A4 this address makes."""
    page.goto(address)
    return sheets_of(page)


def sheets_of(page) -> int:
    """How many sheets of A4 this page makes as it is."""
    page.emulate_media(media="print")
    return len(PAGE.findall(page.pdf(format="A4", prefer_css_page_size=True)))


def everything_moves(run, former):
    """A page with all it can hold: names as long as they get, five moves, three decisions."""
    for number in range(8):
        client = ClientFactory(name=f"Société coopérative d’entretien des espaces verts et forestiers n° {number}")
        for one, segment in ((former, "champions"), (run, "cannot-lose")):
            score = {"at_risk": True, "amount_at_risk": Decimal(9_000)} if one == run else {}
            ScoreFactory(
                run=one, client=client, segment=segment, tier="A", tier_revenue=Decimal(1_234_567 + number), **score
            )
        Movement.objects.create(
            client=client,
            former_as_of=former.as_of,
            as_of=run.as_of - dt.timedelta(days=2),
            from_segment="champions",
            to_segment="cannot-lose",
            is_arrival=False,
            is_departure=False,
            cause="facts",
            confirmed_on=run.as_of,
        )


@pytest.mark.parametrize("who", [Who.DIRECTION, Who.MANAGER])
def test_the_note_is_one_page_of_a4(open_as, who):
    assert printed(open_as(who), "/rapports/") == 1


def test_the_note_is_one_page_of_a4_with_all_it_can_hold(open_as, world):
    Firm.objects.update_or_create(pk=Firm.ONLY, defaults={"name": "N" * 120, "parts": list(Firm.Part.values)})
    run = ScoringRun.objects.latest_at()
    former = ScoringRunFactory(as_of=run.as_of - dt.timedelta(days=100), rules=run.rules)
    everything_moves(run, former)
    page = open_as(Who.DIRECTION)
    assert printed(page, "/rapports/") == 1
    assert page.locator("#note-mouvements ~ *, .todo li").count() >= 5


def test_the_note_of_a_firm_of_three_clients_is_one_page_of_a4(open_as, world):
    latest = ScoringRun.objects.latest_at()
    run = ScoringRunFactory(as_of=latest.as_of + dt.timedelta(days=1), rules=latest.rules, ranked=3)
    for _number in range(3):
        ScoreFactory(run=run, tier="", tier_rank=None)
    assert printed(open_as(Who.DIRECTION), "/rapports/") == 1


def test_a_diagnosis_is_one_page_of_a4_under_the_logo_of_the_firm(open_as, world, tmp_path):
    logos.keep(content=png(300, 300), by=world.people[Who.DIRECTION])
    (tmp_path / "fec.txt").write_text(books())
    page = open_as(Who.DIRECTION)
    page.goto("/rapports/diagnostic/")
    page.set_input_files("input[type=file]", tmp_path / "fec.txt")
    page.get_by_label("Nom de l’entreprise").fill("Menuiserie Roux")
    page.get_by_role("button", name="Faire le diagnostic").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Note de direction · Menuiserie Roux")
    expect(page.locator("main img")).to_have_js_property("complete", True)
    assert sheets_of(page) == 1


@pytest.mark.parametrize(("calls", "sheets"), [(12, 1), (24, 2)])
def test_a_call_sheet_holds_twelve_clients_a_page(open_as, world, calls, sheets):
    run = ScoringRun.objects.latest_at()
    missing = calls - Risk.objects.of(run).count()
    for _number in range(missing):
        ScoreFactory(run=run, client=ClientFactory(), at_risk=True, amount_at_risk=Decimal(900))
    page = open_as(Who.DIRECTION)
    assert printed(page, "/a-risque/?per_page=25") == sheets
    assert page.locator("main tbody tr").count() == calls

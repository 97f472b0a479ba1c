"""From a hole in the matrix to a message in mailboxes, to what it changed: the marketing assistant's journey."""

import datetime as dt
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from campaigns import objections, sending
from campaigns.models import Arm, Campaign, Recipient
from segmentation.models import Offering, OfferOdds, Peer, PeerGroup
from tests.access.world import Who
from tests.campaigns.conftest import use_server
from tests.factories import ClientFactory, ContactFactory, ScoreFactory
from tests.mail_servers import Sink

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CHAMPIONS, LOYAL = 64, 56
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def sink(settings):
    server = Sink()
    server.start()
    use_server(settings, server.port)
    yield server
    server.stop()


@pytest.fixture
def service(world):
    """A service that 64 Champions and 56 loyal clients lack; of the Champions, one objected and one has no e-mail."""
    hole = world.sides["own"].hole
    offering = Offering.objects.get(run=world.run, service=hole.service)
    for segment, tier, count in (("champions", "A", CHAMPIONS), ("loyal", "B", LOYAL)):
        group = PeerGroup.objects.create(run=world.run, tier=tier, segment=segment, sector="C", clients=count)
        OfferOdds.objects.create(
            offering=offering, group=group, held=0, alike=count, alike_held=9, n=count, propensity="0.3", amount=100,
            worth=30,
        )  # fmt: skip
        for number in range(count):
            client = ClientFactory(owner=world.people[Who.OWNER], name=f"{segment.title()} {number:03}")
            score = ScoreFactory(run=world.run, client=client, segment=segment, tier=tier)
            Peer.objects.create(run=world.run, client=client, score=score, group=group)
            if (segment, number) != ("champions", 0):
                objected = timezone.now() if (segment, number) == ("champions", 1) else None
                email = f"{segment}{number}@client.example"
                ContactFactory(client=client, email=email, objected_at=objected)
    return hole.service


@pytest.fixture
def assistant(open_as):
    """The page of the marketing assistant, and all that its console says."""
    page, said = open_as(Who.MARKETING), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def at_desk(page, anchor):
    page.wait_for_url(re.compile(rf"/rediger/.*#{anchor}$"))


def test_from_a_hole_to_messages_received_and_a_verdict(assistant, service, sink, world):
    page, said = assistant
    page.goto(f"/opportunites/segment-champions/{service.pk}/")
    page.get_by_role("link", name="Créer une campagne").click()
    page.get_by_role("button", name="Commencer").click()

    # 1. Who: the audience came along, and those left out add up.
    page.wait_for_url("**/rediger/")
    expect(page.get_by_role("checkbox", name="Champions")).to_be_checked()
    expect(page.locator("#qui")).to_contain_text(f"{CHAMPIONS} clients retenus, dont {CHAMPIONS - 2} à qui l’on peut")
    expect(page.locator("#qui")).to_contain_text("1 sans e-mail")
    expect(page.locator("#qui")).to_contain_text("1 se sont opposés")
    page.get_by_role("checkbox", name="Fidèles").check()
    page.get_by_role("button", name="Enregistrer et recompter").click()
    at_desk(page, "qui")

    # 2. Message: ready for each segment; what is wrong is said while typing, and what is typed is kept.
    expect(page.locator("#message").get_by_role("link", name="Fidèles")).to_be_visible()
    first = page.locator("#apercu").inner_text()
    page.get_by_role("link", name="Client suivant").click()
    page.wait_for_url("**lecteur=**")
    expect(page.locator("#apercu")).not_to_have_text(first)
    body = page.get_by_label("Message", exact=True)
    body.fill("Chers clients,\n\nNous ouvrons un essai à {client}. Quand vous appeler ?")
    page.get_by_text("« Chers clients » s’adresse à tout le monde").wait_for()
    expect(page.locator("#lecture")).to_contain_text("Brouillon gardé à")
    page.reload()
    expect(page.get_by_label("Message", exact=True)).to_have_value(re.compile("^Chers clients"))
    page.get_by_role("button", name="Bonjour {prenom|à vous}").click()
    at_desk(page, "message")
    expect(page.get_by_label("Message", exact=True)).to_have_value(re.compile(r"^Bonjour \{prenom\|à vous\},"))
    expect(page.locator("#lecture")).to_contain_text("Bonjour Jeanne,")

    # 3. Measure: arms, fixed before anything leaves.
    page.get_by_label("Part qui reçoit le message standard").fill("20")
    page.get_by_label("Part gardée sans contact").fill("10")
    page.locator("#mesure").get_by_role("button", name="Enregistrer").click()
    at_desk(page, "mesure")
    reached = CHAMPIONS - 2 + LOYAL + len(world.sides)  # whose clients are loyal, and lack it too
    held, generic = round(reached * 0.1), round(reached * 0.2)
    expect(page.locator("#mesure")).to_contain_text(
        f"{reached - held - generic} recevront le message de leur segment, {generic} le message standard, {held}"
    )

    # 4. Sending: a try to oneself, on Tuesday at nine, to as many as the button says.
    page.get_by_role("button", name="M’envoyer un essai").click()
    at_desk(page, "envoi")
    expect(page.get_by_role("status").filter(has_text="L’essai est parti")).to_be_visible()
    assert [(to, message["Subject"][:7]) for to, message in sink.received] == [("marketing@cabinet.example", "[Essai]")]
    sink.received.clear()
    tuesday = timezone.localtime() + dt.timedelta(days=7 - (timezone.localtime().weekday() - 1) % 7)
    page.get_by_label("Envoi à partir du").fill(tuesday.strftime("%Y-%m-%dT09:00"))
    page.locator("#envoi").get_by_role("button", name="Enregistrer").click()
    at_desk(page, "envoi")
    page.get_by_role("button", name=f"Programmer pour {reached - held} clients").click()
    page.wait_for_url(re.compile(r"/campagnes/\d+/$"))
    expect(page.locator("main")).to_contain_text("Rien avant le")

    campaign = Campaign.objects.latest("pk")
    assert sending.work().sent == 0
    campaign.recipients.update(next_try_at=timezone.now())  # Tuesday comes
    Campaign.objects.filter(pk=campaign.pk).update(scheduled_for=timezone.now())
    while sending.work().sent:
        pass

    # Each received one message, of their own arm, that they may stop; nobody else did.
    recipients = {one.email: one for one in campaign.recipients.all()}
    received = [to for to, _message in sink.received]
    assert sorted(received) == sorted(to for to, one in recipients.items() if one.arm != Arm.HELD)
    assert len({one.client_id for one in recipients.values()}) == len(recipients) == reached
    for to, message in sink.received:
        text = message.get_body(("plain",)).get_content()
        assert ("Nous ouvrons un essai" in text) == (
            recipients[to].segment == "champions" and recipients[to].arm == Arm.SEGMENTED
        )
        assert objections.link_token(recipients[to]) in message["List-Unsubscribe"]

    # A week later: what came back, in words.
    told = campaign.recipients.filter(arm=Arm.SEGMENTED)
    Recipient.objects.filter(pk__in=list(told.values_list("pk", flat=True))[::2]).update(replied_at=timezone.now())
    page.reload()
    expect(page.get_by_role("heading", name="Contre le message standard")).to_be_visible()
    expect(page.locator("main")).to_contain_text(
        re.compile(r"Réponses : \+50,0 points, intervalle \[.*\]\. Concluant\.")
    )
    assert said == []


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (390, "dark"), (768, "light"), (1440, "dark")])
def test_the_desk_breaks_no_rule_and_fits_the_window(open_as, service, world, width, theme):
    page, said = open_as(Who.MARKETING, width=width, theme=theme), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"/campagnes/{world.sides['own'].draft.pk}/rediger/")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []
    assert said == []

"""What people answer to a message without logging in: looking changes nothing, a post acts, bad links lead nowhere."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Firm
from campaigns import answers, objections
from campaigns.models import Answer, Campaign, Click, Link, Recipient, Suppression
from campaigns.tokens import Purpose, token_of
from tests.factories import CampaignFactory, ClientFactory, ContactFactory, RecipientFactory, UserFactory

pytestmark = pytest.mark.django_db
HUMAN = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
REDIRECTS = [
    "https://pirate.example/", "//pirate.example", "/\\pirate.example", "javascript:alert(1)", "data:text/html,x",
    "%2f%2fpirate.example", "https:pirate.example", "\thttps://pirate.example", "http://127.0.0.1:5432/",
]  # fmt: skip


@pytest.fixture
def stranger():
    """A browser without cookies, as strict about forged posts as the site is."""
    Firm.objects.create(pk=Firm.ONLY, name="Cabinet Fabre")
    return Browser(enforce_csrf_checks=True)


def a_recipient(kind=Campaign.Kind.MESSAGE, **values):
    launch = {"state": Campaign.State.SENDING, "launched_at": timezone.now(), "launched_by": UserFactory()}
    campaign = values.pop("campaign", None) or CampaignFactory(kind=kind, **launch, **values)
    client = ClientFactory()
    contact = ContactFactory(client=client, name="Jeanne Secrète", email=f"jeanne{client.pk}@client.example")
    sent_at = timezone.now() - dt.timedelta(hours=1)
    return RecipientFactory(
        campaign=campaign,
        client=client,
        contact=contact,
        email=contact.email,
        state=Recipient.State.SENT,
        sent_at=sent_at,
    )


def words(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


# --- Objection


def stop(recipient):
    return f"/stop/{objections.link_token(recipient)}/"


def test_looking_at_the_page_of_objection_a_hundred_times_changes_nothing(stranger):
    recipient = a_recipient()
    for _ in range(100):
        assert stranger.get(stop(recipient)).status_code == 200
    assert not Suppression.objects.exists()
    assert recipient.contact.objected_at is None


def test_the_page_tells_nothing_of_the_person(stranger):
    recipient = a_recipient()
    page = words(stranger.get(stop(recipient)))
    assert "Cabinet Fabre" in page
    for known in ("Jeanne", recipient.email, recipient.client.name):
        assert known not in page


def test_a_mail_program_stops_everything_without_a_cookie_and_twice_is_once(stranger):
    recipient = a_recipient()
    for _ in range(2):
        answer = stranger.post(
            stop(recipient), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 200
    assert Suppression.objects.get().scope == objections.EVERYTHING
    recipient.contact.refresh_from_db()
    assert recipient.contact.objected_at is not None


def test_one_kind_alone_may_be_stopped(stranger):
    recipient = a_recipient(Campaign.Kind.SURVEY, question="?", choices=["a", "b"])
    assert "vous ne recevrez plus de questions de notre part" in words(
        stranger.post(stop(recipient), {"scope": "kind"})
    )
    assert Suppression.objects.get().scope == "survey"
    recipient.contact.refresh_from_db()
    assert recipient.contact.objected_at is None


def test_an_objection_is_known_by_a_print_and_never_by_the_address(stranger):
    recipient = a_recipient()
    stranger.post(stop(recipient))
    with connection.cursor() as cursor:
        cursor.execute("SELECT suppression::text FROM campaigns_suppression AS suppression")
        [(row,)] = cursor.fetchall()
    assert recipient.email not in row


# --- Links followed


def link_of(recipient, address="https://ici.example/page"):
    return Link.objects.create(campaign=recipient.campaign, address=address)


def follow(stranger, link, recipient, agent=HUMAN, query=None):
    token = token_of(recipient.pk, Purpose.CLICK)
    return stranger.get(f"/l/{link.pk}/{token}/", query or {}, headers={"User-Agent": agent})


def test_a_click_leads_to_the_stored_address_and_is_noted(stranger):
    recipient = a_recipient()
    answer = follow(stranger, link_of(recipient), recipient)
    assert (answer.status_code, answer["Location"]) == (302, "https://ici.example/page")
    click = Click.objects.get()
    assert (click.recipient, click.is_machine) == (recipient, False)


@pytest.mark.parametrize("payload", REDIRECTS)
@pytest.mark.parametrize("name", ["url", "next", "to", "redirect", "u", "link"])
def test_nothing_in_the_address_changes_where_it_leads(stranger, name, payload):
    recipient = a_recipient()
    answer = follow(stranger, link_of(recipient), recipient, query={name: payload})
    assert answer["Location"] == "https://ici.example/page"


def test_a_link_of_another_campaign_leads_nowhere(stranger):
    recipient, other = a_recipient(), a_recipient()
    assert follow(stranger, link_of(other), recipient).status_code == 404
    assert not Click.objects.exists()


@pytest.mark.parametrize("agent", ["", "curl/8", "GoogleImageProxy bot", "Barracuda Sentinel", "python-requests/2"])
def test_programs_that_say_so_are_set_apart(stranger, agent):
    recipient = a_recipient()
    follow(stranger, link_of(recipient), recipient, agent)
    assert Click.objects.get().is_machine


def test_who_clicks_before_anybody_could_read_is_a_machine(stranger):
    recipient = a_recipient()
    Recipient.objects.filter(pk=recipient.pk).update(sent_at=timezone.now())
    follow(stranger, link_of(recipient), recipient)
    assert Click.objects.get().is_machine


def test_who_follows_two_links_at_once_is_a_machine_both_times(stranger):
    recipient = a_recipient()
    for address in ("https://un.example/", "https://deux.example/"):
        follow(stranger, link_of(recipient, address), recipient)
    assert list(Click.objects.values_list("is_machine", flat=True)) == [True, True]


def test_no_address_of_a_reader_is_kept():
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "campaigns_click")}
    assert columns == {"id", "link_id", "recipient_id", "at", "is_machine"}


# --- Answers


def reply(stranger, recipient, choice, **values):
    return stranger.post(f"/r/{answers.link_token(recipient)}/", {"choice": choice} | values)


def an_invitation(**values):
    later = {"starts_at": timezone.now() + dt.timedelta(days=5), "place": "Bordeaux", "capacity": 1}
    return a_recipient(Campaign.Kind.INVITATION, **later | values)


def test_an_answer_is_given_without_logging_in_and_the_last_one_counts(stranger):
    recipient = a_recipient(Campaign.Kind.SURVEY, question="Et vous ?", choices=["Bien", "Mal"])
    assert stranger.get(f"/r/{answers.link_token(recipient)}/").status_code == 200
    assert not Answer.objects.exists()
    reply(stranger, recipient, "Mal")
    reply(stranger, recipient, "Bien", comment="Merci.")
    given = Answer.objects.get()
    assert (given.choice, given.comment) == ("Bien", "Merci.")


def test_only_what_was_offered_may_be_answered(stranger):
    recipient = a_recipient(Campaign.Kind.SURVEY, question="Et vous ?", choices=["Bien", "Mal"])
    assert reply(stranger, recipient, "Autre").status_code == 422
    assert not Answer.objects.exists()


def test_once_full_who_says_yes_waits_and_takes_the_place_that_is_freed(stranger):
    first = an_invitation()
    second, third = (a_recipient(campaign=first.campaign) for _ in range(2))
    reply(stranger, first, "yes")
    assert "liste d’attente" in words(reply(stranger, second, "yes"))
    reply(stranger, third, "yes")
    reply(stranger, first, "no")
    waiting = dict(Answer.objects.values_list("recipient", "is_waiting"))
    assert (waiting[second.pk], waiting[third.pk]) == (False, True)
    assert answers.places_left(first.campaign) == 0


def test_who_waits_and_says_yes_again_keeps_their_turn(stranger):
    first = an_invitation()
    second, third = (a_recipient(campaign=first.campaign) for _ in range(2))
    for one in (first, second, third, second):
        reply(stranger, one, "yes", comment="a\0b")
    reply(stranger, first, "no")
    waiting = dict(Answer.objects.values_list("recipient", "is_waiting"))
    assert (waiting[second.pk], waiting[third.pk]) == (False, True)
    assert Answer.objects.get(recipient=second).comment == "ab"


def test_saying_yes_again_keeps_the_place(stranger):
    first = an_invitation()
    for _ in range(2):
        reply(stranger, first, "yes")
    assert not Answer.objects.get().is_waiting


def test_after_the_event_nobody_answers_any_more(stranger):
    recipient = an_invitation(starts_at=timezone.now() - dt.timedelta(hours=1))
    assert "a déjà eu lieu" in words(reply(stranger, recipient, "yes"))
    assert not Answer.objects.exists()


# --- Tokens


@pytest.mark.parametrize("change", ["tampered", "other purpose", "nobody", "garbage"])
def test_a_bad_link_is_a_neutral_404_whatever_is_wrong(stranger, change):
    recipient = a_recipient(Campaign.Kind.SURVEY, question="?", choices=["a", "b"])
    link = link_of(recipient)
    for purpose, address in (
        (Purpose.OBJECTION, "/stop/{}/"), (Purpose.ANSWER, "/r/{}/"), (Purpose.CLICK, f"/l/{link.pk}/{{}}/"),
    ):  # fmt: skip
        token = token_of(recipient.pk, purpose)
        other = Purpose.ANSWER if purpose != Purpose.ANSWER else Purpose.CLICK
        bad = {
            "tampered": token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
            "other purpose": token_of(recipient.pk, other),
            "nobody": token_of(10**9, purpose),
            "garbage": "x" * 5000,
        }[change]
        assert stranger.get(address.format(bad)).status_code == 404
        takes_none = purpose == Purpose.CLICK  # and says so before anything else
        assert stranger.post(address.format(bad), {"choice": "a"}).status_code == (403 if takes_none else 404)
    assert [model.objects.count() for model in (Suppression, Answer, Click)] == [0, 0, 0]

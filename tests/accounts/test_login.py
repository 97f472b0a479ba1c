"""Coming in: one door, few guesses, and no word on who has an account."""

import re

import pytest
from allauth.core.internal import ratelimit
from django.core import mail
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse

from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "un mot de passe assez long"
HOME = "/reglages/compte/"


@pytest.fixture
def person():
    return UserFactory(email="claire@cabinet.example")


@pytest.fixture
def clock(monkeypatch):
    """The clock that guesses are counted by, which a test may move forward; the cache keeps longer than any test."""

    class Clock:
        now = 1_800_000_000.0

        def time(self):
            return self.now

        monotonic = staticmethod(ratelimit.time.monotonic)

    clock = Clock()
    monkeypatch.setattr(ratelimit, "time", clock)
    return clock


def try_login(client, email="claire@cabinet.example", password=PASSWORD, address="192.0.2.1", **extra):
    """Whether this try let in, and the page that answered."""
    answer = client.post(
        f"/connexion/?next={HOME}", {"login": email, "password": password}, REMOTE_ADDR=address, **extra
    )
    return answer.status_code == 302 and answer["Location"] == HOME, answer


def test_the_right_password_lets_in_whatever_the_case_of_the_address(client, person):
    assert try_login(client, email="Claire@Cabinet.example")[0]


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, person):
    wrong = try_login(client, password="perdu")[1].content.decode()
    unknown = try_login(client, email="nobody@cabinet.example", password="perdu")[1].content.decode()

    def same(page):
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken&quot;.*?}|"X-CSRFToken": "\w+"', "", page)

    assert same(wrong).replace("claire@", "nobody@") == same(unknown)
    assert "ne vont pas ensemble" in wrong


def test_the_sixth_guess_at_an_account_is_not_even_checked(client, person, clock):
    for number in range(5):
        try_login(client, password="perdu", address=f"192.0.2.{number}")
    let_in, page = try_login(client, address="198.51.100.7")
    assert not let_in
    assert "Attendez un quart d’heure" in page.content.decode()


def test_forged_addresses_hosts_and_spellings_are_the_same_guesser(client, person, clock, settings):
    settings.ALLOWED_HOSTS = ["*"]
    for number in range(5):
        try_login(
            client,
            email="CLAIRE@cabinet.example" if number % 2 else " claire@cabinet.example ",
            password="perdu",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
            HTTP_HOST=f"testserver:{8000 + number}",
        )
    assert not try_login(client)[0]


def test_the_victim_of_guesses_is_back_within_a_quarter_of_an_hour(client, person, clock):
    for _ in range(30):
        try_login(client, password="perdu")
        clock.now += 1
    clock.now += 15 * 60
    assert try_login(client, address="198.51.100.7")[0]


def test_at_most_twenty_guesses_an_hour_are_checked(client, person, clock, monkeypatch):
    checked = []
    monkeypatch.setattr("accounts.models.User.check_password", lambda self, raw: checked.append(raw))
    for number in range(120):
        try_login(client, password=f"essai {number}", address=f"192.0.2.{number}")
        clock.now += 30
    assert len(checked) == 20


def test_guessing_at_many_accounts_does_not_wipe_out_the_count_of_one(client, person, clock):
    for number in range(5):
        try_login(client, password="perdu", address=f"192.0.2.{number}")
    for number in range(400):
        cache.set(f"compte-{number}", [clock.now], 900)
    assert not try_login(client, address="198.51.100.7")[0]


def test_a_browser_known_to_the_person_is_not_kept_out_by_a_guesser(client, person, clock):
    try_login(client)
    client.post("/deconnexion/")
    guesser = type(client)()
    for number in range(10):
        try_login(guesser, password="perdu", address=f"203.0.113.{number}")
    assert not try_login(guesser, address="203.0.113.99")[0]
    assert try_login(client)[0]


def test_a_known_browser_has_its_own_limit_and_serves_one_account(client, person, clock):
    other = UserFactory(email="paul@cabinet.example")
    try_login(client)
    client.post("/deconnexion/")
    for number in range(5):
        try_login(client, password="perdu", address=f"192.0.2.{number}")
    assert not try_login(client, address="198.51.100.7")[0]
    assert try_login(client, email=other.email, address="198.51.100.7")[0]


def test_ten_missed_guesses_a_minute_from_one_address_are_enough(client, person, clock):
    for number in range(10):
        try_login(client, email=f"personne{number}@cabinet.example", password="perdu")
    assert not try_login(client)[0]
    assert try_login(client, address="198.51.100.7")[0]


def test_the_admin_login_checks_no_password_and_leads_to_the_one_door(client, clock):
    chief = UserFactory(roles=[Role.DIRECTION])
    answer = client.post("/admin/login/?next=/admin/", {"username": chief.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/connexion/?next=")
    assert "_auth_user_id" not in client.session


def test_next_never_leads_to_another_site(client, person):
    for target in ("https://pirate.example/", "//pirate.example/", "/\\pirate.example", "javascript:alert(1)"):
        answer = client.get("/connexion/", {"next": target})
        assert answer.status_code == 200
        answer = client.post(f"/connexion/?next={target}", {"login": person.email, "password": "perdu"})
        assert "Location" not in answer.headers


def test_a_deactivated_person_does_not_come_in_and_reads_why(client, person):
    person.is_active = False
    person.save()
    let_in, page = try_login(client)
    assert not let_in
    assert page["Location"] == "/connexion/compte-desactive/"
    assert "a été désactivé" in client.get(page["Location"]).content.decode()


def test_a_deactivated_person_loses_their_session_at_the_next_request(client, person):
    client.force_login(person)
    assert client.get(HOME).status_code == 200
    type(person).objects.update(is_active=False)
    assert client.get(HOME)["Location"].startswith("/connexion/")


def test_nobody_signs_up(client):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    for address in ("/inscription/", "/signup/", "/connexion/inscription/", "/accounts/signup/"):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


def test_leaving_takes_a_post(client, person):
    client.force_login(person)
    assert client.get("/deconnexion/").status_code == 200
    assert client.get(HOME).status_code == 200
    assert client.post("/deconnexion/").status_code == 302
    assert client.get(HOME).status_code == 302


def reset_link(client, email):
    client.post("/mot-de-passe/", {"email": email}, follow=True)
    return re.search(r"http\S+/mot-de-passe/\S+", mail.outbox[-1].body).group()


def test_a_reset_mail_leads_to_this_site_whatever_host_was_asked(client, person, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/mot-de-passe/", {"email": person.email}, HTTP_HOST="pirate.example")
    assert "pirate.example" not in mail.outbox[0].body
    assert f"{settings.SITE_URL}/mot-de-passe/" in mail.outbox[0].body
    assert mail.outbox[0].subject == "Choisir un nouveau mot de passe pour Cap Clients"


def test_a_reset_asked_for_an_unknown_address_writes_to_nobody_and_says_the_same(client, person):
    known = client.post("/mot-de-passe/", {"email": person.email})
    assert len(mail.outbox) == 1
    unknown = client.post("/mot-de-passe/", {"email": "nobody@cabinet.example"})
    assert len(mail.outbox) == 1
    assert known["Location"] == unknown["Location"] == "/mot-de-passe/envoye/"


def test_a_mail_server_that_is_down_does_not_tell_who_has_an_account(client, person, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
    assert client.post("/mot-de-passe/", {"email": person.email})["Location"] == "/mot-de-passe/envoye/"


def test_a_reset_link_sets_the_password_once_and_lets_in_a_person_kept_out(client, person, clock):
    for number in range(5):
        try_login(client, password="perdu", address=f"192.0.2.{number}")
    link = reset_link(client, person.email)
    form = client.get(link)["Location"]
    chosen = {"password1": "cheval correct agrafe", "password2": "cheval correct agrafe"}
    client.post(form, chosen)
    assert client.get(HOME).status_code == 200
    client.post("/deconnexion/")
    assert try_login(client, password="cheval correct agrafe", address="198.51.100.7")[0]
    assert "ne fonctionne plus" in type(client)().get(link).content.decode()
    assert mail.outbox[-1].subject == "Votre mot de passe Cap Clients a changé"


def test_a_reset_link_refuses_a_weak_password(client, person):
    form = client.get(reset_link(client, person.email))["Location"]
    page = client.post(form, {"password1": "azerty", "password2": "azerty"})
    assert page.status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_changing_the_password_takes_the_former_one_and_closes_other_sessions(client, person):
    elsewhere = type(client)()
    client.force_login(person)
    elsewhere.force_login(person)
    chosen = {"password1": "cheval correct agrafe", "password2": "cheval correct agrafe"}
    refused = client.post("/reglages/compte/mot-de-passe/", {"oldpassword": "perdu", **chosen})
    assert refused.status_code == 200
    assert client.post("/reglages/compte/mot-de-passe/", {"oldpassword": PASSWORD, **chosen}).status_code == 302
    assert client.get(HOME).status_code == 200
    assert elsewhere.get(HOME).status_code == 302


def test_too_many_logins_a_minute_get_a_page_that_says_to_wait(client, clock):
    for _ in range(30):
        client.post("/connexion/", {"login": "", "password": ""})
    page = client.post("/connexion/", {"login": "", "password": ""})
    assert page.status_code == 429
    assert "Attendez une minute" in page.content.decode()

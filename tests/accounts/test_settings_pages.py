"""One's own account, the firm, the journal and the mails kept in a folder."""

import pytest
from django.core import mail
from django.core.mail.backends.filebased import EmailBackend
from django.db import IntegrityError, transaction
from django.forms import model_to_dict

from accounts.models import AuditEntry, Firm, User
from accounts.roles import Role
from campaigns.models import Action
from tests.factories import ActionFactory, AssessmentFactory, ClientFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def direction(client):
    chief = UserFactory(roles=[Role.DIRECTION], first_name="Jeanne", last_name="Roux")
    client.force_login(chief)
    return chief


def everything(model, **sent):
    """A value for every field of a model, as a form could send them."""
    return {field.name: "1" for field in model._meta.fields} | {"roles": "direction", "is_active": ""} | sent


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def test_one_changes_nothing_of_oneself_but_what_the_form_asks(client):
    person = UserFactory()
    client.force_login(person)
    before = User.objects.filter(pk=person.pk).values().get()
    sent = everything(User, first_name="Anne", last_name="Roy", phone="0102", language="en", theme="dark")
    assert client.post("/reglages/compte/", sent).status_code == 302
    after = User.objects.filter(pk=person.pk).values().get()
    assert changed(before, after) == {"first_name", "last_name", "phone", "language", "theme"}


def test_a_refused_form_changes_neither_the_account_nor_the_page(client):
    client.force_login(UserFactory(first_name="Claire"))
    page = client.post("/reglages/compte/", {"first_name": "x" * 200, "language": "en", "theme": "auto"})
    assert page.status_code == 200
    assert "Mon compte, Claire" in page.content.decode()


def test_managing_users_changes_only_what_its_form_asks(client, direction):
    person = UserFactory()
    before = User.objects.filter(pk=person.pk).values().get()
    sent = everything(User, email="a@b.example", roles="manager", manager="", weekly_hours="20", first_name="Anne")
    assert client.post(f"/reglages/equipe/{person.pk}/", sent).status_code == 302
    after = User.objects.filter(pk=person.pk).values().get()
    assert changed(before, after) == {"email", "roles", "weekly_hours", "first_name", "last_name", "phone"}


def test_only_direction_switches_parts_on(client, direction):
    sent = everything(Firm, name="Fabre", revenue_word="honoraires", owner_word="responsable", parts="rfm")
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    client.post("/reglages/entreprise/", sent)
    assert model_to_dict(Firm.objects.get()) == {
        "id": 1,
        "name": "Fabre",
        "revenue_word": "honoraires",
        "owner_word": "responsable",
        "parts": [],
        "hourly_cost": None,  # has a page and a right of its own
        "hourly_target": None,
        "forgets_after_years": None,  # likewise
    }
    client.force_login(direction)
    client.post("/reglages/entreprise/", sent)
    assert Firm.objects.get().shows(Firm.Part.RFM)


def test_a_new_installation_is_simple_and_there_is_one_firm():
    assert Firm.current().parts == []
    assert (Firm.current().revenue, Firm.current().owner) == ("CA", "Commercial")
    with pytest.raises(IntegrityError), transaction.atomic():
        Firm.objects.create(pk=2, name="Une autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        Firm.objects.create(pk=1, parts=["usine-a-gaz"])


def test_every_part_of_the_product_may_be_switched_on():
    Firm.objects.create(pk=1, parts=Firm.Part.values)


def test_the_journal_tells_who_changed_what_from_what_to_what(client, direction):
    person = UserFactory(first_name="Paul", last_name="Martin")
    client.post(
        f"/reglages/equipe/{person.pk}/",
        {"email": "p@b.example", "first_name": "Paul", "last_name": "Martin", "roles": "manager", "weekly_hours": "35"},
    )
    page = " ".join(client.get("/reglages/journal/").content.decode().split())
    assert "Jeanne Roux a modifié : utilisateur Paul Martin" in page
    assert "rôles : Commercial → Manager" in page
    assert "adresse e-mail : changé, valeurs non conservées" in page
    assert "p@b.example" not in page.replace(direction.email, "")


def test_the_journal_is_filtered_by_person_and_subject(client, direction):
    customer = ClientFactory(name="Garage Noël", owner=UserFactory())
    type(customer).objects.update(owner=None)
    page = client.get("/reglages/journal/?table=clients_client")
    assert [line.what for line in page.context["entries"]] == ["client Garage Noël"]
    assert client.get(f"/reglages/journal/?person={direction.pk}").context["entries"] == []


@pytest.mark.parametrize("odd", ["table=%27;--", "person=abc", "person=9999999999999999999", "person=²", "page=-5"])
def test_odd_filters_of_the_journal_are_ignored(client, direction, odd):
    assert client.get(f"/reglages/journal/?{odd}").status_code == 200


def count_queries(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", ["/reglages/journal/", "/reglages/equipe/"])
def test_a_longer_list_takes_no_more_queries(client, direction, address, django_assert_max_num_queries):
    UserFactory.create_batch(3, manager=direction)
    few = count_queries(client, address, django_assert_max_num_queries)
    UserFactory.create_batch(30, manager=direction)
    assert count_queries(client, address, django_assert_max_num_queries) == few


def test_the_team_counts_clients_and_open_actions_apart(client, direction):
    person = UserFactory()
    for customer in ClientFactory.create_batch(3, owner=person):
        ActionFactory(client=customer, assignee=person)
        ActionFactory(client=customer, assignee=person, kind=Action.Kind.VISIT)
    Action.objects.filter(pk=Action.objects.all()[0].pk).update(outcome="reached", done_at="2026-11-02T10:00:00Z")
    row = next(row["person"] for row in client.get("/reglages/equipe/").context["rows"] if row["person"] == person)
    assert (row.clients_count, row.open_actions) == (3, 5)


def test_the_administrator_meets_direction_in_the_list_and_touches_nothing(client, direction):
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    assert f"/reglages/equipe/{direction.pk}/" not in client.get("/reglages/equipe/").content.decode()
    for address in ("", "desactiver/", "reactiver/"):
        assert client.post(f"/reglages/equipe/{direction.pk}/{address}").status_code == 403


@pytest.fixture
def outbox(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.OUTBOX_DIR.mkdir()
    return settings.OUTBOX_DIR


def write(outbox, *addresses):
    backend = EmailBackend(file_path=str(outbox))
    backend.send_messages(
        [mail.EmailMessage(f"Pour {to}", "Un lien : http://x.example/é <b>", to=[to]) for to in addresses]
    )


def test_mails_kept_in_the_folder_are_listed_and_read(client, direction, outbox):
    write(outbox, "anne@b.example", "paul@b.example")
    mails = client.get("/reglages/boite-d-envoi/").context["mails"]
    assert [mail.subject for mail in mails] == ["Pour anne@b.example", "Pour paul@b.example"]
    page = client.get(f"/reglages/boite-d-envoi/{mails[0].name}/").content.decode()
    assert 'href="http://x.example/' in page
    assert "<b>" not in page.split("<article")[1].split("</h1>")[1]


def test_a_mail_to_somebody_above_is_not_for_the_administrator(client, direction, outbox):
    write(outbox, direction.email, "anne@b.example")
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    assert [mail.to for mail in client.get("/reglages/boite-d-envoi/").context["mails"]] == ["anne@b.example"]


@pytest.mark.parametrize(
    "name", ["..%2Fsecret.log", "../secret.log", "%2Fetc%2Fpasswd", "secret.txt", "lien.log", ".log"]
)
def test_nothing_is_read_outside_the_folder(client, direction, outbox, name):
    (outbox.parent / "secret.log").write_text("Subject: secret\n\nsecret")
    (outbox / "secret.txt").write_text("Subject: secret\n\nsecret")
    (outbox / "lien.log").symlink_to(outbox.parent / "secret.log")
    page = client.get(f"/reglages/boite-d-envoi/{name}/")
    assert page.status_code == 404
    assert client.get("/reglages/boite-d-envoi/").context["mails"] == []


def test_the_journal_itself_is_never_rewritten(direction):
    with pytest.raises(Exception, match="ne se modifie pas"), transaction.atomic():
        AuditEntry.objects.update(user_id=None)


def test_the_journal_tells_of_a_relation_only_to_who_may_read_grades(client, direction):
    AssessmentFactory()
    assert "avis sur un client" in client.get("/reglages/journal/").content.decode()
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    for query in ("", "?table=segmentation_assessment"):
        assert "avis sur un client" not in client.get(f"/reglages/journal/{query}").content.decode().lower()

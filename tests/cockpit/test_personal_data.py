"""A person asks what is known of them, or to be forgotten: the pages, the files, and the journal of one client."""

import csv
import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit import acting_as
from accounts.models import Export
from accounts.roles import Role
from campaigns import disclosure
from clients.models import Client, Contact
from tests.factories import (
    ActionFactory,
    AssessmentFactory,
    ClientFactory,
    ContactFactory,
    InvoiceFactory,
    RecipientFactory,
    ScoreFactory,
    ScoringRunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def claire():
    return UserFactory()


@pytest.fixture
def browser(client, claire):
    client.force_login(claire)
    return client


@pytest.fixture
def tissot(claire):
    return ClientFactory(name="Pharmacie Tissot", code="T1", owner=claire)


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


def everything(browser, client):
    response = browser.post(f"/clients/{client.pk}/tout/json/")
    return json.loads(b"".join(response.streaming_content))


def test_a_person_receives_facts_judgements_with_the_rule_and_decisions(browser, tissot, claire):
    InvoiceFactory(client=tissot, number="FA1", amount_ht=Decimal("120.50"))
    ContactFactory(client=tissot, name="Jeanne", consented_at=timezone.now(), consent_proof="Salon 2026")
    ActionFactory(client=tissot, note="Rappeler lundi.")
    RecipientFactory(client=tissot, email="j@tissot.example")
    ScoreFactory(run=ScoringRunFactory(recency_cuts=[30, 90, 180, 365]), client=tissot, r=4, recency_days=61)
    found = everything(browser, tissot)
    assert found["factures"]["lignes"][0]["Numéro"] == "FA1"
    assert found["lignes"]["lignes"][0]["Montant HT"] == "120.50"
    assert found["contacts"]["lignes"][0]["Preuve du consentement"] == "Salon 2026"
    assert found["actions"]["lignes"][0]["Compte rendu"] == "Rappeler lundi."
    assert found["campagnes"]["lignes"][0]["Adresse"] == "j@tissot.example"
    words = found["scores"]["lignes"][0]["En clair"]
    assert "Règles version 1" in words
    assert "R = 4 sur 5 : 61 jours depuis le dernier achat (seuils du calcul : 30 / 90 / 180 / 365)" in words


def test_the_archive_holds_a_table_a_part_and_no_formula(browser, tissot):
    ActionFactory(client=tissot, note="=1+1")
    response = browser.post(f"/clients/{tissot.pk}/tout/csv/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert {"identite.csv", "scores.csv", "journal.csv"} <= set(archive.namelist())
    rows = list(csv.DictReader(io.StringIO(archive.read("actions.csv").decode("utf-8-sig")), delimiter=";"))
    assert [row["Compte rendu"] for row in rows] == ["'=1+1"]


def test_what_leaves_is_journaled_with_whom_it_is_about(browser, tissot, claire):
    everything(browser, tissot)
    export = Export.objects.get()
    assert (export.exported_by, export.filters, export.file_format) == (claire, f"client={tissot.pk}", "json")


def test_a_format_that_nobody_reads_is_not_there(browser, tissot):
    assert browser.post(f"/clients/{tissot.pk}/tout/exe/").status_code == 404
    assert not Export.objects.exists()


def test_grades_leave_only_with_who_may_read_them(browser, client, tissot):
    AssessmentFactory(client=tissot)
    assert everything(browser, tissot)["avis"]["lignes"]
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    found = everything(client, tissot)
    assert "avis" not in found
    assert "avis sur un client" not in json.dumps(found["journal"], ensure_ascii=False)


def test_every_table_about_a_client_is_disclosed_or_left_out_for_a_reason():
    """A new model that names a client must say here what a person is told of it."""
    disclosed = {part.model for part in disclosure.PARTS}
    reached, missing = set(disclosed), set()
    for model in apps.get_models():
        table = model._meta.db_table
        targets = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
        if targets & (reached | {Client}) and model not in disclosed and table not in disclosure.LEFT_OUT:
            missing.add(table)
    assert missing == set()


def test_a_client_merged_into_another_is_told_with_it(browser, tissot, claire):
    other = ClientFactory(name="Tissot SARL", merged_into=tissot, owner=claire)
    names = [row["Nom"] for row in everything(browser, tissot)["identite"]["lignes"]]
    assert names == ["Pharmacie Tissot", other.name]


def test_erasing_asks_for_the_name_and_says_what_stays(client, tissot, director):
    client.force_login(director)
    InvoiceFactory(client=tissot)
    page = client.get(f"/clients/{tissot.pk}/effacer/").content.decode()
    assert "Cela ne se défait pas." in page
    assert f"Client effacé n° {tissot.pk}" in page
    answer = client.post(f"/clients/{tissot.pk}/effacer/", {"typed": "Pharmacie"}, follow=True)
    assert "rien n’a été effacé" in answer.content.decode()
    assert Client.objects.get(pk=tissot.pk).erased_at is None
    answer = client.post(f"/clients/{tissot.pk}/effacer/", {"typed": "pharmacie  TISSOT"}, follow=True)
    assert f"Client effacé n° {tissot.pk}" in answer.content.decode()
    assert "Pharmacie" not in client.get(f"/clients/{tissot.pk}/").content.decode()
    assert client.get(f"/clients/{tissot.pk}/effacer/").status_code == 302


def test_the_box_offers_what_this_person_may_do(browser, client, tissot, director):
    page = browser.get(f"/clients/{tissot.pk}/").content.decode()
    assert "Tout exporter (JSON)" in page
    assert "Effacer ce client" not in page
    client.force_login(director)
    assert "Effacer ce client" in client.get(f"/clients/{tissot.pk}/").content.decode()


def test_the_history_of_a_client_tells_who_changed_what(browser, tissot, claire, director):
    with acting_as(director):
        Client.objects.filter(pk=tissot.pk).update(owner=director, name="Pharmacie Tissot et fils")
        Client.objects.filter(pk=tissot.pk).update(owner=claire, client_since="2020-03-02")
        action = ActionFactory(client=tissot, assignee=claire)
    with acting_as(claire):
        type(action).objects.filter(pk=action.pk).update(outcome="done", done_at=timezone.now(), done_by=claire)
        action.delete()
    ActionFactory()  # of another client
    page = browser.get(f"/clients/{tissot.pk}/historique/")
    said = page.content.decode()
    assert f"commercial : {claire} → {director}" in said
    assert "client depuis : rien → 2 mars 2020" in said
    assert "nom : changé, valeurs non conservées" in said
    assert len(page.context["entries"]) >= 4  # the action is gone, and still told
    assert {line.author for line in page.context["entries"]} == {str(claire), str(director)}


def test_the_history_is_chosen_by_person_kind_and_day(browser, tissot, claire, director):
    with acting_as(director):
        Client.objects.filter(pk=tissot.pk).update(client_since="2020-01-01")
    with acting_as(claire):
        ActionFactory(client=tissot)
    today = timezone.localdate().isoformat()
    for query, expected in (
        (f"person={director.pk}", 1),
        ("table=campaigns_action", 1),
        (f"du={today}&au={today}", 2),
        ("au=2020-01-01", 0),
        ("du=hier&person=x&table=auth", 2),
    ):
        page = browser.get(f"/clients/{tissot.pk}/historique/?{query}")
        assert len(page.context["entries"]) == expected, query


def test_the_history_asks_as_much_for_three_changes_as_for_thirty(browser, tissot, claire):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/clients/{tissot.pk}/historique/")
        return len(captured)

    ContactFactory(client=tissot)
    with acting_as(claire):
        for n in range(3):
            Contact.objects.update(role=f"Rôle {n}", is_main=n % 2)
    few = queries()
    with acting_as(claire):
        for n in range(30):
            Contact.objects.update(role=f"Rôle {n}", is_main=n % 2)
    assert queries() == few


def test_gone_rows_are_found_by_an_index_of_the_journal():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM accounts_auditentry WHERE (changes -> 'client_id') @> '[5]'")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "audit_by_client" in plan

"""Réglages › Services and › Segments, and words at addresses of their own."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client as Browser

from accounts.models import AuditEntry
from accounts.roles import Role
from clients import catalogue
from clients.catalogue import Place
from clients.models import Service
from tests.factories import ScoreFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nadia():
    return UserFactory(roles=[Role.ADMINISTRATOR])


@pytest.fixture
def browser(nadia):
    logged_in = Browser()
    logged_in.force_login(nadia)
    return logged_in


def test_services_are_arranged_together(nadia):
    one, other = ServiceFactory(family="Divers"), ServiceFactory()
    former = catalogue.arrange(service_ids=[one.pk, other.pk], family=" Conseil ", by=nadia)
    assert former == {one.pk: Place("Divers", False), other.pk: Place("", False)}
    assert set(Service.objects.values_list("family", flat=True)) == {"Conseil"}


def test_what_is_so_already_does_not_change(nadia):
    service = ServiceFactory(family="Conseil", is_recurring=True)
    assert catalogue.arrange(service_ids=[service.pk], family="Conseil", is_recurring=True, by=nadia) == {}
    assert catalogue.arrange(service_ids=[service.pk], by=nadia) == {}


def test_an_arrangement_is_put_back(nadia):
    service = ServiceFactory(family="Divers")
    former = catalogue.arrange(service_ids=[service.pk], family="", is_recurring=True, by=nadia)
    assert catalogue.put_back(former=former, by=nadia) == 1
    service.refresh_from_db()
    assert (service.family, service.is_recurring) == ("Divers", False)


def test_arranging_is_a_right(nadia):
    with pytest.raises(PermissionDenied):
        catalogue.arrange(service_ids=[], family="Conseil", by=UserFactory(roles=[Role.MANAGER]))


def test_the_page_arranges_what_is_ticked_and_takes_it_back(browser):
    service, other = ServiceFactory(name="Paie"), ServiceFactory(name="Bilan", family="Comptabilité")
    answer = browser.post("/reglages/services/ranger/", {"services": service.pk, "family": "Social", "ranger": "1"})
    assert answer.status_code == 302
    page = browser.get("/reglages/services/").content.decode()
    assert "Social" in page
    assert "1 service changé" in page
    other.refresh_from_db()
    assert other.family == "Comptabilité"
    browser.post("/reglages/services/annuler/")
    browser.post("/reglages/services/annuler/")
    service.refresh_from_db()
    assert service.family == ""


def test_the_page_says_which_are_monthly_fees_and_leaves_their_family(browser):
    service = ServiceFactory(family="Social")
    browser.post("/reglages/services/ranger/", {"services": service.pk, "family": "Autre", "abonnement": "oui"})
    service.refresh_from_db()
    assert (service.family, service.is_recurring) == ("Social", True)


@pytest.mark.parametrize("ticked", [[], ["zut"], ["9" * 30], ["-1"]])
def test_nothing_ticked_changes_nothing(browser, ticked):
    ServiceFactory(family="Social")
    browser.post("/reglages/services/ranger/", {"services": ticked, "family": "Autre", "ranger": "1"})
    assert Service.objects.get().family == "Social"


def test_services_are_found_by_name_whatever_the_accents(browser):
    ServiceFactory(name="Révision")
    ServiceFactory(name="Paie")
    page = browser.get("/reglages/services/?q=revision").content.decode()
    assert "Révision" in page
    assert "Paie" not in page


def test_a_change_of_family_is_in_the_journal(browser):
    service = ServiceFactory()
    browser.post("/reglages/services/ranger/", {"services": service.pk, "family": "Social", "ranger": "1"})
    assert AuditEntry.objects.filter(table="clients_service", changes__has_key="family").exists()


def test_each_segment_says_what_to_say_and_who_is_in_it(browser):
    ScoreFactory(segment="champions")
    page = browser.get("/reglages/segments/")
    rows = {segment.slug: (cells, clients) for segment, _play, cells, clients in page.context["rows"]}
    assert len(rows) == 11
    assert rows["champions"] == (2, 1)
    assert sum(cells for cells, _clients in rows.values()) == 25


@pytest.mark.parametrize(("address", "title"), [("glossaire", "Glossaire"), ("raccourcis", "Raccourcis clavier")])
def test_words_and_keys_have_an_address_of_their_own(browser, address, title):
    assert f"<h1>{title}</h1>" in browser.get(f"/aide/{address}/").content.decode()


def test_segmentation_begins_with_the_tiers(browser):
    assert browser.get("/segmentation/")["Location"] == "/segmentation/paliers/"

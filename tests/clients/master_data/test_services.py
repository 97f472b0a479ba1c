"""Services brought in by a table."""

import pytest

from clients.models import Service, ServiceAlias
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def services(list_of):
    return list_of("clients/service")


def test_a_service_is_found_by_code_then_by_name_then_by_another_name_of_it(services):
    ServiceFactory(code="AUD", name="Audit")
    ServiceFactory(code="paie", name="Paie")
    aliased = ServiceFactory(code="JUR", name="Juridique")
    ServiceAlias.objects.create(service=aliased, name="droit des societes")
    services.bring("Code;Service;Famille\nAUD;Audit légal;Conseil\n;PAIE;Social\n;Droit des sociétés;Conseil\n")
    assert set(Service.objects.values_list("code", "name", "family")) == {
        ("AUD", "Audit légal", "Conseil"),
        ("paie", "PAIE", "Social"),
        ("JUR", "Droit des sociétés", "Conseil"),
    }


def test_another_code_under_the_same_name_is_another_service(services):
    ServiceFactory(code="F1", name="Forfait")
    services.bring("Code;Nom\nF2;Forfait\n")
    assert set(Service.objects.values_list("code", flat=True)) == {"F1", "F2"}


def test_a_service_without_code_gets_its_name_as_one_and_twice_changes_nothing(services):
    content = "Prestation;Abonnement\nTenue de comptes;oui\n"
    services.bring(content)
    service = Service.objects.get()
    assert (service.code, service.is_recurring) == ("tenue de comptes", True)
    assert services.preview(content).context["report"].unchanged == 1


def test_a_word_that_is_neither_yes_nor_no_is_an_error(services):
    report = services.preview("Nom;Abonnement\nAudit;parfois\n").context["report"]
    assert report.problems[0].message == "Écrivez « oui » ou « non »."

"""Objectifs: progress as each reader may know it, value against potential, and the lists behind each cell."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Export, Firm
from accounts.roles import Role
from segmentation.models import ClientObjective, Objective
from tests.factories import (
    ClientFactory,
    ObjectiveFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AIM = {
    "name": "Développer la paie", "kind": "services", "measure": "euros", "target": "12 000,00",
    "starts_on": "2026-01-01", "ends_on": "2026-12-31", "sectors": "",
}  # fmt: skip


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def objective():
    Firm.objects.create(pk=Firm.ONLY, parts=Firm.Part.values)
    return ObjectiveFactory(name="Paie", target=Decimal(1000))


@pytest.fixture
def direction(client, objective):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


def valued(run, objective, contribution, potential, *, tier="A", owner=None, name="Garage"):
    score = ScoreFactory(run=run, client=ClientFactory(owner=owner, name=name), tier=tier)
    if contribution or potential:
        ClientObjective.objects.create(
            run=run, objective=objective, client=score.client, score=score,
            contribution=contribution, potential=potential,
        )  # fmt: skip
    return score


def text(response):
    return response.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def names(response):
    return [score.client.name for score in response.context["aims"].page]


def test_direction_reads_how_far_the_firm_is_and_its_lateness_in_euros(direction, run, objective):
    valued(run, objective, 300, 0)
    valued(run, objective, 200, 0)
    page = text(direction.get("/objectifs/"))
    assert "<b>500 €</b> sur 1 000 €, soit 50 %" in page
    assert "En retard de 333 €" in page  # 304 days of 365: 833 €


def test_a_salesperson_reads_what_their_clients_bring_and_nothing_of_the_others(client, run, objective):
    claire = UserFactory()
    valued(run, objective, 300, 0, owner=claire)
    valued(run, objective, 200, 0, owner=UserFactory())
    client.force_login(claire)
    page = text(client.get("/objectifs/"))
    assert "<b>300 €</b>" in page
    assert "En retard" not in page
    assert "En avance" not in page


def test_each_cell_leads_to_as_many_clients_as_it_counts(direction, run, objective):
    for tier, potential in (("A", 900), ("A", 100), ("A", 0), ("B", 100), ("C", 0), ("C", 0)):
        valued(run, objective, 10, potential, tier=tier)
    valued(run, objective, 0, 0, tier="B")
    url = f"/objectifs/{objective.pk}/"
    aims = direction.get(url).context["aims"]
    counted = {(cell.tier, cell.band): cell.clients for _tier, cells in aims.grid for cell in cells if cell.clients}
    assert counted == {
        ("A", "fort"): 1, ("A", "modeste"): 1, ("A", "aucun"): 1, ("B", "modeste"): 1, ("B", "aucun"): 1,
        ("C", "aucun"): 2,
    }  # fmt: skip
    for (tier, band), clients in counted.items():
        behind = direction.get(f"{url}?vue=tous&palier={tier}&potentiel={band}").context["aims"]
        assert behind.page.paginator.count == clients


def test_clients_come_by_what_they_bring_or_could_bring(direction, run, objective):
    valued(run, objective, 10, 900, name="Potentiel")
    valued(run, objective, 500, 0, name="Apporte")
    valued(run, objective, 0, 0, name="Rien")
    url = f"/objectifs/{objective.pk}/"
    assert names(direction.get(url)) == ["Apporte", "Potentiel"]
    assert names(direction.get(f"{url}?vue=potentiel")) == ["Potentiel"]
    assert set(names(direction.get(f"{url}?vue=tous"))) == {"Apporte", "Potentiel", "Rien"}


def test_the_file_says_the_same_and_is_journaled(direction, run, objective):
    valued(run, objective, 500, 0, name="Apporte")
    valued(run, objective, 0, 70, name="Pourrait")
    answer = direction.post(f"/objectifs/{objective.pk}/export/csv/?vue=potentiel")
    rows = answer.getvalue().decode("utf-8-sig").splitlines()
    assert [row.split(";")[1] for row in rows[1:]] == ["Pourrait"]
    assert Export.objects.get().row_count == 1


def test_a_page_costs_the_same_queries_for_three_clients_and_for_sixty(direction, run, objective):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            direction.get(f"/objectifs/{objective.pk}/")
        return len(caught)

    for number in range(3):
        valued(run, objective, 10 + number, 5)
    few = queries()
    for number in range(57):
        valued(run, objective, 10 + number, 5)
    assert queries() == few


def test_direction_sets_an_objective_with_its_services(direction, run):
    service = ServiceFactory(name="Paie")
    direction.post("/objectifs/nouveau/", AIM | {"services": [service.pk]})
    saved = Objective.objects.get(name="Développer la paie")
    assert (saved.target, list(saved.services.all()), saved.place) == (12_000, [service], 2)


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({}, "Choisissez au moins un service"),
        ({"kind": "sectors"}, "au moins un début de code NAF"),
        ({"kind": "sectors", "sectors": "bof"}, "n’est pas un début de code NAF"),
        ({"kind": "sectors", "sectors": "69", "ends_on": "2025-12-31"}, "se termine avant de commencer"),
    ],
)
def test_an_odd_objective_is_shown_again_with_what_to_correct(direction, run, odd, words):
    answer = direction.post("/objectifs/nouveau/", AIM | odd)
    assert answer.status_code == 422
    assert words in text(answer)
    assert Objective.objects.count() == 1


def test_columns_and_filters_of_the_list_know_the_open_objectives(direction, run, objective):
    valued(run, objective, 10, 0, name="Peu")
    valued(run, objective, 500, 0, name="Beaucoup")
    valued(run, objective, 0, 70, name="Pourrait")
    page = direction.get("/clients/?colonnes=contribution1,potentiel1&tri=-contribution1&objectif=contribue-1")
    assert [row.record.client.name for row in page.context["table"].paginated_rows] == ["Beaucoup", "Peu"]
    body = text(page)
    assert "Paie : contribution" in body
    assert "Contribue à « Paie »" in body
    assert "500 €" in body


def test_the_page_of_a_client_says_what_it_brings(direction, run, objective):
    score = valued(run, objective, 500, 70)
    page = text(direction.get(f"/clients/{score.client_id}/"))
    assert "500 € apportés · 70,00 € possibles par an" in page


def test_a_closed_objective_keeps_what_was_reached(direction, run, objective):
    valued(run, objective, 500, 0)
    direction.post(f"/objectifs/{objective.pk}/fermer/")
    page = text(direction.get("/objectifs/"))
    assert "500 sur 1 000 €" in page
    assert direction.get(f"/objectifs/{objective.pk}/").status_code == 404
    assert dt.date(2026, 12, 31) == Objective.objects.get().ends_on

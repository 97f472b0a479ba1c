"""Prospects: who may see them, what the base refuses, and what a file brings."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from campaigns.departures import depart
from campaigns.models import Prospect
from tests.clients.master_data.conftest import Administration, administrator, list_of  # noqa: F401 - fixtures
from tests.factories import ClientFactory, ProspectFactory, UserFactory

pytestmark = pytest.mark.django_db
SIRET, SECOND_SIRET = "73282932000074", "73282932000108"
SIREN = SIRET[:9]


@pytest.fixture
def prospects(list_of) -> Administration:  # noqa: F811
    return list_of("campaigns/prospect")


def test_prospects_are_seen_like_clients():
    manager = UserFactory(roles=[Role.MANAGER])
    owner = UserFactory(manager=manager)
    mine, nobodys, other = ProspectFactory(owner=owner), ProspectFactory(), ProspectFactory(owner=UserFactory())
    assert set(Prospect.objects.visible_to(owner)) == {mine}
    assert set(Prospect.objects.visible_to(manager)) == {mine, nobodys}
    assert set(Prospect.objects.visible_to(UserFactory(roles=[Role.MARKETING]))) == {mine, nobodys, other}
    assert set(Prospect.objects.visible_to(UserFactory(roles=[]))) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"siret": SIRET, "siren": "552081317"},
        {"state": "client"},
    ],
)
def test_the_base_refuses(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProspectFactory(**wrong)


def test_two_prospects_do_not_share_a_siret():
    ProspectFactory(siret=SIRET, siren=SIREN)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProspectFactory(siret=SIRET, siren=SIREN)


def test_a_prospect_won_names_its_client():
    client = ClientFactory()
    assert ProspectFactory(state="client", client=client).client == client
    with pytest.raises(IntegrityError), transaction.atomic():
        ProspectFactory(state="interested", client=client)


def test_the_prospects_of_somebody_who_leaves_go_to_the_successor():
    leaver, successor, by = UserFactory(), UserFactory(), UserFactory(roles=[Role.DIRECTION])
    prospect = ProspectFactory(owner=leaver)
    depart(person=leaver, successor=successor, by=by)
    prospect.refresh_from_db()
    assert prospect.owner == successor


# --- Files ----------------------------------------------------------------------------------------

SIRENE = (
    "siren,siret,statutDiffusionEtablissement,trancheEffectifsEtablissement,denominationUniteLegale,"
    "numeroVoieEtablissement,typeVoieEtablissement,libelleVoieEtablissement,codePostalEtablissement,"
    "libelleCommuneEtablissement,etatAdministratifEtablissement,activitePrincipaleEtablissement,"
    "nomenclatureActivitePrincipaleEtablissement\n"
)


def test_the_headings_of_the_sirene_register_are_read(prospects):
    prospects.bring(SIRENE + f"{SIREN},{SIRET},O,12,ATELIER ROUX,12,RUE,DES LILAS,75011,PARIS,A,69.20Z,NAFRev2\n")
    found = Prospect.objects.get()
    assert (found.name, found.siren, found.siret, found.workforce) == ("ATELIER ROUX", SIREN, SIRET, "12")
    assert (found.address, found.postcode, found.city) == ("12 RUE DES LILAS", "75011", "PARIS")
    assert (found.naf_code, found.naf_nomenclature, found.state) == ("6920Z", "NAFRev2", "new")


def test_who_opposed_disclosure_closed_or_is_a_client_stays_out_with_the_reason(prospects):
    ClientFactory(siren="552081317")
    report = prospects.bring(
        SIRENE
        + f"{SIREN},{SIRET},P,,SECRET,,,,,,A,,\n{SIREN},{SECOND_SIRET},O,,CLOS,,,,,,F,,\n"
        + "552081317,55208131766522,O,,CLIENT,,,,,,A,,\n"
    )
    assert (Prospect.objects.count(), report.left_out, report.errors) == (0, 3, 0)
    assert set(report.reasons) == {
        "Entreprise qui s’oppose à la diffusion de ses données (Sirene)",
        "Établissement fermé (Sirene)",
        "Déjà client (même SIREN ou SIRET)",
    }


def test_a_prospect_is_found_by_siret_then_siren_then_name_and_postcode(prospects):
    by_siret = ProspectFactory(siret=SIRET, siren=SIREN)
    by_siren = ProspectFactory(siren="552081317")
    by_name = ProspectFactory(name="Atelier Rosé", postcode="75011")
    prospects.bring(
        f"Raison sociale;SIRET;SIREN;CP;Ville\nA;{SIRET};;;Lyon\nB;;552081317;;Nice\nATELIER ROSE;;;75011;Paris\n"
    )
    for one, city in ((by_siret, "Lyon"), (by_siren, "Nice"), (by_name, "Paris")):
        one.refresh_from_db()
        assert one.city == city


def test_another_place_of_the_same_company_is_another_prospect(prospects):
    ProspectFactory(siret=SIRET, siren=SIREN)
    prospects.bring(f"Nom;SIRET\nRoux Lyon;{SECOND_SIRET}\n")
    assert Prospect.objects.filter(siren=SIREN).count() == 2


def test_an_import_keeps_state_owner_notes_and_objection_set_by_a_person(prospects):
    owner, when = UserFactory(), dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    ProspectFactory(name="Roux", siren=SIREN, state="interested", owner=owner, notes="rappeler", objected_at=when)
    prospects.bring(f"Nom;SIREN;Ville;État;Commercial;Notes;Opposition\nRoux;{SIREN};Lyon;;;;non\n")
    found = Prospect.objects.get()
    assert (found.city, found.state, found.owner, found.notes) == ("Lyon", "interested", owner, "rappeler")
    assert found.objected_at == when


@pytest.mark.parametrize(
    ("told", "band"),
    [
        ("12", "11"),
        ("10 à 19", "11"),
        ("1 000 à 1 999 salariés", "42"),
        ("7 salariés", "03"),
        ("NN", "NN"),
        ("0", "00"),
    ],
)
def test_a_workforce_is_a_band_or_a_number_of_people(prospects, told, band):
    prospects.bring(f"Nom;Effectif\nRoux;{told}\n")
    assert Prospect.objects.get().workforce == band


def test_no_file_makes_a_client_of_a_prospect(prospects):
    report = prospects.preview("Nom;État\nRoux;Devenu client\n").context["report"]
    assert "Cette valeur n’est pas connue" in report.problems[0].message


def test_who_recommends_is_a_client_by_code_or_exact_name(prospects):
    client = ClientFactory(code="C1", name="Garage Vert")
    report = prospects.bring("Nom;Recommandé par\nA;C1\nB;garage VERT\nC;inconnu\n")
    assert list(Prospect.objects.order_by("name").values_list("recommended_by", flat=True)) == [
        client.pk,
        client.pk,
        None,
    ]
    assert "la recommandation n’est pas reprise" in next(iter(report.warnings))

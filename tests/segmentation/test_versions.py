"""The rules in words, and what two versions say otherwise."""

from decimal import Decimal

import pytest

from accounts.roles import Role
from segmentation import drafting
from segmentation.drafting import Seen, setting_fields
from segmentation.models import Rules
from segmentation.versions import differences, told
from tests.factories import ClientFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    return Rules.objects.published().get()


def words(rules):
    return {one.label: one.words for _title, settings in told(rules) for one in settings}


def changed(published, grid=None, **values):
    author = UserFactory(roles=[Role.DIRECTION])
    return drafting.change(
        seen=Seen.of(published), values=values, grid=drafting.grid_of(published) | (grid or {}), by=author
    )


def said(rules, other):
    return {(one.label, one.before, one.after) for one in differences(rules, other)}


def test_every_setting_is_told_once_under_a_name_of_its_own(published):
    labels = [one.label for _title, settings in told(published) for one in settings]
    assert len(labels) == len(set(labels)) == len(setting_fields())
    assert not [label for label in labels if "_" in label]


def test_settings_are_told_in_the_units_of_people(published):
    told_words = words(published)
    assert told_words["Part des clients en palier A"] == "20\u00a0%"
    assert told_words["Seuils de récence"] == "30 jours, 90 jours, 180 jours, 365 jours"
    assert told_words["Silence à surveiller, en nombre de rythmes"] == "1,5 fois"
    assert told_words["Seuils de montant"] == "calculés sur vos clients"
    assert told_words["Abonnements mis à part"] == "non"
    assert told_words["Services exclus"] == "rien"


def test_a_version_does_not_differ_from_itself(published):
    assert differences(published, published) == []


def test_two_versions_differ_by_the_settings_that_changed_and_no_other(published):
    draft = changed(published, tier_a_share=Decimal("0.25"), new_client_days=60)
    assert said(published, draft) == {
        ("Part des clients en palier A", "20\u00a0%", "25\u00a0%"),
        ("Jours où un client est nouveau", "90 jours", "60 jours"),
    }


def test_a_cell_of_the_grid_is_told_by_its_scores(published):
    draft = changed(published, grid={(3, 3): "loyal"})
    assert said(published, draft) == {("Case R 3/5, fréquence et montant 3/5", "À surveiller", "Fidèles")}


def test_services_left_out_are_told_by_their_names(published):
    services = [ServiceFactory(name=name) for name in ("Débours", "Affranchissement")]
    draft = changed(published, excluded_services=[service.pk for service in services])
    assert said(published, draft) == {("Services exclus", "rien", "Affranchissement, Débours")}


def test_a_client_left_out_by_hand_is_told_with_its_motive(published):
    author = UserFactory(roles=[Role.DIRECTION])
    draft = drafting.exclude(client=ClientFactory(name="Caisse"), motive="Au comptant", by=author)
    assert said(published, draft) == {("Client Caisse", "noté", "exclu (Au comptant)")}

import pytest

from accounts.models import Firm
from accounts.roles import Role
from segmentation.models import Rules
from segmentation.relation import rules as weights
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/segmentation/regles/brouillon/relation/"


@pytest.fixture
def browser(client):
    Firm.objects.create(pk=Firm.ONLY, parts=[Firm.Part.RELATION])
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


def filled(**others):
    rules = Rules.objects.drafts().first() or Rules.objects.published().get()
    seen = {"version": rules.version, "revision": rules.revision}
    return weights.values_of(rules) | seen | {"worst_credit_share": 20} | others


def test_the_weights_are_changed_in_the_draft_and_nothing_changes_before_it_is_published(browser):
    assert 'name="worst_credit_share" value="20"' in browser.get(URL).content.decode()
    response = browser.post(URL, filled(effort_weight=30, worst_credit_share="12.5"), follow=True)
    draft = weights.of(Rules.objects.drafts().get())
    assert (draft.effort_weight, draft.worst_credit_share) == (30, pytest.approx(0.125))
    assert weights.published().effort_weight == 10
    assert "Rien ne change avant" in response.content.decode()
    assert URL in response.content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"orange_from": 60}, "Chaque couleur commence sous la précédente"),
        (
            {f"{name}_weight": 0 for name in ("punctuality", "relationship", "effort", "potential", "prescriber")},
            "sans avis, pas de note",
        ),
        ({"effort_weight": 101}, "100"),
    ],
)
def test_what_makes_no_scale_is_said_and_not_written(browser, values, said):
    response = browser.post(URL, filled(**values))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Rules.objects.drafts().exists()


def test_a_draft_that_changed_meanwhile_is_not_written_over(browser):
    sent = filled(effort_weight=30)
    browser.post(URL, sent)
    response = browser.post(URL, sent | {"effort_weight": 5}, follow=True)
    assert "a changé entre-temps" in response.content.decode()
    assert weights.of(Rules.objects.drafts().get()).effort_weight == 30


def test_the_rules_in_words_tell_the_weights_where_the_firm_shows_grades(browser):
    assert "Potentiel de croissance" in browser.get("/segmentation/regles/").content.decode()
    Firm.objects.update(parts=[])
    assert "Potentiel de croissance" not in browser.get("/segmentation/regles/").content.decode()

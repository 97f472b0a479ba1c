"""The weights and cuts change as the rules do: in the draft, then for everybody once it is published."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from segmentation import drafting
from segmentation.drafting import DraftChanged, Seen
from segmentation.models import GradeRules, Rules
from segmentation.relation import grading
from segmentation.relation import rules as weights
from segmentation.versions import differences, grading_told
from tests.factories import AssessmentFactory

pytestmark = pytest.mark.django_db


def changed(by, **values):
    rules = Rules.objects.drafts().first() or Rules.objects.published().get()
    return drafting.change_grading(seen=Seen.of(rules), values=values, by=by)


def test_a_draft_begins_with_the_weights_of_the_rules_in_force(director):
    published = Rules.objects.published().get()
    GradeRules.objects.update_or_create(rules=published, defaults={"effort_weight": 42})
    draft = drafting.begin(by=director)
    assert weights.of(draft).effort_weight == 42
    assert drafting.is_same(draft, published)


def test_a_change_is_of_the_draft_alone_and_grows_its_revision(director):
    draft = changed(director, effort_weight=40)
    assert weights.of(draft).effort_weight == 40
    assert weights.published().effort_weight == 10
    assert not drafting.is_same(draft, Rules.objects.published().get())
    assert changed(director, effort_weight=40).revision == draft.revision
    assert changed(director, effort_weight=41).revision == draft.revision + 1


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(director):
    seen = Seen.of(changed(director, effort_weight=40))
    changed(director, effort_weight=41)
    with pytest.raises(DraftChanged):
        drafting.change_grading(seen=seen, values={"effort_weight": 5}, by=director)


def test_a_scale_upside_down_or_without_answers_is_refused(director):
    with pytest.raises(ValidationError):
        changed(director, orange_from=80)
    with pytest.raises(ValidationError):
        changed(director, **{f"{name}_weight": 0 for name in (
            "punctuality", "relationship", "effort", "potential", "prescriber")})  # fmt: skip
    with pytest.raises(ValueError, match="not settings"):
        changed(director, status="published")


def test_only_who_manages_the_rules_changes_them(claire):
    with pytest.raises(PermissionDenied):
        changed(claire, effort_weight=5)


def test_two_versions_say_what_they_weigh_otherwise(director):
    published = Rules.objects.published().get()
    draft = changed(director, effort_weight=40, worst_delay_days=90)
    said = [(one.label, one.before, one.after) for one in differences(published, draft)]
    assert said == [
        ("Note de relation, effort", "10", "40"),
        ("Note de relation, retard de paiement qui ne vaut plus rien", "60 jours", "90 jours"),
    ]


def test_the_rules_tell_their_weights_and_cuts(director):
    title, settings = grading_told(Rules.objects.published().get())
    told = {one.label: one.words for one in settings}
    assert title == "Note de relation"
    assert (told["Effort"], told["Part d’avoirs qui ne vaut plus rien"]) == ("10", "20\u00a0%")


def test_grades_are_those_of_the_rules_in_force(director):
    opinion = AssessmentFactory(effort=5, punctuality=1, relationship=1, potential=1, prescriber=1)
    grading.grade()
    former = opinion.client.grade.score
    draft = changed(director, effort_weight=100)
    Rules.objects.published().update(status="retired")
    Rules.objects.filter(pk=draft.pk).update(status="published")
    grading.grade()
    opinion.client.grade.refresh_from_db()
    assert (former, opinion.client.grade.score, opinion.client.grade.rules) == (18, 69, draft)

"""The relation with one client, for who may read it: its colour and why, who thinks what, what was before, the plan."""

from dataclasses import dataclass
from functools import cached_property

from accounts.models import Firm, User
from clients.models import Client
from segmentation.models import Assessment, Colour, FormerGrade, Grade, GradeRules, ReframingPlan
from segmentation.relation import access, assessing, grading
from segmentation.relation import rules as weights
from segmentation.relation.scale import mark
from segmentation.relation.wording import Explained, answers_of, explain, facts_in_words, red_in_words

FORMER = 10


@dataclass(frozen=True)
class Opinion:
    """What one person answered last, and the colour that their answers alone would give."""

    assessment: Assessment
    colour: Colour
    answers: list[tuple[str, int, str]]


@dataclass(frozen=True)
class RelationSheet:
    """One client's relation as `user` may read it; everything is read when it is asked for."""

    user: User
    client: Client

    @cached_property
    def grade(self) -> Grade | None:
        grades = Grade.objects.filter(client=self.client)
        return grades.select_related("client", "rules", "proposed_by", "decided_by").first()

    @cached_property
    def rules(self) -> GradeRules:
        return weights.of(self.grade.rules) if self.grade else weights.published()

    @cached_property
    def explained(self) -> Explained:
        return explain(self.grade, self.rules)

    @property
    def red(self) -> str:
        return red_in_words(self.grade)

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """What figures say, before any opinion."""
        return facts_in_words(grading.facts_of(self.client.pk), self.rules)

    @cached_property
    def assessments(self) -> list[Assessment]:
        """Every opinion ever given, the newest first."""
        return list(self.client.assessments.select_related("rater"))

    @cached_property
    def opinions(self) -> list[Opinion]:
        """Those that count: the latest of each person, the newest first."""
        latest: dict[int, Assessment] = {}
        for assessment in self.assessments:
            latest.setdefault(assessment.rater_id, assessment)
        return [
            Opinion(one, mark(self.grade, one.answers, self.rules).colour, answers_of(one)) for one in latest.values()
        ]

    @property
    def mine(self) -> Assessment | None:
        """What this person answered last."""
        return next((one for one in self.assessments if one.rater_id == self.user.pk), None)

    @cached_property
    def former(self) -> list[FormerGrade]:
        return list(self.client.former_grades.all()[:FORMER])

    @cached_property
    def plans(self) -> list[ReframingPlan]:
        """The reframing plans, the open one first."""
        plans = self.client.reframing_plans.select_related("owner", "closed_by")
        return sorted(plans, key=lambda plan: (plan.closed_at is not None, -plan.pk))

    @property
    def open_plan(self) -> ReframingPlan | None:
        return next((plan for plan in self.plans if plan.closed_at is None), None)

    @cached_property
    def may_rate(self) -> bool:
        return access.may_rate(self.user, self.client)

    @cached_property
    def may_decide(self) -> bool:
        return self.grade is not None and assessing.may_decide(self.grade, self.user)


def relation_of(user: User, client: Client) -> RelationSheet | None:
    """The relation with this client; None when the firm does not show it, or when this person may not read it."""
    if not Firm.current().shows(Firm.Part.RELATION):
        return None
    return RelationSheet(user, client) if access.clients_read_by(user).filter(pk=client.pk).exists() else None

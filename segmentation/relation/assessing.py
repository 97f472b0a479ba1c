"""Giving an opinion on a client, and the second pair of eyes that red needs."""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from segmentation.models import QUESTIONS, Assessment, Colour, FormerGrade, Grade
from segmentation.relation import access, grading


@transaction.atomic
def assess(
    *, client: Client, answers: Mapping[str, int], comment: str = "", by: User, token: UUID | None = None
) -> Grade:
    """The grade of this client once this person's opinion counts; the same token records once.

    Red is confirmed at once when nobody else may give an opinion on this client. Raises PermissionDenied without the
    right to rate, Client.DoesNotExist for a client they are not in charge of, ValidationError for an answer missing.
    """
    client = _locked(client, by)
    if token and Assessment.objects.filter(rater=by, token=token).exists():
        return Grade.objects.get(client=client)
    given = Assessment(client=client, rater=by, comment=comment.strip(), token=token)
    for question in QUESTIONS:
        setattr(given, question, answers.get(question))
    given.full_clean(exclude=["client", "rater"])
    given.save()
    grading.know(client.pk)
    grading.grade([client.pk])
    grade = Grade.objects.get(client=client)
    if grade.red == Grade.Red.PROPOSED and not access.others_in_charge(client, but=by.pk):
        return _turned_red(grade, by)
    return grade


@transaction.atomic
def confirm_red(*, client: Client, by: User) -> Grade:
    """The grade, red from now on. A second time changes nothing.

    Raises PermissionDenied, Client.DoesNotExist, ValidationError for who proposed it when somebody else could look.
    """
    grade = _awaited(client, by)
    return _turned_red(grade, by) if grade.red == Grade.Red.PROPOSED else grade


@transaction.atomic
def set_red_aside(*, client: Client, motive: str, by: User) -> Grade:
    """The grade, orange until somebody gives a new opinion. A second time changes nothing.

    Raises as `confirm_red` does, and ValidationError without a motive.
    """
    grade = _awaited(client, by)
    if grade.red != Grade.Red.PROPOSED:
        return grade
    if not motive.strip():
        raise ValidationError({"motive": _("Dites en une phrase pourquoi ce client ne passe pas en rouge.")})
    grade.red, grade.decided_by, grade.decided_at = Grade.Red.SET_ASIDE, by, timezone.now()
    grade.motive = motive.strip()
    grade.save()
    return grade


def may_decide(grade: Grade, by: User) -> bool:
    """Whether this person may say if red holds: in charge of the client, and not who proposed it unless alone."""
    if grade.red != Grade.Red.PROPOSED or not access.may_rate(by, grade.client):
        return False
    return grade.proposed_by_id != by.pk or not access.others_in_charge(grade.client, but=by.pk)


def _locked(client: Client, by: User) -> Client:
    """This client, locked: two opinions on one client wait for each other."""
    if not by.may(Right.RATE_CLIENTS):
        raise PermissionDenied
    return Client.objects.filter(pk__in=access.clients_rated_by(by)).select_for_update().get(pk=client.pk)


def _awaited(client: Client, by: User) -> Grade:
    """The grade of this client, locked; ValidationError when red waits for somebody else than `by`."""
    client = _locked(client, by)
    grade = Grade.objects.select_related("client").filter(client=client).first()
    if grade is None:
        raise ValidationError(_("Ce client n’a pas encore de note : donnez d’abord votre avis."))
    if grade.red == Grade.Red.PROPOSED and not may_decide(grade, by):
        raise ValidationError(_("Vous avez proposé ce rouge : une autre personne doit le confirmer."))
    return grade


def _turned_red(grade: Grade, by: User) -> Grade:
    now = timezone.now()
    FormerGrade.objects.create(
        client=grade.client, colour=grade.colour, score=grade.score, since=grade.since, until=now
    )
    grade.colour, grade.since = Colour.RED, now
    grade.red, grade.decided_by, grade.decided_at = Grade.Red.CONFIRMED, by, now
    grade.save()
    return grade

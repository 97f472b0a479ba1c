import datetime as dt

import pytest

from accounts.roles import Role
from clients.sample import words
from segmentation import sample
from segmentation.models import Need, NeedEvidence, NeedRule
from tests.factories import ScoreFactory, ScoringRunFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 2)


def test_the_sample_firm_has_five_needs_that_services_answer_and_people_heard():
    for sold in words.SERVICES:
        ServiceFactory(name=sold.name)
    run, person = ScoringRunFactory(), UserFactory()
    for _n in range(10):
        ScoreFactory(run=run, client__owner=person)
    director = UserFactory(roles=[Role.DIRECTION])
    assert sample.record(run=run, today=TODAY, by=director) == 5
    assert all(need.services.exists() for need in Need.objects.all())
    assert (NeedRule.objects.count(), NeedEvidence.objects.count()) == (4, 5)
    assert sample.record(run=run, today=TODAY, by=director) == 0, "asked again, it changes nothing"
